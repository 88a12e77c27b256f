"""Agents, as choices and by name."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk.desk.absences import away, away_sentences, away_words
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.permissions import all_who_may


def display_name(user: Any) -> str:
    """Return the name under which colleagues know ``user``."""
    return Actor.of_user(user).name


def name_with_absence(user: Any) -> str:
    """Return the name, and until when ``user`` is away. No query for a user fetched with the absence."""
    return name_with(display_name(user), away_words(user))


def name_with(name: str, away: str) -> str:
    """Return ``name``, with "away until ..." where that is so."""
    return _("%(name)s (%(away)s)") % {"name": name, "away": away} if away else name


def away_notice(user: Any) -> str:
    """Return what to know of an assignee who is away, "" for nobody and for somebody who is there.

    No query for a user fetched with the absence and its substitute.
    """
    absence = away(user)
    if absence is None:
        return ""
    substitute = display_name(absence.substitute) if absence.substitute_id is not None else ""
    return away_sentences(user, display_name(user), substitute)


def people_who_may(verb: str) -> list[Any]:
    """Return the active users who may do ``verb`` somewhere, by name. One query."""
    return sorted(all_who_may(verb), key=lambda user: display_name(user).casefold())


def initials(user: Any) -> str:
    """Return one or two letters for somebody."""
    words = display_name(user).replace("@", " ").split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def picture_url(user: Any) -> str:
    """Return the address of the picture that ``user`` uploaded, "" where there is none.

    No query for a user fetched with ``wagtail_userprofile``.
    """
    picture = getattr(getattr(user, "wagtail_userprofile", None), "avatar", None)
    return picture.url if picture else ""
