"""Which mailboxes of ours a mail is for, and how they deal with mail."""

from __future__ import annotations

from dataclasses import dataclass

from wagtail_helpdesk import conf
from wagtail_helpdesk.addresses import domain_of
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.arriving.authentication import Trust
from wagtail_helpdesk.mail.models import InboundMail, MailboxOptions
from wagtail_helpdesk.mail.own_addresses import mailbox_of, written_mailbox
from wagtail_helpdesk.mail.parsing import ParsedMail
from wagtail_helpdesk.remembering import remembered


@dataclass(frozen=True, slots=True)
class Route:
    """Where a mail went: every address, and our mailboxes among them, the one that takes it first."""

    #: Every address and alias of ours, in normal form, with the mailbox's key.
    own: dict[str, int]
    addressed: tuple[str, ...]
    mailboxes: tuple[Mailbox, ...]
    #: Whether the first mailbox stands in To or Cc: a blind copy gets no automatic mail (RFC 5230 4.5).
    is_addressed: bool

    @property
    def options(self) -> MailboxOptions:
        """How the mailbox that takes the mail deals with mail."""
        return options_of(self.mailboxes[0]) if self.mailboxes else MailboxOptions()

    @property
    def trust(self) -> Trust:
        """Whose authentication results count: those of the server that brought the mail to this mailbox."""
        options = self.options
        return Trust(
            servers=tuple(options.trusted_authserv_ids),
            domains=tuple(domain_of(mailbox.address) for mailbox in self.mailboxes[:1]),
            microsoft=options.trusts_microsoft,
        )


def read_route(mail: InboundMail, parsed: ParsedMail) -> Route:
    """Return where ``parsed`` went. One query."""
    mailboxes, own = _mailboxes()
    written = [person.email for person in (*parsed.to, *parsed.cc)]
    relays = (*parsed.headers.get_all("delivered-to"), *parsed.headers.get_all("x-original-to"))
    addressed = (*written, *mail.envelope.get("rcpt_tos", []), *relays)
    keys = _keys(addressed, own, mail.mailbox_id)
    return Route(
        own=own,
        addressed=addressed,
        mailboxes=tuple(mailboxes[key] for key in keys if key in mailboxes),
        is_addressed=bool(keys) and any(written_mailbox(address, own) == keys[0] for address in written),
    )


@remembered
def _mailboxes() -> tuple[dict[int, Mailbox], dict[str, int]]:
    """Return our mailboxes by key, with all that a mail to one of them needs, and their addresses."""
    mailboxes = {row.pk: row for row in Mailbox.objects.select_related("team", "site", "mail_options")}
    return mailboxes, {address: row.pk for row in mailboxes.values() for address in row.own_addresses}


def _keys(addressed: tuple[str, ...], own: dict[str, int], delivered: int | None) -> list[int]:
    """Return the mailboxes' keys: by To, Cc, then where the mail was delivered."""
    if conf.get("MULTI_MAILBOX") == "per_mailbox" and delivered:
        return [delivered]
    found = [mailbox_of(address, own) for address in addressed]
    return [key for key in dict.fromkeys([*found, delivered]) if key]


def options_of(mailbox: Mailbox) -> MailboxOptions:
    """Return how ``mailbox`` deals with mail; the defaults where nobody chose."""
    try:
        return mailbox.mail_options
    except MailboxOptions.DoesNotExist:
        return MailboxOptions(mailbox=mailbox)
