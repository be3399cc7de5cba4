"""Real exports beside the repository: counts are as their keepers say, or each gap is told."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from data.models import Person, Post
from data.readers.detect import open_reader
from data.readers.face import ReadOptions, Rejection
from data.text import post_text

SHARED = Path(__file__).parent.parent.parent / "shared" / "data"
SLOW = {"zulip-lean"}
COMMUNITIES = sorted(path.parent.name for path in SHARED.glob("*/ABOUT.md"))
KINDS = {"people": "Person", "posts": "Post", "interactions": "Interaction", "links": "Link"}
# File -> (format, people, posts, roots) as counted by hand in the files themselves.
NATIVE = {
    "stackexchange-ai.tar.xz": ("stackexchange", 4931, 3308, 604),
    "slack-export.zip": ("slack", 71, 1031, 1031),
    "discourse-topics.jsonl.xz": ("discourse", 432, 5468, 700),
    "pipermail-mbox.tar.xz": ("mbox", None, 9223, None),
    # zulip-ncar's 6,707 posts by 171 people are the same, its 91 notices of the chat and 5 traces
    # of deleted messages among them.
    "zulip-web-archive.tar.xz": ("zulip-archive", 170, 6611, 811),
}

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not there")


@pytest.mark.parametrize("name", COMMUNITIES)
def test_a_community_s_counts_are_those_of_its_about(name):
    if name in SLOW and not os.environ.get("WHOKNOWS_SLOW"):
        pytest.skip("a million posts: set WHOKNOWS_SLOW=1")
    path = SHARED / name
    about = (path / "ABOUT.md").read_text().split("Counts: ")[1].splitlines()[0]
    stated = json.loads(about)
    found: Counter[str] = Counter()
    reader = open_reader(path)
    for item in reader.read(path, ReadOptions()):
        found[type(item.record).__name__] += 1
    assert reader.name == "community"
    assert {key: found[kind] for key, kind in KINDS.items()} == {key: stated[key] for key in KINDS}
    assert found["Rejection"] == 0


@pytest.mark.parametrize("name", sorted(NATIVE))
def test_a_native_export_is_recognised_and_read_whole(name):
    path = SHARED / "native" / name
    if not path.exists():
        pytest.skip(f"{name} is not there")
    format_, people, posts, roots = NATIVE[name]
    reader = open_reader(path)
    records = [item.record for item in reader.read(path, ReadOptions())]
    found = [record for record in records if isinstance(record, Post)]
    assert reader.name == format_
    assert len(found) == len({post.id for post in found}) == posts
    assert people in (None, sum(isinstance(record, Person) for record in records))
    assert roots in (None, sum(post.parent is None for post in found))
    assert all(record.reason for record in records if isinstance(record, Rejection))
    for post in found:
        post_text(post).encode()
