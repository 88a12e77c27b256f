"""The site's key pair: made by itself on first use, its private half sealed."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec

from wagtail_helpdesk import conf, vault
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.notifications.push import vapid
from wagtail_helpdesk.notifications.push.models import PushKey, PushSubscription

#: There is one.
_ROW = 1


def public_key() -> str:
    """Return what browsers subscribe with. The first call makes the pair."""
    row = PushKey.objects.filter(pk=_ROW).first()
    if row is None:
        row, _new = PushKey.objects.get_or_create(pk=_ROW, defaults=_new_pair())
    return row.public


def private_key() -> ec.EllipticCurvePrivateKey | None:
    """Return what signs; None before there is a pair. Raises vault.SealBroken where none of our keys opens it."""
    row = PushKey.objects.filter(pk=_ROW).first()
    return vapid.read_private_key(vault.unseal(row.private)) if row else None


def replace_keys() -> int:
    """Make a new pair; return how many devices were forgotten, which only the old one could reach."""
    count = PushSubscription.objects.count()
    PushSubscription.objects.all().delete()
    PushKey.objects.update_or_create(pk=_ROW, defaults=_new_pair())
    return count


def contact() -> str:
    """Return whom a push service may ask about what we send: PUSH_CONTACT, else the address of the first mailbox."""
    given = conf.get("PUSH_CONTACT")
    if given:
        return given
    mailbox = Mailbox.objects.order_by("pk").first()
    return f"mailto:{mailbox.address}" if mailbox else ""


def _new_pair() -> dict[str, str]:
    secret = vapid.new_private_key()
    return {"public": vapid.public_text(vapid.read_private_key(secret)), "private": vault.seal(secret)}
