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
    machine = f"{platform.node()}: {_processor()}, {os.cpu_count()} cores"
    print(f"{machine}, Python {platform.python_version()}; median of 5")
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
    names = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


if __name__ == "__main__":
    raise SystemExit(main())
