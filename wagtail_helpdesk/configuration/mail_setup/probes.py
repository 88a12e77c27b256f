"""What the last probes of a mailbox showed."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.arriving.raw_store import RawMissing, load_raw
from wagtail_helpdesk.mail.arriving.results import server_of
from wagtail_helpdesk.mail.choices import OutboundState
from wagtail_helpdesk.mail.models import InboundMail, MailboxOptions
from wagtail_helpdesk.mail.outbox.probe import Probe, last_probes
from wagtail_helpdesk.mail.parsing.parser import parse_headers

_WAITING = (OutboundState.QUEUED, OutboundState.CLAIMED, OutboundState.TRANSMITTING, OutboundState.RETRY)
_HEADERS_SHOWN = 5
_HEADER_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One probe as it is shown."""

    probe: Probe
    #: The mail's Authentication-Results, topmost first: the upper ones were written last.
    results: tuple[str, ...] = ()
    #: The server that wrote the topmost one, where it is not trusted yet. The lower ones anybody can have written.
    untrusted_servers: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Which of the two it is."""
        return _("To an address with a plus") if self.probe.to_plus else _("To the address itself")

    @property
    def state(self) -> str:
        """In a few words where it is."""
        if self.probe.arrived_at is not None:
            seconds = self.probe.round_trip.total_seconds()
            return _("Came back after %(seconds)d seconds") % {"seconds": seconds}
        if self.probe.sent.state in _WAITING:
            return _("Waits to be sent")
        if self.probe.sent.state == OutboundState.SENT:
            return _("Sent, not back yet")
        return str(self.probe.sent.get_state_display())


def results_of(mailbox: Mailbox) -> list[ProbeResult]:
    """Return the last two probes with what they carried when they came back."""
    options = MailboxOptions.objects.filter(mailbox=mailbox).first() or MailboxOptions()
    known = {name.lower() for name in options.trusted_authserv_ids}
    found = []
    for probe in last_probes(mailbox):
        results = _results(probe.arrived) if probe.arrived else ()
        top = server_of(results[0]) if results else ""
        servers = (top,) if top and top.lower() not in known else ()
        shown = tuple(one[:_HEADER_LENGTH] for one in results[:_HEADERS_SHOWN])
        found.append(ProbeResult(probe, shown, servers))
    return found


def trust(options: MailboxOptions, server: str) -> None:
    """Add an authentication server to those that are trusted."""
    if server not in options.trusted_authserv_ids:
        options.trusted_authserv_ids = [*options.trusted_authserv_ids, server]
        options.save(update_fields=["trusted_authserv_ids"])


def _results(mail: InboundMail) -> tuple[str, ...]:
    try:
        headers = parse_headers(load_raw(mail)).headers
    except RawMissing:
        return ()
    return tuple(headers.get_all("authentication-results"))
