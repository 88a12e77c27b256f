"""Mail and news of our mails from mail services, by the webhooks of django-anymail (the extra ``anymail``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def connect() -> bool:
    """Listen to Anymail's signals, where it is installed; return whether it is. Called once, from ``apps.ready()``."""
    try:
        from anymail.signals import inbound, tracking
    except ImportError:
        return False
    from wagtail_helpdesk.mail.webhooks.arriving import receive_inbound
    from wagtail_helpdesk.mail.webhooks.tracking import receive_tracking

    inbound.connect(receive_inbound, dispatch_uid="wagtail_helpdesk.inbound")
    tracking.connect(receive_tracking, dispatch_uid="wagtail_helpdesk.tracking")
    return True


def take_mail(patterns: Iterable[Any]) -> bool:
    """Tell whether one of Anymail's views that take mail stands among these addresses of the site."""
    try:
        from anymail.signals import inbound
        from anymail.webhooks.base import AnymailCoreWebhookView
        from anymail.webhooks.mandrill import MandrillCombinedWebhookView
    except ImportError:
        return False
    for pattern in patterns:
        view = getattr(getattr(pattern, "callback", None), "view_class", None)
        if isinstance(view, type) and issubclass(view, AnymailCoreWebhookView):
            # Mandrill's one view takes both kinds.
            if view.signal is inbound or issubclass(view, MandrillCombinedWebhookView):
                return True
        elif take_mail(getattr(pattern, "url_patterns", ())):
            return True
    return False
