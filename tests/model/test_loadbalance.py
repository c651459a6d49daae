"""The hash that decides which server a client belongs to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhcplens.model.loadbalance import BUCKETS, client_hash, primary_serves, split_buckets

# Known answers, observed on dhcpd 4.4.3-P1.
VECTORS = {
    "": 0,
    "00:11:22:33:44:55": 135,
    "52:54:00:12:34:56": 156,
    "01:52:54:00:12:34:56": 253,
    "aa:bb:cc:dd:ee:ff": 57,
    "ff:ff:ff:ff:ff:ff": 79,
    "00:00:00:00:00:01": 153,
    "00:00:00:00:00:02": 102,
    "00:00:00:00:00:03": 128,
    "01:00:17:c4:12:77:97": 88,
}


@pytest.mark.parametrize(("key", "bucket"), VECTORS.items())
def test_the_hash_is_that_of_the_rfc(key: str, bucket: int) -> None:
    """Known keys fall into the buckets that dhcpd puts them in."""
    assert client_hash(bytes.fromhex(key.replace(":", ""))) == bucket


@given(key=st.binary(max_size=64), split=st.integers(0, BUCKETS))
def test_split_gives_the_primary_the_buckets_below_it(key: bytes, split: int) -> None:
    """A client is the primary's exactly when its bucket number is smaller than the split."""
    assert primary_serves(key, split_buckets(split)) == (client_hash(key) < split)


@pytest.mark.parametrize("split", [-1, 257])
def test_a_split_outside_its_range_is_refused(split: int) -> None:
    """dhcpd.conf(5) knows splits from 0 to 256."""
    with pytest.raises(ValueError, match="between 0 and 256"):
        split_buckets(split)
