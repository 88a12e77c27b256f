"""The body of a mail to an agent, as text and as HTML, from plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from wagtail_helpdesk.conversations.linkify import text_to_html
from wagtail_helpdesk.conversations.quoting import reply_delimiter
from wagtail_helpdesk.mail.compose.content import Body
from wagtail_helpdesk.mail.compose.own_texts import OwnText, fill

#: Characters of one message, and of all in one mail: the rest is a click away.
MAX_WORDS = 10_000
MAX_ALL_WORDS = 40_000


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing the mail tells of; ``words`` are what somebody wrote, as plain text."""

    sentence: str
    at: datetime
    author: str = ""
    words: str = field(default="", repr=False)
    is_note: bool = False
    file_names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NoticeText:
    """All that a mail about one ticket says. ``answer``: what an answer to it becomes, "" where there can be none."""

    language: str
    reference: str
    subject: str
    url: str
    settings_url: str
    happened: Sequence[Happened]
    answer: str = ""
    kind: str = "notice"
    team: str = ""
    #: The agent's own name.
    name: str = ""
    #: An administrator's words around it all.
    own: OwnText | None = None

    @property
    def title(self) -> str:
        """What a browser that shows the mail calls it."""
        return f"{self.reference} {self.subject}"

    @property
    def values(self) -> dict[str, str]:
        """What an administrator's text may name."""
        return {
            "reference": self.reference,
            "subject": self.subject,
            "team": self.team,
            "name": self.name,
            "link": self.url,
        }


@dataclass(frozen=True, slots=True)
class DigestTicket:
    """What happened on one ticket, without anybody's words."""

    reference: str
    subject: str
    url: str
    sentences: Sequence[str]


@dataclass(frozen=True, slots=True)
class DigestText:
    """All that a digest says."""

    language: str
    title: str
    tickets: Sequence[DigestTicket]
    settings_url: str
    url: str
    kind: str = "digest"


def compose(mail: NoticeText | DigestText) -> Body:
    """Return the body of ``mail`` in its language; times are those of the time zone that is active."""
    with translation.override(mail.language):
        context = {
            "mail": mail,
            "language": mail.language,
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
            "delimiter": reply_delimiter(_("Please write your answer above this line")),
        }
        if isinstance(mail, NoticeText):
            context["happened"] = _shortened(mail.happened)
            context["own"] = fill(mail.own, mail.values) if mail.own else None
        text = render_to_string(f"wagtail_helpdesk/mail/{mail.kind}.txt", context)
        html = render_to_string(f"wagtail_helpdesk/mail/{mail.kind}.html", context)
    return Body(text.strip() + "\n", html)


def _shortened(happened: Sequence[Happened]) -> list[dict[str, object]]:
    """Return each thing with as many of its words as one mail holds, as text and as HTML made of it."""
    left, shown = MAX_ALL_WORDS, []
    for one in happened:
        words = one.words.strip()[: min(MAX_WORDS, left)]
        left -= len(words)
        is_cut = len(words) < len(one.words.strip())
        shown.append({"it": one, "words": words, "html": text_to_html(words), "is_cut": is_cut})
    return shown
