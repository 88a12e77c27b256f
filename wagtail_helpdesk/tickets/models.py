"""The case: the ticket, who takes part in it, its tokens, links and timeline."""

from __future__ import annotations

import swapper
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager
from taggit.models import ItemBase

from wagtail_helpdesk import conf
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.models import Mailbox, Priority, Status, Team, TicketType
from wagtail_helpdesk.tickets.choices import (
    Channel,
    EventKind,
    LinkKind,
    ParticipantState,
    Role,
    TokenPurpose,
    Visibility,
    Watch,
)
from wagtail_helpdesk.tickets.querysets import TicketQuerySet
from wagtail_helpdesk.tickets.tokens import sign


class TicketTag(models.Model):
    """A tag for tickets; the site's own tags stay free of case names.

    Not taggit's TagBase: Wagtail's admin completes the names of every such model for whoever may enter the admin.
    """

    #: An agent makes a new tag by typing it.
    free_tagging = True

    name = models.CharField(_("name"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("ticket tag")
        verbose_name_plural = _("ticket tags")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Ticket(models.Model):
    """One customer's case. Written by actions only."""

    #: A page's "usage" screen is for editors: it must not name tickets that refer to it.
    wagtail_reference_index_ignore = True

    subject = models.CharField(_("subject"), max_length=500, blank=True)
    status = models.ForeignKey(Status, verbose_name=_("status"), on_delete=models.PROTECT, related_name="tickets")
    #: The status's category, repeated here for the views.
    category = models.CharField(_("category"), max_length=10, choices=Category.choices, editable=False)
    #: Where the ticket was before it went to spam or trash, so that "restore" finds the way back.
    restore_status = models.ForeignKey(Status, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    priority = models.ForeignKey(Priority, verbose_name=_("priority"), on_delete=models.PROTECT, related_name="+")
    ticket_type = models.ForeignKey(
        TicketType, verbose_name=_("type"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    team = models.ForeignKey(Team, verbose_name=_("team"), on_delete=models.PROTECT, related_name="tickets")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assignee"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="helpdesk_tickets",
    )
    requester = models.ForeignKey(
        Contact, verbose_name=_("requester"), on_delete=models.PROTECT, related_name="requested_tickets"
    )
    mailbox = models.ForeignKey(Mailbox, verbose_name=_("mailbox"), on_delete=models.PROTECT, related_name="tickets")
    language = models.CharField(_("language"), max_length=20, blank=True)
    site = models.ForeignKey(
        "wagtailcore.Site", verbose_name=_("site"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    source_page = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        verbose_name=_("source page"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    #: Kept when the page goes.
    source_title = models.CharField(_("source title"), max_length=255, blank=True)
    source_url = models.CharField(_("source address"), max_length=500, blank=True)
    #: When the oldest customer message that nobody has answered came; None while the customer does not wait.
    customer_waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    #: The day by which it is to be done.
    due_on = models.DateField(_("due"), null=True, blank=True)
    #: {key of a TicketField: value}; what is empty is not there.
    custom_fields = models.JSONField(_("fields"), default=dict, blank=True)
    last_activity_at = models.DateTimeField(_("last activity"), default=timezone.now)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    first_replied_at = models.DateTimeField(_("first replied at"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    #: Published messages, notes included.
    message_count = models.PositiveIntegerField(_("messages"), default=0)
    attachment_count = models.PositiveIntegerField(_("attachments"), default=0)
    #: A mail of ours came back, or could not be sent: somebody should look.
    delivery_failed = models.BooleanField(_("delivery problem"), default=False)
    #: Out of the open views until it wakes: snoozed.
    asleep = models.BooleanField(_("asleep"), default=False)
    #: When a snoozed ticket wakes by itself; None for one that sleeps until somebody writes.
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    #: What somebody writes does not wake it.
    sleeps_through = models.BooleanField(default=False)
    snooze_reason = models.CharField(_("reason"), max_length=200, blank=True)
    #: How long, as it was chosen last ("tomorrow 9:00"), so that the same can be chosen again.
    snooze_words = models.CharField(max_length=100, blank=True)
    #: When it woke; None again as soon as somebody did something with it.
    woke_at = models.DateTimeField(_("back since"), null=True, blank=True)
    #: Since when nobody has written on a ticket that waits for its customer; None on all others.
    silent_since = models.DateTimeField(null=True, blank=True, editable=False)
    #: When the customer was told that it closes by itself; None again as soon as somebody writes.
    close_warned_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: When an agent lets it close by itself, unless the customer writes before.
    close_on = models.DateTimeField(_("closes on"), null=True, blank=True)
    #: When it went to spam or to the trash.
    hidden_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: How many things its checklist holds, and how many of them are done.
    item_count = models.PositiveIntegerField(_("checklist"), default=0)
    items_done = models.PositiveIntegerField(_("done"), default=0)
    #: The first words of the newest public message, for the list.
    preview = models.CharField(_("preview"), max_length=200, blank=True)

    tags = TaggableManager(through="wagtail_helpdesk.TaggedTicket", blank=True, verbose_name=_("tags"))

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        #: Nobody adds a ticket as a row: the inbox, the forms and the mailboxes do it.
        default_permissions = ("view", "change", "delete")
        permissions = [
            ("note_ticket", _("Can write internal notes")),
            ("reply_ticket", _("Can reply to customers")),
            ("assign_ticket", _("Can assign tickets")),
            ("merge_ticket", _("Can merge tickets")),
            ("promote_ticket", _("Can promote answers to FAQ articles")),
            ("export_ticket", _("Can export tickets")),
            ("view_all_ticket", _("Can see the tickets of all teams")),
        ]
        indexes = [
            # The orders of the lists, for each scope that a view is read in. "asleep" stands in them because the open
            # views leave out what sleeps, and would else read past all of it.
            # By newest activity. What stands behind the key makes no order: views are counted without reading a row.
            models.Index(
                fields=["category", "asleep", "-last_activity_at", "-id", "assignee", "merged_into", "erased_at"],
                name="helpdesk_ticket_category",
            ),
            models.Index(
                fields=[
                    "team",
                    "category",
                    "asleep",
                    "-last_activity_at",
                    "-id",
                    "assignee",
                    "merged_into",
                    "erased_at",
                ],
                name="helpdesk_ticket_team",
            ),
            models.Index(
                fields=["assignee", "category", "asleep", "-last_activity_at", "-id", "merged_into", "erased_at"],
                name="helpdesk_ticket_assignee",
            ),
            models.Index(
                fields=["mailbox", "category", "asleep", "-last_activity_at", "-id", "merged_into", "erased_at"],
                name="helpdesk_ticket_mailbox",
            ),
            # By waiting time.
            models.Index(fields=["category", "asleep", "customer_waiting_since", "id"], name="helpdesk_ticket_waiting"),
            models.Index(
                fields=["team", "category", "asleep", "customer_waiting_since", "id"], name="helpdesk_ticket_team_waits"
            ),
            models.Index(
                fields=["assignee", "category", "asleep", "customer_waiting_since", "id"],
                name="helpdesk_ticket_user_waits",
            ),
            models.Index(
                fields=["mailbox", "category", "asleep", "customer_waiting_since", "id"],
                name="helpdesk_ticket_box_waits",
            ),
            models.Index(fields=["requester", "-last_activity_at"], name="helpdesk_ticket_requester"),
            models.Index(fields=["asleep", "snoozed_until", "id"], name="helpdesk_ticket_asleep"),
            # What closes by itself: the columns are empty on all tickets that do not wait for their customers.
            models.Index(
                fields=["mailbox", "asleep", "close_warned_at", "silent_since", "id"], name="helpdesk_ticket_silent"
            ),
            models.Index(fields=["asleep", "close_on", "id"], name="helpdesk_ticket_close_on"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.subject}".rstrip()

    @property
    def reference(self) -> str:
        """The number people quote. It is cosmetic: it grants nothing."""
        return f"{conf.get('REFERENCE_PREFIX')}{self.pk}"

    @property
    def display_subject(self) -> str:
        """The subject, or words that say there is none."""
        return self.subject or str(_("(no subject)"))

    @property
    def items_open(self) -> int:
        """How many things of its checklist are still to be done."""
        return self.item_count - self.items_done

    def current(self) -> Ticket:
        """Return the ticket that this one was merged into, itself otherwise. A cycle ends where it began."""
        seen, ticket = {self.pk}, self
        while ticket.merged_into_id and ticket.merged_into_id not in seen:
            ticket = ticket.merged_into
            seen.add(ticket.pk)
        return ticket


class TaggedTicket(ItemBase):
    """A tag on a ticket."""

    tag = models.ForeignKey(TicketTag, on_delete=models.CASCADE, related_name="items")
    content_object = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="tagged_items")

    class Meta:
        verbose_name = _("tagged ticket")
        verbose_name_plural = _("tagged tickets")
        constraints = [models.UniqueConstraint(fields=["tag", "content_object"], name="helpdesk_tagged_ticket")]


class TicketParticipant(models.Model):
    """Who takes part in a ticket, and how. The truth that ``Ticket.requester`` repeats."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="participants")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="participations")
    #: The address this person uses here, as it was written: what we send to.
    address = models.CharField(_("address"), max_length=254)
    #: Where this person wants answers, when that is elsewhere.
    reply_address = models.CharField(_("address for answers"), max_length=254, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    state = models.CharField(
        _("state"), max_length=8, choices=ParticipantState.choices, default=ParticipantState.ACTIVE
    )
    #: Gets no copies of replies, and takes part all the same.
    muted = models.BooleanField(_("muted"), default=False)
    #: Reads the conversation, by the tracking link and in copies of replies.
    may_see = models.BooleanField(_("may read"), default=True)
    #: What this person writes is a part of the conversation; else it is for agents only.
    may_answer = models.BooleanField(_("may answer"), default=True)
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [models.UniqueConstraint(fields=["ticket", "contact"], name="helpdesk_participant")]

    def __str__(self) -> str:
        return str(self.contact)

    @property
    def mail_address(self) -> str:
        """The address that mail to this person goes to."""
        return self.reply_address or self.address


class TicketToken(models.Model):
    """What a reply address or a link carries, signed. Revoked by a date, never deleted while its ticket lives."""

    public_id = models.CharField(max_length=12, unique=True, editable=False)
    purpose = models.CharField(max_length=10, choices=TokenPurpose.choices)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="tokens")
    participant = models.ForeignKey(
        TicketParticipant, null=True, blank=True, on_delete=models.CASCADE, related_name="tokens"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    visibility = models.CharField(max_length=8, choices=Visibility.choices, default=Visibility.PUBLIC)
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"

    @property
    def signed(self) -> str:
        """The token itself, as it stands in a link or an address."""
        return sign(self.purpose, self.public_id)


class TicketAccess(models.Model):
    """Shares a ticket beyond its team: to see it and write notes."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="access")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        verbose_name = _("access")
        verbose_name_plural = _("accesses")

    def __str__(self) -> str:
        return str(self.team or self.user)


class TicketReader(models.Model):
    """What a ticket is to one agent: starred, watched or muted, and how far it was read."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="readers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    starred = models.BooleanField(_("starred"), default=False)
    watch = models.CharField(_("watch"), max_length=8, choices=Watch.choices, blank=True)
    #: The key of the newest message that was on the agent's screen.
    seen_message = models.PositiveBigIntegerField(default=0)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("reader")
        verbose_name_plural = _("readers")
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="helpdesk_ticket_reader")]
        indexes = [models.Index(fields=["user", "starred"], name="helpdesk_reader_starred")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.ticket_id}"


class TicketLink(models.Model):
    """Two tickets that belong together."""

    source = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links_out")
    target = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links_in")
    kind = models.CharField(_("kind"), max_length=10, choices=LinkKind.choices)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("ticket link")
        verbose_name_plural = _("ticket links")
        constraints = [models.UniqueConstraint(fields=["source", "target", "kind"], name="helpdesk_ticket_link")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"


class ChecklistItem(models.Model):
    """One thing to do on a ticket. One that is about another ticket is done when that is resolved."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="checklist")
    text = models.CharField(_("text"), max_length=300, blank=True)
    #: The ticket that it is about.
    about = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    position = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    #: Who ticked it; nobody where it ticked itself.
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: The name as it was.
    done_name = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("checklist item")
        verbose_name_plural = _("checklist items")
        default_permissions = ()
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text or str(self.about_id)


class ChecklistTemplate(models.Model):
    """Things to do that come up again and again, ready to be put on a ticket."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    #: One to a line.
    items = models.TextField(_("items"))

    class Meta:
        verbose_name = _("checklist")
        verbose_name_plural = _("checklists")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def lines(self) -> list[str]:
        """The items, without what is empty."""
        limit = ChecklistItem._meta.get_field("text").max_length
        return [line.strip()[:limit] for line in self.items.splitlines() if line.strip()]


class TicketEvent(models.Model):
    """One line of a ticket's only history: who, what, from what to what, when, why."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("what"), max_length=14, choices=EventKind.choices)
    actor_kind = models.CharField(max_length=8)
    actor_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        # The index of what somebody did by time begins with it.
        db_index=False,
    )
    actor_contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(_("who"), max_length=200, blank=True)
    #: Plain JSON: {"old": ..., "new": ...} as people read them, and whatever else the kind needs.
    data = models.JSONField(default=dict, blank=True)
    cause = models.CharField(_("why"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("timeline")
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["ticket", "created_at", "id"], name="helpdesk_event_ticket"),
            models.Index(fields=["actor_user", "kind", "created_at"], name="helpdesk_event_actor"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class TicketMerge(models.Model):
    """One merge: what each package moved, so that it can be put back at any later time."""

    source = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="merges_out")
    target = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="merges_in")
    #: {package: {name: [keys]}}, written by each package's reactor.
    moved = models.JSONField(default=dict)
    merged_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")

    def __str__(self) -> str:
        return f"{self.source_id} -> {self.target_id}"
