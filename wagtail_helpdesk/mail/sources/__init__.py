"""Where mail is fetched from. A site adds a kind of its own with :func:`register` (docs/mail-sources.md)."""

from wagtail_helpdesk.mail.models import MailSource
from wagtail_helpdesk.mail.sources.base import Source, SourceRefused
from wagtail_helpdesk.mail.sources.imap import ImapSource
from wagtail_helpdesk.mail.sources.maildir import MaildirSource
from wagtail_helpdesk.mail.sources.pop3 import Pop3Source

_kinds: dict[str, type[Source]] = {}


def register(kind: str, source_class: type[Source]) -> None:
    """Make ``kind`` (at most 20 characters, as it stands in MailSource.kind) a source of this class."""
    _kinds[kind] = source_class


def kinds() -> dict[str, type[Source]]:
    """Return the class of each kind, in the order of their registration."""
    return dict(_kinds)


def open_source(row: MailSource) -> Source:
    """Return ``row`` as its kind; nothing is connected to yet. Raises SourceRefused for a kind that does not exist."""
    try:
        return _kinds[row.kind](row)
    except KeyError:
        raise SourceRefused("not_configured") from None


register("imap", ImapSource)
register("pop3", Pop3Source)
register("maildir", MaildirSource)
