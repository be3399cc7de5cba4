"""How it goes with questions here: lately, with ones like this, with this asker's.

In: a view and the evidence of a question. Out: what the chances of a reply depend on beside the
candidates themselves, as the viewer can see it, before the moment.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .columns import Flags, counted, decayed
from .community import NAMELESS, Community
from .evidence import Evidence
from .kinship import Kinship
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


def pace_of(
    community: Community, view: View, evidence: Evidence, asker: int | None, text: str
) -> Pace:
    """The pace, from threads that are old enough for somebody to have seen them."""
    posts = community.posts
    created, author = posts["created"], posts["author"]
    settled = view.posts & (posts["root"] == np.arange(len(posts)))
    settled &= (created < view.moment - SETTLED_US) & ~community.roster.bots[author]
    keys = np.flatnonzero(settled)
    joined = counted(evidence.kin.root, minlength=len(posts))
    again = counted(evidence.kin.root[_returning(evidence.kin)], minlength=len(posts))
    age = view.moment - created[keys]
    lately = decayed(age, RETURNING_HALF_LIFE)
    returning = float((lately * again[keys]).sum()) + RETURNING_PRIOR
    recent = decayed(age, ANSWERED_HALF_LIFE)
    replied = joined > 0
    answered = float(recent[replied[keys]].sum()) + PRIOR / 2
    answered /= float(recent.sum()) + PRIOR
    near = settled[evidence.near]
    alike, weight = evidence.near[near], evidence.nearness[near]
    usual = (float(joined[keys].sum()) + PRIOR / 2) / (len(keys) + PRIOR)
    often = (float(replied[keys].sum()) + PRIOR / 2) / (len(keys) + PRIOR)
    asked = keys[author[keys] == asker] if asker is not None else keys[:0]
    asked = asked[(posts["flags"][asked] & NAMELESS) == 0]
    own = _drawn(replied[asked], np.ones(len(asked)), answered, PRIOR)
    return Pace(
        returning=returning / (float(lately.sum()) + PRIOR),
        answered=answered,
        alike_joined=_drawn(joined[alike], weight, usual, ALIKE_PRIOR) / usual,
        alike_answered=_odds(_drawn(replied[alike], weight, often, ALIKE_PRIOR)) / _odds(often),
        asker_answered=_odds(own) / _odds(answered),
        asks=float(any(mark in text for mark in QUESTION_MARKS)),
    )


def _returning(kin: Kinship) -> Flags:
    """Which joinings, in order of time, are not their person's first."""
    count = len(kin.person)
    first = np.zeros(int(kin.person.max(initial=0)) + 1, dtype=np.int64)
    first[kin.person[::-1]] = np.arange(count)[::-1]
    again: Flags = first[kin.person] != np.arange(count)
    return again


def _drawn(values: Floats | Flags, weight: Floats, usual: float, prior: float) -> float:
    """The weighted mean of `values`, with `prior` of the weight at `usual`."""
    return (float((weight * values).sum()) + prior * usual) / (float(weight.sum()) + prior)


def _odds(share: float) -> float:
    return share / (1.0 - share)
