"""A person decides on a mail that came to an agent's address and did not prove to be the agent's."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.add_note import AddNote
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.mail.arriving import translate
from wagtail_helpdesk.mail.arriving.agents import words_above
from wagtail_helpdesk.mail.arriving.authentication import authenticate
from wagtail_helpdesk.mail.arriving.filing import file_as_new
from wagtail_helpdesk.mail.arriving.raw_store import RawMissing, load_raw
from wagtail_helpdesk.mail.arriving.routing import read_route
from wagtail_helpdesk.mail.choices import MailOutcome
from wagtail_helpdesk.mail.models import InboundMail
from wagtail_helpdesk.mail.parsing import ParsedMail, parse
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import Ticket


def held_text(mail: InboundMail) -> str:
    """Return what a held mail says, as text; "" where its source is gone."""
    try:
        raw = load_raw(mail)
    except RawMissing:
        return ""
    return translate.read_words(parse(raw), raw=raw, differs=False, is_auto_reply=False).text


class _SettleHeld(TicketAction):
    """Works on one held mail of the ticket."""

    def __init__(self, *, mail: InboundMail, **kwargs: Any) -> None:
        super().__init__(ticket=mail.ticket, **kwargs)
        self.mail = mail

    def _settle(self, outcome: str, what: str, **data: Any) -> None:
        """Decide, unless somebody did meanwhile (ActionRefused); say so in the timeline."""
        if not InboundMail.objects.filter(pk=self.mail.pk, outcome=MailOutcome.HELD).update(outcome=outcome):
            raise ActionRefused(_("Somebody else decided on this mail meanwhile."))
        self.record(EventKind.HELD, what=what, **data)

    def _read(self) -> tuple[bytes, ParsedMail]:
        try:
            raw = load_raw(self.mail)
        except RawMissing:
            raise ActionRefused(_("The source of this mail is gone.")) from None
        return raw, parse(raw)


class NoteHeldMail(_SettleHeld):
    """Add what it says to the ticket, as a note of whoever decides: nobody outside sees it."""

    verb = "note"

    def execute(self) -> Message:
        """Return the note. ActionRefused for a mail that was decided on, or whose source is gone."""
        raw, parsed = self._read()
        self._settle(MailOutcome.NOTED, "noted")
        words = translate.read_words(parsed, raw=raw, differs=False, is_auto_reply=False)
        said = _("A mail that claims to come from %(address)s said:") % {"address": self.mail.from_header}
        note = AddNote(
            ticket=self.ticket,
            html=format_html("<p><strong>{}</strong></p>", said) + words_above(words.text),
            files=words.files,
            mentions=False,
            actor=self.actor,
        )()
        InboundMail.objects.filter(pk=self.mail.pk).update(message=note)
        return note


class FileHeldMail(_SettleHeld):
    """Open a ticket for whoever wrote it."""

    def execute(self) -> Ticket:
        """Return the new ticket. ActionRefused for a mail that was decided on, or whose source is gone."""
        raw, parsed = self._read()
        route = read_route(self.mail, parsed)
        if not route.mailboxes:
            raise ActionRefused(_("The mailbox that this mail came to is gone."))
        receipt = file_as_new(self.mail, raw, parsed, route, authenticate(parsed, route.trust))
        self._settle(MailOutcome.OPENED, "filed", ticket=receipt.ticket_id)
        trace = [*self.mail.trace, *receipt.trace, "filed by a person"]
        filed = InboundMail.objects.filter(pk=self.mail.pk)
        filed.update(ticket=receipt.ticket_id, message=receipt.message_id, trace=trace)
        return Ticket.objects.get(pk=receipt.ticket_id)


class DiscardHeldMail(_SettleHeld):
    """Let nothing come of it. It stays in the mail log."""

    def execute(self) -> InboundMail:
        """Return the mail. ActionRefused for one that was decided on."""
        self._settle(MailOutcome.DISCARDED, "discarded")
        self.mail.refresh_from_db()
        return self.mail
