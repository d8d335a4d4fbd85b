"""A review's identity, and every decision that hangs on it.

Split, sample and host follow from hashes of the text alone, never from row order, file or host:
any number of hosts makes the same rows in the same splits, and equal texts never straddle two.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]


def identity(text: str) -> str:
    """32 hex digits, equal for texts that differ only in case or white space."""
    return _digest(text).hex()


def keys_of(texts: Sequence[str]) -> Keys:
    """The first 64 bits of each identity, small enough to keep for every row."""
    return np.frombuffer(b"".join(map(_digest, texts)), dtype=">u8")[::2].astype(np.uint64)


def variants_of(texts: Sequence[str]) -> Keys:
    """64 bits of each exact text: orders texts of equal identity."""
    digests = (hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.casefold().encode(), digest_size=16).digest()


def mixed(keys: Keys, seed: int, purpose: str) -> Keys:
    """A fresh uniform 64-bit number per key, by seed and purpose (splitmix64)."""
    salt = hashlib.blake2b(f"{purpose}:{seed}".encode(), digest_size=8).digest()
    state = keys ^ np.uint64(int.from_bytes(salt, "big"))
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
