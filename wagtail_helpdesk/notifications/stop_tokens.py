"""The signed link of a digest by which an agent ends notices by mail, without signing in (RFC 2369, RFC 8058).

It is for one user and one address, and good for nothing else.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from wagtail_helpdesk.addresses import address_hash, is_address
from wagtail_helpdesk.tickets.tokens import MAC_LENGTH, mac, verify_mac

_PURPOSE = "stop"
_TOKEN = re.compile(rf"([0-9a-z-]{{1,60}})-([a-z2-7]{{{MAC_LENGTH}}})")


def stop_token(user: Any) -> str:
    """Return what stands in the link for ``user``; it ends with the address that the mail goes to."""
    return f"{user.pk}-{mac(_PURPOSE, _signed(user))}"


def user_of(token: str) -> Any | None:
    """Return the user of a link that is ours; None for any other, and for an address that is the user's no more."""
    match = _TOKEN.fullmatch(token.lower())
    if match is None:
        return None
    users = get_user_model()._default_manager.filter(is_active=True)
    try:
        user = users.select_related("helpdesk_notice_preference", "wagtail_userprofile").filter(pk=match[1]).first()
    except (ValueError, ValidationError, OverflowError):
        return None
    return user if user is not None and verify_mac(_PURPOSE, _signed(user), match[2]) else None


def address_hash_of(user: Any) -> str:
    """Return the hash of the user's address, "" for none."""
    address = getattr(user, get_user_model().get_email_field_name(), "") or ""
    return address_hash(address) if is_address(address) else ""


def _signed(user: Any) -> str:
    return f"{user.pk}:{address_hash_of(user)}"
