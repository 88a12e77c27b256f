"""What makes a mail ours: signed Message-IDs, reply addresses, bounce addresses and the loop header."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from wagtail_helpdesk import conf
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.tickets.tokens import MAC_LENGTH, TOKEN_LENGTH, mac, verify_mac

MESSAGE_ID_PURPOSE = "msgid"
LOOP_PURPOSE = "loop"
BOUNCE_PURPOSE = "bounce"
#: In place of a bounce address: reports, and machines that answer, have nowhere to go (RFC 5321 4.5.5).
NULL_SENDER = "<>"
LOOP_HEADER = "X-Helpdesk-Loop"
#: Characters of an OutboundMail's public id.
PUBLIC_ID_LENGTH = 12
#: RFC 5322 allows more, but a folded Message-ID loses its thread in some mail programs.
MESSAGE_ID_LENGTH = 62
#: RFC 5321 4.5.3.1.1.
LOCAL_PART_LENGTH = 64
#: Signatures checked in one text.
MAX_IDS_IN_TEXT = 50

_MESSAGE_ID = re.compile(rf"hd1\.([a-z2-7]{{{PUBLIC_ID_LENGTH}}})\.([a-z2-7]{{{MAC_LENGTH}}})@.+", re.IGNORECASE)
_ID_IN_TEXT = re.compile(rf"\bhd1\.([a-z2-7]{{{PUBLIC_ID_LENGTH}}})\.([a-z2-7]{{{MAC_LENGTH}}})\b", re.IGNORECASE)
_LOOP = re.compile(rf"([a-z2-7]{{{PUBLIC_ID_LENGTH}}})\.([a-z2-7]{{{MAC_LENGTH}}})")
_PLUS = re.compile(rf"(.+)\+r([a-z2-7]{{{TOKEN_LENGTH}}})@(.+)", re.IGNORECASE)
_BOUNCE = re.compile(rf"(.+)\+b([a-z2-7]{{{PUBLIC_ID_LENGTH}}})([a-z2-7]{{{MAC_LENGTH}}})@(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """A mailbox's address with a participant's token in it, taken apart."""

    mailbox_address: str
    token: str


@dataclass(frozen=True, slots=True)
class BounceAddress:
    """A bounce address of ours, its signature checked, taken apart."""

    address: str
    public_id: str


def make_message_id(public_id: str, mailbox: Mailbox) -> str:
    """Return the signed Message-ID (without brackets) of an outgoing mail; at most 62 characters."""
    stem = f"hd1.{public_id}.{mac(MESSAGE_ID_PURPOSE, public_id)}@"
    domain = conf.get("MESSAGE_ID_DOMAIN") or mailbox.address.rsplit("@", 1)[1]
    if not domain.isascii() or len(stem) + len(domain) > MESSAGE_ID_LENGTH:
        # A domain that is too long still has to be the same in every mail, and nobody else's.
        domain = hashlib.sha256(domain.encode()).hexdigest()[:20] + ".invalid"
    return stem + domain


def own_public_id(message_id: str) -> str | None:
    """Return the public id in a Message-ID of ours, None for anybody else's, forged ones included."""
    match = _MESSAGE_ID.fullmatch(message_id)
    if match is None:
        return None
    public_id, given = match[1].lower(), match[2].lower()
    return public_id if verify_mac(MESSAGE_ID_PURPOSE, public_id, given) else None


def find_own_ids(text: str) -> list[str]:
    """Return the public ids of all Message-IDs of ours (or their left halves) that stand in ``text``, in order."""
    found = dict.fromkeys((match[1].lower(), match[2].lower()) for match in _ID_IN_TEXT.finditer(text))
    checked = list(found)[:MAX_IDS_IN_TEXT]
    return list(dict.fromkeys(one for one, given in checked if verify_mac(MESSAGE_ID_PURPOSE, one, given)))


def has_our_prefix(message_id: str) -> bool:
    """Tell whether a Message-ID looks like ours, whoever made it."""
    return _MESSAGE_ID.fullmatch(message_id) is not None


def make_loop_header(public_id: str) -> str:
    """Return the value of our loop header."""
    return f"{public_id}.{mac(LOOP_PURPOSE, public_id)}"


def is_own_loop_header(value: str) -> bool:
    """Tell whether a loop header's value carries our signature."""
    return public_id_of_loop_header(value) is not None


def public_id_of_loop_header(value: str) -> str | None:
    """Return the public id in the value of a loop header of ours, None for any other."""
    match = _LOOP.fullmatch(value.strip().lower())
    return match[1] if match is not None and verify_mac(LOOP_PURPOSE, match[1], match[2]) else None


def make_reply_address(mailbox: Mailbox, token: str) -> str:
    """Return the mailbox's address with ``token`` in it (RFC 5233 sub-addressing)."""
    local, domain = mailbox.address.rsplit("@", 1)
    return f"{local}+r{token}@{domain}"


def split_reply_address(address: str) -> ReplyAddress | None:
    """Take a reply address apart; None for any other address. The token is not checked here."""
    match = _PLUS.fullmatch(address)
    return ReplyAddress(f"{match[1]}@{match[3]}", match[2].lower()) if match else None


def make_bounce_address(mailbox: Mailbox, public_id: str) -> str:
    """Return the address that reports on one outgoing mail come back to (VERP), signed; "" where there can be none.

    It is a sub-address of the mailbox's bounce address, else of the mailbox itself where that has plus addressing.
    """
    options = getattr(mailbox, "mail_options", None)
    if options is None:
        return ""
    base = options.bounce_address or (mailbox.address if options.plus_addressing else "")
    local, _at, domain = base.rpartition("@")
    tag = f"+b{public_id}{mac(BOUNCE_PURPOSE, public_id)}"
    if not local or len(local) + len(tag) > LOCAL_PART_LENGTH:
        return ""
    return f"{local}{tag}@{domain}"


def split_bounce_address(address: str) -> BounceAddress | None:
    """Take a bounce address of ours apart; None for any other address, a forged one included."""
    match = _BOUNCE.fullmatch(address)
    if match is None:
        return None
    public_id, given = match[2].lower(), match[3].lower()
    return BounceAddress(f"{match[1]}@{match[4]}", public_id) if verify_mac(BOUNCE_PURPOSE, public_id, given) else None
