"""A review's identity, and the hashes on which every decision about it depends.

Split, sample and host follow from hashes of the text alone, never from the order of rows, files or
hosts: any number of hosts makes the same rows in the same splits, and equal texts are always in the
same split.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reading.distinct import folded

Hashes = NDArray[np.uint64]


def review_id(text: str) -> str:
    """32 hex digits, equal for texts that differ only in case."""
    return _digest(text).hex()


def text_hashes(texts: Sequence[str]) -> Hashes:
    """The first 64 bits of each review_id [texts]: small enough to keep for every row."""
    return np.frombuffer(b"".join(map(_digest, texts)), dtype=">u8")[::2].astype(np.uint64)


def exact_text_hashes(texts: Sequence[str]) -> Hashes:
    """64 bits of each exact text [texts], which order the texts of the same review_id."""
    digests = (hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(folded(text).encode(), digest_size=16).digest()


def seeded_hashes(hashes: Hashes, seed: int, purpose: str) -> Hashes:
    """Another uniform 64-bit number for each hash, by seed and purpose.

    The mixing function of splitmix64: Steele, Lea and Flood, Fast Splittable Pseudorandom Number
    Generators, OOPSLA 2014.
    """
    salt = hashlib.blake2b(f"{purpose}:{seed}".encode(), digest_size=8).digest()
    state = hashes ^ np.uint64(int.from_bytes(salt, "big"))
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
