"""The case itself, and its tags."""

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
from wagtail_helpdesk.tickets.choices import Channel
from wagtail_helpdesk.tickets.querysets import TicketQuerySet


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

    tags = TaggableManager(
        through="wagtail_helpdesk.TaggedTicket", blank=True, ordering=["name"], verbose_name=_("tags")
    )

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
