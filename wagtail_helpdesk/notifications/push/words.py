"""How a device does, in words for its user."""

from __future__ import annotations

from django.utils.translation import gettext as _

from wagtail_helpdesk.notifications.push.devices import is_signed_in
from wagtail_helpdesk.notifications.push.models import PushSubscription


def state_of(device: PushSubscription) -> str:
    """Return a sentence, "" for a device that is well. The device's user is at hand."""
    if not is_signed_in(device):
        return _("You are signed out there: nothing is sent until you open the help desk on it again.")
    if device.failures:
        return _("The last message could not be delivered (%(error)s). It is tried again by itself.") % {
            "error": device.last_error
        }
    return ""
