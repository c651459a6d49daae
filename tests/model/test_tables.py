"""The schemas and the frames that are made of them."""

import pandas as pd
import pytest

from dhcplens.model import tables


@pytest.mark.parametrize("schema", [*tables.LOG_TABLES.values(), *tables.LEASE_TABLES.values()])
def test_every_frame_of_a_schema_has_its_columns_and_types(schema: tuple[tables.Column, ...]) -> None:
    """Empty frames, frames with only some columns given, and joined frames have the same dtypes."""
    for frame in (
        tables.empty(schema),
        tables.frame(schema, {"line": [1, 2]}),
        tables.concat(schema, [tables.frame(schema, {"line": [1]}), tables.frame(schema, {"line": [2]})]),
    ):
        assert list(frame.columns) == [column.name for column in schema]
        assert [str(dtype) for dtype in frame.dtypes] == [column.kind.value for column in schema]


def test_a_column_that_is_not_in_the_schema_is_refused() -> None:
    """A misspelt column is an error, not a silent extra."""
    with pytest.raises(KeyError, match="adress"):
        tables.frame(tables.MESSAGES, {"adress": ["10.0.0.1"]})


def test_joined_frames_unite_their_categories() -> None:
    """Words of two files stay the words that they were."""
    one = tables.frame(tables.UNKNOWN, {"line": [1], "text": ["a"]})
    two = tables.frame(tables.UNKNOWN, {"line": [2], "text": ["b"]})
    joined = tables.concat(tables.UNKNOWN, [one, two])
    assert list(joined["text"]) == ["a", "b"]
    assert isinstance(joined["text"].dtype, pd.CategoricalDtype)
