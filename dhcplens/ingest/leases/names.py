"""The words of all slices as text, for the categories of columns."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd

from dhcplens.ingest.leases import objects, spell
from dhcplens.ingest.leases.intern import LENGTH_BITS, LENGTH_MASK
from dhcplens.ingest.leases.keywords import KEYWORDS
from dhcplens.ingest.leases.layout import ADDRESS, HOSTNAME, KINDS, MAC, OPTIONS, UID
from dhcplens.ingest.leases.slices import Array, Slice, unite


class Names:
    """Different texts of each kind. What can be done without the others is done in ``pool``."""

    def __init__(self, pool: Executor, buffer: Array, slices: Sequence[Slice]) -> None:
        self._slices = slices
        find = partial(unite, buffer, slices)
        jobs: dict[int, Callable[[], pd.Index]] = {
            UID: lambda: self._identifiers(buffer, find(UID)),
            HOSTNAME: lambda: _strings(buffer, find(HOSTNAME)),
            MAC: lambda: _spelled(spell.hardware_texts, 17, find(MAC)),
            ADDRESS: lambda: _spelled(spell.address_texts, 15, find(ADDRESS)),
        }
        self._found = {kind: pool.submit(job) for kind, job in jobs.items()}

    def wait(self) -> None:
        """Until the slices have codes that they share, and need their tables no more."""
        for job in self._found.values():
            job.result()
        for one in self._slices:
            one.table.forget()

    def of(self, kind: int) -> pd.Index:
        """The different texts of one kind, by code."""
        return self._found[kind].result()

    def different(self, kind: int, names: Sequence[str]) -> pd.Index:
        """Texts by code, less those that only looked different in the file; codes change with them."""
        known: dict[str, int] = {}
        united = np.array([known.setdefault(name, len(known)) for name in names], np.int32)
        if len(known) < len(names):
            for one in self._slices:
                one.codes[kind] = united[one.codes[kind]]
        return pd.Index(list(known), dtype="str")

    def _identifiers(self, buffer: Array, places: Array) -> pd.Index:
        names = _spelled(spell.identifier_texts, 3, places, buffer)
        if spell.all_as_written_by_dhcpd(buffer, places):  # then different bytes are different identifiers
            return names
        return self.different(UID, names.tolist())


def _strings(buffer: Array, places: Array) -> pd.Index:
    return _spelled(spell.string_texts, 1, places, buffer)


def _spelled(write: Callable[..., None], width: int, places: Array, *data: Array) -> pd.Index:
    """Texts that have at most ``width`` bytes each, or for each byte in the file."""
    most = width * (int((places & LENGTH_MASK).sum()) if data else len(places))
    out, edges = np.empty(most, np.uint8), np.zeros(len(places) + 1, np.int64)
    write(*data, places, out, edges[1:])
    if pd.StringDtype(na_value=np.nan).storage == "pyarrow":  # as pandas keeps text where it is installed
        import pyarrow as pa

        parts = (pa.py_buffer(edges), pa.py_buffer(out[: edges[-1]].copy()))
        texts = pa.LargeStringArray.from_buffers(len(places), *parts)
        index: pd.Index = pd.Index(pd.array(texts, dtype="str"), copy=False)
        return index
    return pd.Index(_cut(out, edges), dtype="str")


def objects_of(buffer: Array, runs: Array) -> list[str]:
    """JSON of the statements in pairs of runs, given by their places (0 for none); "" for unusual ones."""
    out = np.empty(2 * int((runs & LENGTH_MASK).sum()) + 64 * len(runs), np.uint8)
    edges, value = np.zeros(len(runs) + 1, np.int64), np.empty(objects.LONGEST + 8, np.uint8)
    places, counts = np.zeros(2 * objects.MOST_NAMES, np.int64), np.zeros(KINDS, np.int64)
    slots = np.zeros(1 << (4 * len(places)).bit_length(), np.uint64)
    objects.option_texts(buffer, runs, slots, places, counts, value, out, edges[1:])
    for place in places[: counts[OPTIONS]].tolist():
        start = place >> LENGTH_BITS
        if bytes(buffer[start : start + (place & LENGTH_MASK)]).decode().lower() in KEYWORDS:
            return [""] * len(runs)  # dhcpd takes no such name
    return _cut(out, edges)


def _cut(out: Array, edges: Array) -> list[str]:
    """Texts that stand one behind the other."""
    text = str(out[: edges[-1]].data, "utf-8")
    if len(text) == edges[-1]:
        return [text[start:end] for start, end in pairwise(edges.tolist())]
    return [str(out[start:end].data, "utf-8") for start, end in pairwise(edges.tolist())]
