"""What an editor sets up: a form, its texts, and where its tickets go."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from taggit.models import ItemBase
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, PreviewableMixin, TranslatableMixin

from wagtail_helpdesk.contact_forms.choices import FieldUse
from wagtail_helpdesk.contact_forms.forms import SubmissionForm
from wagtail_helpdesk.contact_forms.rendering import PAGE_TEMPLATE, page_context
from wagtail_helpdesk.desk.defaults import default_mailbox
from wagtail_helpdesk.desk.models import Mailbox, Team
from wagtail_helpdesk.tickets.custom_fields.kinds import FieldKind
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.models import TicketTag


class ContactForm(PreviewableMixin, TranslatableMixin, ClusterableModel):
    """A contact form. Texts left empty have a wording of ours, in the language of the page.

    One row a language, as Wagtail's own translatable snippets: a block that names a form shows its translation.
    """

    title = models.CharField(_("name"), max_length=100, help_text=_("For editors; visitors do not see it."))
    heading = models.CharField(_("heading"), max_length=150, blank=True)
    intro = RichTextField(_("introduction"), blank=True, features=["bold", "italic", "link", "ol", "ul"])
    name_use = models.CharField(_("visitor's name"), max_length=8, choices=FieldUse.choices, default=FieldUse.REQUIRED)
    subject_use = models.CharField(
        _("subject"),
        max_length=8,
        choices=FieldUse.choices,
        default=FieldUse.OPTIONAL,
        help_text=_("Without one, the first words of the message are the subject."),
    )
    files_use = models.CharField(_("files"), max_length=8, choices=FieldUse.choices, default=FieldUse.OPTIONAL)
    name_label = models.CharField(_("label of the name"), max_length=100, blank=True)
    email_label = models.CharField(_("label of the e-mail address"), max_length=100, blank=True)
    subject_label = models.CharField(_("label of the subject"), max_length=100, blank=True)
    message_label = models.CharField(_("label of the message"), max_length=100, blank=True)
    files_label = models.CharField(_("label of the files"), max_length=100, blank=True)
    button_text = models.CharField(_("text of the button"), max_length=60, blank=True)
    success_text = models.TextField(_("text after sending"), blank=True)
    team = models.ForeignKey(
        Team,
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contact_forms",
        help_text=_("Gets the tickets. Empty: the mailbox's team."),
    )
    mailbox = models.ForeignKey(
        Mailbox,
        verbose_name=_("mailbox"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contact_forms",
        help_text=_("Answers are sent in its name. Empty: the default mailbox."),
    )
    tags = ClusterTaggableManager(
        through="wagtail_helpdesk.TaggedContactForm",
        blank=True,
        verbose_name=_("tags"),
        help_text=_("Every ticket from this form gets them."),
    )

    panels: ClassVar[list[Any]] = [
        FieldPanel("title"),
        MultiFieldPanel([FieldPanel("heading"), FieldPanel("intro")], heading=_("Above the form")),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("name_use"), FieldPanel("name_label")]),
                FieldPanel("email_label"),
                FieldRowPanel([FieldPanel("subject_use"), FieldPanel("subject_label")]),
                FieldPanel("message_label"),
                FieldRowPanel([FieldPanel("files_use"), FieldPanel("files_label")]),
                FieldPanel("button_text"),
            ],
            heading=_("Fields"),
            help_text=_("A text left empty has a standard wording in the visitor's language."),
        ),
        InlinePanel(
            "ticket_fields",
            heading=_("Further fields"),
            label=_("Field"),
            help_text=_("Fields of tickets, as the help desk's settings list them. They stand above the message."),
        ),
        MultiFieldPanel([FieldPanel("success_text")], heading=_("After sending")),
        MultiFieldPanel([FieldPanel("team"), FieldPanel("mailbox"), FieldPanel("tags")], heading=_("Its tickets")),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("contact form")
        verbose_name_plural = _("contact forms")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def fields_to_ask(self) -> list[ContactFormField]:
        """Return the fields of tickets that this form asks for: what is for agents, or not in use, is not asked."""
        rows = [row for row in self.ticket_fields.select_related("field") if row.field_id]
        return [row for row in rows if row.field.is_for_visitors]

    def receiving_mailbox(self) -> Mailbox:
        """Return the mailbox in whose name this form's tickets are answered."""
        return self.mailbox or default_mailbox()

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        """Show editors the form as a page of the site."""
        return PAGE_TEMPLATE

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        """Return what the page of the form is made of."""
        return super().get_preview_context(request, mode_name) | page_context(SubmissionForm(contact_form=self))


class ContactFormField(Orderable):
    """A field of tickets that visitors fill in on a form."""

    contact_form = ParentalKey(ContactForm, on_delete=models.CASCADE, related_name="ticket_fields")
    field = models.ForeignKey(
        TicketField,
        verbose_name=_("field"),
        on_delete=models.PROTECT,
        related_name="+",
        # References name what visitors may know nothing of.
        limit_choices_to=models.Q(is_staff_only=False, is_active=True) & ~models.Q(kind=FieldKind.REFERENCE),
    )
    label = models.CharField(_("label"), max_length=100, blank=True, help_text=_("Empty: the field's own name."))
    help_text = models.CharField(_("help text"), max_length=255, blank=True, help_text=_("Empty: the field's own."))
    is_required = models.BooleanField(_("required"), default=False)

    panels: ClassVar[list[Any]] = [
        FieldRowPanel([FieldPanel("field"), FieldPanel("label")]),
        FieldRowPanel([FieldPanel("help_text"), FieldPanel("is_required")]),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("field of a contact form")
        verbose_name_plural = _("fields of contact forms")

    def __str__(self) -> str:
        return self.label or str(self.field)


class TaggedContactForm(ItemBase):
    """A tag that a form gives to its tickets."""

    tag = models.ForeignKey(TicketTag, on_delete=models.CASCADE, related_name="contact_form_items")
    content_object = ParentalKey(ContactForm, on_delete=models.CASCADE, related_name="tagged_items")

    class Meta:
        verbose_name = _("tagged contact form")
        verbose_name_plural = _("tagged contact forms")
        constraints = [models.UniqueConstraint(fields=["tag", "content_object"], name="helpdesk_tagged_contact_form")]
