"""What visits left behind: mails that failed, post-actions that were not done, mails that nobody saw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from wagtail_helpdesk.mail.choices import PostActionState, StartFrom
from wagtail_helpdesk.mail.fetching.folder_lease import write_under_lease
from wagtail_helpdesk.mail.fetching.folder_positions import earliest
from wagtail_helpdesk.mail.fetching.taking import Visit
from wagtail_helpdesk.mail.models import InboundOrigin
from wagtail_helpdesk.mail.sources.base import MailFailed, MailGone, RemoteMail

SWEEP_EVERY = timedelta(minutes=15)
AT_ONCE = 500


def sweep_folder(visit: Visit) -> int:
    """Sweep one folder; return how many mails were taken."""
    folder = visit.folder
    if folder.started_at is None:
        return 0
    facts = visit.session.enter(folder.name, readonly=visit.is_readonly)
    if facts.uidvalidity != folder.uidvalidity:
        # The next visit sees to that first.
        return 0
    taken = _try_again(visit)
    _settle_what_is_pending(visit)
    now = timezone.now()
    if folder.last_sweep_at is None or folder.last_sweep_at <= now - SWEEP_EVERY:
        taken += _reconcile(visit)
    return taken


def _reconcile(visit: Visit) -> int:
    """Take the mails of the last days that have no origin: a cluster of servers may show one late, below others."""
    began, since = timezone.now(), earliest(visit)
    first_uid = visit.folder.first_uid if visit.source.start_from == StartFrom.NOW else 0
    mails = [one for one in visit.session.list_since(since) if one.uid is None or one.uid >= first_uid]
    taken = visit.take_all(mails, since=since)
    if not visit.is_over:
        write_under_lease(visit.folder, visit.owner, last_sweep_at=began)
    return taken


def _try_again(visit: Visit) -> int:
    """Fetch the mails again whose time has come."""
    due = _pending(visit).filter(inbound=None, next_try_at__lte=timezone.now())
    origins = list(due.order_by("next_try_at", "pk")[:AT_ONCE])
    taken: list[RemoteMail] = []
    if origins:
        there = visit.session.find(origins)
        for origin in origins:
            if origin.key_hash not in there:
                _forget(origin)
            elif not visit.is_over and _take_again(visit, origin, there[origin.key_hash]):
                taken.append(there[origin.key_hash])
    visit.settle(taken)
    return len(taken)


def _take_again(visit: Visit, origin: InboundOrigin, mail: RemoteMail) -> bool:
    described: Sequence[RemoteMail] = visit.session.describe([mail])
    try:
        if not described:
            raise MailGone
        return visit.take(described[0])
    except MailGone:
        _forget(origin)
    except MailFailed as error:
        visit.note_failure(mail, error.code)
    return False


def _settle_what_is_pending(visit: Visit) -> None:
    """Do the post-actions that a killed process, or a server that refused, left undone."""
    due = Q(next_try_at__isnull=True) | Q(next_try_at__lte=timezone.now())
    origins = list(_pending(visit).filter(due, inbound__isnull=False).order_by("pk")[:AT_ONCE])
    if not origins:
        return
    there = visit.session.find(origins)
    for origin in origins:
        if origin.key_hash not in there:
            _forget(origin)
    visit.settle(list(there.values()))


def _pending(visit: Visit):
    return InboundOrigin.objects.filter(folder=visit.folder, post_action_state=PostActionState.PENDING)


def _forget(origin: InboundOrigin) -> None:
    """The mail is no longer there: nothing is left to be done."""
    InboundOrigin.objects.filter(pk=origin.pk).update(post_action_state=PostActionState.DONE, next_try_at=None)
