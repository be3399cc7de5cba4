"""The encoders' benchmark: all are asked the same, and what it prints is what they gave."""

import time

import numpy as np
import pytest

from embeddings.face import Vectors
from evaluation.benchmarks.encoders import CALL, Way, beside_bulk, compare


def by_length(texts: list[str]) -> Vectors:
    angles = np.array([len(text) / 100 for text in texts])
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def slowly(texts: list[str]) -> Vectors:
    time.sleep(0.002)
    return 3 * by_length(texts)


def turned(texts: list[str]) -> Vectors:
    return by_length([text + "." for text in texts])


def test_a_row_holds_rate_ratio_and_how_equal_the_vectors_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    texts = ["lamp" * (1 + number % 7) for number in range(2 * CALL + 5)]
    ways = [Way("plain", slowly), Way("ours", by_length, "plain"), Way("off", turned, "plain")]
    compare("posts", ways, texts)
    rows = [
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in capsys.readouterr().out.splitlines()
    ]
    assert [row[1] for row in rows] == ["plain", "ours", "off"]
    assert float(rows[1][3].split()[0]) > 3
    assert float(rows[1][5]) == pytest.approx(1, abs=1e-6)
    assert float(rows[2][5]) == pytest.approx(np.cos(0.01), abs=1e-6)


def test_the_bulk_beside_ends_with_the_questions() -> None:
    assert len(beside_bulk(by_length, ["a", "b"], ["c"])) == 2
