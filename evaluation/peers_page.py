"""The page of figures about peers."""

from collections.abc import Mapping
from typing import Any

ORDER = (
    "random",
    "active",
    "spaces",
    "spaces x active",
    "friends of friends",
    "concerns",
    "topics",
    "peers",
)


def page(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """All communities' figures in Markdown."""
    return "\n".join(str(name) for name in figures) + "\n"
