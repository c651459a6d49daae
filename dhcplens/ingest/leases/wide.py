"""Bytes one by one, and eight of them at once, for the scanner; compiled."""

import sys
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils, types
from numba.extending import intrinsic

from dhcplens.ingest.scan.compiled import inlined

Bytes = npt.NDArray[np.uint8]


def _eight(_context: Any, data: Any, _at: Any) -> Any:
    """``eight(data, at)``: the bytes from ``at`` on as an unsigned number, the first one lowest."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.bitcast(builder.gep(array.data, [arguments[1]]), ir.IntType(64).as_pointer())
        word = builder.load(place, align=1)
        return word if sys.byteorder == "little" else builder.bswap(word)

    return types.uint64(data, types.int64), generate


eight: Any = intrinsic(_eight)


def _prefetch(_context: Any, data: Any, _at: Any) -> Any:
    """``prefetch(data, at)``: have the memory there come nearer, without waiting for it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        short = ir.IntType(32)
        place = builder.bitcast(builder.gep(array.data, [arguments[1]]), ir.IntType(8).as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [place.type, short, short, short])
        get: Any = cgutils.get_or_insert_function
        ask = get(builder.module, kind, "llvm.prefetch.p0i8")
        builder.call(ask, [place, short(0), short(3), short(1)])
        return context.get_dummy_value()

    return types.none(data, types.int64), generate


prefetch: Any = intrinsic(_prefetch)


@inlined
def byte(data: Bytes, at: int) -> int:
    """One byte, in a type that subtraction does not wrap."""
    return np.int64(data[at])  # type: ignore[return-value]


def number(text: str) -> np.uint64:
    """Up to eight characters as ``eight`` would load them, zeros behind."""
    return np.uint64(int.from_bytes(text.encode().ljust(8, b"\0"), "little"))


def mask(text: str) -> np.uint64:
    """Ones where these characters stand."""
    return np.uint64((1 << 8 * len(text)) - 1)


HIGH_BITS: Final = np.uint64(0x8080808080808080)


def digit_limits(pattern: str) -> np.uint64:
    """What to add to ``word ^ number(pattern)`` so that a high bit shows what does not fit.

    A 0 of the pattern stands for any digit, every other character for itself.
    """
    return np.uint64(
        int.from_bytes(bytes(0x76 if char == "0" else 0x7F for char in pattern).ljust(8, b"\0"), "little")
    )
