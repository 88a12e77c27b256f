"""The order in which packages react to what happened, and of what the worker does: the one place that knows it.

Merge and erase run from the bottom layer up; a reactor that must not fail alone is essential.
"""

from datetime import timedelta

from wagtail_helpdesk import events
from wagtail_helpdesk.conversations import reactors as conversations
from wagtail_helpdesk.conversations.drafts import clean_drafts
from wagtail_helpdesk.conversations.returning import return_to_team
from wagtail_helpdesk.conversations.scanning import scan_due
from wagtail_helpdesk.events import Reactor
from wagtail_helpdesk.inbox import mentioned
from wagtail_helpdesk.inbox.bulk import actions as bulk_actions
from wagtail_helpdesk.inbox.bulk import children as bulk_children
from wagtail_helpdesk.inbox.bulk import macros as bulk_macros
from wagtail_helpdesk.inbox.bulk import reversing
from wagtail_helpdesk.inbox.bulk import snooze as bulk_snooze
from wagtail_helpdesk.inbox.bulk.running import continue_jobs
from wagtail_helpdesk.inbox.focus.sessions import forget_left
from wagtail_helpdesk.inbox.presence import forget_gone, presence_part
from wagtail_helpdesk.inbox.pulse import register_part
from wagtail_helpdesk.inbox.undoing import forget_old
from wagtail_helpdesk.knowledge_base import reactors as knowledge_base
from wagtail_helpdesk.mail import reactors as mail
from wagtail_helpdesk.mail import resealing
from wagtail_helpdesk.mail.beat import BEAT_EVERY, beat
from wagtail_helpdesk.mail.choices import Audience, MailKind
from wagtail_helpdesk.mail.clean import clean
from wagtail_helpdesk.mail.closing import still_closes, warn_silent
from wagtail_helpdesk.mail.fetching.fetch import fetch_due, sweep_due
from wagtail_helpdesk.mail.health import facts as health
from wagtail_helpdesk.mail.outbox import guards
from wagtail_helpdesk.mail.outbox.canary import send_canaries
from wagtail_helpdesk.mail.outbox.deliver import deliver_due
from wagtail_helpdesk.mail.outbox.lateness import warn_late
from wagtail_helpdesk.mail.resealing import reseal
from wagtail_helpdesk.mail.work import process_due, publish_due
from wagtail_helpdesk.notifications import reactors as notifications
from wagtail_helpdesk.notifications.clean import clear_notices
from wagtail_helpdesk.notifications.mailing import mail_notices, may_leave
from wagtail_helpdesk.notifications.push import devices
from wagtail_helpdesk.notifications.push import health as push_health
from wagtail_helpdesk.notifications.push.devices import forget_devices
from wagtail_helpdesk.notifications.push.models import PushKey, PushSubscription
from wagtail_helpdesk.notifications.push.sending import queue_pushes, send_pushes
from wagtail_helpdesk.search import reactors as search
from wagtail_helpdesk.search.document_queue import read_documents_due
from wagtail_helpdesk.search.indexing import index_due
from wagtail_helpdesk.tickets import reactors as tickets
from wagtail_helpdesk.tickets.actions.close_resolved import close_resolved
from wagtail_helpdesk.tickets.actions.close_silent import close_silent
from wagtail_helpdesk.tickets.actions.empty_trash import empty_trash
from wagtail_helpdesk.tickets.actions.snooze_ticket import wake_due
from wagtail_helpdesk.tickets.custom_fields import reactors as custom_fields
from wagtail_helpdesk.tickets.timeline import record_reactor_failure
from wagtail_helpdesk.worker import Step

REACTORS = (
    # What was to leave later waits for its author where a customer was quicker.
    Reactor(events.MessageAdded, conversations.hold_back_later),
    # What has not left of a ticket that goes into spam or trash is its author's draft again.
    Reactor(events.TicketUpdated, conversations.call_back_hidden, essential=True),
    # What is to be sent: a reply without its mail must not be published; an acknowledgement is a courtesy.
    Reactor(events.MessageAdded, mail.queue_reply, essential=True),
    Reactor(events.MessageAdded, mail.queue_forward, essential=True),
    Reactor(events.TicketOpened, mail.acknowledge),
    Reactor(events.DeliveryProblem, mail.flag_ticket),
    Reactor(events.TicketUpdated, tickets.tick_items_about),
    # Who is away and has no substitute is not waited for; before anybody is told.
    Reactor(events.MessageAdded, return_to_team),
    # Who is told.
    Reactor(events.TicketOpened, notifications.tell_of_new_ticket),
    Reactor(events.MessageAdded, notifications.tell_of_answer),
    Reactor(events.MessageAdded, notifications.tell_watchers_of_words),
    Reactor(events.TicketUpdated, notifications.tell_of_change),
    Reactor(events.UserMentioned, notifications.tell_mentioned),
    Reactor(events.UserMentioned, mentioned.remember_mention),
    Reactor(events.DeliveryProblem, notifications.tell_of_delivery_problem),
    Reactor(events.DraftMoved, notifications.tell_of_draft),
    Reactor(events.ApprovalAsked, notifications.tell_of_asked_approval),
    Reactor(events.ApprovalGiven, notifications.tell_of_given_approval),
    Reactor(events.MailHeld, notifications.tell_of_held_mail),
    # What is to be found, once it is committed.
    Reactor(events.TicketOpened, search.note_message),
    Reactor(events.MessageAdded, search.note_message),
    Reactor(events.MessageReread, search.note_message),
    Reactor(events.TicketUpdated, search.note_change),
    # Merge and erase, from the bottom layer up.
    Reactor(events.ContactsMerged, tickets.move_contact, essential=True),
    Reactor(events.ContactsMerged, conversations.move_contact, essential=True),
    Reactor(events.ContactsMerged, search.note_contact, essential=True),
    Reactor(events.ContactErased, tickets.forget_contact, essential=True),
    Reactor(events.ContactErased, conversations.forget_contact, essential=True),
    Reactor(events.ContactErased, mail.forget_contact, essential=True),
    Reactor(events.ContactErased, notifications.forget_contact, essential=True),
    Reactor(events.TicketsMerged, tickets.merge_belongings, essential=True),
    Reactor(events.TicketsMerged, custom_fields.merge_fields, essential=True),
    Reactor(events.ContactErased, search.forget_contact, essential=True),
    Reactor(events.TicketsMerged, conversations.merge_conversations, essential=True),
    Reactor(events.TicketsMerged, mail.merge_mails, essential=True),
    Reactor(events.TicketsMerged, notifications.move_notices, essential=True),
    Reactor(events.TicketsMerged, search.move_entries, essential=True),
    Reactor(events.TicketsMerged, knowledge_base.move_articles, essential=True),
    Reactor(events.TicketsUnmerged, tickets.unmerge_belongings, essential=True),
    Reactor(events.TicketsUnmerged, custom_fields.unmerge_fields, essential=True),
    Reactor(events.TicketsMerged, mentioned.move_mentions, essential=True),
    Reactor(events.TicketsUnmerged, conversations.unmerge_conversations, essential=True),
    Reactor(events.TicketsUnmerged, mail.unmerge_mails, essential=True),
    Reactor(events.TicketsUnmerged, notifications.move_notices_back, essential=True),
    Reactor(events.TicketsUnmerged, search.move_entries_back, essential=True),
    Reactor(events.TicketsUnmerged, knowledge_base.move_articles_back, essential=True),
    Reactor(events.TicketsUnmerged, mentioned.move_mentions_back, essential=True),
    Reactor(events.MessageSplit, mail.move_split_mail, essential=True),
    Reactor(events.MessageSplit, notifications.move_split_notices, essential=True),
    Reactor(events.MessageRedacted, mail.redact_mails, essential=True),
    Reactor(events.MessageRedacted, notifications.redact_notices, essential=True),
    Reactor(events.MessageRedacted, search.forget_message, essential=True),
    Reactor(events.MessageSplit, search.move_split_entry, essential=True),
    Reactor(events.TicketErased, conversations.erase_conversation, essential=True),
    Reactor(events.TicketErased, mail.erase_mails, essential=True),
    Reactor(events.TicketErased, notifications.erase_notices, essential=True),
    Reactor(events.TicketErased, search.forget_ticket, essential=True),
    Reactor(events.TicketErased, knowledge_base.forget_words, essential=True),
    Reactor(events.TicketErased, mentioned.forget_mentions, essential=True),
)

MINUTELY, HOURLY = timedelta(minutes=1), timedelta(hours=1)

#: What the worker does, in this order: what one step makes ready, a later one takes up in the same round.
STEPS = (
    Step(beat, every=BEAT_EVERY),
    Step(publish_due),
    Step(wake_due, every=timedelta(seconds=10)),
    Step(close_silent, every=MINUTELY),
    Step(warn_silent, every=MINUTELY),
    Step(continue_jobs),
    Step(fetch_due),
    Step(sweep_due, every=timedelta(seconds=10)),
    Step(process_due),
    Step(index_due),
    Step(scan_due, every=timedelta(seconds=10)),
    # Notices gather for a minute: to look every second would find nothing more.
    Step(mail_notices, every=timedelta(seconds=20)),
    Step(queue_pushes, every=timedelta(seconds=5)),
    Step(send_pushes, every=timedelta(seconds=2)),
    Step(send_canaries, every=timedelta(minutes=1)),
    Step(deliver_due),
    Step(warn_late),
    # After the mail, which somebody waits for.
    Step(read_documents_due, every=timedelta(seconds=5)),
    Step(close_resolved, every=HOURLY),
    Step(empty_trash, every=HOURLY),
    Step(clean, every=HOURLY),
    Step(forget_old, every=HOURLY),
    Step(forget_gone, every=HOURLY),
    Step(forget_left, every=HOURLY),
    Step(clean_drafts, every=HOURLY),
    Step(reseal, every=HOURLY),
    Step(clear_notices, every=HOURLY),
    Step(forget_devices, every=HOURLY),
)


def install() -> None:
    """Hand down the reactors to ``events`` and the last look at mails to agents to ``mail``.

    Called once, from ``apps.ready()``.
    """
    events.install(REACTORS, record_reactor_failure)
    bulk_actions.install()
    bulk_snooze.install()
    bulk_macros.install()
    bulk_children.install()
    reversing.install()
    register_part("presence", presence_part)
    resealing.install({PushKey: ("private",), PushSubscription: ("endpoint", "auth")})
    health.install(push_health.push_findings, push_health.SENTENCES)
    devices.connect()
    guards.install({Audience.AGENT: may_leave, MailKind.CLOSING: still_closes})
