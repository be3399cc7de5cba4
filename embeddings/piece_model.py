"""A vocabulary of pieces as the file that sentencepiece reads.

sentencepiece keeps a quarter of a million pieces in 40 MB, where tokenizers takes 270. Its file is
a protocol buffer (sentencepiece_model.proto of sentencepiece 0.2); the few fields of it that a
vocabulary needs are written here, as the library that would write them is no dependency.
"""

import struct
from collections.abc import Iterable

_NORMAL, _UNKNOWN, _CONTROL = 1, 2, 3
_UNIGRAM = 1
_NUMBER, _BYTES, _FLOAT = 0, 2, 5  # how a field is written


def piece_model(pieces: Iterable[tuple[str, float]], unknown: int, marks: Iterable[int]) -> bytes:
    """The serialised model: what it reads is cut into the likeliest of `pieces`, as it stands.

    Parameters
    ----------
    pieces : with log probabilities, by id; none twice and none empty.
    unknown : the id that stands for what no piece covers.
    marks : ids of pieces that no text is cut into.
    """
    kinds = dict.fromkeys(marks, _CONTROL) | {unknown: _UNKNOWN}
    parts = []
    for number, (piece, score) in enumerate(pieces):
        kind = _field(3, kinds.get(number, _NORMAL))
        parts.append(_field(1, _field(1, piece.encode()) + _float(2, score) + kind))
    trained = _field(3, _UNIGRAM) + _field(40, unknown)
    # No table of characters: the text is normalised before. A space before the first word, runs
    # of spaces as one.
    normal = _field(1, b"identity") + b"".join(_field(number, 1) for number in (3, 4, 5))
    return b"".join([*parts, _field(2, trained), _field(3, normal)])


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _number(number << 3 | _NUMBER) + _number(value)
    return _number(number << 3 | _BYTES) + _number(len(value)) + value


def _float(number: int, value: float) -> bytes:
    return _number(number << 3 | _FLOAT) + struct.pack("<f", value)


def _number(value: int) -> bytes:
    """Seven bits a byte, the lowest first; all but the last marked."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
