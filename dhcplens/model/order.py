"""Sorting whole numbers of columns with millions of rows."""

import numpy as np
from numpy.typing import NDArray


def ordered(numbers: NDArray[np.int64] | NDArray[np.uint64]) -> NDArray[np.intp]:
    """The stable order of numbers, none of them below 0.

    Sixteen bits at a time: those numpy sorts by radix, several times as fast as wider ones.
    """
    order = np.argsort(numbers.astype(np.uint16), kind="stable")
    rest = numbers >> 16
    while rest.any():
        order = order[np.argsort(rest[order].astype(np.uint16), kind="stable")]
        rest = rest >> 16
    return order
