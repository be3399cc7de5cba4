"""Communities of unusual shape: what an answer or a change costs, counted and not timed."""

from collections.abc import ItemsView
from datetime import timedelta
from random import Random

import pytest

import recommender.roster
from data.models import Person, Post, Space
from recommender.access import Access
from recommender.columns import Ints
from recommender.drawing import Floats, Lottery
from recommender.roster import Roster
from tests.communities import NOW, START, engine_of

DAY = timedelta(days=1)


def test_who_changes_is_read_anew_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 50,000 people all were, for a second, while everybody waited."""
    engine = engine_of([Person(f"p{n:03}", name=f"Ann Bo{n}") for n in range(300)])
    spelled: list[str] = []
    exact = recommender.roster._spelled

    def counting(text: str) -> str:
        spelled.append(text)
        return exact(text)

    monkeypatch.setattr(recommender.roster, "_spelled", counting)
    engine.store.apply([Person("new", name="Cy"), Person("p007", name="Di")])
    engine.store.delete_person("p008")
    engine.sync()
    assert 0 < len(spelled) < 20
    monkeypatch.undo()
    assert vars_of(engine.community.roster) == vars_of(Roster(engine.community.people))


def vars_of(roster: Roster) -> dict[str, object]:
    """All that a roster holds, orders that say nothing left out."""
    told: dict[str, object] = {
        name: getattr(roster, name).tolist()
        for name in ("bots", "suggestible", "active", "described", "left", "joined", "by_id")
    }
    for name in ("_names", "_ids"):
        told[name] = {first: sorted(rows) for first, rows in getattr(roster, name).items()}
    for name in ("sites", "titles", "departments"):
        numbers = getattr(roster, name).tolist()
        told[name] = [numbers.index(number) if number else -1 for number in numbers]
    return told | {"busy": sorted(roster.busy)}


def test_a_roster_that_followed_changes_is_that_of_the_people() -> None:
    rng = Random(3)
    people: dict[int, Person] = {}
    roster = Roster({})
    for _ in range(60):
        before = {pk: people.pop(pk) for pk in rng.sample(sorted(people), len(people) // 3)}
        after = {
            pk: Person(
                f"id{pk * 7 % 31}",
                name=rng.choice(["Ann Bo", "Cy Di", None, "Cy"]),
                site=rng.choice(["North", "north ", "South", None]),
                title=rng.choice(["Clerk", " clerk", None, "Cook"]),
                bot=rng.random() < 0.2,
                consent=rng.choice(["open", "hidden"]),
                left=rng.choice([None, START]),
                weekly_capacity=rng.choice([None, 2]),
            )
            for pk in {*rng.sample(range(1, 30), 3), *rng.sample(sorted(before), len(before) // 2)}
            if pk not in people
        }
        people |= after
        roster.change(before, after, people)
        assert vars_of(roster) == vars_of(Roster(people))


def test_whether_an_idea_spreads_asks_after_few_readers_and_its_own_space(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each reader of the site was asked after every closed space, for each idea: seconds a feed,
    with 3,000 of them."""
    names = [f"n{n}" for n in range(40)]
    spaces = [Space(f"s{n}", visibility="members", members=(*names, "a")) for n in range(60)]
    people = [Person("a", site="south"), *(Person(name, site="north") for name in names)]
    roots = [
        Post(f"o{n}", "a", NOW - 99 * DAY, "lamps of the window", space="s0") for n in range(9)
    ]
    replies = [
        Post(f"{root.id}{name}", name, NOW - 98 * DAY, "so", thread=root.id, space="s0")
        for root in roots
        for name in names
    ]
    ideas = [
        Post(f"i{n}", "a", NOW - DAY / 4, "lamps of the window", kind="idea", space=f"s{n}")
        for n in range(20)
    ]
    engine = engine_of([*spaces, *people, *roots, *replies, *ideas])
    asked: list[int] = []
    exact = Access.may_read

    def counting(self: Access, viewer_id: str | None, access: int) -> bool:
        asked.append(access)
        return exact(self, viewer_id, access)

    monkeypatch.setattr(Access, "may_read", counting)
    assert engine.feed("n1", now=NOW).items
    # The viewer's own permissions, and for each idea a few who may have a better claim.
    assert len(asked) < 5 * len(spaces) + len(ideas) * 10


def test_what_is_dated_years_ahead_leads_no_feed() -> None:
    """It counted as new until its day came: a few such posts were all that anybody was shown."""
    ahead = [
        Post(f"f{n}", f"a{n}", NOW + (400 + n) * DAY, "lamps", title="Lamps") for n in range(9)
    ]
    new = [Post(f"n{n}", f"b{n}", NOW - n * DAY / 2, "lamps", title="Lamps") for n in range(1, 9)]
    soon = Post("soon", "c", NOW + DAY / 12, "lamps", title="Lamps")
    engine = engine_of([Person("v"), *ahead, *new, soon])
    shown = [item.post.id for item in engine.feed("v", k=9, now=NOW).items]
    assert set(shown) == {"soon", *(post.id for post in new)}


def test_a_member_of_many_spaces_is_named_once() -> None:
    """40 spaces of 20,000 members took more memory than 20,000 posts."""
    names = [f"name{n}" for n in range(30)]
    spaces = [Space(f"s{n}", visibility="members", members=tuple(names)) for n in range(20)]
    community = engine_of(spaces).community
    named = [name for members in community.access._members.values() for name in members]
    assert len(named) == 600 and len({id(name) for name in named}) == 30
    assert not any(space.members for space in community.spaces.values())


class _Looked(dict[int, Person]):
    """People, and how often one of them was looked at."""

    times = 0

    def __getitem__(self, key: int) -> Person:
        self.times += 1
        return super().__getitem__(key)

    def items(self) -> ItemsView[int, Person]:
        self.times += len(self)
        return super().items()


def test_peers_are_found_without_a_look_at_everybody() -> None:
    """Titles, departments and sites of 50,000 people were compared one by one, for 0.4 s."""
    people = [Person(f"p{n}", title="Clerk", site="north") for n in range(300)]
    engine = engine_of([*people, Post("t", "p1", START, "lamps")])
    engine.community.people = looked = _Looked(engine.community.people)
    assert len(engine.peers("p1", k=3, now=NOW).peers) == 3
    assert looked.times < 60


def test_lots_are_drawn_among_the_newest_of_very_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommender.lineup.MOST_DRAWN", 20)
    # Two at each time, so that the last of them have the same.
    posts = [
        Post(f"t{n}", f"p{n % 25}", NOW - timedelta(minutes=1 + n // 2), f"word{n} lamp")
        for n in range(70)
    ]
    engine = engine_of([Person("reader"), *posts])
    asked: list[set[str]] = []
    draw = Lottery.draw

    def noted(self: Lottery, place: int, keys: Ints, scores: Floats) -> tuple[int, float]:
        asked.append(set(self.ids(keys.tolist()).values()))
        return draw(self, place, keys, scores)

    monkeypatch.setattr(Lottery, "draw", noted)
    for page in range(3):
        engine.feed("reader", k=50, now=NOW + timedelta(days=page))
    assert asked and all(ids <= {f"t{n}" for n in range(20)} for ids in asked)
