"""The one place where questions are answered: who knows, what is similar, what concerns whom.

Every answer is given on the state of the store at the time of the call. All methods may be
called from several threads.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from data.errors import UnknownPerson
from data.models import Person
from data.rows import to_us

from . import experts, similar
from .answering import answered
from .cursors import Shown, decode_cursor
from .feedpage import feed_page
from .following import (
    ENGLISH,
    FEED_RANKER,
    RANKER,
    SIMILAR,
    STATISTICS,
    TEMPLATES,
    TOPICS,
    WHITENING,
    Progress,
)
from .ideas import trials
from .learning import english_share, learn
from .likeness import Asked, question_of
from .queries import ExpertsQuery, SimilarQuery
from .results import ExpertsAnswer, FeedPage, SimilarIdea, ThreadPage
from .suggesting import suggest
from .surveying import Surveying
from .threadpage import MOST_REPLIES, thread_page
from .topicmodel import fit_topics
from .view import end_of_hour
from .words import similar_reason


class Engine(Surveying):
    """Answers who knows, what is similar, and what concerns whom."""

    # Answers ------------------------------------------------------------------------------

    def search_experts(self, query: ExpertsQuery, now: datetime) -> ExpertsAnswer:
        """The people most likely to help with a question, with what speaks for them."""
        text = "\n".join(part for part in (query.title, query.query, *query.tags) if part)
        question = self.reader.read(text)
        with self._current():
            viewer_id = query.asker_id if query.viewer_id is None else query.viewer_id
            view = self._view(viewer_id, query.as_of, now)
            return suggest(
                self.parts,
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
        question = question_of(self.reader, self.templates.without(text))
        with self._current():
            view = self._view(query.viewer_id, query.as_of, now)
            asked = Asked(query, question, view)
            hits = similar.find(self._similar, asked)
            hits = similar.settled(hits, self.store.post_ids)[: query.k]
            posts = self._shown(view, [hit.post for hit in hits])
            roots = similar.roots_of(hits)
            tried = trials(view.community, view, roots)
            replied = answered(view, roots).tolist()
            words = similar.shared_words(self._similar, asked, hits, posts)
            return tuple(
                SimilarIdea(
                    posts[hit.post],
                    hit.score,
                    hit.probability,
                    similar_reason(
                        hit,
                        shared,
                        posts[hit.post].language,
                        tried.get(hit.post),
                        question.language,
                    ),
                    hit.same,
                    told,
                )
                for hit, shared, told in zip(hits, words, replied, strict=True)
                if hit.post in posts
            )

    def similar_scores(
        self, query: SimilarQuery, ids: Sequence[str], now: datetime
    ) -> dict[str, float]:
        """The score that `similar` gives each of the threads `ids`, found by it or not.

        Without those that are no thread the viewer may read.
        """
        text = "\n".join(part for part in (query.title, query.body) if part)
        question = question_of(self.reader, self.templates.without(text))
        keys = {key: id_ for id_ in ids if (key := self.store.post_key(id_)) is not None}
        with self._current():
            view = self._view(query.viewer_id, query.as_of, now)
            scored = similar.scored(
                self._similar, Asked(query, question, view), np.array(list(keys), dtype=np.int64)
            )
        return {keys[key]: score for key, score in scored.items()}

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
            shown = Shown.none()
            if cursor is not None:
                # A later page is of the moment of the first, whatever else is asked.
                now, past, shown = decode_cursor(cursor, as_of or end_of_hour(now))
                as_of = now if past else None
            view = self._view(person_id, as_of, now)
            return feed_page(
                view.community,
                self.texts,
                self.store,
                view,
                person_id,
                k,
                shown,
                self.settings.feed,
                self.knowing,
            )

    def people(self, text: str, viewer_id: str | None, now: datetime) -> tuple[Person, ...]:
        """People whose name, id or title holds every word of `text`, by name."""
        with self._current():
            return experts.named_like(self.community, self._view(viewer_id, None, now), text)

    def thread(
        self, post_id: str, viewer_id: str | None, now: datetime, k: int = MOST_REPLIES
    ) -> ThreadPage | None:
        """The page of a post's thread that it is on, as a viewer may read it; None if they may
        not."""
        with self._current():
            view = self._view(viewer_id, None, now)
            key = self.store.post_key(post_id)
            if key is None or key >= len(view.posts) or not view.posts[key]:
                return None
            return thread_page(self.community, self.store, view, key, k)

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
            settings = self.settings
            view = self._view(None, until, now)
            english = english_share(self.parts, view)
            # What is fitted is fitted on questions as they will be read.
            self.reader.expect(english)
            fitted = learn(
                self.parts,
                view,
                to_us(until or now),
                settings.prior,
                settings.feed_prior,
                settings.own_weights,
                told,
            )
            kept = {
                ENGLISH: str(english).encode(),
                STATISTICS: fitted.statistics.to_bytes(),
                RANKER: fitted.ranker.to_bytes(),
                FEED_RANKER: fitted.feed.to_bytes(),
                SIMILAR: fitted.similar.to_bytes(),
                TEMPLATES: fitted.templates.to_bytes(),
                WHITENING: fitted.whitening.to_bytes() if fitted.whitening else b"",
            }
            before = self.topic_index.model
            found = fit_topics(self.parts, view, to_us(until or now), before)
            if found is not None:
                kept[TOPICS] = found.to_bytes()
            self.store.keep_learned(kept)
            self.close()
        return {
            "texts": fitted.texts,
            "questions": fitted.questions,
            "answered": fitted.answered,
            "turns": fitted.feed.turns,
            "topics": len(found.words) if found is not None else 0,
        }
