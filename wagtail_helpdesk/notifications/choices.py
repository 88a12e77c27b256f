"""The fixed vocabulary of notices."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NoticeKind(models.TextChoices):
    """Why an agent is told something."""

    TEAM = "team", _("New in my team")
    ASSIGNED = "assigned", _("Assigned to me")
    ANSWERED = "answered", _("A customer answered me")
    MENTIONED = "mentioned", _("I was mentioned")
    DELIVERY = "delivery", _("A mail did not arrive")
    HELD = "held", _("A mail waits for a decision")
    WATCHED = "watched", _("Something happened on a ticket that I watch")
    AWAKE = "awake", _("A snoozed ticket of mine is back")
    DRAFT = "draft", _("What I wrote did not leave")
    APPROVAL = "approval", _("A reply is to be approved, or mine was looked at")


class NoticeMail(models.TextChoices):
    """Whether a notice goes out by mail, and how far that is."""

    NONE = "none", _("Not by mail")
    WAITING = "waiting", _("Waiting")
    DIGEST = "digest", _("Waiting for the digest")
    MAILED = "mailed", _("Mailed")
    DROPPED = "dropped", _("No longer needed")


class NoticePush(models.TextChoices):
    """Whether a notice goes to the agent's devices, and how far that is."""

    NONE = "none", _("Not on devices")
    WAITING = "waiting", _("Waiting")
    PUSHED = "pushed", _("Pushed")
    DROPPED = "dropped", _("No longer needed")


class Rhythm(models.TextChoices):
    """When notices leave by mail."""

    AT_ONCE = "at_once", _("At once")
    HOURLY = "hourly", _("In one mail an hour")
    DAILY = "daily", _("In one mail each morning")


#: What a notice of the team is about.
OPENED, MOVED, ANSWERED = "opened", "moved", "answered"
#: What happened on a ticket that somebody watches, beside an answer.
REPLIED, NOTED, CHANGED = "replied", "noted", "changed"
#: What is held came in the reader's own name.
MINE = "mine"
