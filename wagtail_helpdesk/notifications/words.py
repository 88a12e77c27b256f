"""Notices in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.notifications.choices import (
    ANSWERED,
    CHANGED,
    MINE,
    MOVED,
    NOTED,
    OPENED,
    REPLIED,
    NoticeKind,
)
from wagtail_helpdesk.notifications.models import Notice

_SENTENCES = {
    (NoticeKind.TEAM, OPENED): gettext_lazy("%(who)s opened a ticket in your team"),
    (NoticeKind.TEAM, ANSWERED): gettext_lazy("%(who)s answered on a ticket that nobody in your team has"),
    (NoticeKind.TEAM, MOVED): gettext_lazy("%(who)s moved a ticket to your team"),
    (NoticeKind.ASSIGNED, ""): gettext_lazy("%(who)s assigned a ticket to you"),
    (NoticeKind.ANSWERED, ""): gettext_lazy("%(who)s answered on your ticket"),
    (NoticeKind.MENTIONED, ""): gettext_lazy("%(who)s mentioned you in a note"),
    (NoticeKind.DELIVERY, "failed"): gettext_lazy("A mail could not be sent"),
    (NoticeKind.DELIVERY, "uncertain"): gettext_lazy("A mail may not have been sent"),
    (NoticeKind.DELIVERY, "late"): gettext_lazy("A mail still waits to be sent"),
    (NoticeKind.DELIVERY, "bounced"): gettext_lazy("A mail came back"),
    (NoticeKind.DELIVERY, "complained"): gettext_lazy("A mail was reported as spam"),
    (NoticeKind.HELD, MINE): gettext_lazy("A mail in your name waits for a decision"),
    (NoticeKind.WATCHED, ANSWERED): gettext_lazy("%(who)s answered on a ticket that you watch"),
    (NoticeKind.WATCHED, REPLIED): gettext_lazy("%(who)s replied on a ticket that you watch"),
    (NoticeKind.WATCHED, NOTED): gettext_lazy("%(who)s wrote a note on a ticket that you watch"),
    (NoticeKind.WATCHED, CHANGED): gettext_lazy("%(who)s changed a ticket that you watch"),
    (NoticeKind.AWAKE, ""): gettext_lazy("A snoozed ticket is back"),
    (NoticeKind.HELD, ""): gettext_lazy("A mail in a colleague's name waits for a decision"),
    (NoticeKind.DRAFT, "taken"): gettext_lazy("%(who)s goes on with your draft"),
    (NoticeKind.DRAFT, "cancelled"): gettext_lazy("%(who)s cancelled your reply; its text is in your draft"),
    (NoticeKind.DRAFT, "answered"): gettext_lazy("The customer wrote before your reply left: it is a draft again"),
    (NoticeKind.DRAFT, "hidden"): gettext_lazy(
        "A reply of yours did not leave, since its ticket went into spam or trash: it is a draft again"
    ),
    (NoticeKind.APPROVAL, "asked"): gettext_lazy("%(who)s asks you to approve a reply"),
    (NoticeKind.APPROVAL, "approved"): gettext_lazy("%(who)s approved your reply"),
    (NoticeKind.APPROVAL, "returned"): gettext_lazy("%(who)s gave your reply back; its text is in your draft"),
    (NoticeKind.APPROVAL, "changed"): gettext_lazy("%(who)s goes on with your reply"),
}
#: A ticket that is somebody's from its first moment.
_YOURS = gettext_lazy("A new ticket is yours")

#: The same for whoever stands in.
_INSTEAD = {
    NoticeKind.ASSIGNED: gettext_lazy("%(who)s assigned a ticket"),
    NoticeKind.ANSWERED: gettext_lazy("%(who)s answered on a ticket"),
    NoticeKind.MENTIONED: gettext_lazy("%(who)s mentioned %(name)s in a note"),
}

ICONS = {
    NoticeKind.TEAM: "group",
    NoticeKind.ASSIGNED: "user",
    NoticeKind.ANSWERED: "comment",
    NoticeKind.MENTIONED: "openquote",
    NoticeKind.DELIVERY: "warning",
    NoticeKind.HELD: "lock",
    NoticeKind.WATCHED: "view",
    NoticeKind.AWAKE: "time",
    NoticeKind.DRAFT: "edit",
    NoticeKind.APPROVAL: "check",
}


def sentence(notice: Notice) -> str:
    """Return what a notice says, in the language that is active."""
    if notice.for_name:
        words = {"who": notice.actor_name or _("Somebody"), "name": notice.for_name}
        said = _INSTEAD[notice.kind] % words if notice.kind in _INSTEAD else _plain(notice)
        return _("For %(name)s: %(sentence)s") % {"name": notice.for_name, "sentence": said}
    return _plain(notice)


def _plain(notice: Notice) -> str:
    if notice.kind == NoticeKind.ASSIGNED and notice.message_id:
        return str(_YOURS)
    words = _SENTENCES.get((notice.kind, notice.what)) or notice.get_kind_display()
    return str(words) % {"who": notice.actor_name or _("Somebody")}
