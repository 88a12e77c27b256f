"""The fixed vocabulary of tickets."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How words reached us."""

    EMAIL = "email", _("E-mail")
    FORM = "form", _("Contact form")
    PORTAL = "portal", _("Tracking page")
    AGENT = "agent", _("Agent")
    PHONE = "phone", _("Phone")
    IN_PERSON = "in_person", _("In person")


class Role(models.TextChoices):
    """What a participant is in a ticket."""

    REQUESTER = "requester", _("Requester")
    CC = "cc", _("Copied in")
    THIRD_PARTY = "third_party", _("Third party")


class ParticipantState(models.TextChoices):
    """Whether a participant is written to."""

    ACTIVE = "active", _("Active")
    PENDING = "pending", _("To be confirmed")
    BLOCKED = "blocked", _("Blocked")
    LEFT = "left", _("Left")


class TokenPurpose(models.TextChoices):
    """What a token is good for. Each purpose has a signature of its own."""

    REPLY = "reply", _("Answer by e-mail")
    PORTAL = "portal", _("Tracking link")
    AGENT = "agent", _("Answer by e-mail, for an agent")
    LEAVE = "leave", _("Leave the ticket")


class Visibility(models.TextChoices):
    """Who may read something."""

    PUBLIC = "public", _("Public")
    INTERNAL = "internal", _("Internal")


class Watch(models.TextChoices):
    """Whether an agent hears of a ticket beyond what the own settings say."""

    WATCHING = "watching", _("Watching")
    MUTED = "muted", _("Muted")


class LinkKind(models.TextChoices):
    """How two tickets belong together."""

    CONTINUES = "continues", _("Continues")
    POSSIBLY = "possibly", _("Possibly belongs to")
    SIBLING = "sibling", _("Same message to another mailbox")
    REPEATED = "repeated", _("The same sender's again and again")
    RELATED = "related", _("Related to")
    DUPLICATE = "duplicate", _("Duplicate of")
    CHILD = "child", _("Part of")
    BLOCKED = "blocked", _("Waits for")


#: What an agent can choose between two tickets.
CHOSEN_LINKS = (LinkKind.RELATED, LinkKind.DUPLICATE, LinkKind.CHILD, LinkKind.BLOCKED)


class EventKind(models.TextChoices):
    """What a line of the timeline says."""

    OPENED = "opened", _("Ticket opened")
    MESSAGE = "message", _("Message added")
    SCHEDULED = "scheduled", _("Reply scheduled")
    CANCELLED = "cancelled", _("Scheduled reply cancelled")
    APPROVAL = "approval", _("Approval of a reply")
    REOPENED = "reopened", _("Reopened")
    STATUS = "status", _("Status changed")
    PRIORITY = "priority", _("Priority changed")
    TYPE = "type", _("Type changed")
    DUE = "due", _("Due date changed")
    FIELD = "field", _("Field changed")
    TEAM = "team", _("Team changed")
    ASSIGNEE = "assignee", _("Assignee changed")
    SUBJECT = "subject", _("Subject changed")
    TAGS = "tags", _("Tags changed")
    PARTICIPANT = "participant", _("Participant changed")
    SHARED = "shared", _("Ticket shared")
    LINKED = "linked", _("Ticket linked")
    UNLINKED = "unlinked", _("Link removed")
    SNOOZED = "snoozed", _("Snoozed")
    WOKE = "woke", _("Back from snooze")
    CLOSING = "closing", _("Closes by itself")
    CHECKLIST = "checklist", _("Checklist changed")
    REDACTED = "redacted", _("Words or a file removed")
    MERGED = "merged", _("Ticket merged")
    UNMERGED = "unmerged", _("Merge undone")
    ERASED = "erased", _("Ticket erased")
    TOKEN_REVOKED = "token_revoked", _("Tracking link revoked")
    PROMOTED = "promoted", _("Promoted to FAQ")
    IMAGES = "images", _("Images from elsewhere")
    CHARSET = "charset", _("Read with another character set")
    UPLOADED = "uploaded", _("Mail added from a file")
    DELIVERY = "delivery", _("Delivery")
    HELD = "held", _("Mail held")
    FORWARDED = "forwarded", _("Forwarded by an agent")
    REQUESTER = "requester", _("Requester changed")
    SPLIT = "split", _("Message split off")
    SKIPPED = "skipped", _("Skipped")
    FAILURE = "failure", _("Something went wrong")


class SkipReason(models.TextChoices):
    """Why an agent leaves a ticket to others, or to later."""

    COLLEAGUE = "colleague", _("waits for a colleague")
    CUSTOMER = "customer", _("waits for the customer or somebody outside")
    KNOWLEDGE = "knowledge", _("somebody else knows more about it")
    TIME = "time", _("takes longer than there is time now")
    OTHER = "other", _("another reason")
