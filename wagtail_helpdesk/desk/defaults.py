"""What every desk has: a team, a mailbox, a status for each category, priorities, groups.

Made after ``migrate`` where missing, and never changed again: they are the administrator's.
"""

from __future__ import annotations

from contextlib import suppress
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from wagtail_helpdesk.addresses import normalise_address
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.models import Mailbox, Priority, Status, Team
from wagtail_helpdesk.remembering import remembered


def default_team() -> Team:
    """Return the default team, made when there is none."""
    team = Team.objects.filter(is_default=True).first() or Team.objects.order_by("pk").first()
    return team or Team.objects.create(name=_stored(_("Support")), is_default=True)


def default_mailbox() -> Mailbox:
    """Return the default mailbox, made from DEFAULT_FROM_EMAIL when there is none."""
    mailbox = (
        Mailbox.objects.filter(is_default=True).select_related("team").first()
        or Mailbox.objects.order_by("pk").select_related("team").first()
    )
    return mailbox or create_mailbox(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], is_default=True)


def create_mailbox(address: str, *, is_default: bool = False) -> Mailbox:
    """Make a mailbox of the default team for ``address``. ValueError when that is no address."""
    normalise_address(address)
    return Mailbox.objects.create(
        name=_stored(_("Support")), address=address, team=default_team(), is_default=is_default
    )


@remembered
def default_status(category: str) -> Status:
    """Return the status the desk itself uses for ``category``, made when there is none."""
    statuses = Status.objects.filter(category=category)
    status = statuses.filter(is_default=True).first() or statuses.first()
    if status is None:
        order = Category.values.index(category)
        status = Status.objects.create(
            name=_stored(Category(category).label), category=category, sort_order=order, is_default=True
        )
    return status


@remembered
def default_priority() -> Priority:
    """Return the priority of a new ticket, made (with its neighbours) when there is none."""
    priority = Priority.objects.filter(is_default=True).first() or Priority.objects.first()
    if priority is not None:
        return priority
    labels = {level: _stored(name) for level, name in ((10, _("High")), (0, _("Normal")), (-10, _("Low")))}
    rows = [Priority.objects.create(name=labels[level], level=level, is_default=level == 0) for level in labels]
    return next(row for row in rows if row.is_default)


def ensure_defaults() -> None:
    """Make whatever is missing. Safe to call at any time."""
    with transaction.atomic():
        default_team()
        # DEFAULT_FROM_EMAIL such as "root": the site has to name a mailbox itself; a system check asks for it.
        with suppress(ValueError):
            default_mailbox()
        for category in Category.values:
            default_status(category)
        default_priority()


def _stored(name: Promise) -> str:
    """Return ``name`` in the site's language: ``migrate`` speaks none, a request its visitor's."""
    with override(settings.LANGUAGE_CODE):
        return str(name)
