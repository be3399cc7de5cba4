"""The one place where the parts are put together: a store, its view in memory, the rankers.

Every answer is given on the state of the store at the time of the call. All methods may be
called from several threads.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock, RLock

import numpy as np

from data.errors import UnknownPerson
from data.models import Person, Post
from data.rows import to_us
from data.store import Store
from embeddings.face import Encoder
from embeddings.registry import MINILM, MULTILINGUAL, open_encoder
from embeddings.statistics import Statistics

from . import expertise, experts, feed, similar
from .community import Community
from .embedding import embed_pending
from .feedpage import feed_page
from .ideas import trials
from .learning import learn
from .meaning import Reader
from .parts import Parts
from .past import Past
from .profiles import Profiles
from .queries import ExpertsQuery, SimilarQuery
from .ranker import Ranker
from .results import ExpertsAnswer, FeedPage, SimilarIdea, Topic
from .settings import EngineSettings
from .showing import shown_posts
from .suggesting import suggest
from .texts import TextIndex
from .view import View, end_of_hour, view_of
from .words import similar_reason

Progress = Callable[[str, int, int], None]

STATISTICS, RANKER = "statistics", "ranker"
"""The names under which `learn` keeps the corpus statistics and the ranker."""


class Engine:
    """Answers who knows, what is similar, and what concerns whom."""

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
        self.community = Community()
        self.past = Past()
        self.texts = TextIndex(self.encoders, index_folder)
        self.profiles = Profiles(self.encoders)
        self.settings = settings or EngineSettings()
        self.statistics: Statistics | None = None
        self.ranker = self.settings.prior
        self._lock = RLock()
        self._embedding = Lock()

    @classmethod
    def open(
        cls, store: Store, settings: EngineSettings | None = None, progress: Progress | None = None
    ) -> "Engine":
        """Open over `store`, and mend whatever its indexes lack; snapshots lie beside SQLite."""
        settings = settings or EngineSettings()
        encoders = {
            MINILM: open_encoder(settings.english_encoder),
            MULTILINGUAL: open_encoder(settings.multilingual_encoder),
        }
        folder, path = settings.index_folder, store.database.path
        if folder is None and path is not None:
            folder = path.with_name(path.name + ".index")
        engine = cls(store, encoders, folder, settings)
        engine.texts.open_snapshot(store.uid(), store.seq())
        engine.sync(progress)
        return engine

    def close(self) -> None:
        """Save the indexes for the next start."""
        with self._lock:
            self.texts.save_snapshot(self.store.uid())

    # Following ----------------------------------------------------------------------------

    def sync(self, progress: Progress | None = None) -> None:
        """Embed what the store holds and nobody has read, and follow it to its newest state."""
        told = None if progress is None else lambda done, total: progress("embedding", done, total)
        with self._embedding:
            embed_pending(self.store, self.encoders, told)
        with self._current():
            pass

    @contextmanager
    def _current(self) -> Iterator[None]:
        """Hold the view still, at the newest state of the store."""
        with self._lock:
            seq = self.store.seq()
            if seq != self.community.seq or seq != self.texts.seq:
                self._follow()
            yield

    def _follow(self) -> None:
        first = self.community.seq == 0
        changes = self.store.changes(self.community.seq)
        if self.texts.seq == self.community.seq:
            self.texts.absorb(self.store, changes)
        else:
            self.texts.absorb(self.store, self.store.changes(self.texts.seq))
        self.community.absorb(changes)
        self.profiles.absorb(self.store, changes.people, changes.removed.get("person", []))
        if first or changes.learned:
            kept = self.store.learned()
            fitted, ranker = kept.get(STATISTICS), kept.get(RANKER)
            self.statistics = Statistics.from_bytes(fitted) if fitted else None
            self.ranker = Ranker.from_bytes(ranker) if ranker else self.settings.prior

    @property
    def _parts(self) -> Parts:
        return Parts(self.store, self.past, self.texts, self.profiles, self.reader)

    def _view(self, viewer_id: str | None, as_of: datetime | None, now: datetime) -> View:
        return view_of(self.past.of(self.community, self.store, as_of), viewer_id, as_of, now)

    def _shown(self, view: View, keys: Iterable[int]) -> dict[int, Post]:
        return shown_posts(self.community, self.store, view, keys)

    # Answers ------------------------------------------------------------------------------

    def search_experts(self, query: ExpertsQuery, now: datetime) -> ExpertsAnswer:
        """The people most likely to help with a question, with what speaks for them."""
        text = "\n".join(part for part in (query.title, query.query, *query.tags) if part)
        question = self.reader.read(text)
        with self._current():
            view = self._view(query.viewer_id or query.asker_id, query.as_of, now)
            return suggest(
                self._parts,
                self.statistics,
                self.ranker,
                self.settings.ranking,
                query,
                question,
                view,
            )

    def similar(self, query: SimilarQuery, now: datetime) -> tuple[SimilarIdea, ...]:
        """The threads nearest to a text, best first; ties by id."""
        text = "\n".join(part for part in (query.title, query.body) if part)
        question = self.reader.read(text)
        with self._current():
            view = self._view(query.viewer_id, query.as_of, now)
            hits = similar.find(view.community, self.texts, self.statistics, query, question, view)
            ids = self.store.post_ids([hit.post for hit in hits])
            hits.sort(key=lambda hit: (-hit.score, ids.get(hit.post, "")))
            hits = [hit for hit in hits if hit.probability >= query.min_probability][: query.k]
            posts = self._shown(view, [hit.post for hit in hits])
            tried = trials(view.community, view, similar.roots_of(hits))
            return tuple(
                SimilarIdea(
                    posts[hit.post],
                    hit.score,
                    hit.probability,
                    similar_reason(
                        hit, posts[hit.post].language, tried.get(hit.post), question.language
                    ),
                )
                for hit in hits
                if hit.post in posts
            )

    def feed(
        self,
        person_id: str,
        *,
        k: int = 10,
        as_of: datetime | None = None,
        cursor: str | None = None,
        now: datetime,
    ) -> FeedPage:
        """The next `k` threads for a person.

        Raises
        ------
        UnknownPerson, InvalidCursor
        """
        with self._current():
            if person_id not in self.community.person_keys:
                raise UnknownPerson(person_id)
            shown = np.zeros(0, dtype=np.int64)
            if cursor is not None:
                # A later page is of the moment of the first, whatever else is asked.
                now, past, shown = feed.decode_cursor(cursor, as_of or end_of_hour(now))
                as_of = now if past else None
            view = self._view(person_id, as_of, now)
            return feed_page(view.community, self.texts, self.store, view, person_id, k, shown)

    def expertise(
        self, person_id: str, *, viewer_id: str | None, as_of: datetime | None, now: datetime
    ) -> tuple[Topic, ...]:
        """What a person has shown knowledge of, as a viewer may know it.

        Raises
        ------
        UnknownPerson
        """
        with self._current():
            pk = self.community.person_keys.get(person_id, 0)
            # Whom the viewer can know of does not depend on the moment asked about.
            today = experts.visible(self.community, self._view(viewer_id, None, now))
            if not today[pk] and (not pk or viewer_id != person_id):
                raise UnknownPerson(person_id)
            view = self._view(viewer_id, as_of, now)
            return expertise.topics(
                view.community, self.texts, self.store, self.statistics, view, person_id, viewer_id
            )

    def people(self, text: str, viewer_id: str | None, now: datetime) -> tuple[Person, ...]:
        """People whose name, id or title holds every word of `text`, by name."""
        with self._current():
            return experts.named_like(self.community, self._view(viewer_id, None, now), text)

    def thread(self, post_id: str, viewer_id: str | None, now: datetime) -> tuple[Post, ...]:
        """A post's thread as a viewer may read it, in order of time; empty if they may not."""
        with self._current():
            view = self._view(viewer_id, None, now)
            key = self.store.post_key(post_id)
            if key is None or key >= len(view.posts) or not view.posts[key]:
                return ()
            root = int(self.community.posts["root"][key])
            keys = np.array([root, *self.community.threads.get(root, [])])
            posts = self._shown(view, keys[view.posts[keys]].tolist())
        told = sorted(posts.items(), key=lambda at: (at[0] != root, at[1].created, at[1].id))
        return tuple(post for _, post in told)

    def may_read(self, viewer_id: str | None, post_id: str, now: datetime) -> bool:
        """Whether a viewer may read a post."""
        with self._current():
            key, readable = self.store.post_key(post_id), self._view(viewer_id, None, now).posts
            return key is not None and key < len(readable) and bool(readable[key])

    # Learning and state -------------------------------------------------------------------

    def learn(
        self, until: datetime | None, now: datetime, progress: Progress | None = None
    ) -> dict[str, int]:
        """Fit corpus statistics and the ranker on what is open to all; kept until the next time.

        `until`: nothing dated at or after it is looked at.
        """
        told = None if progress is None else lambda done, total: progress("learning", done, total)
        with self._current():
            prior, moved = self.settings.prior, self.settings.own_weights
            view = self._view(None, until, now)
            fitted = learn(self._parts, view, to_us(until or now), prior, moved, told)
            self.store.keep_learned(
                {STATISTICS: fitted.statistics.to_bytes(), RANKER: fitted.ranker.to_bytes()}
            )
            self.close()
        return {
            "texts": fitted.texts,
            "questions": fitted.questions,
            "answered": fitted.answered,
        }

    def status(self) -> dict[str, object]:
        """What is known and indexed, for health checks and `doctor`."""
        with self._current():
            pending = self.store.count_pending(self.texts.scheme)
            return {
                "seq": self.community.seq,
                "posts": int(self.community.posts.live.sum()),
                "people": len(self.community.people),
                "indexed": len(self.texts.words),
                "pending": pending,
                "learned": self.statistics is not None,
                "learned_from": self.ranker.answered,
                "encoders": {
                    lane: {
                        "fingerprint": encoder.fingerprint,
                        "runtime": getattr(encoder, "runtime", "sentence-transformers"),
                    }
                    for lane, encoder in self.encoders.items()
                },
            }
