"""What the page editor says about an article's origin."""

from __future__ import annotations

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel

from wagtail_helpdesk.knowledge_base.querysets import tickets_behind


class PromotedFromPanel(Panel):
    """Names the tickets that an article came from, to those who may see them; to others it is not there."""

    def __init__(self, **kwargs) -> None:
        super().__init__(**{"heading": _("Promoted from"), "icon": "mail", **kwargs})

    class BoundPanel(Panel.BoundPanel):
        template_name = "wagtail_helpdesk/knowledge_base/promoted_from_panel.html"

        @cached_property
        def tickets(self) -> list:
            """The tickets in question."""
            if self.instance.pk is None or self.request is None:
                return []
            return list(tickets_behind(self.instance, self.request.user))

        def is_shown(self) -> bool:
            """Hide the panel where there is nothing to tell."""
            return super().is_shown() and bool(self.tickets)
