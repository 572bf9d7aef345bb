"""
CLIP's byte-pair tokenizer, from the vocabulary the app brings along (public/tokenizer/tokenizer.json). Enough for
captions in plain English: no Unicode normalisation, no special tokens inside the text.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from config import TOKENIZER

START, END = 49406, 49407
PATTERN = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\s\w]|_)+")


def byte_letters() -> dict[int, str]:
    """GPT-2's letters for bytes: printable ones are themselves, the others stand from U+0100 on."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {**{byte: chr(byte) for byte in printable}, **{byte: chr(256 + i) for i, byte in enumerate(others)}}


class Tokenizer:
    def __init__(self, added: dict[str, list[int]] | None = None, path: Path = TOKENIZER) -> None:
        """`added`: words with tokens of their own."""
        self.added = added or {}
        table = json.loads(path.read_text("utf8"))["model"]
        self.ids: dict[str, int] = table["vocab"]
        pairs = (tuple(merge.split()) if isinstance(merge, str) else tuple(merge) for merge in table["merges"])
        self.ranks = {pair: rank for rank, pair in enumerate(pairs)}
        self.letters = byte_letters()
        self.word = lru_cache(None)(self._word)

    def _word(self, word: str) -> list[int]:
        if word in self.added:
            return self.added[word]
        parts = [self.letters[byte] for byte in word.encode("utf8")]
        parts[-1] += "</w>"
        while len(parts) > 1:
            ranked = [(self.ranks.get(pair, len(self.ranks)), i) for i, pair in enumerate(zip(parts, parts[1:]))]
            rank, i = min(ranked)
            if rank == len(self.ranks):
                break
            parts[i : i + 2] = [parts[i] + parts[i + 1]]
        return [self.ids[part] for part in parts]

    def words(self, text: str) -> list[int]:
        return [token for word in PATTERN.findall(text.lower()) for token in self.word(word)]

    def __call__(self, text: str, length: int = 77) -> list[int]:
        """Ids of exactly so many tokens, ended and filled with END."""
        ids = [START, *self.words(text)[: length - 2]]
        return ids + [END] * (length - len(ids))
