"""The worker's two steps: what is to be pushed, and pushing it. Rights are asked when it leaves, not when it was told.

A row is claimed by a conditional UPDATE. A process that dies after it sent leaves a row that is sent again: topic and
tag let a device show it once.
"""

from __future__ import annotations

import json
import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from wagtail_helpdesk import vault
from wagtail_helpdesk.events import describe_error
from wagtail_helpdesk.notifications.choices import NoticePush
from wagtail_helpdesk.notifications.mailing import visible_tickets
from wagtail_helpdesk.notifications.models import Notice
from wagtail_helpdesk.notifications.push import devices
from wagtail_helpdesk.notifications.push.content import NEWS_TAG, content_of, urgency_of
from wagtail_helpdesk.notifications.push.encoding import decode
from wagtail_helpdesk.notifications.push.encryption import encrypt
from wagtail_helpdesk.notifications.push.keys import contact, private_key
from wagtail_helpdesk.notifications.push.models import Push, PushSubscription
from wagtail_helpdesk.notifications.push.planning import STALE, plan_pushes
from wagtail_helpdesk.notifications.push.schedule import Outcome, Result, is_hopeless, rest_until, result_of
from wagtail_helpdesk.notifications.push.vapid import authorization
from wagtail_helpdesk.notifications.rhythm import HOUR, Pending
from wagtail_helpdesk.outside.asking import ask, read_address
from wagtail_helpdesk.outside.guard import NotFound, Refused
from wagtail_helpdesk.tickets.tokens import mac

logger = logging.getLogger(__name__)

#: Notices looked at in one round, and pushes sent in one, the oldest first.
BATCH, PUSHES = 2_000, 50
#: Seconds for one push, and for a round: other steps wait meanwhile.
TIMEOUT, ROUND = 8.0, 20.0
LEASE = timedelta(minutes=2)
MAX_CLOSED = 20


class _TakenMeanwhile(Exception):
    """Another process queued some of these notices."""


class _Later(Exception):
    """Its service does not answer just now, as another push of this round found."""


def queue_pushes() -> int:
    """Make rows of the notices that are to be pushed; return how many. What was read meanwhile needs none."""
    now = timezone.now()
    rows = list(Notice.objects.to_push().order_by("created_at", "pk")[:BATCH])
    if not rows:
        return 0
    over = [row.pk for row in rows if row.read_at or now - row.created_at >= STALE]
    waiting: dict[Any, list[Pending]] = defaultdict(list)
    for row in rows:
        if not row.read_at and now - row.created_at < STALE:
            waiting[row.user_id].append(Pending(row.pk, row.ticket_id, row.created_at))
    by_user: dict[Any, list[int]] = defaultdict(list)
    if devices.is_on():
        live = PushSubscription.objects.live(now).filter(user__in=waiting, user__is_active=True)
        for user, device in live.values_list("user", "pk"):
            by_user[user].append(device)
    for user in waiting.keys() - by_user.keys():
        over += [row.pk for row in waiting.pop(user)]
    Notice.objects.to_push().filter(pk__in=over).update(push_state=NoticePush.DROPPED)
    pushed = _pushed_last_hour(waiting, now)
    return sum(
        _queue(user, keys, {row.pk: row.ticket_id for row in pending}, by_user[user], now)
        for user, pending in waiting.items()
        for keys in _plan(pending, pushed[user], now)
    )


def send_pushes() -> int:
    """Send what is due, for at most ROUND seconds; return how many were tried."""
    now, started = timezone.now(), time.monotonic()
    due = Push.objects.filter(next_try_at__lte=now).order_by("next_try_at", "pk")
    rows = list(due.values_list("pk", "attempts")[:PUSHES])
    if not rows:
        return 0
    tried, silent = 0, set()
    for pk, attempts in rows:
        if time.monotonic() - started > ROUND:
            break
        tried += _turn(pk, attempts, silent)
    return tried


def _plan(pending: Iterable[Pending], pushed: set[tuple[int, datetime]], now: datetime) -> list[list[int]]:
    last: dict[int, datetime] = {}
    for ticket, at in sorted(pushed, key=lambda one: one[1]):
        last[ticket] = at
    # The tickets of one push have its moment.
    return plan_pushes(pending, pushed=last, sent_last_hour=len({at for _ticket, at in pushed}), now=now)


def _pushed_last_hour(users: Iterable[Any], now: datetime) -> dict[Any, set[tuple[int, datetime]]]:
    found: dict[Any, set[tuple[int, datetime]]] = defaultdict(set)
    recent = Notice.objects.filter(user__in=list(users), pushed_at__gt=now - HOUR)
    for user, ticket, at in recent.values_list("user", "ticket", "pushed_at").distinct():
        found[user].add((ticket, at))
    return found


def _queue(user: Any, keys: list[int], tickets: dict[int, int], to: list[int], now: datetime) -> int:
    """Write a row for each device, in the place of an older one of the topic; 0 where another process was first."""
    about = {tickets[key] for key in keys}
    topic = mac("push", f"{user}:{about.pop()}" if len(about) == 1 else f"{user}:{NEWS_TAG}")
    # Pushes of one moment are counted as one: each has its own.
    moment = now - timedelta(microseconds=min(keys) % 1_000_000)
    try:
        with transaction.atomic():
            claimed = Notice.objects.to_push().filter(pk__in=keys)
            if claimed.update(push_state=NoticePush.PUSHED, pushed_at=moment) != len(keys):
                raise _TakenMeanwhile
            Push.objects.filter(subscription__in=to, topic=topic).delete()
            Push.objects.bulk_create(
                Push(subscription_id=device, topic=topic, notices=keys, created_at=now, next_try_at=now)
                for device in to
            )
    except _TakenMeanwhile:
        return 0
    return len(to)


def _turn(pk: int, attempts: int, silent: set[str]) -> int:
    """Try one push, if no other process has it; return whether it was tried. ``silent``: origins that time out."""
    now = timezone.now()
    claimed = Push.objects.filter(pk=pk, attempts=attempts, next_try_at__lte=now)
    if not claimed.update(attempts=F("attempts") + 1, next_try_at=now + LEASE):
        return 0
    related = ("subscription__user__helpdesk_notice_preference", "subscription__user__wagtail_userprofile")
    push = Push.objects.filter(pk=pk).select_related(*related).first()
    if push is None:
        return 0
    device = push.subscription
    if device.rests_until and device.rests_until > now and now - push.created_at < STALE:
        Push.objects.filter(pk=pk).update(next_try_at=device.rests_until)
        return 0
    try:
        result = _push(push, silent, now)
    except _Later:
        return 0
    if result is None:
        Push.objects.filter(pk=pk).delete()
        return 0
    _write(push, device, result, now)
    return 1


def _push(push: Push, silent: set[str], now: datetime) -> Result | None:
    """Send it; None where there is nothing to be told any more, or nobody who may know."""
    device = push.subscription
    if not devices.is_on() or not devices.is_signed_in(device) or now - push.created_at >= STALE:
        return None
    user = device.user
    notices = _still_news(user, push)
    if push.notices and not notices:
        return None
    try:
        key = private_key()
        if key is None:
            return None
        target = read_address(vault.unseal(device.endpoint))
        if target.origin in silent:
            raise _Later
        content = json.dumps(content_of(user, notices, _read(user, notices, now)), ensure_ascii=False).encode()
        body = encrypt(content, decode(device.public_key), decode(vault.unseal(device.auth)))
        headers = {
            "TTL": str(int((push.created_at + STALE - now).total_seconds())),
            "Topic": push.topic,
            "Urgency": urgency_of(notices),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Content-Length": str(len(body)),
            "Authorization": authorization(target.origin, key, contact(), now),
        }
    except vault.SealBroken:
        return Result(Outcome.UNREACHABLE, "SealBroken")
    except ValueError as error:
        # What is stored was checked when it came: it is damaged, or what is to be said too long.
        logger.error("push_unfit push=%s error=%s", push.pk, describe_error(error))
        return Result(Outcome.UNFIT, type(error).__name__)
    try:
        answer = ask(target, headers, deadline=time.monotonic() + TIMEOUT, method="POST", content=body)
    except NotFound:
        silent.add(target.origin)
        return Result(Outcome.UNREACHABLE, "name")
    except Refused as error:
        return Result(Outcome.REFUSED, f"refused {error}")
    except (OSError, HTTPException, ValueError) as error:
        # The kind only: its words may hold the address.
        silent.add(target.origin)
        return Result(Outcome.UNREACHABLE, type(error).__name__)
    return result_of(answer.status, answer.headers, now)


def _still_news(user: Any, push: Push) -> list[Notice]:
    """Return the notices of a push that the user has not read and may see, the oldest first."""
    if not push.notices:
        return []
    rows = Notice.objects.filter(pk__in=push.notices, user=user).unread().select_related("ticket", "message")
    notices = list(rows.order_by("created_at", "pk"))
    visible = visible_tickets(user, notices) if notices else set()
    return [notice for notice in notices if notice.ticket_id in visible]


def _read(user: Any, notices: Iterable[Notice], now: datetime) -> list[int]:
    """Return tickets whose notifications may still stand on a device although they were read elsewhere."""
    pushed = Notice.objects.filter(user=user, pushed_at__gt=now - STALE)
    state: dict[int, bool] = {}
    for ticket, read_at in pushed.order_by("-pk").values_list("ticket", "read_at")[: 10 * MAX_CLOSED]:
        state[ticket] = state.get(ticket, True) and read_at is not None
    told = {notice.ticket_id for notice in notices}
    return [ticket for ticket, is_read in state.items() if is_read and ticket not in told][:MAX_CLOSED]


def _write(push: Push, device: PushSubscription, result: Result, now: datetime) -> None:
    """Write down what became of a push and what that says of its device."""
    own = PushSubscription.objects.filter(pk=device.pk)
    if result.outcome == Outcome.SENT:
        own.update(last_ok_at=now, failures=0, failing_since=None, rests_until=None, last_error="")
    if result.outcome in (Outcome.SENT, Outcome.UNFIT):
        Push.objects.filter(pk=push.pk).delete()
        return
    since = device.failing_since or now
    if is_hopeless(result.outcome, failing_since=since, now=now):
        logger.info("push_device_gone device=%s error=%s", device.pk, result.error)
        own.delete()
        return
    until = rest_until(failures=device.failures + 1, not_before=result.not_before, now=now)
    error = result.error[:60]
    own.update(failures=F("failures") + 1, failing_since=since, rests_until=until, last_error=error)
    Push.objects.filter(pk=push.pk).update(next_try_at=until)
    logger.warning("push_failed device=%s error=%s", device.pk, error)
