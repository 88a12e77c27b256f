"""What a saved text may name: ``{{ customer.first_name|there }}``.

No template language: a text can name what stands in VARIABLES and reach nothing beyond it. Replaced on the server when
the text is put in. What is not known and has no words of its own for that case becomes ``[[customer.name]]``, which
nobody can send.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.compose.headers import one_line
from wagtail_helpdesk.mail.compose.own_texts import MAX_VALUE
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.models import Ticket

#: Public values only: what a customer may read.
VARIABLES: dict[str, str | Promise] = {
    "customer.name": _("the customer's name"),
    "customer.first_name": _("the customer's first name"),
    "customer.email": _("the customer's e-mail address"),
    "customer.organisation": _("the customer's organisation"),
    "ticket.number": _("the ticket's number"),
    "ticket.subject": _("the subject"),
    "agent.name": _("your name"),
    "agent.first_name": _("your first name"),
    "mailbox.name": _("the mailbox's name"),
    "today": _("the date of today"),
}
#: What the names of values begin with that stand in fields which an administrator added.
FIELD = "field."
#: What a macro asks for when it is run stands behind this: {{ ask.amount }}.
ASKED = "ask."
# No "<": a style that begins inside and ends outside would leave broken HTML behind.
_VARIABLE = re.compile(r"\{\{\s*([\w.]*)\s*(?:\|([^{}<>]*))?\}\}")
_MISSING = re.compile(r"\[\[([a-z_.0-9]+)\]\]")


def unknown_variables(text: str, *, asks: bool = False) -> list[str]:
    """Return the names in ``text`` that are none of VARIABLES, in order, each once.

    ``asks``: of a macro, which may name what it asks for.
    """
    names = dict.fromkeys(match[1] for match in _VARIABLE.finditer(text) if match[1] not in VARIABLES)
    keys = [name.removeprefix(FIELD) for name in names if name.startswith(FIELD)]
    known = set(_public_fields().filter(key__in=keys).values_list("key", flat=True)) if keys else set()
    unknown = (name for name in names if not (name.startswith(FIELD) and name.removeprefix(FIELD) in known))
    return [name for name in unknown if not (asks and name.startswith(ASKED))]


def asked_in(text: str) -> list[str]:
    """Return what ``text`` names of the things that a macro asks for, in order, each once."""
    names = dict.fromkeys(match[1] for match in _VARIABLE.finditer(text) if match[1].startswith(ASKED))
    return [name.removeprefix(ASKED) for name in names]


def has_broken_variable(text: str) -> bool:
    """Tell whether there is something in ``text`` that looks like a variable and cannot be read as one."""
    rest = _VARIABLE.sub("", text)
    return "{{" in rest or "}}" in rest


def missing_in(text: str) -> list[str]:
    """Return the variables in ``text`` for which nobody knew a value, in order, each once."""
    return list(dict.fromkeys(match[1] for match in _MISSING.finditer(text) if _is_name(match[1])))


def _is_name(name: str) -> bool:
    return name in VARIABLES or name.startswith((ASKED, FIELD))


def remove_missing(text: str) -> str:
    """Return ``text`` without the variables for which nobody knew a value."""
    return _MISSING.sub(lambda match: "" if _is_name(match[1]) else match[0], text)


def fill_text(text: str, values: Mapping[str, str]) -> str:
    """Return plain text with its values."""
    return _VARIABLE.sub(lambda match: _value(match, values), text)


def fill_html(html: str, values: Mapping[str, str]) -> str:
    """Return HTML with its values, which are text and stay text."""
    escaped = {name: escape(value) for name, value in values.items()}
    return _VARIABLE.sub(lambda match: _value(match, escaped), html)


def _value(match: re.Match[str], values: Mapping[str, str]) -> str:
    name, fallback = match[1], match[2]
    if not (name in VARIABLES or name.startswith(FIELD) or name in values):
        return match[0]
    return values.get(name) or (f"[[{name}]]" if fallback is None else fallback.strip())


def values_for(
    *,
    user: Any,
    ticket: Ticket | None = None,
    contact: Contact | None = None,
    mailbox: Mailbox | None = None,
    name: str = "",
    address: str = "",
    language: str = "",
) -> dict[str, str]:
    """Return the values that are known: each on one line, and short. Dates as ``language`` writes them.

    ``name`` and ``address`` are those of a customer of whom nothing else is known.
    """
    mailbox = mailbox or (ticket.mailbox if ticket else None)
    contact = contact or (ticket.requester if ticket else None)
    agent = Actor.of_user(user).name
    with override(language or get_language()):
        values = {"today": date_format(timezone.localdate(), "DATE_FORMAT")}
    values |= {"agent.name": agent, "agent.first_name": first_name(agent)}
    if mailbox is not None:
        values["mailbox.name"] = mailbox.name
    values |= {"customer.name": name, "customer.first_name": first_name(name), "customer.email": address}
    if contact is not None:
        values |= {
            "customer.name": contact.name,
            "customer.first_name": first_name(contact.name),
            "customer.email": contact.address,
            "customer.organisation": contact.organisation.name if contact.organisation else "",
        }
    if ticket is not None:
        values |= {"ticket.number": ticket.reference, "ticket.subject": ticket.subject}
        values |= _field_values(ticket, language)
    return {name: one_line(value)[:MAX_VALUE] for name, value in values.items()}


def _public_fields() -> QuerySet[TicketField]:
    return TicketField.objects.filter(is_staff_only=False)


def _field_values(ticket: Ticket, language: str) -> dict[str, str]:
    if not ticket.custom_fields:
        return {}
    with override(language or get_language()):
        fields = _public_fields().filter(key__in=list(ticket.custom_fields))
        return {f"{FIELD}{field.key}": field.show(ticket.custom_fields[field.key]) for field in fields}


def variables() -> list[tuple[str, str | Promise]]:
    """Return each variable and what it is, those of the fields that an administrator added after the others."""
    fields = _public_fields().filter(is_active=True)
    return [*VARIABLES.items(), *((f"{FIELD}{field.key}", field.name) for field in fields)]


def first_name(name: str) -> str:
    """Return the first name of "Ana Souza" and of "Souza, Ana"; "" for an address or no name."""
    if "@" in name:
        return ""
    last, comma, first = name.partition(",")
    words = (first if comma and first.strip() else last).split()
    return words[0] if words else ""
