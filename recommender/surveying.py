"""Answers about the community as a whole and about its people: topics, their threads, peers."""

from datetime import datetime

from data.errors import UnknownPerson, UnknownTopic
from data.rows import from_us

from . import expertise, experts, figures, peers, topics
from .answering import answered
from .feedchoices import share_left
from .feedhistory import history_of
from .following import Following
from .results import Chosen, FiguresAnswer, PeersAnswer, Topic, TopicsAnswer, TopicThread


class Surveying(Following):
    """The part of the engine that tells what the community is about."""

    def topics(
        self, *, viewer_id: str | None, as_of: datetime | None, now: datetime
    ) -> TopicsAnswer:
        """What the community is about, as a viewer may know it."""
        with self._current():
            view = self._view(viewer_id, as_of, now)
            return topics.report(self.topic_index, self.texts, view)

    def figures(
        self, days: int, *, viewer_id: str | None, as_of: datetime | None, now: datetime
    ) -> FiguresAnswer:
        """How the community fared in the last `days` and in as many before, as a viewer may know.

        Parameters
        ----------
        days : 1 or more.
        """
        with self._current():
            return self._view(viewer_id, as_of, now).once(figures.report, days)

    def topic_threads(
        self,
        topic_id: str,
        text: str | None,
        *,
        k: int,
        viewer_id: str | None,
        as_of: datetime | None,
        now: datetime,
    ) -> tuple[TopicThread, ...]:
        """Threads of a topic: the newest, or with a `text` those nearest to it in meaning.

        Raises
        ------
        UnknownTopic : no such topic, or none that the viewer may know of.
        """
        question = self.reader.read(text) if text else None
        with self._current():
            view = self._view(viewer_id, as_of, now)
            chosen = topics.threads_of(self.topic_index, self.texts, view, topic_id, question)
            if chosen is None:
                raise UnknownTopic(topic_id)
            keys = chosen[:k]
            posts = self._shown(view, keys.tolist())
            replied = answered(view, keys).tolist()
            return tuple(
                TopicThread(posts[key], told)
                for key, told in zip(keys.tolist(), replied, strict=True)
                if key in posts
            )

    def expertise(
        self, person_id: str, *, viewer_id: str | None, as_of: datetime | None, now: datetime
    ) -> tuple[Topic, ...]:
        """What a person has shown knowledge of, as a viewer may know it.

        Raises
        ------
        UnknownPerson
        """
        with self._current():
            self._known(person_id, viewer_id, now)
            view = self._view(viewer_id, as_of, now)
            return expertise.topics(
                self.parts, self.topic_index, self.statistics, view, person_id, viewer_id
            )

    def chosen(self, person_id: str, now: datetime) -> Chosen:
        """What a person chose as concerning them, for themselves.

        Raises
        ------
        UnknownPerson
        """
        with self._current():
            if person_id not in self.community.person_keys:
                raise UnknownPerson(person_id)
            pk = self.community.person_keys[person_id]
            view = self._view(person_id, None, now)
            chosen = self.profiles.choices.before(pk, from_us(view.moment))
            turned = len(history_of(view.community, view, pk).turned)
            there = self.topic_index.ids()
            ids = {choice.topic: choice.id for choice in chosen if choice.id in there}
            return Chosen(tuple(choice.topic for choice in chosen), share_left(turned), ids)

    def peers(
        self,
        person_id: str,
        *,
        k: int = 5,
        viewer_id: str | None = None,
        as_of: datetime | None = None,
        now: datetime,
    ) -> PeersAnswer:
        """Colleagues with the same concerns as a person's, through their own eyes if not told.

        Others are told none of who wishes not to be found.

        Raises
        ------
        UnknownPerson
        """
        viewer_id = person_id if viewer_id is None else viewer_id
        with self._current():
            pk = self._known(person_id, viewer_id, now)
            if self.community.people[pk].consent == "hidden" and viewer_id != person_id:
                return PeersAnswer((), None)
            view = self._view(viewer_id, as_of, now)
            return peers.find(self.parts, self.topic_index, view, pk, k)

    def peer_signals(
        self, person_id: str, as_of: datetime
    ) -> tuple[list[str], dict[str, list[float]], list[float]]:
        """All peers of a person at a moment, through their own eyes, for measuring.

        Returns
        -------
        Ids, best first; by signal, the value of each; the score of each.

        Raises
        ------
        UnknownPerson
        """
        with self._current():
            pk = self._known(person_id, person_id, as_of)
            view = self._view(person_id, as_of, as_of)
            ranking = peers.rank(self.parts, self.topic_index, view, pk)
            order, people = ranking.order, view.community.people
            values = {name: column[order].tolist() for name, column in ranking.found.values.items()}
            return [people[pk].id for pk in order], values, ranking.score[order].tolist()

    def _known(self, person_id: str, viewer_id: str | None, now: datetime) -> int:
        """The key of a person whom the viewer may know of.

        Raises
        ------
        UnknownPerson
        """
        pk = self.community.person_keys.get(person_id, 0)
        # Whom the viewer can know of does not depend on the moment asked about.
        today = self._view(viewer_id, None, now).once(experts.visible)
        if not today[pk] and (not pk or viewer_id != person_id):
            raise UnknownPerson(person_id)
        return pk
