"""Wagtail's own field for tags, with suggestions from the tickets that one may see."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from wagtail.admin.widgets import AdminTagWidget

from wagtail_helpdesk.tickets.models import TicketTag


class TagInput(AdminTagWidget):
    """Suggests no tag that only stands on tickets of others, as Wagtail's own suggestions would."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, tag_model=TicketTag)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return Wagtail's context with our address for suggestions."""
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["data-w-tag-url-value"] = reverse("helpdesk_inbox:tags")
        return context
