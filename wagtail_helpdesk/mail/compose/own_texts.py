"""An administrator's own words for our mails: plain text in which declared placeholders are replaced, and nothing else.

No template language: what somebody writes here can name what stands in PLACEHOLDERS and reach nothing beyond it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.conversations.linkify import text_to_html
from wagtail_helpdesk.conversations.sanitising import CleanHtml, clean_agent_html
from wagtail_helpdesk.mail.choices import MailKind
from wagtail_helpdesk.mail.compose.headers import one_line

MESSAGE = "message"
_ALWAYS: dict[str, str | Promise] = {
    "reference": _("the ticket's number"),
    "subject": _("the subject"),
    "team": _("the mailbox's name"),
    "name": _("the customer's name"),
    "link": _("the customer's own tracking link"),
}
#: What may be named in the text of each kind. A kind that is not here has no text of its own.
PLACEHOLDERS: dict[str, dict[str, str | Promise]] = {
    MailKind.ACKNOWLEDGEMENT: _ALWAYS,
    MailKind.CLOSING: {
        **_ALWAYS,
        "days": _("for how many days nobody has written"),
        "date": _("the day on which the ticket closes"),
    },
    MailKind.NOTICE: {
        MESSAGE: _("what happened, on a line of its own"),
        **_ALWAYS,
        "name": _("the agent's name"),
        "link": _("the ticket in the admin"),
    },
    MailKind.REPLY: {
        MESSAGE: _("the agent's words, on a line of their own"),
        "agent": _("the agent's name"),
        **_ALWAYS,
    },
}
#: A link in the subject would be cut, and shown to whoever reads over a shoulder.
SUBJECT_PLACEHOLDERS = ("reference", "subject", "team", "name")
#: Kinds whose subject may be changed: the others' is that of the thread.
WITH_SUBJECT = (MailKind.ACKNOWLEDGEMENT, MailKind.CLOSING)
#: Characters of a foreign value that are put in: a name is no place for an advertisement.
MAX_VALUE = 200

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_WITH_BLANKS = re.compile(r"[ \t]*\{([a-z_]+)\}")
#: Private-use characters mark, in HTML, where a value comes in that must not be taken for a link.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}([a-z_]+){_CLOSE}")
#: Ours, so it becomes a link.
_LINKED = frozenset({"link"})


@dataclass(frozen=True, slots=True)
class OwnText:
    """What an administrator wrote: ``subject`` is "" for the usual one."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Filled:
    """The words with their values, as text and as HTML, cut where the agent's words come in."""

    before: str = field(repr=False)
    before_html: CleanHtml = field(repr=False)
    after: str = field(repr=False)
    after_html: CleanHtml = field(repr=False)


def unknown_placeholders(kind: str, text: str) -> list[str]:
    """Return the placeholders in ``text`` that its kind does not have, in order, each once."""
    return list(dict.fromkeys(name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS[kind]))


def has_placeholder(text: str, name: str) -> bool:
    """Tell whether ``text`` names the placeholder."""
    return name in _PLACEHOLDER.findall(text)


def stands_alone(text: str) -> bool:
    """Tell whether {message} stands in ``text`` once, on a line of its own."""
    marked = f"{{{MESSAGE}}}"
    return text.count(marked) == 1 and any(line.strip() == marked for line in text.splitlines())


def fill_subject(subject: str, values: Mapping[str, str]) -> str:
    """Return the subject with its values, on one line whatever is in them."""
    return one_line(_replace(subject, {name: values.get(name, "") for name in SUBJECT_PLACEHOLDERS}))


def fill(own: OwnText, values: Mapping[str, str]) -> Filled:
    """Return the words with ``values``; foreign ones on one line and capped, and never taken for a link."""
    short = {
        name: value if name in _LINKED else one_line(value)[:MAX_VALUE]
        for name, value in values.items()
        if name != MESSAGE
    }
    before, _message, after = own.text.partition(f"{{{MESSAGE}}}")
    return Filled(
        before=_replace(before, short),
        before_html=_html(before, short),
        after=_replace(after, short),
        after_html=_html(after, short),
    )


def _replace(text: str, values: Mapping[str, str]) -> str:
    """Replace what is in ``values``. An empty one takes the blank before it along: "Hello {name}," is "Hello,"."""

    def value_of(match: re.Match[str]) -> str:
        value = values.get(match[1])
        if value is None:
            return match[0]
        blanks = match[0][: match[0].index("{")]
        return blanks + value if value else ""

    return _WITH_BLANKS.sub(value_of, text)


def _html(text: str, values: Mapping[str, str]) -> CleanHtml:
    marks = {name: value and f"{_OPEN}{name}{_CLOSE}" for name, value in values.items()}
    bare = text.replace(_OPEN, "").replace(_CLOSE, "")

    def value_of(match: re.Match[str]) -> str:
        value = escape(values[match[1]])
        return f'<a href="{value}">{value}</a>' if match[1] in _LINKED else value

    html = text_to_html(_replace(bare, marks))
    return clean_agent_html(_MARK.sub(value_of, html)) if html else html
