"""Sorting whole numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dhcplens.model.order import ordered


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 3)))
def test_order_is_the_stable_one(numbers: list[int]) -> None:
    """Numbers of any width come in the order that a stable sort of them gives."""
    wide = np.array(numbers, dtype=np.uint64)
    assert ordered(wide).tolist() == sorted(range(len(numbers)), key=numbers.__getitem__)
    narrow = (wide >> np.uint64(1)).astype(np.int64)
    assert ordered(narrow).tolist() == np.argsort(narrow, kind="stable").tolist()
