"""What Wagtail's admin finds of us. Wiring only."""

from django.urls import include, path
from wagtail import hooks


@hooks.register("register_admin_urls")
def conversation_urls():
    """Message bodies and files for agents."""
    return [path("helpdesk/", include("wagtail_helpdesk.conversations.admin_urls"))]
