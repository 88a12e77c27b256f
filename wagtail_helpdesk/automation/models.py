"""What agents have ready: saved replies, macros, templates of new tickets."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from taggit.models import ItemBase
from wagtail.fields import RichTextField
from wagtail.models import Orderable, TranslatableMixin

from wagtail_helpdesk.automation import panels
from wagtail_helpdesk.automation.choices import AskKind, Assign
from wagtail_helpdesk.automation.forms import MacroForm, SavedReplyForm, TicketTemplateForm
from wagtail_helpdesk.automation.scoped import Scoped
from wagtail_helpdesk.conversations.choices import FirstMessage
from wagtail_helpdesk.desk.models import Priority, Status, Team, TicketType
from wagtail_helpdesk.tickets.choices import Channel
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.models import TicketTag

#: What a mail can carry, as in the composer.
FEATURES = ["bold", "italic", "link", "ol", "ul"]


class ReplyFolder(models.Model):
    """A folder of saved replies; it may stand in another one."""

    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self", verbose_name=_("inside"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )

    class Meta:
        verbose_name = _("folder of saved replies")
        verbose_name_plural = _("folders of saved replies")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """ValidationError for a folder that would stand inside itself."""
        above, seen = self.parent, set()
        while above is not None and above.pk not in seen:
            if above.pk == self.pk:
                raise ValidationError({"parent": _("A folder cannot stand inside itself.")})
            seen.add(above.pk)
            above = above.parent


class SavedReply(TranslatableMixin, Scoped, ClusterableModel):
    """A text that is written once and used often.

    One row a language, as Wagtail's own translatable snippets: the one in the ticket's language is taken.
    """

    name = models.CharField(_("name"), max_length=150)
    folder = models.ForeignKey(
        ReplyFolder,
        verbose_name=_("folder"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="saved_replies",
    )
    keywords = models.CharField(
        _("keywords"), max_length=200, blank=True, help_text=_("Words by which agents find it, beside those in it.")
    )
    body = RichTextField(_("text"), blank=True, features=FEATURES)
    status = models.ForeignKey(
        Status,
        verbose_name=_("set the status to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("When the reply is sent, unless the agent chooses another one."),
    )
    tags = ClusterTaggableManager(
        through="wagtail_helpdesk.TaggedSavedReply",
        blank=True,
        verbose_name=_("add the tags"),
        help_text=_("To the ticket, when the reply is sent."),
    )

    base_form_class = SavedReplyForm
    panels: ClassVar[list[Any]] = panels.SAVED_REPLY

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("saved reply")
        verbose_name_plural = _("saved replies")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class TaggedSavedReply(ItemBase):
    """A tag that a saved reply gives to tickets."""

    tag = models.ForeignKey(TicketTag, on_delete=models.CASCADE, related_name="saved_reply_items")
    content_object = ParentalKey(SavedReply, on_delete=models.CASCADE, related_name="tagged_items")

    class Meta:
        verbose_name = _("tagged saved reply")
        verbose_name_plural = _("tagged saved replies")
        constraints = [models.UniqueConstraint(fields=["tag", "content_object"], name="helpdesk_tagged_saved_reply")]


class SavedReplyFile(models.Model):
    """A file that goes along with a saved reply, in the private storage. Translations may share the stored file."""

    saved_reply = ParentalKey(SavedReply, on_delete=models.CASCADE, related_name="files")
    storage_key = models.CharField(max_length=100, db_index=True)
    display_name = models.CharField(_("file name"), max_length=150)
    declared_type = models.CharField(max_length=150, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"))

    class Meta:
        verbose_name = _("file of a saved reply")
        verbose_name_plural = _("files of saved replies")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.display_name


class Macro(Scoped, ClusterableModel):
    """Several things done to a ticket with one key."""

    name = models.CharField(_("name"), max_length=150)
    description = models.CharField(_("what it is for"), max_length=200, blank=True)
    is_active = models.BooleanField(_("can be run"), default=True)

    base_form_class = MacroForm
    panels: ClassVar[list[Any]] = panels.MACRO

    class Meta:
        verbose_name = _("macro")
        verbose_name_plural = _("macros")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class MacroStep(Orderable):
    """One thing that a macro does. Which of the columns count is said by the kind (``action_kinds``)."""

    macro = ParentalKey(Macro, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(_("action"), max_length=20)
    status = models.ForeignKey(
        Status, verbose_name=_("status"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    priority = models.ForeignKey(
        Priority, verbose_name=_("priority"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    ticket_type = models.ForeignKey(
        TicketType, verbose_name=_("type"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    ticket_field = models.ForeignKey(
        TicketField, verbose_name=_("field"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    days = models.PositiveSmallIntegerField(
        _("days from today"),
        null=True,
        blank=True,
        help_text=_("Empty: the value below, such as {{ ask.day }}; without one the due date goes."),
    )
    assign = models.CharField(_("give it to"), max_length=8, choices=Assign.choices, default=Assign.ME, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("agent"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    #: The name of the question that was answered by what is to be set; "" for what the columns above say.
    answer_to = models.CharField(
        _("or what was answered to"),
        max_length=30,
        blank=True,
        help_text=_("The name of a question above that asks for such a thing. Without an answer nothing is set."),
    )
    #: Tags, separated by commas; a moment in words; a date; or what is to stand in a field.
    value = models.CharField(_("value"), max_length=200, blank=True)
    body = RichTextField(_("text"), blank=True, features=FEATURES)

    panels: ClassVar[list[Any]] = panels.MACRO_STEP

    class Meta(Orderable.Meta):
        verbose_name = _("action")
        verbose_name_plural = _("actions")

    def __str__(self) -> str:
        return self.kind


class MacroQuestion(Orderable):
    """Something that a macro asks for when it is run; its texts and values name it as {{ ask.<name> }}."""

    macro = ParentalKey(Macro, on_delete=models.CASCADE, related_name="questions")
    name = models.CharField(
        _("name"),
        max_length=30,
        validators=[RegexValidator(r"^[a-z][a-z_]*$", _("Use small letters from a to z and “_” only."))],
        help_text=_("Texts and values of the actions name the answer by it: {{ ask.amount }}."),
    )
    label = models.CharField(_("question"), max_length=100)
    kind = models.CharField(_("answer"), max_length=8, choices=AskKind.choices, default=AskKind.TEXT)
    options = models.TextField(_("choices"), blank=True, help_text=_("One in each line."))
    required = models.BooleanField(_("has to be answered"), default=True)

    panels: ClassVar[list[Any]] = panels.MACRO_QUESTION

    class Meta(Orderable.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self) -> str:
        return self.label

    @property
    def choices(self) -> list[str]:
        """What can be chosen."""
        return list(dict.fromkeys(filter(None, (line.strip()[:100] for line in self.options.splitlines()))))


class TicketTemplate(Scoped, ClusterableModel):
    """What a new ticket begins with. It never overwrites what an agent has typed."""

    name = models.CharField(_("name"), max_length=150)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, blank=True)
    first = models.CharField(_("first message"), max_length=8, choices=FirstMessage.choices, blank=True)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    body = RichTextField(_("text"), blank=True, features=FEATURES)
    to_team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assignee"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    status = models.ForeignKey(
        Status, verbose_name=_("status"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    priority = models.ForeignKey(
        Priority, verbose_name=_("priority"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    ticket_type = models.ForeignKey(
        TicketType, verbose_name=_("type"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    tags = ClusterTaggableManager(through="wagtail_helpdesk.TaggedTicketTemplate", blank=True, verbose_name=_("tags"))

    base_form_class = TicketTemplateForm
    panels: ClassVar[list[Any]] = panels.TICKET_TEMPLATE

    class Meta:
        verbose_name = _("ticket template")
        verbose_name_plural = _("ticket templates")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class TaggedTicketTemplate(ItemBase):
    """A tag that a template gives to tickets."""

    tag = models.ForeignKey(TicketTag, on_delete=models.CASCADE, related_name="ticket_template_items")
    content_object = ParentalKey(TicketTemplate, on_delete=models.CASCADE, related_name="tagged_items")

    class Meta:
        verbose_name = _("tagged ticket template")
        verbose_name_plural = _("tagged ticket templates")
        constraints = [
            models.UniqueConstraint(fields=["tag", "content_object"], name="helpdesk_tagged_ticket_template")
        ]
