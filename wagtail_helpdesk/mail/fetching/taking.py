"""Takes the mails of one folder, each exactly once, whenever the process is killed.

What is remembered (the origin, how far the folder was read) is written in the transaction that accepts the mail. The
post-action comes after the commit: killed before it, the next sweep finds the origin and does it then.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone

from wagtail_helpdesk import conf
from wagtail_helpdesk.events import describe_error
from wagtail_helpdesk.mail.arriving.accept import ARCHIVE, SENT, Envelope, Origin, accept
from wagtail_helpdesk.mail.choices import FolderRole, PostAction, PostActionState
from wagtail_helpdesk.mail.fetching.folder_lease import write_under_lease
from wagtail_helpdesk.mail.models import InboundMail, InboundOrigin, MailSource, SourceFolder
from wagtail_helpdesk.mail.sources.base import Fetched, MailFailed, MailGone, RemoteMail, Session, SourceUnavailable
from wagtail_helpdesk.mail.sources.problems import warn

logger = logging.getLogger(__name__)

BATCH = 25
#: Pauses before a mail that could not be fetched, or settled, is tried again; after the last one people are told.
RETRIES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(days=1))
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LOOKED_UP_AT_ONCE = 400


@dataclass(slots=True)
class Visit:
    """A folder that is being read: its session, its lease, and until when there is time (``time.monotonic()``)."""

    source: MailSource
    folder: SourceFolder
    owner: str
    session: Session
    until: float
    #: Mails that wait on the server, as far as they were looked at.
    backlog: int = 0

    @property
    def is_over(self) -> bool:
        """Whether the time is up; the rest is for the next visit, so that one source never holds up everything."""
        return time.monotonic() > self.until

    @property
    def action(self) -> PostAction:
        """The post-action here. What our people sent is theirs: nothing there is touched."""
        return PostAction.KEEP if self.folder.role == FolderRole.SENT else PostAction(self.source.post_action)

    @property
    def is_readonly(self) -> bool:
        """Whether nothing in the folder will be changed."""
        return self.action == PostAction.KEEP

    def finish(self) -> None:
        """Write down how many mails still wait there, and whether the folder was read to its end."""
        read = {} if self.is_over else {"last_ok_at": timezone.now()}
        write_under_lease(self.folder, self.owner, backlog=self.backlog, **read)

    def take_all(self, mails: Sequence[RemoteMail], *, since: datetime | None = None, in_order: bool = False) -> int:
        """Take those of ``mails`` that are not known, until the time is up; return how many.

        ``since``: leave out what is older. ``in_order``: these are all up to the last one, so that the folder counts
        as read up to each.
        """
        taken = self.backlog = 0
        for start in range(0, len(mails), _LOOKED_UP_AT_ONCE):
            unknown = without_known(self.source, mails[start : start + _LOOKED_UP_AT_ONCE])
            for position in range(0, len(unknown), BATCH):
                if self.is_over:
                    self.backlog = len(unknown) - position + max(len(mails) - start - _LOOKED_UP_AT_ONCE, 0)
                    return taken
                taken += self._take_batch(unknown[position : position + BATCH], since, in_order)
        return taken

    def _take_batch(self, batch: Sequence[RemoteMail], since: datetime | None, in_order: bool) -> int:
        taken = []
        for mail in self.session.describe(batch):
            if since is not None and mail.received_at is not None and mail.received_at < since:
                continue
            if self._take_or_note(mail, in_order):
                taken.append(mail)
        self.settle(taken)
        return len(taken)

    def take(self, mail: RemoteMail, *, advance: bool = False) -> bool:
        """Take one mail; False when another process was faster. Raises MailGone, MailFailed, SourceUnavailable."""
        fetched = self.session.fetch(mail, conf.get("MAX_MAIL_BYTES"))
        envelope = Envelope(received_at=_plausible(mail.received_at), whole_size=fetched.whole_size)

        def remember(inbound: InboundMail) -> None:
            self._write_origin(mail, inbound, fetched)
            write_under_lease(self.folder, self.owner, **self._position(mail, advance))

        try:
            accept(fetched.raw, envelope, self._origin(mail), also=remember)
        except (OperationalError, InterfaceError):
            raise
        except IntegrityError:
            if not self._known(mail):
                raise MailFailed("mail_not_stored") from None
            return False
        except DatabaseError as error:
            logger.error("fetch_mail_not_stored folder=%s error=%s", self.folder.pk, describe_error(error))
            raise MailFailed("mail_not_stored") from None
        except OSError as error:
            logger.error("fetch_storage_failed folder=%s error=%s", self.folder.pk, describe_error(error))
            raise SourceUnavailable("storage") from None
        if fetched.whole_size is not None:
            warn(self.source, "mail_too_large", folder=self.folder.name, uid=mail.uid)
        return True

    def note_failure(self, mail: RemoteMail, code: str, *, advance: bool = False) -> None:
        """Write down that a mail could not be taken, and when to try again; the folder goes on behind it."""
        with transaction.atomic(durable=True):
            origin, _new = InboundOrigin.objects.get_or_create(
                source=self.source,
                key_hash=mail.key_hash,
                defaults={"folder": self.folder, "uidvalidity": mail.uidvalidity, "uid": mail.uid},
            )
            gave_up = postpone(origin, code)
            write_under_lease(self.folder, self.owner, **self._position(mail, advance))
        logger.warning("fetch_mail_failed origin=%s error=%s tries=%s", origin.pk, code, origin.attempts)
        if gave_up:
            warn(self.source, "mail_unreadable", folder=self.folder.name, uid=mail.uid)

    def settle(self, mails: Sequence[RemoteMail]) -> None:
        """Do the post-action of mails that were taken, and write down that it is done."""
        hashes = [mail.key_hash for mail in mails]
        origins = InboundOrigin.objects.filter(source=self.source, key_hash__in=hashes, inbound__isnull=False)
        pending = {one.key_hash: one for one in origins.filter(post_action_state=PostActionState.PENDING)}
        if not pending:
            return
        try:
            if self.action != PostAction.KEEP:
                wanted = [mail for mail in mails if mail.key_hash in pending]
                self.session.settle(wanted, self.action, self.source.move_to)
        except MailFailed as error:
            for origin in pending.values():
                if postpone(origin, error.code):
                    warn(self.source, "post_action_failed", folder=self.folder.name)
            return
        done = [one.pk for one in pending.values()]
        InboundOrigin.objects.filter(pk__in=done).update(
            post_action_state=PostActionState.DONE, attempts=0, next_try_at=None, last_error=""
        )

    def _take_or_note(self, mail: RemoteMail, advance: bool) -> bool:
        try:
            return self.take(mail, advance=advance)
        except MailGone:
            return False
        except MailFailed as error:
            self.note_failure(mail, error.code, advance=advance)
            return False

    def _origin(self, mail: RemoteMail) -> Origin:
        kind = self.source.kind
        if self.folder.role == FolderRole.SENT:
            kind = SENT
        elif was_there_before(mail, self.folder):
            kind = ARCHIVE
        return Origin(kind, self.source.mailbox_id)

    def _write_origin(self, mail: RemoteMail, inbound: InboundMail, fetched: Fetched) -> None:
        """Write the origin, or complete the one of earlier tries. IntegrityError when it was taken meanwhile."""
        # A mail of which the server has more than we do is never deleted there.
        kept = self.action == PostAction.KEEP or (fetched.whole_size is not None and self.action == PostAction.DELETE)
        fields = {
            "inbound": inbound,
            "folder": self.folder,
            "uidvalidity": mail.uidvalidity,
            "uid": mail.uid,
            "post_action_state": PostActionState.DONE if kept else PostActionState.PENDING,
            "attempts": 0,
            "next_try_at": None,
            "last_error": "",
        }
        tried = InboundOrigin.objects.filter(source=self.source, key_hash=mail.key_hash, inbound=None)
        if not tried.update(**fields):
            InboundOrigin.objects.create(source=self.source, key_hash=mail.key_hash, **fields)

    def _position(self, mail: RemoteMail, advance: bool) -> dict[str, int]:
        is_further = advance and mail.uid is not None and mail.uid > (self.folder.last_uid or 0)
        return {"last_uid": mail.uid} if is_further else {}

    def _known(self, mail: RemoteMail) -> bool:
        return InboundOrigin.objects.filter(source=self.source, key_hash=mail.key_hash, inbound__isnull=False).exists()


def was_there_before(mail: RemoteMail, folder: SourceFolder) -> bool:
    """Tell whether a mail lay in the folder when it was read for the first time."""
    if folder.started_at is None:
        return True
    if mail.uid is not None and folder.first_uid:
        return mail.uid < folder.first_uid
    if mail.received_at is None:
        # Without any time, what the first reading finds was there.
        return folder.last_ok_at is None
    # All UIDs have changed since, or there are none.
    return mail.received_at < folder.started_at - timedelta(seconds=2)


def without_known(source: MailSource, mails: Sequence[RemoteMail]) -> list[RemoteMail]:
    """Return those of ``mails`` that have no origin yet, in their order."""
    unknown: list[RemoteMail] = []
    for start in range(0, len(mails), _LOOKED_UP_AT_ONCE):
        some = {mail.key_hash: mail for mail in mails[start : start + _LOOKED_UP_AT_ONCE]}
        known = InboundOrigin.objects.filter(source=source, key_hash__in=list(some))
        for key_hash in known.values_list("key_hash", flat=True):
            del some[key_hash]
        unknown += some.values()
    return unknown


def postpone(origin: InboundOrigin, code: str) -> bool:
    """Write a failed try down; return True when it was the last one."""
    origin.last_error = code[:200]
    origin.next_try_at = timezone.now() + RETRIES[origin.attempts] if origin.attempts < len(RETRIES) else None
    origin.attempts += 1
    gave_up = origin.next_try_at is None
    if gave_up:
        origin.post_action_state = PostActionState.FAILED
    origin.save(update_fields=["last_error", "next_try_at", "attempts", "post_action_state"])
    return gave_up


def _plausible(received_at: datetime | None) -> datetime | None:
    """Return the server's time where it can be true: no later than now, and after the first mail servers."""
    if received_at is None or received_at < _EARLIEST:
        return None
    return min(received_at, timezone.now())
