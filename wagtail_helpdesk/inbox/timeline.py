"""A ticket's timeline in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_helpdesk.desk.absences import last_whole_day, moment_words, zone_called
from wagtail_helpdesk.tickets.choices import EventKind, LinkKind, SkipReason
from wagtail_helpdesk.tickets.models import TicketEvent

#: The messages themselves stand in the conversation.
SILENT = frozenset({EventKind.MESSAGE, EventKind.SCHEDULED})

_FROM_TO: dict[str, tuple[Promise, Promise, Promise]] = {
    # From one value to another, from nothing, to nothing.
    EventKind.STATUS: (
        gettext_lazy("%(who)s changed the status from %(old)s to %(new)s"),
        gettext_lazy("%(who)s set the status to %(new)s"),
        gettext_lazy("%(who)s changed the status"),
    ),
    EventKind.REOPENED: (
        gettext_lazy("%(who)s reopened the ticket (%(old)s → %(new)s)"),
        gettext_lazy("%(who)s reopened the ticket"),
        gettext_lazy("%(who)s reopened the ticket"),
    ),
    EventKind.PRIORITY: (
        gettext_lazy("%(who)s changed the priority from %(old)s to %(new)s"),
        gettext_lazy("%(who)s set the priority to %(new)s"),
        gettext_lazy("%(who)s changed the priority"),
    ),
    EventKind.TYPE: (
        gettext_lazy("%(who)s changed the type from %(old)s to %(new)s"),
        gettext_lazy("%(who)s set the type to %(new)s"),
        gettext_lazy("%(who)s took the type %(old)s away"),
    ),
    EventKind.FIELD: (
        gettext_lazy("%(who)s changed “%(name)s” from “%(old)s” to “%(new)s”"),
        gettext_lazy("%(who)s set “%(name)s” to “%(new)s”"),
        gettext_lazy("%(who)s emptied “%(name)s”, where “%(old)s” stood"),
    ),
    EventKind.DUE: (
        gettext_lazy("%(who)s changed the due date from %(old)s to %(new)s"),
        gettext_lazy("%(who)s set the due date to %(new)s"),
        gettext_lazy("%(who)s took the due date %(old)s away"),
    ),
    EventKind.TEAM: (
        gettext_lazy("%(who)s moved the ticket from %(old)s to %(new)s"),
        gettext_lazy("%(who)s gave the ticket to %(new)s"),
        gettext_lazy("%(who)s moved the ticket"),
    ),
    EventKind.ASSIGNEE: (
        gettext_lazy("%(who)s reassigned the ticket from %(old)s to %(new)s"),
        gettext_lazy("%(who)s assigned the ticket to %(new)s"),
        gettext_lazy("%(who)s took the ticket from %(old)s"),
    ),
    EventKind.SUBJECT: (
        gettext_lazy("%(who)s changed the subject from “%(old)s” to “%(new)s”"),
        gettext_lazy("%(who)s set the subject to “%(new)s”"),
        gettext_lazy("%(who)s removed the subject “%(old)s”"),
    ),
    EventKind.TAGS: (
        gettext_lazy("%(who)s changed the tags from %(old)s to %(new)s"),
        gettext_lazy("%(who)s added the tags %(new)s"),
        gettext_lazy("%(who)s removed the tags %(old)s"),
    ),
}
_PLAIN: dict[str, Promise] = {
    EventKind.OPENED: gettext_lazy("%(who)s opened the ticket"),
    EventKind.CANCELLED: gettext_lazy("%(who)s took a reply back before it left"),
    EventKind.PARTICIPANT: gettext_lazy("%(who)s changed who takes part"),
    EventKind.SHARED: gettext_lazy("%(who)s shared the ticket with %(name)s"),
    EventKind.TOKEN_REVOKED: gettext_lazy("%(who)s made the tracking link of %(name)s useless"),
    EventKind.PROMOTED: gettext_lazy("%(who)s promoted an answer to the article “%(title)s”"),
    EventKind.UPLOADED: gettext_lazy("%(who)s added a mail from a file"),
    EventKind.CHARSET: gettext_lazy("%(who)s read a message with the character set %(name)s"),
    EventKind.ERASED: gettext_lazy("%(who)s erased the ticket"),
    EventKind.FORWARDED: gettext_lazy("%(who)s passed on the mail that opened this ticket; its sender is not verified"),
    EventKind.UNLINKED: gettext_lazy("%(who)s took the link to %(ticket)s away"),
    EventKind.REQUESTER: gettext_lazy("%(who)s changed the requester from %(old)s to %(new)s"),
}
_PEOPLE: dict[str, Promise] = {
    "added": gettext_lazy("%(who)s added %(name)s to the ticket"),
    "confirmed": gettext_lazy("%(who)s confirmed that %(name)s takes part"),
    "removed": gettext_lazy("%(who)s removed %(name)s from the ticket"),
    "left": gettext_lazy("%(who)s left the ticket and gets no more mail about it"),
    "blocked": gettext_lazy("%(who)s blocked %(name)s in this ticket"),
    "unblocked": gettext_lazy("%(who)s unblocked %(name)s"),
    "muted": gettext_lazy("%(who)s muted %(name)s: no copies of replies go there"),
    "unmuted": gettext_lazy("%(who)s sends %(name)s copies of replies again"),
    "may_see": gettext_lazy("%(who)s lets %(name)s read the conversation"),
    "may_not_see": gettext_lazy("%(who)s no longer lets %(name)s read the conversation"),
    "may_answer": gettext_lazy("%(who)s lets %(name)s answer"),
    "may_not_answer": gettext_lazy("%(who)s no longer lets %(name)s answer"),
    "address": gettext_lazy("%(who)s added an outside sender's address to %(name)s"),
}
_HELD: dict[str, Promise] = {
    "held": gettext_lazy("The help desk held a mail to the reply address of %(name)s: a person decides on it"),
    "noted": gettext_lazy("%(who)s added a held mail as a note"),
    "filed": gettext_lazy("%(who)s made %(ticket)s of a held mail"),
    "discarded": gettext_lazy("%(who)s discarded a held mail"),
}
_DELIVERIES: dict[str, Promise] = {
    "no_acknowledgement": gettext_lazy("The help desk sent no acknowledgement"),
    "retried": gettext_lazy("%(who)s sent a mail again"),
    "added": gettext_lazy("%(who)s added %(name)s to the ticket"),
    "confirmed": gettext_lazy("%(who)s confirmed that a mail arrived"),
    "cancelled": gettext_lazy("%(who)s stopped a mail before it was sent"),
    "failed": gettext_lazy("A mail could not be sent"),
    "uncertain": gettext_lazy("A mail may not have been sent"),
    "proved": gettext_lazy("A mail of which nobody knew has been sent after all"),
    "late": gettext_lazy("A mail still waits to be sent"),
    "settled": gettext_lazy("%(who)s was done with a mail that did not get through"),
    "bounced": gettext_lazy("A mail came back"),
    "complained": gettext_lazy("A mail was reported as spam"),
}
_IMAGES: dict[str, Promise] = {
    "allowed": gettext_lazy("%(who)s lets the messages of %(name)s show images from elsewhere"),
    "blocked": gettext_lazy("%(who)s no longer lets the messages of %(name)s show images from elsewhere"),
}
_LINKS: dict[str, Promise] = {
    LinkKind.CONTINUES: gettext_lazy("%(who)s linked this ticket and %(ticket)s: one continues the other"),
    LinkKind.POSSIBLY: gettext_lazy("%(who)s linked this ticket and %(ticket)s: they may belong together"),
    LinkKind.REPEATED: gettext_lazy(
        "%(who)s linked this ticket and %(ticket)s: a machine says the same again and again"
    ),
    LinkKind.SIBLING: gettext_lazy("%(who)s linked this ticket and %(ticket)s: the same message to another mailbox"),
    LinkKind.RELATED: gettext_lazy("%(who)s linked this ticket and %(ticket)s"),
    LinkKind.DUPLICATE: gettext_lazy("%(who)s linked this ticket and %(ticket)s: one is a duplicate of the other"),
    LinkKind.CHILD: gettext_lazy("%(who)s linked this ticket and %(ticket)s: one is a part of the other"),
    LinkKind.BLOCKED: gettext_lazy("%(who)s linked this ticket and %(ticket)s: one waits for the other"),
}
_WOKE: dict[str, Promise] = {
    "time": gettext_lazy("The ticket is back from snooze"),
    "message": gettext_lazy("A message brought the ticket back from snooze"),
    "hand": gettext_lazy("%(who)s woke the ticket"),
}
_CLOSING: dict[str, Promise] = {
    "set": gettext_lazy("%(who)s lets the ticket close by itself on %(until)s"),
    "removed": gettext_lazy("%(who)s took away the day on which the ticket closes by itself"),
    "answered": gettext_lazy("The customer wrote: the ticket does not close by itself"),
    "warned": gettext_lazy("The help desk told the customer that the ticket closes on %(until)s"),
    "unwarned": gettext_lazy("The help desk could not tell the customer that the ticket closes on %(until)s"),
    "blocked": gettext_lazy("The ticket did not close by itself: it waits for another one"),
}
_CHECKLIST: dict[str, Promise] = {
    "added": gettext_lazy("%(who)s put “%(name)s” on the checklist"),
    "several": gettext_lazy("%(who)s put %(count)s things on the checklist"),
    "ticked": gettext_lazy("%(who)s ticked “%(name)s”"),
    "unticked": gettext_lazy("%(who)s took the tick away from “%(name)s”"),
    "removed": gettext_lazy("%(who)s took “%(name)s” off the checklist"),
}
_REDACTED: dict[str, Promise] = {
    "words": gettext_lazy("%(who)s removed the words of a message of %(name)s for good"),
    "file": gettext_lazy("%(who)s removed a file of a message of %(name)s for good"),
}
_CANCELLED: dict[str, Promise] = {
    "answered": gettext_lazy("A customer wrote before a planned reply left: it is its author's draft again"),
    "hidden": gettext_lazy("A reply did not leave from spam or trash: it is its author's draft again"),
}
_APPROVALS: dict[str, Promise] = {
    "asked": gettext_lazy("%(who)s asked %(name)s to approve a reply"),
    "approved": gettext_lazy("%(who)s approved the reply of %(name)s"),
    "returned": gettext_lazy("%(who)s gave the reply of %(name)s back"),
    "changed": gettext_lazy("%(who)s took the reply of %(name)s to change it"),
    "withdrawn": gettext_lazy("%(who)s took a reply back before it was approved"),
}
#: Kinds whose lines differ by what was done.
_BY_WHAT = {
    EventKind.DELIVERY: _DELIVERIES,
    EventKind.IMAGES: _IMAGES,
    EventKind.WOKE: _WOKE,
    EventKind.REDACTED: _REDACTED,
    EventKind.CANCELLED: _CANCELLED,
    EventKind.APPROVAL: _APPROVALS,
}


def tickets_named(events: Iterable[TicketEvent]) -> set[int]:
    """Return the keys of other tickets that the lines speak of."""
    return {event.data["ticket"] for event in events if isinstance(event.data.get("ticket"), int)}


def describe(event: TicketEvent, references: dict[int, str]) -> str:
    """Return one line in words. ``references`` names the other tickets that the reader may know of."""
    kind, mark, name = event.cause.partition(":")
    if kind == "macro" and mark:
        return _("%(line)s (macro “%(name)s”)") % {"line": _describe(event, references), "name": name}
    if kind == "silence" and name.isdecimal():
        said = ngettext("%(line)s: no answer for %(count)s day", "%(line)s: no answer for %(count)s days", int(name))
        return said % {"line": _describe(event, references), "count": name}
    if kind == "close_on":
        return _("%(line)s: no answer by the chosen day") % {"line": _describe(event, references)}
    return _describe(event, references)


def _describe(event: TicketEvent, references: dict[int, str]) -> str:
    data = {key: value for key, value in event.data.items() if isinstance(value, str | int)}
    words: dict[str, Any] = {"old": "", "new": "", "name": _("somebody"), "title": "", **data}
    words["who"] = event.actor_name or (_("Somebody") if event.actor_kind == "user" else _("The help desk"))
    words["ticket"] = references.get(event.data.get("ticket"), _("another ticket"))
    if event.kind == EventKind.DUE:
        words |= {key: date_format(parse_date(words[key]), "DATE_FORMAT") for key in ("old", "new") if words[key]}
    if event.data.get("away_until"):
        return _given_back(event, words)
    if event.kind in _FROM_TO:
        both, only_new, only_old = _FROM_TO[event.kind]
        return (both if words["old"] and words["new"] else only_new if words["new"] else only_old) % words
    if event.kind == EventKind.LINKED:
        return _LINKS.get(event.data.get("link"), _LINKS[LinkKind.POSSIBLY]) % words
    spoken = _BY_WHAT.get(event.kind, {}).get(event.data.get("what"))
    if spoken is not None:
        return spoken % words
    if event.kind == EventKind.HELD and event.data.get("what") in _HELD:
        return _HELD[event.data["what"]] % words
    if event.kind == EventKind.PARTICIPANT and event.data.get("what") in _PEOPLE:
        return _PEOPLE[event.data["what"]] % words
    if event.kind in _TELLERS:
        return _TELLERS[event.kind](event, words)
    if event.kind in _PLAIN:
        return _PLAIN[event.kind] % words
    return str(event.get_kind_display())


def _snoozed(event: TicketEvent, words: dict[str, Any]) -> str:
    until = parse_datetime(event.data.get("until") or "")
    if until is None:
        said = _("%(who)s snoozed the ticket until somebody answers") % words
    else:
        words["until"] = date_format(timezone.localtime(until), "SHORT_DATETIME_FORMAT")
        said = _("%(who)s snoozed the ticket until %(until)s") % words
    return f"{said}: {event.data['reason']}" if event.data.get("reason") else said


def _skipped(event: TicketEvent, words: dict[str, Any]) -> str:
    reason, more = event.data.get("reason"), event.data.get("words", "")
    if reason in SkipReason.values and reason != SkipReason.OTHER:
        known = str(SkipReason(reason).label)
        more = _("%(reason)s (%(words)s)") % {"reason": known, "words": more} if more else known
    return _("%(who)s skipped the ticket: %(reason)s") % {**words, "reason": more}


def _given_back(event: TicketEvent, words: dict[str, Any]) -> str:
    until = parse_datetime(event.data["away_until"])
    if until is None:
        return _("%(old)s is away: the ticket is the team's again") % words
    day = last_whole_day(until, zone_called(event.data.get("zone", "")))
    words["until"] = moment_words(until, day)
    return _("%(old)s is away until %(until)s: the ticket is the team's again") % words


def _closing(event: TicketEvent, words: dict[str, Any]) -> str:
    what = event.data.get("what", "")
    until = parse_datetime(event.data.get("until") or "")
    words["until"] = date_format(timezone.localtime(until), "SHORT_DATETIME_FORMAT") if until else ""
    return _CLOSING[what] % words if what in _CLOSING else str(event.get_kind_display())


def _checklist(event: TicketEvent, words: dict[str, Any]) -> str:
    what = event.data.get("what", "")
    if "name" not in event.data:
        words["name"] = words["ticket"]
    if what == "added" and (event.data.get("count") or 1) > 1:
        what = "several"
    return _CHECKLIST[what] % words if what in _CHECKLIST else str(event.get_kind_display())


def _split(event: TicketEvent, words: dict[str, Any]) -> str:
    count = event.data.get("count", 1)
    words["count"] = count
    if event.data.get("into"):
        said = ngettext(
            "%(who)s made %(ticket)s of a message of this ticket",
            "%(who)s made %(ticket)s of %(count)s messages of this ticket",
            count,
        )
    else:
        said = ngettext(
            "%(who)s made this ticket of a message of %(ticket)s",
            "%(who)s made this ticket of %(count)s messages of %(ticket)s",
            count,
        )
    return said % words


def _merged(event: TicketEvent, words: dict[str, Any]) -> str:
    if event.kind == EventKind.UNMERGED:
        return _("%(who)s undid the merge with %(ticket)s") % words
    if event.data.get("into"):
        return _("%(who)s merged this ticket into %(ticket)s") % words
    return _("%(who)s merged %(ticket)s into this ticket") % words


#: Kinds whose lines take more than words to fill in.
_TELLERS: dict[str, Callable[[TicketEvent, dict[str, Any]], str]] = {
    EventKind.SNOOZED: _snoozed,
    EventKind.SKIPPED: _skipped,
    EventKind.CLOSING: _closing,
    EventKind.CHECKLIST: _checklist,
    EventKind.SPLIT: _split,
    EventKind.MERGED: _merged,
    EventKind.UNMERGED: _merged,
}
