"""What stands in a conversation, as its page shows it: a message, and what happened between two messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Prefetch, QuerySet, TextField, Value, When
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from wagtail_helpdesk.conversations.actions.redact import AUTHORS_TIME
from wagtail_helpdesk.conversations.approving import may_decide
from wagtail_helpdesk.conversations.cards import Card, cards_of
from wagtail_helpdesk.conversations.choices import Direction, Flag, MessageState, Verdict
from wagtail_helpdesk.conversations.file_types import may_show_inline
from wagtail_helpdesk.conversations.linkify import text_to_html
from wagtail_helpdesk.conversations.models import Approval, Attachment, Message
from wagtail_helpdesk.conversations.remote_images.proxy import shows_remote_images
from wagtail_helpdesk.conversations.sanitising import CleanHtml, clean_agent_html
from wagtail_helpdesk.conversations.views import file_url
from wagtail_helpdesk.inbox.deliveries import Delivery, delivery_of
from wagtail_helpdesk.inbox.people import display_name
from wagtail_helpdesk.inbox.senders import SenderBadge, sender_badge
from wagtail_helpdesk.mail.models import DeliveryEvent, InboundMail, OutboundMail
from wagtail_helpdesk.mail.reporting.problems import FOR_OUTSIDERS
from wagtail_helpdesk.tickets.choices import Visibility
from wagtail_helpdesk.tickets.models import TicketEvent


@dataclass(frozen=True)
class MessageItem:
    """One message. Its HTML stands in the page only where our own agents wrote it; foreign HTML has its frame."""

    message: Message
    is_mine: bool
    deliveries: list[Delivery] = field(default_factory=list)
    #: sha256 of the images that earlier messages of the conversation brought.
    seen_images: frozenset[str] = frozenset()
    #: Its subject, where that is not what the conversation was about so far.
    other_subject: str = ""
    #: Whether the reader may decide on it, where it waits for approval.
    may_decide: bool = False
    template = "message"

    @property
    def at(self) -> datetime:
        """Where it stands in the conversation."""
        return self.message.created_at

    @property
    def kind(self) -> str:
        """What it looks like: "note", "reply", "waiting", "scheduled", "forward", "third_party" or "customer"."""
        message = self.message
        if message.direction == Direction.INTERNAL:
            return "note"
        if message.direction == Direction.OUTBOUND:
            if message.state in (MessageState.WAITING, MessageState.SCHEDULED):
                return str(message.state)
            return "forward" if message.visibility == Visibility.INTERNAL else "reply"
        return "third_party" if message.visibility == Visibility.INTERNAL else "customer"

    @cached_property
    def approval(self) -> Approval | None:
        """Who was asked to approve it, and what came of that; no query."""
        return getattr(self.message, "approval", None)

    @property
    def asked(self) -> str:
        """Whose approval it waits for."""
        approval = self.approval
        if approval is None or not (approval.asked_user or approval.asked_team):
            return _("a colleague")
        return display_name(approval.asked_user) if approval.asked_user else str(approval.asked_team)

    @property
    def approved_by(self) -> str:
        """Who approved it, "" where nobody had to."""
        approval = self.approval
        if approval is None or approval.verdict != Verdict.APPROVED:
            return ""
        return display_name(approval.decided_by) if approval.decided_by else _("a colleague")

    @property
    def is_fresh_own(self) -> bool:
        """Whether its author may still take it out alone."""
        return self.is_mine and self.message.created_at > timezone.now() - AUTHORS_TIME

    @property
    def has_more(self) -> bool:
        """Whether there is quoted text besides the new words."""
        return self.message.whole_length > self.message.words_length

    @property
    def is_framed(self) -> bool:
        """Whether the body has a frame of its own."""
        return self.message.direction == Direction.INBOUND and (bool(self.message.html_length) or self.has_more)

    @property
    def was_sent_earlier(self) -> bool:
        """Whether it was on its way, or lay somewhere, for more than a day."""
        sent_at = self.message.sent_at
        return sent_at is not None and self.message.created_at - sent_at > timedelta(days=1)

    @property
    def shows_images(self) -> bool:
        """Whether the body loads the images that it names at other places."""
        return shows_remote_images(self.message)

    @cached_property
    def cards(self) -> list[Card]:
        """The events that came with it."""
        return cards_of(self.message.cards)

    @cached_property
    def body(self) -> CleanHtml:
        """The body to print in the page, of a message that has no frame."""
        if self.message.direction == Direction.INBOUND or not self.message.own_html:
            return text_to_html(self.message.own_text)
        return clean_agent_html(self.message.own_html, inline=self._inline)

    @property
    def _inline(self) -> dict[str, str]:
        """Where the images in the text of one of ours are."""
        files = [file for file in self.message.attachments.all() if file.hidden and may_show_inline(file.sniffed_type)]
        return {file.content_id: f"{file_url(file)}?inline=1" for file in files}

    @cached_property
    def files(self) -> list[Attachment]:
        """The files to list; those that the body shows are not among them, nor those of ``repeated``."""
        return [file for file in self.message.attachments.all() if not file.hidden and file not in self.repeated]

    @cached_property
    def repeated(self) -> list[Attachment]:
        """The images that came before: logos of signatures, mostly."""
        return [
            file
            for file in self.message.attachments.all()
            if not file.hidden and file.sha256 in self.seen_images and may_show_inline(file.sniffed_type)
        ]

    @cached_property
    def images(self) -> list[Attachment]:
        """The listed files that can be looked at."""
        return [file for file in self.files if may_show_inline(file.sniffed_type) and not file.is_locked]

    @property
    def is_outside(self) -> bool:
        """Whether somebody wrote who takes no part in the ticket."""
        return self.message.direction == Direction.INBOUND and Flag.OUTSIDE_SENDER in self.message.flags

    @property
    def original(self) -> InboundMail | None:
        """The mail it came in."""
        return next(iter(self.message.inbound_mails.all()), None)

    @property
    def sender(self) -> SenderBadge | None:
        """What is known of the sender's claim to be who he says; None where there was nothing to ask."""
        original = self.original
        return sender_badge(self.message.sender_auth, original.auth if original else {})


@dataclass(frozen=True)
class EventsItem:
    """What happened between two messages, folded when it is more than one thing."""

    lines: list[tuple[TicketEvent, str]]
    template = "events"

    @property
    def at(self) -> datetime:
        """Where it stands in the conversation."""
        return self.lines[0][0].created_at


def messages_for(tickets: Any) -> QuerySet[Message]:
    """Return the messages of ``tickets`` with what a page shows, without the foreign HTML itself."""
    ours = [Direction.OUTBOUND, Direction.INTERNAL]
    inbound_text = When(direction=Direction.INBOUND, then=F("reply_text"))
    doubtful = DeliveryEvent.objects.filter(outbound=OuterRef("pk"), verified=False)
    mails = OutboundMail.objects.defer("text", "html", "headers").annotate(doubtful_reports=Exists(doubtful))
    mails = mails.select_related("mailbox__mail_transport").prefetch_related("recipients").order_by("pk")
    return (
        Message.objects.for_agents()
        .filter(ticket__in=tickets)
        .annotate(
            html_length=Length("reply_html", output_field=IntegerField()),
            whole_length=Length("text", output_field=IntegerField()),
            words_length=Length("reply_text", output_field=IntegerField()),
            own_html=Case(When(direction__in=ours, then=F("reply_html")), default=Value(""), output_field=TextField()),
            own_text=Case(
                inbound_text, When(reply_html="", then=F("reply_text")), default=Value(""), output_field=TextField()
            ),
        )
        .defer("html", "text", "reply_html", "reply_text")
        .select_related("author_user__wagtail_userprofile", "author_contact", "on_publish")
        .select_related("approval__asked_user", "approval__asked_team", "approval__decided_by")
        .prefetch_related(
            "attachments",
            Prefetch("outbound_mails", mails.prefetch_related("recipients").order_by("pk")),
            Prefetch("inbound_mails", InboundMail.objects.only("pk", "message_id", "auth").order_by("pk")),
        )
        .in_order()
    )


def message_item(message: Message, user: Any, seen_images: frozenset[str] = frozenset()) -> MessageItem:
    """Return one message of :func:`messages_for` as an item."""
    mails = [mail for mail in message.outbound_mails.all() if mail.audience in FOR_OUTSIDERS]
    deliveries = [delivery_of(mail, names_recipient=len(mails) > 1) for mail in mails]
    decides = message.state == MessageState.WAITING and may_decide(
        user, message.approval, author_id=message.author_user_id
    )
    return MessageItem(message, message.author_user_id == user.pk, deliveries, seen_images, may_decide=decides)
