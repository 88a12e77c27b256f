"""Collects the models of the packages: they share this app's label and its one migration history."""

from wagtail_helpdesk.contact_forms.models import ContactForm, TaggedContactForm
from wagtail_helpdesk.contacts.models import Contact, ContactEmail, Organisation
from wagtail_helpdesk.conversations.models import Attachment, Message, MessageIdIndex
from wagtail_helpdesk.desk.models import Mailbox, Priority, Status, StatusLabel, Team
from wagtail_helpdesk.knowledge_base.models import TicketArticle
from wagtail_helpdesk.mail.models import (
    AddressSuppression,
    AutoReplyLedger,
    InboundDelivery,
    InboundMail,
    MailboxOptions,
    OutboundMail,
    OutboundRecipient,
    RawMail,
)
from wagtail_helpdesk.tickets.models import (
    TaggedTicket,
    Ticket,
    TicketAccess,
    TicketEvent,
    TicketLink,
    TicketMerge,
    TicketParticipant,
    TicketTag,
    TicketToken,
)

__all__ = [
    "AddressSuppression",
    "Attachment",
    "AutoReplyLedger",
    "Contact",
    "ContactEmail",
    "ContactForm",
    "InboundDelivery",
    "InboundMail",
    "Mailbox",
    "MailboxOptions",
    "Message",
    "MessageIdIndex",
    "Organisation",
    "OutboundMail",
    "OutboundRecipient",
    "Priority",
    "RawMail",
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
    "TicketTag",
    "TicketToken",
]
