"""The fixed vocabulary of mail."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class InboundState(models.TextChoices):
    """Where an accepted mail stands on its way to a ticket."""

    RECEIVED = "received", _("Waiting")
    PROCESSING = "processing", _("Being read")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class MailOutcome(models.TextChoices):
    """The one thing that became of a mail."""

    OPENED = "opened", _("Opened a ticket")
    APPENDED = "appended", _("Added to a ticket")
    DUPLICATE = "duplicate", _("Duplicate")
    REPORT = "report", _("Delivery report")
    OWN_COPY = "own_copy", _("Copy of our own mail")
    AUTO_REPLY = "auto_reply", _("Automatic reply")
    QUARANTINED = "quarantined", _("Quarantined as spam")
    NO_MAILBOX = "no_mailbox", _("No mailbox for it")
    FAILED = "failed", _("Failed")


class OutboundState(models.TextChoices):
    """Where a mail of ours stands."""

    QUEUED = "queued", _("Queued")
    CLAIMED = "claimed", _("Being prepared")
    TRANSMITTING = "transmitting", _("Being sent")
    SENT = "sent", _("Sent")
    PARTIAL = "partial", _("Sent to some recipients")
    RETRY = "retry", _("Will be tried again")
    UNCERTAIN = "uncertain", _("May not have been sent")
    FAILED = "failed", _("Not sent")
    CANCELLED = "cancelled", _("Cancelled")


class RecipientState(models.TextChoices):
    """What we know of one recipient of a mail."""

    PENDING = "pending", _("Pending")
    ACCEPTED = "accepted", _("Accepted by the mail server")
    REFUSED_TEMP = "refused_temp", _("Refused for now")
    REFUSED_PERM = "refused_perm", _("Refused")


class Audience(models.TextChoices):
    """Whom a mail is for."""

    CUSTOMER = "customer", _("Customer")


class MailKind(models.TextChoices):
    """Why we write."""

    REPLY = "reply", _("Reply")
    ACKNOWLEDGEMENT = "ack", _("Acknowledgement")


class SenderName(models.TextChoices):
    """What stands before the address in From."""

    AGENT_VIA_TEAM = "agent_via_team", _("Agent via mailbox name")
    TEAM = "team", _("Mailbox name only")
    AGENT = "agent", _("Agent only")


class QuoteHistory(models.TextChoices):
    """Which earlier public messages stand below a reply."""

    NONE = "none", pgettext_lazy("messages", "None")
    LAST = "last", pgettext_lazy("messages", "The last one")
    ALL = "all", pgettext_lazy("messages", "All")
