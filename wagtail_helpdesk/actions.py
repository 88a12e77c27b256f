"""The base of every action: one intent, checked, executed, recorded and published in one transaction.

An action takes plain values and an actor, never a request. It returns a result
or raises; a screen turns that into words.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied

from wagtail_helpdesk import events
from wagtail_helpdesk.events import Actor, Event


class ActionRefused(Exception):
    """What was asked makes no sense now. ``str()`` is a translated sentence for the person who asked."""


class Action:
    """Subclasses fill :meth:`check` and :meth:`execute`; callers call the instance."""

    def __init__(self, *, actor: Actor, depth: int = 0) -> None:
        self.actor = actor
        self.depth = depth

    def __call__(self) -> Any:
        """Run the action in one transaction and return what :meth:`execute` returned.

        Raises PermissionDenied, ActionRefused or ValidationError; nothing is changed then.
        """
        with events.unit_of_work():
            self.check()
            return self.execute()

    def as_part(self) -> Any:
        """Run as a part of the caller's unit of work: it has no savepoint of its own, and what it raises fails all.

        For a caller that catches nothing of it. RuntimeError outside of a unit of work.
        """
        events.require_unit_of_work()
        self.check()
        return self.execute()

    def check(self) -> None:
        """Raise PermissionDenied when the actor may not do this. System, rule and contact actors are checked by
        their channel (a signed link, a matched mail)."""

    @cached_property
    def user(self) -> Any:
        """The acting user of the site; None for contacts, rules and the system, and for a user who is gone."""
        if self.actor.kind != "user":
            return None
        return self.actor.instance or get_user_model()._default_manager.filter(pk=self.actor.id).first()

    def require_permission(self, permission: str) -> None:
        """Raise PermissionDenied when a user acts who lacks ``permission`` ("app_label.codename")."""
        if self.actor.kind == "user" and not (self.user and self.user.has_perm(permission)):
            raise PermissionDenied

    def execute(self) -> Any:
        """Do the work, call :meth:`record` and :meth:`publish`, return the result."""
        raise NotImplementedError

    def record(self, what: str, /, **values: Any) -> None:
        """Write the timeline. The packages that own one fill this in."""

    def publish(self, event_type: type[Event], **values: Any) -> None:
        """Queue an event in the actor's name."""
        events.publish(event_type(actor=self.actor, depth=self.depth, **values))
