"""Who is asking: the customer's part of a ticket's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.contacts.actions.edit_contact import values_of
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.desk.choices import UNRESOLVED
from wagtail_helpdesk.inbox.counts import CAP, count_text
from wagtail_helpdesk.inbox.standing_views import visible_tickets
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may


class CustomerForm(forms.Form):
    """What an agent may correct. Beside each field stands what the person saw, so that only changes count."""

    name = forms.CharField(label=_("Name"), max_length=200, required=False, show_hidden_initial=True)
    organisation = forms.CharField(
        label=_("Organisation"),
        max_length=200,
        required=False,
        show_hidden_initial=True,
        widget=forms.TextInput(attrs={"list": "customer-organisations", "autocomplete": "off"}),
    )
    is_vip = forms.BooleanField(label=_("VIP"), required=False, show_hidden_initial=True)
    notes = forms.CharField(
        label=_("Notes"),
        required=False,
        show_hidden_initial=True,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, contact: Contact, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="customer-%s", initial=values_of(contact), **kwargs)

    def changes(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what the person changed: the new values, and those that the person saw."""
        values = {field: self.cleaned_data[field] for field in self.changed_data}
        seen = {field: self._seen(field) for field in values}
        return values, seen

    def _seen(self, name: str) -> Any:
        hidden = self[name]
        widget = self.fields[name].hidden_widget()
        return self.fields[name].to_python(
            widget.value_from_datadict(self.data, self.files, self.add_initial_prefix(hidden.name))
        )


def customer_panel(ticket: Ticket, user: Any, form: CustomerForm | None = None) -> dict[str, Any]:
    """Return the context of the customer's part. Nothing in it counts a ticket that ``user`` may not see."""
    contact = ticket.requester
    prefetch_related_objects([contact], "emails")
    total, open_ones = _counts(visible_tickets(user).filter(requester=contact))
    may_edit = may(user, "change", ticket) and contact.erased_at is None
    return {
        "customer": contact,
        "customer_tickets": count_text(total),
        "customer_open": count_text(open_ones),
        "customer_form": (form or CustomerForm(contact=contact)) if may_edit else None,
    }


def _counts(tickets: QuerySet[Ticket]) -> tuple[int, int]:
    """Return how many there are and how many of them are open, at most CAP + 1 each. One query for almost everybody."""
    categories = list(tickets.order_by().values_list("category", flat=True)[: CAP + 1])
    if len(categories) <= CAP:
        return len(categories), sum(category in UNRESOLVED for category in categories)
    return len(categories), tickets.filter(category__in=UNRESOLVED).order_by()[: CAP + 1].count()
