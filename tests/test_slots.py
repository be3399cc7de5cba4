"""What a mask allows is the same, whatever was asked and remembered before."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.kept import begins
from embeddings.slots import Slots

ROWS = 40


def _fixed(mask: np.ndarray) -> np.ndarray:
    mask.setflags(write=False)
    return mask


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_mask_that_grows_allows_what_a_new_one_would(seed: int) -> None:
    random = np.random.default_rng(seed)
    slots = Slots()
    share = random.choice([0.05, 0.5, 0.9])
    masks = [_fixed(random.random(int(random.integers(0, ROWS))) < share) for _ in range(2)]
    for _ in range(12):
        # New rows mostly, now and then one that was there; beyond the masks' end too.
        start = slots.rows[: slots.size].max(initial=-1) + 1
        rows = np.arange(start, min(start + random.integers(0, 4), ROWS))
        if random.random() < 0.2:
            rows = random.permutation(ROWS)[:2]
        slots.append(rows)
        if random.random() < 0.15:
            slots.kill(random.permutation(ROWS)[:2])
        for place, mask in enumerate(masks):
            grown = np.concatenate([mask, random.random(int(random.integers(0, 5))) < share])
            if grown.size and random.random() < 0.2:
                grown[random.integers(grown.size)] ^= True
            masks[place] = _fixed(grown[: ROWS + 5].copy())
        for mask in (*masks, None):
            allowed = np.ones(ROWS, bool) if mask is None else np.zeros(ROWS, bool)
            if mask is not None:
                allowed[: mask.size] = mask[:ROWS]
            right = [
                slot
                for slot in slots.live().tolist()
                if allowed[slots.rows[slot]]  # rows of slots that live are those last put
            ]
            within = slots.within(mask)
            assert np.flatnonzero(within.flags).tolist() == right
            assert within.flags.size == slots.size
            assert within.count == len(right)
            assert within.every().tolist() == right
            assert not within.flags.flags.writeable


def test_an_array_begins_with_what_it_holds_first() -> None:
    long = np.arange(10_000)
    assert begins(long[:0], long)
    assert begins(long[:5_000], long)
    assert begins(long, long.copy())
    assert not begins(long, long[:5_000])
    assert begins(None, None)
    assert not begins(None, long)
    assert not begins(long, None)
    for place in (0, 4_095, 4_096, 4_999):
        other = long[:5_000].copy()
        other[place] = -1
        assert not begins(other, long)
