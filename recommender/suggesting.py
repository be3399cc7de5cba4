"""From a question to the answer that is given: ranking, chances, evidence, and silence."""

from embeddings.statistics import Statistics

from . import experts
from .evidence import said_here
from .explain import Explainer
from .parts import Parts
from .queries import ExpertsQuery
from .questions import Question
from .ranker import Ranker, RankingSettings
from .results import Candidate, ExpertsAnswer
from .view import View

EXCERPT_WORDS = 12


def suggest(
    parts: Parts,
    statistics: Statistics | None,
    ranker: Ranker,
    settings: RankingSettings,
    query: ExpertsQuery,
    question: Question,
    view: View,
) -> ExpertsAnswer:
    """The people most likely to help, with what speaks for them, as `view` may know it."""
    ranker = settings.applied(ranker)
    ranking = experts.rank(
        parts.texts,
        parts.profiles,
        statistics,
        ranker,
        query,
        question,
        view,
        settings.newcomers,
    )
    chosen = [
        (pk, chance)
        for pk in ranking.order[: query.k]
        for chance in (experts.probability(ranking, ranker, pk),)
        if chance >= query.min_probability
    ]
    keywords = parts.texts.words.keywords(
        question.text, EXCERPT_WORDS, statistics=statistics, counted=view.counted
    )
    words = tuple(keyword.word for keyword in keywords)
    least = ranker.known(settings.false_alarms, len(set(words)))
    silent = ranking.known < least and not said_here(parts.texts, question, view, statistics)
    explainer = Explainer(view.community, parts.store, view, query, ranking, words, not silent)
    told = explainer.contributions([pk for pk, _ in chosen])
    people = view.community.people
    return ExpertsAnswer(
        candidates=tuple(
            Candidate(people[pk], float(ranking.score[pk]), chance, told[pk])
            for pk, chance in chosen
        ),
        answerable=experts.answerable(ranking, ranker),
        reason=experts.NOBODY_KNOWS if silent else None,
    )
