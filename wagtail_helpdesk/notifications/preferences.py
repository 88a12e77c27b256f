"""What an agent is told in the app, by mail and on devices: pure functions over plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wagtail_helpdesk.notifications.choices import NoticeKind, Rhythm

#: What leaves by mail where nothing else was chosen.
MAILED_BY_DEFAULT = frozenset({NoticeKind.ASSIGNED, NoticeKind.ANSWERED, NoticeKind.MENTIONED, NoticeKind.APPROVAL})
#: What goes to an agent's devices where nothing else was chosen.
PUSHED_BY_DEFAULT = frozenset({NoticeKind.ASSIGNED, NoticeKind.ANSWERED, NoticeKind.MENTIONED})
#: Never by mail: what is held came by mail, under a name that is in doubt.
NEVER_MAILED = frozenset({NoticeKind.HELD})
#: Reports about mail cause no mail: a machine that answers each of them would never stop.
NEVER_MAILED_REPORTS = frozenset({"bounced", "complained"})


@dataclass(frozen=True, slots=True)
class Ways:
    """How one kind of notice reaches one agent."""

    in_app: bool
    by_mail: bool
    by_push: bool

    def __bool__(self) -> bool:
        return self.in_app or self.by_mail or self.by_push


def ways_for(
    choices: Mapping[str, Any], kind: str, *, what: str = "", automatic: bool = False, has_device: bool = True
) -> Ways:
    """Return how a notice of ``kind`` reaches an agent with these ``choices`` (of a NoticePreference; {} for none).

    ``automatic``: a machine's answer caused it, which is nothing to write a mail for, nor to ring for. ``has_device``:
    whether there is one that it could go to.
    """
    chosen = choices.get(kind, {})
    in_app = bool(chosen.get("in_app", True))
    # Who wants nothing of it in the admin wants it on no device either, unless that was chosen.
    pushed = chosen.get("by_push", in_app and kind in PUSHED_BY_DEFAULT)
    mailed = chosen.get("by_mail", kind in MAILED_BY_DEFAULT)
    may_mail = may_be_mailed(kind) and what not in NEVER_MAILED_REPORTS and not automatic
    return Ways(in_app=in_app, by_mail=bool(mailed) and may_mail, by_push=bool(pushed) and has_device and not automatic)


def may_be_mailed(kind: str) -> bool:
    """Tell whether an agent can choose mail for ``kind``."""
    return kind not in NEVER_MAILED


def choices_of(user: Any, mailbox: int | None = None) -> Mapping[str, Any]:
    """Return the stored choices of a user, for the tickets of ``mailbox`` where it has some of its own.

    No query for a user who was fetched with the preference.
    """
    preference = getattr(user, "helpdesk_notice_preference", None)
    if preference is None:
        return {}
    return mailbox_choices_of(user).get(str(mailbox), preference.choices)


def mailbox_choices_of(user: Any) -> Mapping[str, Mapping[str, Any]]:
    """Return the choices for single mailboxes, by the mailbox's key as text."""
    preference = getattr(user, "helpdesk_notice_preference", None)
    return preference.mailboxes if preference else {}


def silence() -> dict[str, dict[str, bool]]:
    """Return choices by which nothing is told."""
    return {
        str(kind): {"in_app": False, **({"by_mail": False} if may_be_mailed(kind) else {}), "by_push": False}
        for kind in NoticeKind
    }


def without_mails(choices: Mapping[str, Any]) -> dict[str, dict[str, bool]]:
    """Return ``choices`` as they are, but that nothing leaves by mail."""
    return {
        str(kind): {
            "in_app": ways_for(choices, kind).in_app,
            **({"by_mail": False} if may_be_mailed(kind) else {}),
            "by_push": ways_for(choices, kind).by_push,
        }
        for kind in NoticeKind
    }


def rhythm_of(user: Any) -> Rhythm:
    """Return when ``user`` wants mails."""
    preference = getattr(user, "helpdesk_notice_preference", None)
    return Rhythm(preference.rhythm) if preference else Rhythm.AT_ONCE


def watches_replied(user: Any) -> bool:
    """Tell whether ``user`` watches each ticket on which the user writes."""
    preference = getattr(user, "helpdesk_notice_preference", None)
    return preference.watch_replied if preference else False


def shows_subject(user: Any) -> bool:
    """Tell whether devices of ``user`` show the subject of a ticket."""
    preference = getattr(user, "helpdesk_notice_preference", None)
    return preference.show_subject if preference else True
