"""The case: the ticket, who takes part in it, its tokens, links and timeline."""

from wagtail_helpdesk.tickets.models.history import TicketEvent, TicketMerge
from wagtail_helpdesk.tickets.models.people import TicketAccess, TicketParticipant, TicketReader, TicketToken
from wagtail_helpdesk.tickets.models.ticket import TaggedTicket, Ticket, TicketTag
from wagtail_helpdesk.tickets.models.work import ChecklistItem, ChecklistTemplate, TicketLink

__all__ = [
    "ChecklistItem",
    "ChecklistTemplate",
    "TaggedTicket",
    "Ticket",
    "TicketAccess",
    "TicketEvent",
    "TicketLink",
    "TicketMerge",
    "TicketParticipant",
    "TicketReader",
    "TicketTag",
    "TicketToken",
]
