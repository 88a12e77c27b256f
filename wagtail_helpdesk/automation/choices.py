"""The fixed vocabulary of automation."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """Who may use something."""

    ME = "me", _("Only me")
    TEAM = "team", _("A team")
    MAILBOX = "mailbox", _("Tickets of a mailbox")
    EVERYONE = "everyone", _("Everyone")


class Assign(models.TextChoices):
    """To whom a macro gives a ticket."""

    ME = "me", _("Whoever runs the macro")
    NOBODY = "nobody", _("Nobody")
    AGENT = "agent", _("This agent:")
    ANSWER = "answer", _("What was answered to:")


class AskKind(models.TextChoices):
    """What a macro asks for when it is run."""

    TEXT = "text", _("Text")
    CHOICE = "choice", _("One of several")
    DATE = "date", _("Date")
    STATUS = "status", _("A status")
    PRIORITY = "priority", _("A priority")
    TEAM = "team", _("A team")
    ASSIGNEE = "assignee", _("An agent, or nobody")
    TYPE = "type", _("A ticket type")
