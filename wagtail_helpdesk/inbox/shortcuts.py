"""The keys of the inbox: the one table that the shortcuts dialog, the palette, the scripts and the handbook read.

A shortcut works on what a page has for its name: an element with ``data-helpdesk-key="<name>"`` is clicked (a button, a
link), opened (a list of choices) or focused (a field). A few names mean moves that the script knows itself. In a list
the shortcuts of tickets act on the picked rows, else on the row that has the focus.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.inbox.choices import choices_for
from wagtail_helpdesk.inbox.links import view_url
from wagtail_helpdesk.inbox.standing_views import VIEWS
from wagtail_helpdesk.tickets.permissions import may

#: Where a shortcut works.
EVERYWHERE, LIST, TICKET, BOTH = "everywhere", "list", "ticket", "both"

GROUPS: dict[str, Promise] = {
    "go": gettext_lazy("Help desk: go to"),
    "list": gettext_lazy("Help desk: in a list"),
    "ticket": gettext_lazy("Help desk: tickets"),
    "focus": gettext_lazy("Help desk: focus session"),
    "reading": gettext_lazy("Help desk: reading"),
    "writing": gettext_lazy("Help desk: writing"),
}


@dataclass(frozen=True)
class Shortcut:
    """One thing that a key does. ``keys``: "r", "X" (with shift), "mod+k", or two one after the other: "g m".

    The first of two does nothing by itself; only one that is pressed twice may: what it did once is then done more so.
    """

    name: str
    keys: str
    label: Promise | str
    group: str
    where: str = EVERYWHERE
    url: str = ""
    #: The permission without which nobody is offered it.
    verb: str = ""


_COMMANDS = (
    Shortcut("palette", "mod+k", gettext_lazy("Find anything, do anything"), "go"),
    Shortcut("search", "/", gettext_lazy("Search"), "go"),
    Shortcut("undo", "z", gettext_lazy("Undo the last change"), "go"),
    Shortcut("next", "j", gettext_lazy("Next ticket"), "list", BOTH),
    Shortcut("previous", "k", gettext_lazy("Previous ticket"), "list", BOTH),
    Shortcut("open", "o", gettext_lazy("Open"), "list", LIST),
    Shortcut("select", "x", gettext_lazy("Pick the row"), "list", LIST),
    Shortcut("select_range", "X", gettext_lazy("Pick all rows up to this one"), "list", LIST),
    Shortcut("select_all", "A", gettext_lazy("Pick all rows of the page"), "list", LIST),
    Shortcut("clear", "Escape", gettext_lazy("Pick none"), "list", LIST),
    Shortcut("older_page", ">", gettext_lazy("Next page"), "list", LIST),
    Shortcut("newer_page", "<", gettext_lazy("Page before"), "list", LIST),
    Shortcut("focus", "f", gettext_lazy("Work through this view"), "list", LIST),
    Shortcut("list", "l", gettext_lazy("Move to the list of tickets"), "list", BOTH),
    Shortcut("assign_me", "m", gettext_lazy("Assign to me"), "ticket", BOTH),
    Shortcut("assign", "a", gettext_lazy("Assign to …"), "ticket", BOTH),
    Shortcut("status", "s", gettext_lazy("Set the status …"), "ticket", BOTH),
    Shortcut("priority", "p", gettext_lazy("Set the priority …"), "ticket", BOTH),
    Shortcut("team", "v", gettext_lazy("Move to a team …"), "ticket", BOTH),
    Shortcut("tag", "t", gettext_lazy("Tag"), "ticket", BOTH),
    Shortcut("resolve", "e", gettext_lazy("Resolve"), "ticket", BOTH),
    Shortcut("snooze", "h", gettext_lazy("Snooze …"), "ticket", BOTH),
    Shortcut("close_on", "H", gettext_lazy("Close on …"), "ticket", TICKET),
    Shortcut("spam", "!", gettext_lazy("Spam"), "ticket", BOTH),
    Shortcut("trash", "#", gettext_lazy("To the trash"), "ticket", BOTH),
    Shortcut("star", "*", gettext_lazy("Star"), "ticket", BOTH),
    Shortcut("watch", "w", gettext_lazy("Watch"), "ticket", BOTH),
    Shortcut("mute", "W", gettext_lazy("Mute"), "ticket", TICKET),
    Shortcut("subject", "S", gettext_lazy("Change the subject"), "ticket", TICKET),
    Shortcut("checklist", "C", gettext_lazy("Checklist"), "ticket", TICKET),
    Shortcut("merge", "M", gettext_lazy("Merge …"), "ticket", BOTH),
    Shortcut("link", "L", gettext_lazy("Link to another ticket …"), "ticket", TICKET),
    Shortcut("macro", "d", gettext_lazy("Run a macro …"), "ticket", BOTH),
    Shortcut("copy_number", ".", gettext_lazy("Copy the number"), "ticket", BOTH),
    Shortcut("copy_title", ". .", gettext_lazy("Copy number and subject"), "ticket", BOTH),
    Shortcut("copy_link", ",", gettext_lazy("Copy number, subject and address"), "ticket", BOTH),
    Shortcut("promote", "F", gettext_lazy("Promote to FAQ"), "ticket", TICKET),
    Shortcut("print", "P", gettext_lazy("Print"), "ticket", TICKET),
    Shortcut("focus_skip", "y", gettext_lazy("Skip …"), "focus", TICKET),
    Shortcut("focus_end", "Escape Escape", gettext_lazy("End the focus session"), "focus", TICKET),
    Shortcut("back", "u", gettext_lazy("Back to the list"), "reading", TICKET),
    Shortcut("next_message", "J", gettext_lazy("Next message"), "reading", TICKET),
    Shortcut("previous_message", "K", gettext_lazy("Previous message"), "reading", TICKET),
    Shortcut("unread", "N", gettext_lazy("First new message"), "reading", TICKET),
    Shortcut("older", "O", gettext_lazy("Show earlier messages"), "reading", TICKET),
    Shortcut("customer", "i", gettext_lazy("About the customer"), "reading", TICKET),
    Shortcut("edit_customer", "E", gettext_lazy("Edit the customer"), "reading", TICKET),
    Shortcut("reply", "r", gettext_lazy("Reply"), "writing", TICKET),
    Shortcut("reply_children", "R", gettext_lazy("Reply to all parts …"), "writing", TICKET),
    Shortcut("note", "n", gettext_lazy("Note"), "writing", TICKET),
    Shortcut("forward", "f", gettext_lazy("Forward"), "writing", TICKET),
    Shortcut("preview", "V", gettext_lazy("Preview the mail"), "writing", TICKET),
    Shortcut("send", "mod+Enter", gettext_lazy("Send"), "writing", TICKET),
    Shortcut("send_resolve", "mod+shift+Enter", gettext_lazy("Send and resolve"), "writing", TICKET),
    Shortcut("leave", "Escape", gettext_lazy("From the editor back to the conversation"), "writing", TICKET),
)
#: The second key after "g".
_VIEW_KEYS = {
    "unassigned": "u",
    "mine": "m",
    "team": "t",
    "pending": "p",
    "snoozed": "h",
    "mentions": "n",
    "drafts": "d",
    "starred": "s",
    "all": "a",
    "closed": "c",
    "spam": "!",
    "trash": "#",
}
_SETS_STATUS = {"resolve": Category.RESOLVED, "spam": Category.SPAM, "trash": Category.TRASH}


def shortcuts(where: str | None = None, user: Any = None) -> list[Shortcut]:
    """Return the table; with ``where`` (LIST, TICKET or EVERYWHERE) what works there, with ``user`` what is theirs."""
    table = [*_COMMANDS, *_ways()]
    if user is not None:
        table = [shortcut for shortcut in table if not shortcut.verb or may(user, shortcut.verb)]
    if where is None:
        return table
    places = {EVERYWHERE} if where == EVERYWHERE else {EVERYWHERE, BOTH, where}
    return [shortcut for shortcut in table if shortcut.where in places]


def _ways() -> list[Shortcut]:
    """The keys that lead to views and other screens."""
    ways = [
        Shortcut("new", "c", gettext_lazy("New ticket"), "go", url=reverse("helpdesk_tickets:new"), verb="reply"),
        Shortcut("inbox", "g i", gettext_lazy("Inbox"), "go", url=reverse("helpdesk_inbox:index")),
        Shortcut("my_day", "g y", gettext_lazy("My day"), "go", url=reverse("helpdesk_inbox:my_day")),
        Shortcut("people", "g w", gettext_lazy("Who is here"), "go", url=reverse("helpdesk_inbox:people")),
        Shortcut("focus_session", "g f", gettext_lazy("Focus session"), "go", url=reverse("helpdesk_inbox:focus")),
        Shortcut("notices", "g b", gettext_lazy("Notices"), "go", url=reverse("helpdesk_inbox:notices")),
    ]
    for view in VIEWS:
        if key := _VIEW_KEYS.get(view.slug):
            ways.append(Shortcut(f"view_{view.slug}", f"g {key}", view.label, "go", url=view_url(view)))
    return ways


def table_for_page(where: str, user: Any) -> list[dict[str, Any]]:
    """Return the table as the script reads it. One query at most, for the statuses that keys set."""
    keys: dict[str, int] = {}
    for status in sorted(choices_for(user).statuses, key=lambda status: not status.is_default):
        keys.setdefault(status.category, status.pk)
    return [
        {
            "name": shortcut.name,
            "keys": shortcut.keys,
            "label": str(shortcut.label),
            "group": str(GROUPS[shortcut.group]),
            "url": shortcut.url,
            "status": keys.get(_SETS_STATUS.get(shortcut.name, "")),
        }
        for shortcut in shortcuts(where, user)
    ]


def grouped(table: Iterable[Shortcut]) -> list[tuple[Promise, list[Shortcut]]]:
    """Return the shortcuts by group, in the order of the groups."""
    entries = list(table)
    groups = [(label, [entry for entry in entries if entry.group == group]) for group, label in GROUPS.items()]
    return [(label, members) for label, members in groups if members]


def keys_in_words(keys: str, labels: Any) -> list[str]:
    """Return the keys to press, as they are called on the user's keyboard (Wagtail's own ``labels``)."""
    if keys == "Escape":
        return [labels.ESC]
    if "+" in keys and len(keys) > 1:
        *modifiers, key = keys.split("+")
        names = {"mod": labels.MOD, "shift": labels.SHIFT}
        last = labels.ENTER if key == "Enter" else key
        return [" + ".join([*(names[modifier] for modifier in modifiers), last])]
    if " " in keys:
        first, second = (labels.ESC if key == "Escape" else key for key in keys.split())
        return [_("%(first)s, then %(second)s") % {"first": first, "second": second}]
    return [f"{labels.SHIFT} + {keys.lower()}" if keys.isalpha() and keys.isupper() else keys]
