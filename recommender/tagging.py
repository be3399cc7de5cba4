"""When a thread bore which tags."""

from collections.abc import Mapping

import numpy as np

from .columns import Columns, Ints


def tag_spans(
    versions: Columns, tags_of: Mapping[int, tuple[str, ...]], keys: Mapping[str, int], roots: Ints
) -> dict[int, list[tuple[int, int, int]]]:
    """Per root its tags, each with since when and until when its text bore it."""
    rows = np.flatnonzero(versions.live & np.isin(versions["post"], roots))
    spans: dict[int, list[tuple[int, int, int]]] = {}
    for row in rows[np.argsort(versions["since"][rows], kind="stable")].tolist():
        tags = {keys[tag.casefold()] for tag in tags_of.get(row, ())}
        since, until = int(versions["since"][row]), int(versions["until"][row])
        told = spans.setdefault(int(versions["post"][row]), [])
        for i, (tag, known, end) in enumerate(told):
            if tag in tags and end == since:
                told[i] = (tag, known, until)
                tags.remove(tag)
        told += [(tag, since, until) for tag in sorted(tags)]
    return spans
