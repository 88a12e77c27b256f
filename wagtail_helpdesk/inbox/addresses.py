"""Addresses as an agent types them: "Ana <ana@example.org>, ben@example.org"."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from wagtail_helpdesk.addresses import is_address
from wagtail_helpdesk.conversations.actions.addressing import Addressed

#: People whom one message can be sent to besides those who take part.
MOST = 25
#: One person: up to a comma, semicolon or end of line that is not in quotes.
_PERSON = re.compile(r'(?:"[^"\n]*"|[^,;\n"])+')
_NAMED = re.compile(r"(?P<name>.*)<(?P<address>[^<>]*)>")


def parse_addresses(text: str) -> list[Addressed]:
    """Return the people that ``text`` names, each address once. ValidationError for what is no address."""
    found, wrong = _read(text)
    if wrong:
        raise ValidationError(_("%(address)s is no e-mail address.") % {"address": ", ".join(wrong)})
    if len(found) > MOST:
        raise ValidationError(_("Write to fewer people at once."))
    return found


def readable_addresses(text: str) -> list[Addressed]:
    """Return the people that ``text`` names, without what is no address (yet), MOST at most."""
    return _read(text)[0][:MOST]


def _read(text: str) -> tuple[list[Addressed], list[str]]:
    """Return the people, each address once, and what is no address."""
    found: dict[str, Addressed] = {}
    wrong = []
    for part in filter(None, (match[0].strip() for match in _PERSON.finditer(text))):
        named = _NAMED.fullmatch(part)
        address = (named["address"] if named else part).strip()
        name = " ".join(named["name"].replace('"', " ").split())[:200] if named else ""
        if is_address(address):
            found.setdefault(address.casefold(), Addressed(address, name))
        else:
            wrong.append(address or part)
    return list(found.values()), wrong


class AddressesField(forms.CharField):
    """Several addresses in one line. Cleans to a list of Addressed; shows a list of addresses, or a text as typed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=4000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Return what stands in the field."""
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[Addressed]:
        """Return the people. ValidationError for what is no address."""
        return parse_addresses(super().clean(value) or "")
