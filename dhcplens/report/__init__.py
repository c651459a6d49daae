"""Ways to show a diagnosis: terminal, JSON, HTML, Markdown."""
