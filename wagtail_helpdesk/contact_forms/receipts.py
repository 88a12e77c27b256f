"""The address of "thank you": it names a ticket by a signed number, and nothing of the person."""

from __future__ import annotations

from django.urls import reverse

from wagtail_helpdesk.tickets.tokens import mac, verify_mac

_PURPOSE = "form-sent"


def sent_url(form_id: int, ticket_id: int) -> str:
    """Return the path of the page that follows a submission."""
    receipt = f"{ticket_id}-{mac(_PURPOSE, f'{form_id}.{ticket_id}')}"
    return reverse("wagtail_helpdesk:contact_form_sent", args=[form_id, receipt])


def ticket_of(form_id: int, receipt: str) -> int | None:
    """Return the ticket's key in a receipt that is ours, None for any other text."""
    number, _dash, given = receipt.partition("-")
    if not (number.isascii() and number.isdecimal()):
        return None
    return int(number) if verify_mac(_PURPOSE, f"{form_id}.{number}", given) else None
