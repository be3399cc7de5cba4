"""What must be said beside a figure, for what the data is.

PROTOCOL.md, leak 9: all-MiniLM-L6-v2 was trained on Stack Exchange titles, bodies, answers and
duplicate links up to 2021, so whatever uses it has seen the answers of such a site.
"""

from collections.abc import Iterable

from data.models import Person

STACK_EXCHANGE = (
    "A Stack Exchange site: all-MiniLM-L6-v2 was trained on the titles, bodies, answers and "
    "duplicate links of these up to 2021. Figures of ours and of baselines that use it are too "
    "good here, and nothing may be claimed from them alone."
)

BACKGROUND_USER = ("-1", "Community")
"""Id and name of the process that every Stack Exchange site has among its users."""


def caveats_of(people: Iterable[Person]) -> list[str]:
    """What to say beside every figure of a community, from who its people are; often nothing.

    An import from a named source puts the name before each id: NAME:-1 is looked for too.
    """
    number, name = BACKGROUND_USER
    seen = any(person.name == name and person.id.rpartition(":")[2] == number for person in people)
    return [STACK_EXCHANGE] if seen else []
