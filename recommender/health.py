"""What is known and indexed, for health checks and `doctor`."""

from collections.abc import Mapping
from dataclasses import asdict

from data.store import Store
from embeddings.face import Encoder

from .community import Community
from .texts import TextIndex


def health_of(
    store: Store, community: Community, texts: TextIndex, encoders: Mapping[str, Encoder]
) -> dict[str, object]:
    """Counts of what is held and of what waits, and who reads; held still by the caller."""
    standby = store.database.standby()
    return {
        "seq": community.seq,
        "posts": int(community.posts.live.sum()),
        "people": len(community.people),
        "indexed": len(texts.words),
        "pending": store.count_pending(texts.scheme),
        "workers": store.workers(),
        "standby": None if standby is None else asdict(standby),
        "encoders": {
            lane: {
                "fingerprint": encoder.fingerprint,
                "runtime": getattr(encoder, "runtime", "sentence-transformers"),
                "hindered": getattr(encoder, "hindered", None),
            }
            for lane, encoder in encoders.items()
        },
    }
