"""All checks in one command: ``python -m tests``. Extra arguments go to pytest."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("pytest", *sys.argv[1:]),
)


def main() -> int:
    """Run every check, also after one has failed; non-zero if any failed."""
    failed = 0
    for check in CHECKS:
        print("$", *check, flush=True)
        failed |= subprocess.run([sys.executable, "-m", *check], cwd=ROOT, check=False).returncode != 0
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
