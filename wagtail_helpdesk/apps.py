"""The Django application."""

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class WagtailHelpdeskConfig(AppConfig):
    """The help desk: everything but the ready-made page types."""

    name = "wagtail_helpdesk"
    label = "wagtail_helpdesk"
    verbose_name = _("Help desk")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Wire the system checks, the reactors, webhooks and what is made after ``migrate``."""
        from wagtail_helpdesk import checks, pipeline
        from wagtail_helpdesk.inbox.saved import fields as inbox_fields
        from wagtail_helpdesk.mail import webhooks
        from wagtail_helpdesk.tickets.conditions import ticket_fields

        checks.register()
        pipeline.install()
        webhooks.connect()
        ticket_fields.install()
        inbox_fields.install()
        post_migrate.connect(make_what_is_missing, sender=self)


def make_what_is_missing(app_config: AppConfig, using: str, **kwargs) -> None:
    """There is always a first team, mailbox and status set, and the groups. Nothing that exists is changed."""
    from wagtail_helpdesk.desk.defaults import ensure_defaults
    from wagtail_helpdesk.desk.models import Team
    from wagtail_helpdesk.tickets.groups import ensure_groups

    # After "migrate wagtail_helpdesk zero" the tables are gone.
    if Team._meta.db_table in connections[using].introspection.table_names():
        ensure_defaults()
        ensure_groups(app_config, using)
