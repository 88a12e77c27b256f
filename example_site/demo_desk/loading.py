"""Plays the stories of the demo desk, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from django.utils import timezone

from demo_desk.clock import at
from demo_desk.stories import STORIES
from demo_desk.story import Story
from wagtail_helpdesk.pipeline import STEPS
from wagtail_helpdesk.worker import Worker


def play(stories: Iterable[Story] = STORIES, say: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Let everything happen, each at its time, and let the worker do what follows. ``say`` hears how far it is."""
    now = timezone.now()
    moments = sorted((moment for story in stories for moment in story.moments(now)), key=lambda moment: moment[0])
    for done, (moment, happen) in enumerate(moments, 1):
        with at(moment):
            happen()
        with at(min(moment + timedelta(seconds=20), now)):
            Worker(STEPS).run_once()
        say(done, len(moments))
