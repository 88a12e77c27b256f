"""The body of a mail to a customer or third party, as text and as HTML, from public values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from wagtail_helpdesk.conversations.html_text import html_to_text
from wagtail_helpdesk.conversations.linkify import text_to_html
from wagtail_helpdesk.conversations.quoting import reply_delimiter
from wagtail_helpdesk.conversations.sanitising import CleanHtml, render_html
from wagtail_helpdesk.mail.compose.own_texts import OwnText, fill, has_placeholder

#: Bytes of quoted history in a mail.
MAX_QUOTED = 20 * 1024


@dataclass(frozen=True, slots=True)
class Quoted:
    """An earlier public message."""

    author: str
    at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PublicMail:
    """All that a mail to a customer can say. Every field is public; there is no way from here to a note."""

    kind: str
    language: str
    reference: str
    team: str
    text: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    #: Content ids of the images that travel along, for the HTML to show.
    images: Sequence[str] = ()
    signature: str = ""
    tracking_url: str = field(default="", repr=False)
    file_names: Sequence[str] = ()
    files_attached: bool = True
    quoted: Sequence[Quoted] = ()
    subject: str = field(default="", repr=False)
    #: The customer's and the agent's.
    name: str = field(default="", repr=False)
    agent: str = ""
    #: For how many days nobody has written, and the day on which the ticket closes because of that.
    days: str = ""
    date: str = ""
    #: An administrator's words instead of ours.
    own: OwnText | None = None

    @property
    def values(self) -> dict[str, str]:
        """What an administrator's text may name."""
        return {
            "reference": self.reference,
            "subject": self.subject,
            "team": self.team,
            "name": self.name,
            "agent": self.agent,
            "link": self.tracking_url,
            "days": self.days,
            "date": self.date,
        }


@dataclass(frozen=True, slots=True)
class Body:
    """The two forms of a mail's body."""

    text: str = field(repr=False)
    html: str = field(repr=False)


def compose_body(mail: PublicMail) -> Body:
    """Return the body of ``mail`` in its language."""
    with translation.override(mail.language):
        context = {
            "mail": mail,
            "language": mail.language,
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
            "text": mail.text or html_to_text(mail.html),
            "html": _html(mail),
            "signature_html": text_to_html(mail.signature) if mail.signature else "",
            "delimiter": reply_delimiter(_("Please write your answer above this line")),
            "quoted": _within_limit(mail.quoted),
            "own": fill(mail.own, mail.values) if mail.own else None,
            "own_has_link": mail.own is not None and has_placeholder(mail.own.text, "link"),
        }
        text = render_to_string(f"wagtail_helpdesk/mail/{mail.kind}.txt", context)
        html = render_to_string(f"wagtail_helpdesk/mail/{mail.kind}.html", context)
    return Body(_tidy(text), html)


def _html(mail: PublicMail) -> CleanHtml:
    """The agent's words; sanitised once more on the way out."""
    if not mail.html:
        return text_to_html(mail.text)
    return render_html(mail.html, inline={content_id: f"cid:{content_id}" for content_id in mail.images})


def _within_limit(quoted: Sequence[Quoted]) -> list[dict[str, object]]:
    """Return the quoted messages, newest first, as far as the limit allows, as text lines with ">"."""
    left, entries = MAX_QUOTED, []
    for message in quoted:
        text = message.text[:left]
        left -= len(text)
        entries.append(
            {
                "author": message.author,
                "at": message.at,
                "lines": "\n".join(f"> {line}".rstrip() for line in text.splitlines()),
                "html": text_to_html(text),
            }
        )
        if left <= 0:
            break
    return entries


def _tidy(text: str) -> str:
    """At most one empty line between paragraphs, none at the ends."""
    lines, empty = [], 0
    for line in text.strip().splitlines():
        empty = 0 if line.strip() else empty + 1
        if empty <= 1:
            lines.append(line.rstrip())
    return "\n".join(lines) + "\n"
