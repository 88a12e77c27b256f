"""A person asks for another try at a mail that could not be read."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import Action, ActionRefused
from wagtail_helpdesk.mail.choices import InboundState
from wagtail_helpdesk.mail.models import InboundMail


class ReadMailAgain(Action):
    """Put a failed mail back to those that wait; ``process()`` reads it, in the caller's time or the worker's."""

    def __init__(self, *, mail: InboundMail, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mail = mail

    def check(self) -> None:
        """PermissionDenied for a user who may not change arrived mails."""
        self.require_permission("wagtail_helpdesk.change_inboundmail")

    def execute(self) -> InboundMail:
        """Return the waiting mail. ActionRefused for one that did not fail."""
        failed = InboundMail.objects.filter(pk=self.mail.pk, state=InboundState.FAILED)
        if not failed.update(
            state=InboundState.RECEIVED, outcome="", reason="", attempts=0, lease_owner="", lease_until=None
        ):
            raise ActionRefused(_("Only a mail that could not be read can be read again."))
        self.mail.refresh_from_db()
        return self.mail
