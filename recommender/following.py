"""The parts that answers are made of, put together and kept at the state of the store.

In: a store, encoders, settings. Out: a view in memory that is at the store's newest state whenever
it is held, and what `learn` found out.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock, RLock
from typing import Self

from threadpoolctl import threadpool_limits

from data.models import Person, Post
from data.store import Store
from embeddings.face import Encoder
from embeddings.statistics import Statistics

from .alike import SimilarRanker, default_similar
from .columnfile import erase_columns, open_columns, save_columns
from .community import Community
from .embedding import embed_pending
from .encoders import open_encoders
from .feed import Knowing
from .feedranker import FeedRanker
from .growing import following, grown
from .health import health_of
from .impressions import Impressions
from .mentions import Mentions
from .parts import Parts
from .past import Past
from .profiles import Profiles
from .questions import Reader
from .ranker import Ranker
from .settings import EngineSettings
from .showing import shown_posts
from .similar import SimilarParts
from .snapshots import is_of_history, note_history
from .templates import Templates
from .texts import TextIndex
from .topicindex import TopicIndex
from .view import View, Views, end_of_hour, view_of
from .whitening import Whitening
from .working import leave_to_workers

SETTLED_AFTER = 100_000
"""Texts: 0.2 GB of vectors; saving a million takes seconds."""

Progress = Callable[[str, int, int], None]

logger = logging.getLogger(__name__)

STATISTICS, RANKER, FEED_RANKER, TOPICS = "statistics", "ranker", "feed", "topics"
SIMILAR, WHITENING, TEMPLATES, ENGLISH = "similar", "whitening", "templates", "english"
"""The names under which `learn` keeps the corpus statistics, the rankers and the topics."""


class Following:
    """A store, its community and texts in memory, and the models that were learned on them.

    `_current` holds it still; all methods may be called from several threads.
    """

    def __init__(
        self,
        store: Store,
        encoders: Mapping[str, Encoder],
        index_folder: Path | None,
        settings: EngineSettings | None = None,
    ) -> None:
        self.store = store
        self.encoders = dict(encoders)
        self.reader = Reader(self.encoders)
        self._index_folder = index_folder
        self.settings = settings or EngineSettings()
        self.statistics: Statistics | None = None
        self.ranker, self.feed_ranker = self.settings.prior, self.settings.feed_prior
        self.similar_ranker = default_similar()
        self.whitening: Whitening | None = None
        self.templates = Templates()
        self._lock = RLock()
        self._embedding = Lock()
        self._begin()

    def _begin(self) -> None:
        self.community = Community()
        self.past = Past()
        self._views = Views()
        self.texts = TextIndex(self.encoders, self._index_folder)
        self.profiles = Profiles(self.encoders)
        self.topic_index = TopicIndex()
        self.mentions = Mentions(self.store)
        self._mark: int | None = None
        # Whether what no snapshot holds has been read: people, spaces, what was learned.
        self._whole = False
        self._columns_at = -1

    @classmethod
    def open(
        cls,
        store: Store,
        settings: EngineSettings | None = None,
        progress: Progress | None = None,
        *,
        reads: bool = True,
    ) -> Self:
        """Open over `store`, and mend whatever its indexes lack.

        Snapshots lie beside SQLite's file, those of a server in the working folder. `reads`: texts
        that nobody has read are, first; else it holds the rest, and `sync` reads them.
        """
        settings = settings or EngineSettings()
        # Products here are small: a second thread gains little, and waits for cores others use.
        threadpool_limits(1, "blas")
        folder, path = settings.index_folder, store.database.path
        if folder is None and path is not None:
            folder = path.with_name(path.name + ".index")
        elif folder is None and not store.database.is_sqlite:
            folder = Path(f"whoknows-{store.uid()}.index").absolute()
        engine = cls(store, open_encoders(settings), folder, settings)
        engine.open_saved()
        if reads:
            engine.sync(progress)
        engine.sync_written(())
        return engine

    def open_saved(self) -> None:
        """Begin with what was saved last, if it is of this database; what is newer is followed."""
        folder = self._index_folder
        if folder is None or not is_of_history(self.store, folder):
            return
        uid, newest = self.store.uid(), self.store.seq()
        self.texts.open_snapshot(uid, newest)
        community = open_columns(folder, uid, newest)
        if community is not None:
            self.community = community
            self._columns_at = community.seq
            self._mark = self.store.state(community.seq).mark

    def close(self) -> None:
        """Save the indexes for the next start.

        At the newest state: what another process deleted must not come back to the disk.
        """
        with self._current():
            self._save()

    def settle(self) -> None:
        """Save, and hold what is saved as a map of the files, if much has come in since.

        Vectors then need memory only while they are searched; little is lost by being cut off.
        """
        with self._current():
            if self._index_folder is not None and self.texts.unsaved >= SETTLED_AFTER:
                self._save()
                self.texts.open_snapshot(self.store.uid(), self.texts.seq)

    def _save(self) -> None:
        folder = self._index_folder
        if folder is None:
            return
        uid = self.store.uid()
        note_history(folder, self.community.seq, self._mark)
        self.texts.save_snapshot(uid)
        if self._columns_at != self.community.seq:
            save_columns(self.community, folder, uid)
            self._columns_at = self.community.seq

    # Following ----------------------------------------------------------------------------

    def sync(self, progress: Progress | None = None) -> None:
        """Embed what the store holds and nobody has read, and follow it to its newest state.

        A standby's texts are embedded by whoever writes to its primary; with `workers`, all are by
        those who do nothing else; beside an import into the same SQLite file, by that.
        """
        told = None if progress is None else lambda done, total: progress("embedding", done, total)
        with self._embedding:
            others = self.settings.workers or self.store.left_to_others()
            if not others and self.store.database.standby() is None:
                embed_pending(self.store, self.encoders, told)
        with self._current():
            pass

    def sync_written(self, numbers: Sequence[int]) -> None:
        """As `sync`, of what the transactions `numbers` wrote: a caller waits for no other's."""
        if numbers:
            span = numbers[0] - 1, numbers[-1]
            if self.settings.workers:
                leave_to_workers(self.store, self.encoders, span)
            embed_pending(self.store, self.encoders, span=span)
        with self._current():
            pass

    @contextmanager
    def _current(self) -> Iterator[None]:
        """Hold the view still, at the newest state of the store."""
        with self._lock:
            seq, mark, shown = self.store.state(self.community.seq)
            if seq < self.community.seq:
                with self.store.database.one_moment():
                    seq, mark, shown = self.store.state(self.community.seq)
                    follows = self.store.database.standby() is not None
                if follows and seq < self.community.seq:
                    # Another server than the last one, which has not received all of it yet.
                    yield
                    return
            if seq < self.community.seq or mark != self._mark:
                logger.warning("the database goes back to before what was read; reading all anew")
                self.texts.erase_snapshot()
                self._begin()
            if not self._whole or seq != self.community.seq or seq != self.texts.seq:
                with self.store.database.one_moment():
                    self._follow()
                    self._mark = self.store.state(self.community.seq).mark
            if shown != self.community.impressions.number:
                self._follow_impressions(shown)
            yield

    def _follow_impressions(self, newest: int) -> None:
        kept = self.community.impressions
        if newest < kept.number:
            # Another server than the last one, or an older copy of the database.
            kept = self.community.impressions = Impressions()
        kept.absorb(self.store.impressions(kept.number), newest)

    def _follow(self) -> None:
        first = not self._whole
        changes = self.store.changes(self.community.seq, everybody=first)
        if changes.removed and self._index_folder is not None:
            erase_columns(self._index_folder)
        if self.texts.seq == self.community.seq:
            self.texts.absorb(self.store, changes)
        else:
            self.texts.absorb(self.store, self.store.changes(self.texts.seq))
        with following(self._views, self.community, changes):
            self.community.absorb(changes, anew=first)
        self.topic_index.absorb(changes)
        self.profiles.absorb(self.store, changes)
        self.mentions.forget(
            [*changes.removed.get("version", ()), *changes.versions[:, 0].tolist()]
        )
        if first or changes.learned:
            kept = self.store.learned()
            fitted, ranker, feed = (kept.get(name) for name in (STATISTICS, RANKER, FEED_RANKER))
            self.statistics = Statistics.from_bytes(fitted) if fitted else None
            self.ranker = Ranker.from_bytes(ranker) if ranker else self.settings.prior
            # A database from before feeds were learned has none.
            self.feed_ranker = FeedRanker.from_bytes(feed) if feed else self.settings.feed_prior
            self.topic_index.take(kept.get(TOPICS))
            alike, even = kept.get(SIMILAR), kept.get(WHITENING, b"")
            self.similar_ranker = SimilarRanker.from_bytes(alike) if alike else default_similar()
            self.whitening = Whitening.from_bytes(even)
            self.templates = Templates.from_bytes(kept.get(TEMPLATES, b""))
            self.reader.expect(float(kept.get(ENGLISH, b"0")))
        self._whole = True

    @property
    def parts(self) -> Parts:
        """What it ranks with, to be held still by whoever uses it."""
        return Parts(self.store, self.past, self.texts, self.profiles, self.reader, self.mentions)

    @property
    def knowing(self) -> Knowing:
        """What feeds are scored by, to be held still by whoever uses it."""
        return Knowing(self.feed_ranker, self.profiles, self.mentions)

    @property
    def _similar(self) -> SimilarParts:
        return SimilarParts(self.texts, self.statistics, self.whitening, self.similar_ranker)

    def _view(self, viewer_id: str | None, as_of: datetime | None, now: datetime) -> View:
        community = self.past.of(self.community, self.store, as_of)
        # A view holds its community, so that no other one gets its identity while it is kept.
        classes = community.access.readable(viewer_id).tobytes()
        key = id(community), community.seq, classes, as_of, None if as_of else end_of_hour(now)
        asked = community, viewer_id, as_of, now
        return self._views.of(key, lambda: view_of(*asked), lambda kept: grown(kept, *asked))

    def person(self, person_id: str) -> Person | None:
        """A person as the last answer knew them, from memory: a page names dozens of authors."""
        return self.community.people.get(self.community.person_keys.get(person_id, 0))

    def _shown(self, view: View, keys: Iterable[int]) -> dict[int, Post]:
        return shown_posts(self.community, self.store, view, keys)

    def status(self) -> dict[str, object]:
        """What is known and indexed, for health checks and `doctor`."""
        with self._current():
            return {
                **health_of(self.store, self.community, self.texts, self.encoders),
                "learned": self.statistics is not None,
                "learned_from": self.ranker.answered,
            }
