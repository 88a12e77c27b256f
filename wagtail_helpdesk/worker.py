"""The loop of all that is due. Packages bring steps, ``pipeline`` puts them in order."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError
from django.utils import timezone

from wagtail_helpdesk.events import describe_error

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do again and again: ``function`` returns how many things it did; it is called every ``every``."""

    function: Callable[[], int | None]
    every: timedelta = timedelta(0)


class Worker:
    """Runs the steps; a step that fails is logged and does not keep the others from running."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._next: dict[int, datetime] = {}

    def run_once(self) -> int:
        """Do everything that is due now; return how many things were done. A first round runs every step."""
        return sum(self._run(number, step) for number, step in enumerate(self._steps))

    def _run(self, number: int, step: Step) -> int:
        now = timezone.now()
        if now < self._next.get(number, now):
            return 0
        self._next[number] = now + step.every
        name = step.function.__name__
        try:
            return step.function() or 0
        except OperationalError as error:
            logger.error("work_database_unavailable step=%s error=%s", name, describe_error(error))
        except Exception as error:  # noqa: BLE001 - the worker goes on with the other steps
            logger.error("work_step_failed step=%s error=%s", name, describe_error(error))
        return 0
