"""Wagtail 8 looks up what its generic views and its API do in a registry: ours for Ticket go through our actions.

Not imported on Wagtail 7.4, which has no such registry.
"""

from __future__ import annotations

from typing import Any, NoReturn

from wagtail.actions.create import CreateAction
from wagtail.actions.delete import DeleteAction
from wagtail.actions.edit import EditAction
from wagtail.actions.registry import ActionRegistry

from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.models import Ticket


class RefuseToCreateTicket(CreateAction):
    """A ticket is opened by a channel, never as a row."""

    def execute(self, skip_permission_checks: bool = False) -> NoReturn:
        """Raise PermissionDenied, for whomever and whatever the caller has checked."""
        raise self.permission_error_class("A ticket is opened by conversations.actions.OpenTicket.")


class RefuseToEditTicket(EditAction):
    """A ticket is changed by the actions of the help desk, never as a row."""

    def execute(self, skip_permission_checks: bool = False) -> NoReturn:
        """Raise PermissionDenied, for whomever and whatever the caller has checked."""
        raise self.permission_error_class("A ticket is changed by the actions in tickets.actions.")


class TrashInsteadOfDelete(DeleteAction):
    """Deleting a ticket puts it into the trash."""

    def execute(self, skip_permission_checks: bool = False) -> Any:
        """Return the trashed ticket. Our own permissions hold, whatever the caller has checked."""
        actor = Actor.of_user(self.user) if self.user else Actor.system()
        return TrashTicket(ticket=self.instance, actor=actor)()


def register(registry: ActionRegistry) -> None:
    """Register the three for Ticket. Given to the hook ``register_actions``."""
    for action in (RefuseToCreateTicket, RefuseToEditTicket, TrashInsteadOfDelete):
        registry.register(Ticket, action)
