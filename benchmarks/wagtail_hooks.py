"""Registers the floor of a list: a snippet as any site would register one."""

from typing import Any, ClassVar

from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from benchmarks.models import BareTicket


class BareTicketViewSet(SnippetViewSet):
    """A listing of 25 rows, with the related rows fetched in one query."""

    model = BareTicket
    list_display: ClassVar[list[str]] = ["subject", "status", "team", "requester", "assignee", "last_activity_at"]
    list_per_page = 25
    add_to_reference_index = False

    def get_queryset(self, request: Any) -> Any:
        """Return the rows with what the columns show."""
        return BareTicket.objects.select_related("status", "team", "requester", "assignee")


register_snippet(BareTicketViewSet)
