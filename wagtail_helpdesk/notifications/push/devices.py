"""Turning notices on and off for a browser, and whether its user is still signed in there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from wagtail_helpdesk import conf, vault
from wagtail_helpdesk.notifications.push.encoding import decode
from wagtail_helpdesk.notifications.push.encryption import AUTH_LENGTH, read_public_key
from wagtail_helpdesk.notifications.push.models import Push, PushSubscription
from wagtail_helpdesk.outside.asking import BadAddress, read_address

MAX_DEVICES = 20
MAX_ENDPOINT = 2_000
#: A device on which its user did not sign in again for so long is forgotten.
FORGET_AFTER = timedelta(days=90)
#: Where a session keeps the keys of the devices that it belongs to.
_IN_SESSION = "helpdesk_devices"
TEST = "test"


class BadSubscription(ValueError):
    """What a browser handed in is no subscription."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What a browser hands in: PushSubscription of the Push API."""

    endpoint: str
    p256dh: str
    auth: str

    def check(self) -> None:
        """Raise BadSubscription for what cannot be sent to."""
        try:
            target = read_address(self.endpoint)
            read_public_key(decode(self.p256dh))
            secret = decode(self.auth)
        except (BadAddress, ValueError) as error:
            raise BadSubscription from error
        if target.scheme != "https" or len(self.endpoint) > MAX_ENDPOINT or len(secret) != AUTH_LENGTH:
            raise BadSubscription


def is_on() -> bool:
    """Tell whether the site uses push messages at all."""
    return bool(conf.get("PUSH"))


def hash_of(endpoint: str) -> str:
    """Return by what a device is found; the browser's script makes the same."""
    return hashlib.sha256(endpoint.encode()).hexdigest()


def devices_of(user: Any) -> QuerySet:
    """Return the devices of a user, the oldest first."""
    return PushSubscription.objects.filter(user=user)


def with_devices(users: QuerySet) -> QuerySet:
    """Note on each user whether a device waits for notices, without a query of its own."""
    if not is_on():
        return users
    live = PushSubscription.objects.live(timezone.now()).filter(user=OuterRef("pk"))
    return users.annotate(helpdesk_has_device=Exists(live))


def may_have_device(user: Any) -> bool:
    """Tell whether a push can reach a user. Somebody not fetched by :func:`with_devices` may: the worker looks."""
    return is_on() and getattr(user, "helpdesk_has_device", True)


def turn_on(request: HttpRequest, handed: Handed, *, old_hash: str = "") -> PushSubscription | None:
    """Send the notices of the signed-in user to this browser from now on. Raises BadSubscription.

    ``old_hash``: in the place of that device, which must be the user's own; None where it is not.
    """
    handed.check()
    user, hashed = request.user, hash_of(handed.endpoint)
    if old_hash and not devices_of(user).filter(endpoint_hash=old_hash).exists():
        return None
    values = {
        "user": user,
        "endpoint": vault.seal(handed.endpoint),
        "public_key": handed.p256dh,
        "auth": vault.seal(handed.auth),
        "user_agent": request.headers.get("User-Agent", "")[:300],
        "failures": 0,
        "failing_since": None,
        "rests_until": None,
        "last_error": "",
        **_signed_in(request),
    }
    with transaction.atomic():
        if old_hash:
            devices_of(user).filter(endpoint_hash=old_hash).exclude(endpoint_hash=hashed).delete()
        device = _store(hashed, values)
        surplus = devices_of(user).order_by("-created_at", "-pk").values_list("pk", flat=True)[MAX_DEVICES:]
        PushSubscription.objects.filter(pk__in=list(surplus)).delete()
    _note_in_session(request, device.pk)
    return device


def note_seen(request: HttpRequest, hashed: str) -> bool:
    """Note that the user is signed in on a device; False where it is not the user's, or not known."""
    device = devices_of(request.user).filter(endpoint_hash=hashed).first()
    if device is None:
        return False
    PushSubscription.objects.filter(pk=device.pk).update(**_signed_in(request))
    _note_in_session(request, device.pk)
    return True


def queue_test(device: PushSubscription) -> None:
    """Let the worker send a word to a device; it does not wait for what went wrong before."""
    device.pushes.filter(topic=TEST).delete()
    PushSubscription.objects.filter(pk=device.pk).update(rests_until=None)
    Push.objects.create(subscription=device, topic=TEST)


def is_signed_in(device: PushSubscription) -> bool:
    """Tell whether the device's user is still signed in there, as far as we know. The user is at hand."""
    if not device.user.is_active or device.signed_in_until <= timezone.now():
        return False
    return device.session_hash in _session_hashes(device.user)


def forget_devices() -> int:
    """Delete the devices that nobody uses any more, and those of users who are not active; return how many rows."""
    unused = PushSubscription.objects.filter(signed_in_until__lt=timezone.now() - FORGET_AFTER)
    inactive = PushSubscription.objects.filter(user__is_active=False)
    return sum(found.delete()[0] for found in (unused, inactive))


def connect() -> None:
    """Hear of users who sign out. Called once, from ``apps.ready()``."""
    user_logged_out.connect(_sign_out, dispatch_uid="wagtail_helpdesk.devices")


def _sign_out(sender: Any, request: HttpRequest | None, **kwargs: Any) -> None:
    """Whoever signs out gets nothing on that device until signing in there again."""
    session = getattr(request, "session", None)
    keys = session.get(_IN_SESSION) if session is not None else None
    if keys:
        PushSubscription.objects.filter(pk__in=keys).update(signed_in_until=timezone.now())


def _store(hashed: str, values: dict[str, Any]) -> PushSubscription:
    """Write a device. A browser that somebody else used before is from now on this user's."""
    try:
        with transaction.atomic():
            device, _new = PushSubscription.objects.update_or_create(endpoint_hash=hashed, defaults=values)
    except IntegrityError:
        # Pressed twice: the other one is there now.
        device, _new = PushSubscription.objects.update_or_create(endpoint_hash=hashed, defaults=values)
    # What waits for whoever had it before is not for these eyes.
    device.pushes.all().delete()
    return device


def _signed_in(request: HttpRequest) -> dict[str, Any]:
    return {
        "signed_in_until": request.session.get_expiry_date(),
        "session_hash": _session_hashes(request.user)[0],
    }


def _session_hashes(user: Any) -> list[str]:
    """Return the hash of what sessions of the user hold, and those that a change of SECRET_KEY leaves good."""
    found = [user.get_session_auth_hash()] if hasattr(user, "get_session_auth_hash") else []
    if hasattr(user, "get_session_auth_fallback_hash"):
        found += user.get_session_auth_fallback_hash()
    return [hashlib.sha256(one.encode()).hexdigest() for one in found] or [""]


def _note_in_session(request: HttpRequest, key: int) -> None:
    keys = request.session.get(_IN_SESSION, [])
    if key not in keys:
        request.session[_IN_SESSION] = [*keys, key][-MAX_DEVICES:]
