"""The fixed vocabulary of messages."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Direction(models.TextChoices):
    """Which way the words go."""

    INBOUND = "inbound", _("Inbound")
    OUTBOUND = "outbound", _("Outbound")
    INTERNAL = "internal", _("Internal")


class MessageState(models.TextChoices):
    """Where a message stands. Only a published one exists for anybody but agents."""

    WAITING = "waiting", _("Waiting for approval")
    SCHEDULED = "scheduled", _("Scheduled")
    PUBLISHED = "published", _("Published")
    CANCELLED = "cancelled", _("Cancelled")


class Flag(models.TextChoices):
    """What an agent should know about a message."""

    OUTSIDE_SENDER = "outside_sender", _("Outside sender, not verified")
    MAY_NOT_ANSWER = "may_not_answer", _("From somebody who may not answer: for agents only")
    AUTO_REPLY = "auto_reply", _("Automatic reply")
    UNREADABLE = "unreadable", _("Could not be fully read; the original is attached")
    TRUNCATED = "truncated", _("Shortened; the original is attached")
    LEFT_ON_SERVER = "left_on_server", _("Too large to fetch; the whole is on the mail server")
    HTML_TOO_COMPLEX = "html_too_complex", _("Too complex to show; this is its text")
    ENCRYPTED = "encrypted", _("Encrypted; it cannot be read here")
    SIGNED = "signed", _("Signed; the signature was not checked")
    EMPTY = "empty", _("Empty message")
    MATCHED_BY_SUBJECT = "matched_by_subject", _("Matched by the number in its subject")
    FORWARDED = "forwarded", _("Forwarded by an agent; the sender was not verified")
    LOOKS_FORWARDED = "looks_forwarded", _("Looks passed on: somebody else may be asking")
    UPLOADED = "uploaded", _("Added from a file by an agent; the sender was not verified")
    SEVERAL_FROM = "several_from", _("Names more than one sender")
    FROM_CONFLICT = "from_conflict", _("The sender's name shows another address")
    REPLY_TO_DIFFERS = "reply_to_differs", _("Asks for answers at another domain")


class ScanState(models.TextChoices):
    """What the site's scanner said of a file. Only one that is waiting or infected is locked."""

    NONE = "", _("Not scanned")
    PENDING = "pending", _("Waiting to be scanned")
    CLEAN = "clean", _("Clean")
    INFECTED = "infected", _("Infected")


class IdRole(models.TextChoices):
    """Why a Message-ID is known on a ticket."""

    THEIRS = "theirs", _("A message we received")
    REFERENCED = "referenced", _("Named by a message we received")


class Verdict(models.TextChoices):
    """What became of a reply that a colleague was to approve."""

    WAITING = "", _("Waiting")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Given back")
    CHANGED = "changed", _("Taken to be changed")
    WITHDRAWN = "withdrawn", _("Taken back by its author")


class DraftMode(models.TextChoices):
    """What a draft is to become."""

    REPLY = "reply", _("Reply")
    NOTE = "note", _("Internal note")
    FORWARD = "forward", _("Forward")


class FirstMessage(models.TextChoices):
    """What the first words of a ticket are that an agent opens."""

    CUSTOMER = "customer", pgettext_lazy("first message", "The customer's words")
    MAIL = "mail", pgettext_lazy("first message", "A mail to the customer")
    NOTE = "note", pgettext_lazy("first message", "A note for agents")
