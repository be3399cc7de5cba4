"""The command that fits the default ranker, from folders to pages; examples that are kept.

The encoders are the cheap ones of `tests.communities`; no model is loaded.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import evaluation.collecting
import evaluation.opening
import evaluation.training
import recommender.encoders
from data.errors import UnreadableSource
from evaluation.collecting import Collected, collected, read, write
from evaluation.exposure import LEVELS, Exposure, averaged
from evaluation.fits import left_out, measured_of, moved, ranks_of, without_signals
from evaluation.training import main
from recommender.fitting import Example
from recommender.ranker import SIGNALS, Ranker
from tests.communities import open_encoder, random_community
from tests.examples import TRUE, drawn
from tests.exports import write_folder


def community(name: str, seed: int, train: int = 120, validation: int = 90) -> Collected:
    examples = drawn(seed, train + validation)
    return Collected(
        name, "key", f"data{seed}", False, 0, tuple(examples[:train]), tuple(examples[train:])
    )


def same(a: Example, b: Example) -> bool:
    arrays = all(
        np.array_equal(getattr(a, name), getattr(b, name))
        for name in ("signals", "fixed", "replied")
    )
    return arrays and (a.answered, a.pace, a.known) == (b.answered, b.pace, b.known)


def test_kept_examples_are_the_same(tmp_path: Path) -> None:
    for made in (community("one", 1), community("none", 2, 0, 0)):
        write(made, tmp_path / "kept.npz")
        kept = read(tmp_path / "kept.npz")
        assert replace(kept, train=(), validation=()) == replace(made, train=(), validation=())
        for window in ("train", "validation"):
            pairs = zip(getattr(kept, window), getattr(made, window), strict=True)
            assert all(same(a, b) for a, b in pairs)


def test_files_of_other_signals_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "kept.npz"
    with pytest.raises(UnreadableSource, match="no file of examples"):
        collected(file, tmp_path, lambda *_: None)
    file.write_bytes(b"PK something")
    with pytest.raises(UnreadableSource, match="no file of examples"):
        collected(file, tmp_path, lambda *_: None)
    write(community("one", 1), file)
    monkeypatch.setattr(evaluation.collecting, "SIGNALS", SIGNALS[1:])
    with pytest.raises(UnreadableSource, match="other signals"):
        collected(file, tmp_path, lambda *_: None)


def test_a_community_has_no_part_in_the_weights_it_is_left_out_of() -> None:
    groups = [community("a", 1), community("b", 2), community("c", 3)]
    other = replace(groups[0], train=tuple(drawn(9, 120, -TRUE)))
    before, after = left_out(groups), left_out([other, *groups[1:]])
    assert before["a"].tolist() == after["a"].tolist()
    assert before["b"].tolist() != after["b"].tolist()
    own = moved(groups, before)
    assert own["a"].tolist() != before["a"].tolist()
    ranks = ranks_of(groups, own)
    assert {len(values) for values in ranks.values()} == {90}
    assert measured_of([replace(groups[0], flattered=True), groups[1]]) == [groups[1]]


def test_signals_that_are_left_out_tell_nothing() -> None:
    whole = community("a", 1)
    poorer = without_signals(whole, SIGNALS[:3])
    for ours, theirs in zip(poorer.validation, whole.validation, strict=True):
        assert not ours.signals[:, :3].any()
        assert np.array_equal(ours.signals[:, 3:], theirs.signals[:, 3:])


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setattr(recommender.encoders, "open_encoder", open_encoder)
    monkeypatch.setattr(evaluation.opening, "open_encoder", open_encoder)
    monkeypatch.setenv("WHOKNOWS_CACHE_DIR", str(tmp_path / "cache"))
    # Few are enough to see that it goes through.
    monkeypatch.setattr(evaluation.collecting, "MOST_TRAIN", 15)
    monkeypatch.setattr(evaluation.collecting, "MOST_VALIDATION", 12)
    return [
        write_folder(tmp_path / name, random_community(seed, threads=110).records())
        for seed, name in ((1, "north"), (2, "south"))
    ]


def test_the_command(folders: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep, out = tmp_path / "keep", tmp_path / "out"
    keep.mkdir()
    write(community("large", 5), keep / "large.npz")
    asked = [*map(str, folders), str(keep / "large.npz"), "--keep", str(keep), "--out", str(out)]
    made = tmp_path / "defaults.json"
    main([*asked, "--defaults", str(made), "--exposure"])
    first = made.read_bytes()
    ranker = Ranker.from_bytes(first)
    assert sorted(ranker.weights) == sorted(SIGNALS) and len(ranker.silence) == 20
    page = (out / "training.md").read_text()
    for told in ("north", "south", "large", "macro average of 1", "`asker_180`", "one striking"):
        assert told in page
    shown = (out / "exposure.md").read_text()
    assert "## north" in shown and "at hand: large" in shown and "## south" in shown
    for name in ("north", "south", "large"):
        without = Ranker.from_bytes((keep / f"without-{name}.json").read_bytes())
        assert without.weights != ranker.weights
    kept = {name: read(keep / f"{name}.npz") for name in ("north", "south")}
    assert all(0 < len(of.train) <= 15 and 0 < len(of.validation) <= 12 for of in kept.values())

    # A second run takes what is kept, and comes to the same.
    def collect_again(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(evaluation.collecting, "examples_in", collect_again)
    main([*asked, "--defaults", str(made)])
    assert made.read_bytes() == first
    assert (out / "training.md").read_text() == page


def test_examples_of_other_code_are_made_anew(
    folders: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> None:
        pass

    (tmp_path / "keep").mkdir()
    first = collected(folders[0], tmp_path / "keep", silent)
    monkeypatch.setattr(evaluation.collecting, "code", lambda: "another")
    again = collected(folders[0], tmp_path / "keep", silent)
    assert again.key != first.key and again.fingerprint == first.fingerprint
    pairs = zip((*again.train, *again.validation), (*first.train, *first.validation), strict=True)
    assert all(same(a, b) for a, b in pairs)


def test_exposure_is_averaged_by_setting() -> None:
    one = [Exposure(points, 10, 0.5, 0.5, 0.25, 0.75, 0.0) for points in LEVELS]
    two = [Exposure(points, 30, 0.75, 0.5, 0.75, 0.25, 0.0) for points in LEVELS]
    mean = averaged([one, two])
    assert [level.points for level in mean] == list(LEVELS)
    assert mean[0] == Exposure(0.0, 40, 0.625, 0.5, 0.5, 0.5, 0.0)
