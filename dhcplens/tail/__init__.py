"""Following growing logs."""
