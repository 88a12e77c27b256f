"""Answers by key that were asked for beforehand."""

from __future__ import annotations

import threading

from wagtail_helpdesk.foreseeing import Foresight, foreseeing


def test_answers_to_all_keys_or_to_none():
    sight: Foresight[str, int | None] = Foresight()
    with foreseeing():
        sight.put({"a": 1, "b": None})
        assert sight.get(["b", "a"]) == [None, 1]
        assert sight.get([]) == []
        assert sight.get(["a", "c"]) is None
        sight.drop("a")
        sight.drop("c")
        assert sight.get(["a"]) is None
        assert sight.get(["b"]) == [None]


def test_nothing_outlives_the_block_nor_leaves_the_thread():
    sight: Foresight[str, int] = Foresight()
    sight.put({"a": 1})
    assert sight.get(["a"]) is None
    seen = []
    with foreseeing():
        assert sight.get(["a"]) is None
        sight.put({"a": 1})
        thread = threading.Thread(target=lambda: seen.append(sight.get(["a"])))
        thread.start()
        thread.join()
    assert seen == [None]
    assert sight.get(["a"]) is None


def test_kinds_are_apart():
    one: Foresight[str, int] = Foresight()
    other: Foresight[str, int] = Foresight()
    with foreseeing():
        one.put({"a": 1})
        assert other.get(["a"]) is None
