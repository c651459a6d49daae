"""Run every benchmark of this folder: all modules ``bench_*.py`` with a function ``measures(folder)``.

Names on the command line choose among them: ``python -m tests.bench logs``.
"""

import importlib
import os
import platform
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Print one line a measurement; nothing here fails on a slow machine."""
    print(
        f"{platform.node()}: {_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}; median of 5"
    )
    wanted = sys.argv[1:]
    for file in sorted(Path(__file__).parent.glob("bench_*.py")):
        name = file.stem.removeprefix("bench_")
        if wanted and name not in wanted:
            continue
        module = importlib.import_module(f"tests.bench.{file.stem}")
        with tempfile.TemporaryDirectory(prefix="dhcplens-bench-") as folder:
            for measure in module.measures(Path(folder)):
                print(measure, flush=True)
    return 0


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine()
    )


if __name__ == "__main__":
    raise SystemExit(main())
