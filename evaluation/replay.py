"""The proof on a community's own history: answer each late question as of its time, and compare
with who really replied.

In: an export, or the database that is open. Out: a report of numbers, and on request the values
of each query as JSON lines, ids hashed. Timing is told apart from quality.
"""

import hashlib
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from data.errors import WhoknowsError
from data.importing import import_path
from data.models import Record
from data.reading import HUSK
from data.store import Store
from data.text import body_text
from embeddings.registry import open_encoder
from evaluation import report
from evaluation.baselines import System, baselines
from evaluation.history import History, root_text
from evaluation.protocol import Question, Split, Window, qrels, split
from evaluation.relevance import Bm25, Dense, TfIdf
from evaluation.significance import RESAMPLES, SEED
from evaluation.vectors import CachedEncoder, cache_folder
from recommender.engine import Engine
from recommender.queries import ExpertsQuery

Progress = Callable[[str, int, int], None]

TASKS = ("experts",)
OURS = "whoknows"
TO_BEAT = "zsum"
DEEPEST = 100
"""Candidates that the engine gives at most; whoever is ranked lower counts as not found."""
CHUNK = 1_000
FLAGS = 6
PACKAGES = ("numpy", "openvino", "scikit-learn", "scipy")


class NothingToReplay(WhoknowsError):
    """The history has no question that a ranking could be measured on."""


class UnknownTask(WhoknowsError):
    """A task that no protocol is written for here."""


@dataclass(slots=True)
class EngineSystem:
    """Our engine as a system; keeps what it said, for calibration and timing."""

    engine: Engine
    probabilities: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    answerable: dict[str, float] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def __call__(self, question: Question) -> list[str]:
        root = question.root
        query = ExpertsQuery(
            query=body_text(root),
            title=root.title,
            tags=root.tags,
            space=root.space,
            asker_id=question.asker,
            k=DEEPEST,
            as_of=question.at,
        )
        start = time.perf_counter()
        answer = self.engine.search_experts(query, now=question.at)
        self.seconds.append(time.perf_counter() - start)
        self.probabilities[question.id] = [(c.person.id, c.probability) for c in answer.candidates]
        self.answerable[question.id] = answer.answerable
        return [candidate.person.id for candidate in answer.candidates]


def run(
    path: Path | None,
    database_url: str,
    task: str = "experts",
    out: Path | None = None,
    on_progress: Progress | None = None,
) -> dict[str, Any]:
    """Replay the test window of `path`, or of the database where no path is given.

    A path is imported into a database that lasts as long as the replay, and its corpus
    statistics are fitted before the test window. The open database is read as it stands.

    Parameters
    ----------
    out : a folder; the values of each query go to `out`/experts.jsonl.
    on_progress : told (stage, done, in all).

    Raises
    ------
    UnknownTask : `task` is neither in TASKS nor "all".
    NothingToReplay : too little history, or no question with a relevant candidate.
    UnreadableSource, StoreError : as importing raises them.
    """
    if task not in (*TASKS, "all"):
        raise UnknownTask(f"replay does not measure {task!r}; choose {' or '.join(TASKS)} or all")
    tell = on_progress or _silent
    with _opened(path, database_url, tell) as store:
        parts = split(records_of(store))
        if not parts.test.answered:
            raise NothingToReplay(
                "there is no question in the last fifth of this history that someone known "
                "replied to; import more of it, then replay again"
            )
        engine = Engine.open(store, progress=on_progress)
        if path is not None:
            engine.learn(until=parts.test_starts, now=parts.test.questions[0].at)
        ours = EngineSystem(engine)
        with _encoder() as encoder:
            history = History(parts)
            systems: dict[str, System] = {OURS: ours, **baseline_systems(history, parts, encoder)}
            return replay(systems, ours, history, parts, out, tell)


def baseline_systems(history: History, parts: Split, encoder: CachedEncoder) -> dict[str, System]:
    """The baselines, their statistics fitted on what came before the test window."""
    if parts.test_starts is None:
        raise ValueError("the test window is empty")
    start = parts.test_starts.timestamp()
    texts = [root_text(root) for root in history.roots]
    return baselines(
        history,
        words=TfIdf(texts, history.roots_before(start)),
        meaning=Dense(encoder.encode(texts), encoder.encode),
        posts=Bm25([body_text(r.post) for r in history.replies], history.replies_before(start)),
    )


def replay(
    systems: Mapping[str, System],
    ours: EngineSystem,
    history: History,
    parts: Split,
    out: Path | None,
    tell: Progress,
) -> dict[str, Any]:
    """Ask every system every question of the test window, and measure."""
    answered = parts.test.answered
    truth = qrels(answered)
    earlier = {q.id: history.joined_before(q) for q in answered}
    runs = {}
    for name, system in systems.items():
        # Calibration is over all questions; a ranking is measured where there is a right one.
        asked = parts.test.questions if system is ours else answered
        found = {}
        for done, question in enumerate(asked, start=1):
            found[question.id] = system(question)
            tell(name, done, len(asked))
        runs[name] = {query: found[query] for query in truth}
    values = {name: report.per_query(truth, run) for name, run in runs.items()}
    if out is not None:
        _write(out / "experts.jsonl", truth, values)
    return {
        "task": "experts",
        "questions": _counted(parts.test),
        "people": len(history.people),
        "systems": {
            name: report.means(columns) | report.exposure(runs[name], answered, earlier)
            for name, columns in values.items()
        },
        "difference": report.compared(OURS, values),
        "to_beat": TO_BEAT,
        "calibration": report.calibration(
            parts.test.questions, ours.probabilities, ours.answerable
        ),
        "median_ms": 1000 * statistics.median(ours.seconds),
        "conditions": _conditions(),
    }


def records_of(store: Store) -> Iterator[Record]:
    """All people and posts of a store; a post whose text is gone has no author either."""
    changes = store.changes(0)
    yield from (person for _, person in changes.people)
    husks = set(changes.posts[changes.posts[:, FLAGS] & HUSK > 0, 0].tolist())
    keys = changes.posts[:, 0].tolist()
    for start in range(0, len(keys), CHUNK):
        for key, post in store.posts(keys[start : start + CHUNK]).items():
            yield replace(post, author=None) if key in husks else post


@contextmanager
def _opened(path: Path | None, database_url: str, tell: Progress) -> Iterator[Store]:
    if path is None:
        store = Store.open(database_url)
        try:
            yield store
        finally:
            store.close()
        return
    with tempfile.TemporaryDirectory(prefix="whoknows-replay-") as folder:
        store = Store.open(f"sqlite:///{Path(folder) / 'replay.db'}")
        try:
            import_path(store, path, on_progress=lambda n, m: tell("importing", n, m or n))
            yield store
        finally:
            store.close()


@contextmanager
def _encoder() -> Iterator[CachedEncoder]:
    encoder = CachedEncoder(open_encoder("minilm"), cache_folder())
    try:
        yield encoder
    finally:
        encoder.close()


def _counted(window: Window) -> dict[str, float]:
    return {
        "in_window": len(window.questions),
        "measured": len(window.answered),
        "dropped_share": window.dropped_share,
        "too_late": window.too_late,
    }


def _conditions() -> dict[str, Any]:
    return {
        "seed": SEED,
        "resamples": RESAMPLES,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "packages": {name: version(name) for name in PACKAGES},
    }


def _write(path: Path, truth: Mapping[str, Any], values: Mapping[str, report.PerQuery]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for row, query in enumerate(truth):
            line = {
                "query": hashlib.sha256(query.encode()).hexdigest()[:16],
                "systems": {
                    name: {measure: float(column[row]) for measure, column in columns.items()}
                    for name, columns in values.items()
                },
            }
            file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def _silent(stage: str, done: int, total: int) -> None:
    """Progress for a caller who asked for none."""
