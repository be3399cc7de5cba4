"""How it goes with questions here: lately, with ones like this, with this asker's.

In: a view and the evidence of a question. Out: what the chances of a reply depend on beside the
candidates themselves, as the viewer can see it, before the moment.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .begun import begun_by_all, joinings_in, roots_in
from .columns import Flags, Ints, counted, decayed
from .community import NAMELESS
from .evidence import Evidence
from .view import View

Floats = npt.NDArray[np.float64]

RETURNING_HALF_LIFE = 30.0
"""Days over which it is looked at who joins lately; of 15 to 365 the shorter were the better."""

ANSWERED_HALF_LIFE = 60.0
"""Days of the share that is answered lately."""

SETTLED_US = 2 * 86_400_000_000
"""Age from which a thread that nobody joined counts as unanswered."""

PRIOR = 3.0
"""Threads, half of them answered by one, that are added to those of the last months; and threads
at the usual rate that are added to the asker's own."""

ALIKE_PRIOR = 0.2
"""Weight of threads at the usual rate that is added to that of the like ones."""

RETURNING_PRIOR = 0.3
"""Joinings by somebody known in those threads: where nobody has replied yet, whoever comes first
is hardly one's foremost candidate."""

QUESTION_MARKS = "?\N{FULLWIDTH QUESTION MARK}\N{ARABIC QUESTION MARK}\N{GREEK QUESTION MARK}"


@dataclass(frozen=True, slots=True)
class Pace:
    """How it goes here.

    Attributes
    ----------
    returning : joinings a thread lately by people who had joined one before: who has not is
        nobody's candidate.
    answered : share of threads lately that anyone joined.
    alike_joined, alike_answered : joinings, and share answered, of the threads most like the
        question, over those of all threads: a ratio, and a ratio of odds.
    asker_answered : the same of the share of the asker's own threads that was answered.
    asks : 1 with a question mark, 0 without.
    """

    returning: float
    answered: float
    alike_joined: float = 1.0
    alike_answered: float = 1.0
    asker_answered: float = 1.0
    asks: float = 1.0


@dataclass(frozen=True, slots=True)
class Usual:
    """How it goes whatever the question.

    `keys`: threads old enough for somebody to have seen them, ascending; `author`, whose they
    are, 0 of those who are not named; `joined`, how many joined each. The others as in `Pace`, and
    over all threads.
    """

    keys: Ints
    author: Ints
    joined: Floats
    returning: float
    answered: float
    usual: float
    often: float


def usual_in(view: View) -> Usual:
    """How it goes in a view."""
    community, joinings = view.community, view.once(joinings_in)
    posts = community.posts
    created, author = posts["created"], posts["author"]
    keys = view.once(begun_by_all)
    settled = (created[keys] < view.moment - SETTLED_US) & ~community.roster.bots[author[keys]]
    keys = keys[settled]
    roots = view.once(roots_in)
    # Of a thread without a text nobody is known to have joined it.
    place, told = roots.place[keys], len(roots.rows)
    numbers = np.append(joinings.numbers(told), 0.0)
    returned = joinings.place[_returning(joinings.person)]
    joined, again = numbers[place], np.append(counted(returned, minlength=told), 0.0)[place]
    age = view.moment - created[keys]
    lately, recent = decayed(age, RETURNING_HALF_LIFE), decayed(age, ANSWERED_HALF_LIFE)
    replied = joined > 0
    answered = float(recent[replied].sum()) + PRIOR / 2
    return Usual(
        keys=keys,
        author=np.where(posts["flags"][keys] & NAMELESS, 0, author[keys]),
        joined=joined,
        returning=(float((lately * again).sum()) + RETURNING_PRIOR) / (float(lately.sum()) + PRIOR),
        answered=answered / (float(recent.sum()) + PRIOR),
        usual=(float(joined.sum()) + PRIOR / 2) / (len(keys) + PRIOR),
        often=(float(replied.sum()) + PRIOR / 2) / (len(keys) + PRIOR),
    )


def pace_of(view: View, evidence: Evidence, asker: int | None, text: str) -> Pace:
    """The pace, from threads that are old enough for somebody to have seen them."""
    known = view.once(usual_in)
    joined, usual, often = known.joined, known.usual, known.often
    at = np.minimum(np.searchsorted(known.keys, evidence.near), max(len(known.keys) - 1, 0))
    near = known.keys[at] == evidence.near if len(known.keys) else np.zeros(len(at), bool)
    alike, weight = joined[at[near]], evidence.nearness[near]
    asked = joined[known.author == asker] if asker is not None else joined[:0]
    own = _drawn(asked > 0, np.ones(len(asked)), known.answered, PRIOR)
    alike_answered = _drawn(alike > 0, weight, often, ALIKE_PRIOR)
    return Pace(
        returning=known.returning,
        answered=known.answered,
        alike_joined=_drawn(alike, weight, usual, ALIKE_PRIOR) / usual,
        alike_answered=_odds(alike_answered) / _odds(often),
        asker_answered=_odds(own) / _odds(known.answered),
        asks=float(any(mark in text for mark in QUESTION_MARKS)),
    )


def _returning(person: Ints) -> Flags:
    """Which joinings, in order of time, are not their person's first."""
    count = len(person)
    first = np.zeros(int(person.max(initial=0)) + 1, dtype=np.int64)
    first[person[::-1]] = np.arange(count)[::-1]
    again: Flags = first[person] != np.arange(count)
    return again


def _drawn(values: Floats | Flags, weight: Floats, usual: float, prior: float) -> float:
    """The weighted mean of `values`, with `prior` of the weight at `usual`."""
    return (float((weight * values).sum()) + prior * usual) / (float(weight.sum()) + prior)


def _odds(share: float) -> float:
    return share / (1.0 - share)
