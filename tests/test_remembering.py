"""What is asked once within a piece of work, and every time outside of one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from wagtail_helpdesk import remembering as module
from wagtail_helpdesk.remembering import forget, remembered, remembering


@pytest.fixture
def asked() -> list[tuple[int, str]]:
    return []


@pytest.fixture
def double(asked: list[tuple[int, str]]) -> Callable[..., int]:
    @remembered
    def double(number: int, *, name: str = "") -> int:
        """Twice the number."""
        asked.append((number, name))
        return 2 * number

    return double


def test_every_call_is_a_call(double, asked):
    assert [double(1), double(1)] == [2, 2]
    assert len(asked) == 2
    assert double.__doc__ == "Twice the number."


def test_asked_once_for_the_same_arguments(double, asked):
    with remembering():
        assert [double(1), double(1), double(2), double(1, name="a"), double(1, name="a")] == [2, 2, 4, 2, 2]
    assert asked == [(1, ""), (2, ""), (1, "a")]
    with remembering():
        double(1)
    assert len(asked) == 4, "another piece of work asks anew"


def test_inner_block_is_part_of_the_outer_one(double, asked):
    with remembering():
        with remembering():
            double(1)
        double(1)
    assert len(asked) == 1


def test_long_piece_of_work_asks_again(double, asked, monkeypatch):
    now = 100.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    with remembering():
        double(1)
        now += module.GOOD_FOR + 1
        double(1)
        double(1)
    assert len(asked) == 2


def test_forgotten_when_told(double, asked):
    forget()
    with remembering():
        double(1)
        forget()
        double(1)
    assert len(asked) == 2
