"""The knowledge base's addresses in the admin."""

from __future__ import annotations

from django.urls import URLPattern, path
from wagtail.admin.viewsets.base import ViewSet

from wagtail_helpdesk.knowledge_base.views.promote import PromoteView


class PromoteViewSet(ViewSet):
    """``helpdesk/promote/<ticket>/``."""

    name = url_namespace = "helpdesk_promote"
    url_prefix = "helpdesk/promote"

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the one address there is."""
        return [path("<int:pk>/", self.construct_view(PromoteView), name="ticket")]
