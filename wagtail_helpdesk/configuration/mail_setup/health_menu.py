"""On every page of the admin, for those who can do something about it: that mail does not work."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem

from wagtail_helpdesk.configuration.visibility import CONFIGURE
from wagtail_helpdesk.mail.health.facts import read_facts
from wagtail_helpdesk.mail.health.findings import Severity, judge

#: Seconds for which a look at the facts is good enough for the menu.
LOOK_EVERY = 60
_KEY = "wagtail_helpdesk.mail_faults"


def count_faults() -> int:
    """Return how many things are wrong with the desk's mail, hints apart, as of at most LOOK_EVERY seconds ago."""
    return cache.get_or_set(_KEY, _count, LOOK_EVERY)


def _count() -> int:
    return sum(finding.severity > Severity.HINT for finding in judge(read_facts()))


class MailHealthMenuItem(MenuItem):
    """Leads to the mail health; stands in the menu only while something is wrong."""

    def __init__(self, order: int) -> None:
        super().__init__(
            _("Mail health"),
            reverse_lazy("helpdesk_mail_health:index"),
            name="helpdesk-mail-health",
            icon_name="warning",
            order=order,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether something is wrong that this user may set right."""
        return request.user.has_perm(CONFIGURE) and count_faults() > 0

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        """Return the item with the number of faults."""
        attrs = {"data-helpdesk-faults": str(count_faults())}
        return LinkMenuItem(self.name, self.label, self.url, icon_name=self.icon_name, attrs=attrs)
