"""Tokenises texts word by word, remembering each word: reviews repeat theirs.

18,205 clothing reviews have 1.1 million words but only 34,000 different ones, and looking one up
costs a hundredth of tokenising it. The ids are those of the tokenizer itself: every tokenizer that
splits at white space first (BERT's, RoBERTa's and most others) gives a text the ids of its words,
one after the other. Whether this one does is tried on the first texts; if not, nothing is
remembered.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any

_TRIED_TEXTS = 200
_REMEMBERED_WORDS = 1_000_000  # about 200 MB


class WordEncoder:
    """Encodes cleaned texts, whose words are one space apart, cut at `max_length` tokens.

    `tokenizer` is a `tokenizers.Tokenizer` without padding and truncation.
    """

    def __init__(self, tokenizer: Any, *, max_length: int) -> None:
        self._tokenizer, self._max_length = tokenizer, max_length
        self._special = [token.content for token in tokenizer.get_added_tokens_decoder().values()]
        self._head, self._tail = self._frame()
        self._first = _Memory(tokenizer, "")
        self._later = _Memory(tokenizer, " ")
        self._is_exact: bool | None = None

    def encode(self, texts: Sequence[str]) -> tuple[list[str], list[int]]:
        """(ids as JSON lists, numbers of tokens before the cut) of each text."""
        if self._is_exact is None:
            tried = texts[:_TRIED_TEXTS]
            self._is_exact = self._by_words(tried) == self._whole(tried)
        return self._by_words(texts) if self._is_exact else self._whole(texts)

    def _frame(self) -> tuple[list[int], list[int]]:
        """The ids that the tokenizer puts before and after a text."""
        bare = list(self._tokenizer.encode("a", add_special_tokens=False).ids)
        framed = list(self._tokenizer.encode("a").ids)
        at = next(n for n in range(len(framed)) if framed[n : n + len(bare)] == bare)
        return framed[:at], framed[at + len(bare) :]

    def _whole(self, texts: Sequence[str]) -> tuple[list[str], list[int]]:
        encoded = [list(item.ids) for item in self._tokenizer.encode_batch_fast(list(texts))]
        room = self._max_length - len(self._tail)
        cut = [ids if len(ids) <= self._max_length else ids[:room] + self._tail for ids in encoded]
        return [_json(ids) for ids in cut], [len(ids) for ids in encoded]

    def _by_words(self, texts: Sequence[str]) -> tuple[list[str], list[int]]:
        split = [text.split(" ") for text in texts]
        self._first.learn({words[0] for words in split})
        self._later.learn(set(chain.from_iterable(split)))
        first_ids, first_size = self._first.ids, self._first.sizes
        later_ids, later_size = self._later.ids.__getitem__, self._later.sizes.__getitem__
        frame = len(self._head) + len(self._tail)
        head, tail = ([",".join(map(str, ids))] if ids else [] for ids in (self._head, self._tail))
        rows, sizes = [], []
        for words, text in zip(split, texts, strict=True):
            word, *rest = words
            size = frame + first_size[word] + sum(map(later_size, rest))
            # A special token may take the spaces around it; a long text has to be cut.
            if size > self._max_length or any(token in text for token in self._special):
                (row,), (size,) = self._whole([text])
            else:
                ids = [*head, first_ids[word], *map(later_ids, rest), *tail]
                row = "[" + ",".join(filter(None, ids)) + "]"
            rows.append(row)
            sizes.append(size)
        return rows, sizes


class _Memory:
    """The ids (as they stand in JSON) and the number of tokens of words with `prefix`."""

    def __init__(self, tokenizer: Any, prefix: str) -> None:
        self._tokenizer, self._prefix = tokenizer, prefix
        self.ids: dict[str, str] = {}
        self.sizes: dict[str, int] = {}

    def learn(self, words: set[str]) -> None:
        unknown = [word for word in words if word not in self.ids]
        if len(self.ids) + len(unknown) > _REMEMBERED_WORDS:
            self.ids.clear()
            self.sizes.clear()
            unknown = list(words)
        encoded = self._tokenizer.encode_batch_fast(
            [self._prefix + word for word in unknown], add_special_tokens=False
        )
        for word, item in zip(unknown, encoded, strict=True):
            self.ids[word] = _json(item.ids)[1:-1]
            self.sizes[word] = len(item.ids)


def _json(ids: Sequence[int]) -> str:
    return "[" + ",".join(map(str, ids)) + "]"
