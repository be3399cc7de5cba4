"""How a community fared without us: questions asked, answered, and how soon.

In: the questions of a window and all replies. Out: plain numbers. Anybody's reply counts here,
also a first one; what came later than the labels' window of 30 days does not.
"""

import statistics
from collections.abc import Sequence
from datetime import datetime, timedelta

from evaluation.protocol import LABEL_WINDOW, Question, Reply

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def leaders(questions: Sequence[Question], replies: Sequence[Reply]) -> dict[str, float]:
    """The figures of a window that a community's leaders ask for.

    Parameters
    ----------
    replies : of the whole history, in any order; those to other questions are passed over.

    Returns
    -------
    `asked`; `answered` and `within_day`, counts among them; `median_hours` from a question to
    its first reply, over the answered ones, left out where there is none.
    """
    first: dict[str, datetime] = {}
    for reply in replies:
        at = first.get(reply.root.id)
        if at is None or reply.post.created < at:
            first[reply.root.id] = reply.post.created
    waits = [first[question.id] - question.at for question in questions if question.id in first]
    waits = [wait for wait in waits if wait <= LABEL_WINDOW]
    figures: dict[str, float] = {
        "asked": len(questions),
        "answered": len(waits),
        "within_day": sum(wait <= DAY for wait in waits),
    }
    if waits:
        figures["median_hours"] = statistics.median(wait / HOUR for wait in waits)
    return figures
