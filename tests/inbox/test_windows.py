"""Which messages of a long conversation stand in the page."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_helpdesk.inbox.windows import FOLD_ABOVE, MAX_UNREAD, SHOWN_AT_END, STEP, shown_at_first, unfolded


@pytest.mark.parametrize(
    ("total", "options", "stretches"),
    [
        (0, {}, [(0, 0)]),
        (FOLD_ABOVE, {}, [(0, FOLD_ABOVE)]),
        (500, {}, [(0, 1), (500 - SHOWN_AT_END, 500)]),
        # From the last one that was read, when more came than usually stand there.
        (500, {"unread": 480}, [(0, 1), (479, 500)]),
        (500, {"unread": 498}, [(0, 1), (500 - SHOWN_AT_END, 500)]),
        (500, {"unread": 3}, [(0, 1), (500 - MAX_UNREAD, 500)]),
        # Next to nothing between two stretches is shown too.
        (13, {"unread": 4}, [(0, 13)]),
        (500, {"around": 250}, [(0, 1), (250 - STEP // 2, 250 + STEP // 2), (492, 500)]),
        (500, {"around": 0}, [(0, STEP), (492, 500)]),
        (500, {"around": 480}, [(0, 1), (460, 500)]),
    ],
)
def test_page_begins_with(total, options, stretches):
    assert [(part.start, part.stop) for part in shown_at_first(total, **options)] == stretches


@pytest.mark.parametrize(
    ("gap", "around", "shown"),
    [
        (range(1, 492), None, (492 - STEP, 492)),
        (range(1, 20), None, (1, 20)),
        (range(1, STEP + 3), None, (1, STEP + 3)),
        (range(1, 492), 3, (1, STEP + 1)),
        (range(1, 492), 300, (300 - STEP // 2, 300 + STEP // 2)),
        (range(1, 492), 491, (492 - STEP, 492)),
    ],
)
def test_one_step_shows(gap, around, shown):
    (part,) = unfolded(gap, around=around)
    assert (part.start, part.stop) == shown


@given(st.integers(0, 300), st.data())
def test_every_message_is_reached_once(total, data):
    places = st.none() | st.integers(0, max(total - 1, 0))
    stretches = shown_at_first(total, unread=data.draw(places), around=data.draw(places))
    shown = [place for part in stretches for place in part]
    gaps = [range(one.stop, other.start) for one, other in pairwise(stretches)]
    while gaps:
        gap = gaps.pop()
        (part,) = unfolded(gap)
        shown += part
        assert part.start >= gap.start and part.stop == gap.stop
        if part.start > gap.start:
            gaps.append(range(gap.start, part.start))
    assert sorted(shown) == list(range(total))
