"""Collects the models of the packages: they share this app's label and its one migration history."""

from wagtail_helpdesk.contact_forms.models import ContactForm, TaggedContactForm
from wagtail_helpdesk.contacts.models import Contact, ContactEmail, Organisation
from wagtail_helpdesk.conversations.models import Attachment, Draft, Message, MessageIdIndex
from wagtail_helpdesk.desk.models import Mailbox, Priority, Status, StatusLabel, Team
from wagtail_helpdesk.inbox.bulk.models import BulkJob, BulkResult
from wagtail_helpdesk.inbox.models import Mention, Presence, UndoRecord
from wagtail_helpdesk.inbox.saved.models import InboxPreference, SavedView
from wagtail_helpdesk.knowledge_base.models import TicketArticle
from wagtail_helpdesk.mail.models import (
    AddressSuppression,
    AutoReplyLedger,
    DeliveryEvent,
    InboundDelivery,
    InboundMail,
    InboundOrigin,
    MailAccount,
    MailboxOptions,
    MailSource,
    MailTemplate,
    MailTransport,
    OutboundMail,
    OutboundRecipient,
    RawMail,
    SourceFolder,
    WorkerBeat,
)
from wagtail_helpdesk.notifications.models import Notice, NoticePreference
from wagtail_helpdesk.tickets.models import (
    TaggedTicket,
    Ticket,
    TicketAccess,
    TicketEvent,
    TicketLink,
    TicketMerge,
    TicketParticipant,
    TicketReader,
    TicketTag,
    TicketToken,
)

__all__ = [
    "AddressSuppression",
    "Attachment",
    "AutoReplyLedger",
    "BulkJob",
    "BulkResult",
    "Contact",
    "ContactEmail",
    "ContactForm",
    "DeliveryEvent",
    "Draft",
    "InboundDelivery",
    "InboundMail",
    "InboundOrigin",
    "InboxPreference",
    "MailAccount",
    "MailSource",
    "MailTemplate",
    "MailTransport",
    "Mailbox",
    "MailboxOptions",
    "Mention",
    "Message",
    "MessageIdIndex",
    "Notice",
    "NoticePreference",
    "Organisation",
    "OutboundMail",
    "OutboundRecipient",
    "Presence",
    "Priority",
    "RawMail",
    "SavedView",
    "SourceFolder",
    "Status",
    "StatusLabel",
    "TaggedContactForm",
    "TaggedTicket",
    "Team",
    "Ticket",
    "TicketAccess",
    "TicketArticle",
    "TicketEvent",
    "TicketLink",
    "TicketMerge",
    "TicketParticipant",
    "TicketReader",
    "TicketTag",
    "TicketToken",
    "UndoRecord",
    "WorkerBeat",
]
