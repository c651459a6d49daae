"""The disk under a lease file: what was written, and how much of it would survive a crash."""

from dhcplens.engine.events import StateRecord
from dhcplens.engine.leases import Record


class Disk:
    """The blocks of one server's lease file in file order."""

    def __init__(self) -> None:
        self.records: list[Record | StateRecord] = []
        self._safe = 0
        self._copy: list[Record | StateRecord] = []

    def write(self, record: Record | StateRecord) -> None:
        """Append a block."""
        self.records.append(record)

    def replace(self, records: tuple[Record | StateRecord, ...]) -> None:
        """The file was written anew."""
        self.records = list(records)
        self._safe = len(self.records)

    def commit(self) -> None:
        """Everything written is on the disk."""
        self._safe = len(self.records)

    def crash(self, *, lost: int = 0) -> None:
        """What was not committed is gone, and with it the last ``lost`` blocks that were."""
        del self.records[max(0, self._safe - lost) :]
        self._safe = len(self.records)

    def empty(self) -> None:
        """The file is lost."""
        self.replace(())

    def keep(self) -> None:
        """Put a copy of the file aside."""
        self._copy = list(self.records)

    def restore(self) -> None:
        """Put the copy back in place."""
        self.replace(tuple(self._copy))
