"""The fixed vocabulary of automation."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


class FirstMessage(models.TextChoices):
    """What the first words of a ticket are that an agent opens."""

    CUSTOMER = "customer", pgettext_lazy("first message", "The customer's words")
    MAIL = "mail", pgettext_lazy("first message", "A mail to the customer")
    NOTE = "note", pgettext_lazy("first message", "A note for agents")
