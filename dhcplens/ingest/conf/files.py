"""Configurations and what they include, from the file system."""

from pathlib import Path

from dhcplens.ingest.conf.tree import Loader
from dhcplens.ingest.framing import decode

LARGEST = 256 * 1024 * 1024  # bytes; no configuration is that long


def read_conf_text(path: Path) -> str:
    """The text of a file; bytes that are no UTF-8 are taken for Latin-1. Raises OSError."""
    return decode(path.read_bytes())


def text_beside(conf: Path) -> Loader:
    """Finds included files: beside the file that includes them or below it, else as they are written.

    A configuration that was collected from a server names its parts by their places there, while here they
    lie beside it.
    """

    def load(written: str) -> tuple[str, str] | None:
        for path in (conf.parent / Path(written).name, conf.parent / written, Path(written)):
            try:
                if path.is_file() and path.stat().st_size <= LARGEST:
                    return str(path), read_conf_text(path)
            except (OSError, ValueError):
                continue
        return None

    return load
