"""What an engine ranks with, handed on as one thing."""

from dataclasses import dataclass

from data.store import Store

from .mentions import Mentions
from .past import Past
from .profiles import Profiles
from .questions import Reader
from .texts import TextIndex


@dataclass(frozen=True, slots=True)
class Parts:
    """The store, the past of its community, its texts and profiles, who reads questions, and who is
    addressed in texts."""

    store: Store
    past: Past
    texts: TextIndex
    profiles: Profiles
    reader: Reader
    mentions: Mentions
