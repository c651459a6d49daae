"""Which server of a pair a client belongs to: the hash of RFC 3074 and its buckets."""

from functools import lru_cache

_PERMUTATION = bytes.fromhex(
    "fb af 77 d7 51 0e 4f bf 67 31 b5 8f ba 9d 00 e8 "
    "1f 20 37 3c 98 3a 11 ed ae 46 a0 90 dc 5a 39 df "
    "3b 03 12 8c 6f a6 cb c4 86 f3 7c 5f de b3 c5 41 "
    "b4 30 24 0f 6b 2e e9 82 a5 1e 7b a1 d1 17 61 10 "
    "28 5b db 3d 64 0a d2 6d fa 7f 16 8a 1d 6c f4 43 "
    "cf 09 b2 cc 4a 62 7e f9 a7 74 22 4d c1 c8 79 05 "
    "14 71 47 23 80 0d b6 5e 19 e2 e3 c7 4b 1b 29 f5 "
    "e6 e0 2b e1 b1 1a 9b 96 d4 8e da 73 f1 49 58 69 "
    "27 72 3e ff c0 c9 91 d6 a8 9e dd 94 9a 7a 0c 54 "
    "52 a3 2c 8b e4 ec cd f2 d9 0b bb 92 9f 40 56 ef "
    "c3 2a 6a c6 76 70 b8 ac 57 02 ad 75 b0 e5 f7 fd "
    "89 b9 63 a4 66 93 2d 42 e7 34 8d d3 c2 ce f6 ee "
    "38 6e 4e f8 3f f0 bd 5d 5c 33 35 b7 13 ab 48 32 "
    "21 68 65 45 08 fc 53 78 4c 87 55 36 ca 7d bc d5 "
    "60 eb 88 d0 a2 81 be 84 9c 26 2f 01 07 fe 18 04 "
    "d8 83 59 15 1c 85 25 99 95 50 aa 44 06 a9 ea 97"
)

BUCKETS = 256


@lru_cache(maxsize=65536)
def client_hash(key: bytes) -> int:
    """Hash (0-255) of a client: of its whole client-identifier option, else of its hardware address.

    RFC 3074 section 6; dhcpd runs over the key backwards, starting from its length.
    """
    value = len(key) & 0xFF
    for byte in reversed(key):
        value = _PERMUTATION[value ^ byte]
    return value


def split_buckets(split: int) -> bytes:
    """Hash bucket assignment (32 bytes) that ``split N`` stands for: buckets below N are the primary's.

    Raises ValueError unless 0 <= split <= 256 (dhcpd.conf(5)).
    """
    if not 0 <= split <= BUCKETS:
        raise ValueError(f"split must be between 0 and 256, not {split}")
    return bytes(sum(1 << bit for bit in range(8) if 8 * byte + bit < split) for byte in range(32))


def primary_serves(key: bytes, hba: bytes) -> bool:
    """Whether the hash bucket assignment gives this client to the primary."""
    bucket = client_hash(key)
    return bool(hba[bucket >> 3] & (1 << (bucket & 7)))
