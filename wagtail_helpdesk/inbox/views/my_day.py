"""My day: what waits for one, and how it has been going."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.inbox.my_day.figures import figures_of
from wagtail_helpdesk.inbox.my_day.spans import spans_at
from wagtail_helpdesk.inbox.my_day.today import sections_of
from wagtail_helpdesk.inbox.views.board import BoardView


class MyDayView(BoardView):
    """Times are those of the viewer's clock, which Wagtail's admin sets."""

    template_name = "wagtail_helpdesk/inbox/my_day.html"
    page_title = gettext_lazy("My day")
    header_icon = "calendar-check"
    board = "my-day"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the lists and the figures."""
        user, spans = self.request.user, spans_at(timezone.now(), timezone.get_current_timezone())
        return super().get_context_data(
            sections=sections_of(user, spans, self.scopes), figures=figures_of(user, spans), **kwargs
        )
