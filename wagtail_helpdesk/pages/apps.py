"""The Django application of the ready-made pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HelpdeskPagesConfig(AppConfig):
    """Page types for sites that use Wagtail's own page model. Others mix ``knowledge_base.mixins`` into theirs."""

    name = "wagtail_helpdesk.pages"
    label = "wagtail_helpdesk_pages"
    verbose_name = _("Help desk pages")
    default_auto_field = "django.db.models.BigAutoField"
