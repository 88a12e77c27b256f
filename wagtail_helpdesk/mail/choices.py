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
    HELD = "held", _("Held for a decision")
    NOTED = "noted", _("Added as a note")
    DISCARDED = "discarded", _("Discarded")
    FAILED = "failed", _("Failed")


class Fidelity(models.TextChoices):
    """How near the source of a mail is to what its sender wrote."""

    ORIGINAL = "original", _("As it was sent")
    REWRITTEN = "rewritten", _("Written anew from its source")
    RECONSTRUCTED = "reconstructed", _("Built by the mail service from its parts")


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
    DELAYED = "delayed", _("Delayed")
    DELIVERED = "delivered", _("Delivered")
    BOUNCED = "bounced", _("Came back")
    COMPLAINED = "complained", _("Reported as spam")


class Audience(models.TextChoices):
    """Whom a mail is for."""

    CUSTOMER = "customer", _("Customer")
    THIRD_PARTY = "third", _("Third party")
    AGENT = "agent", _("Agent")
    SYSTEM = "system", _("The desk itself")


class MailKind(models.TextChoices):
    """Why we write."""

    REPLY = "reply", _("Reply")
    FORWARD = "forward", _("Forwarded to a third party")
    ACKNOWLEDGEMENT = "ack", _("Acknowledgement")
    CLOSING = "closing", _("Warning before a ticket closes")
    NOTICE = "notice", _("Notice to an agent")
    DIGEST = "digest", _("Digest for an agent")
    PROBE = "probe", _("Probe")
    CANARY = "canary", _("Hourly test")


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


class SourceState(models.TextChoices):
    """Whether mail is fetched from a source."""

    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    NEEDS_CONSENT = "consent", _("Needs consent again")


class PostAction(models.TextChoices):
    """What happens, on the server, to a mail that we have."""

    MARK = "mark", _("Mark as read")
    MOVE = "move", _("Move to a folder")
    DELETE = "delete", _("Delete")
    KEEP = "keep", _("Leave as it is")


class PostActionState(models.TextChoices):
    """Where the post-action of one mail stands. It is repeated until it is done."""

    PENDING = "pending", _("To do")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class StartFrom(models.TextChoices):
    """Which mails count when a source is read for the first time."""

    NOW = "now", _("Only mail from now on")
    DAYS = "days", _("Also the mail of the last days")


class FolderRole(models.TextChoices):
    """What lies in a folder."""

    INBOX = "inbox", _("Mail from customers")
    SENT = "sent", _("Copies of what our people sent from their mail program")


class Provider(models.TextChoices):
    """Whose OAuth2 an account uses."""

    GOOGLE = "google", _("Google")
    MICROSOFT = "microsoft", _("Microsoft 365")


class Grant(models.TextChoices):
    """How an account gets its tokens (RFC 6749 4)."""

    CONSENT = "consent", _("A person's consent")
    APPLICATION = "application", _("The application itself")


class Security(models.TextChoices):
    """How a connection is protected."""

    TLS = "tls", _("TLS")
    STARTTLS = "starttls", _("STARTTLS")
    NONE = "none", _("None (this machine only)")


class DeliveryEventKind(models.TextChoices):
    """What was heard of a mail of ours after it was handed over."""

    DELIVERED = "delivered", _("Delivered")
    DELAYED = "delayed", _("Delayed")
    BOUNCED = "bounced", _("Came back")
    REJECTED = "rejected", _("Rejected")
    COMPLAINED = "complained", _("Reported as spam")
    READ = "read", _("Read")
    AUTO_REPLIED = "auto_replied", _("Answered automatically")
    OWN_COPY = "own_copy", _("Seen in the folder of sent mail")


class AuthReason(models.TextChoices):
    """Why a sender counts as the one that From names, or does not."""

    DMARC_PASS = "dmarc_pass", _("our mail server found DMARC passed")
    DKIM_PASS = "dkim_pass", _("our mail server found a valid signature of the sender's domain")
    DKIM_CHECKED = "dkim_checked", _("a valid signature of the sender's domain")
    DMARC_FAIL = "dmarc_fail", _("our mail server found DMARC failed")
    NOTHING_PASSED = "nothing_passed", _("our mail server found nothing that proves the sender")
    NO_TRUSTED_RESULTS = "no_trusted_results", _("no mail server that we trust checked it")
    NO_FROM = "no_from", _("the mail names no sender")
    SEVERAL_FROM = "several_from", _("the mail names more than one sender")
