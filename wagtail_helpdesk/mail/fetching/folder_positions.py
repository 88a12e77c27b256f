"""Where a folder is read on from: its first visit, an ordinary one, and one after all its UIDs have changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from wagtail_helpdesk.mail.choices import PostActionState, StartFrom
from wagtail_helpdesk.mail.fetching.folder_lease import write_under_lease
from wagtail_helpdesk.mail.fetching.taking import Visit, without_known
from wagtail_helpdesk.mail.models import InboundOrigin
from wagtail_helpdesk.mail.sources.base import FolderFacts, RemoteMail
from wagtail_helpdesk.mail.sources.problems import warn

#: So much of the past is looked at again when a folder was made anew, and by each sweep.
LOOK_BACK = timedelta(days=7)
#: So much may the server's clock differ from ours.
SKEW = timedelta(minutes=10)


def find_position(visit: Visit) -> Sequence[RemoteMail]:
    """Enter the folder and return the mails that may be new there."""
    facts = visit.session.enter(visit.folder.name, readonly=visit.is_readonly)
    if visit.folder.started_at is None:
        _begin(visit, facts)
    elif facts.uidvalidity != visit.folder.uidvalidity:
        _begin_again(visit, facts)
    return visit.session.list_new(visit.folder.last_uid or 0)


def earliest(visit: Visit) -> datetime:
    """Return from when on a sweep looks for mails that were passed over; from the beginning until one was finished."""
    folder = visit.folder
    since = folder.since or timezone.now()
    return since if folder.last_sweep_at is None else max(since, folder.last_sweep_at - LOOK_BACK)


def _begin(visit: Visit, facts: FolderFacts) -> None:
    """The first visit. What lies there is left alone, or is for the first sweep (``start_days``)."""
    now = timezone.now()
    only_new = visit.source.start_from == StartFrom.NOW
    since = now - SKEW if only_new else now - timedelta(days=visit.source.start_days)
    fields = {"started_at": now, "since": since, "uidvalidity": facts.uidvalidity, "last_sweep_at": None}
    if facts.next_uid is not None:
        fields |= {"last_uid": facts.next_uid - 1, "first_uid": facts.next_uid}
        write_under_lease(visit.folder, visit.owner, **fields)
        return
    # Without UIDs there is no "above": what is to be left alone is written down mail by mail.
    there = visit.session.describe(visit.session.list_new(0))
    old = [mail for mail in there if only_new or (mail.received_at is not None and mail.received_at < since)]
    with transaction.atomic(durable=True):
        InboundOrigin.objects.bulk_create(
            [
                InboundOrigin(
                    source=visit.source,
                    folder=visit.folder,
                    key_hash=mail.key_hash,
                    post_action_state=PostActionState.DONE,
                )
                for mail in without_known(visit.source, old)
            ],
            batch_size=500,
        )
        write_under_lease(visit.folder, visit.owner, **fields)


def _begin_again(visit: Visit, facts: FolderFacts) -> None:
    """All UIDs mean other mails now (RFC 3501 2.3.1.1). The next sweep looks at the last days; what we have is known
    by its content."""
    folder = visit.folder
    since = (folder.last_ok_at or timezone.now()) - LOOK_BACK
    write_under_lease(
        folder,
        visit.owner,
        uidvalidity=facts.uidvalidity,
        last_uid=(facts.next_uid or 1) - 1,
        first_uid=0,
        since=max(since, folder.since or since),
        last_sweep_at=None,
    )
    warn(visit.source, "uidvalidity_changed", folder=folder.name)
