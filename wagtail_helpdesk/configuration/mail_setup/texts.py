"""Mail texts: an administrator's own words, with a look at what becomes of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from wagtail.admin.forms import WagtailAdminModelForm

from wagtail_helpdesk.configuration import views
from wagtail_helpdesk.configuration.languages import named_languages, site_languages
from wagtail_helpdesk.mail.choices import MailKind
from wagtail_helpdesk.mail.compose.content import PublicMail, compose_body
from wagtail_helpdesk.mail.compose.own_texts import (
    MESSAGE,
    PLACEHOLDERS,
    SUBJECT_PLACEHOLDERS,
    WITH_SUBJECT,
    OwnText,
    fill_subject,
    stands_alone,
    unknown_placeholders,
)
from wagtail_helpdesk.mail.models import MailTemplate
from wagtail_helpdesk.notifications.content import Happened, NoticeText, compose


class MailTemplateForm(WagtailAdminModelForm):
    """A text with its placeholders."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    language = forms.ChoiceField(label=gettext_lazy("Language"))

    class Meta:
        model = MailTemplate
        fields = ("kind", "language", "mailbox", "subject", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 10})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, MailKind(kind).label) for kind in PLACEHOLDERS]
        languages = site_languages() | named_languages([self.instance.language])
        self.fields["language"].choices = list(languages.items())
        self.fields["mailbox"].empty_label = _("All mailboxes")
        self.fields["subject"].help_text = _(
            "Of acknowledgements and of warnings before a ticket closes. Empty for the usual one."
        )
        self.fields["text"].help_text = _("Plain text. The signature and the quoted history follow by themselves.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        kind = cleaned.get("kind")
        if kind:
            self._check_subject(kind, cleaned.get("subject", ""))
            self._check_text(kind, cleaned.get("text", ""))
            self._check_alone(cleaned)
        return cleaned

    def _check_subject(self, kind: str, subject: str) -> None:
        if subject and kind not in WITH_SUBJECT:
            self.add_error("subject", _("This kind keeps the subject of its thread."))
        unknown = [*unknown_placeholders(kind, subject)]
        unknown += [
            name for name in PLACEHOLDERS[kind] if name not in SUBJECT_PLACEHOLDERS and f"{{{name}}}" in subject
        ]
        self._refuse("subject", unknown)

    def _check_text(self, kind: str, text: str) -> None:
        self._refuse("text", unknown_placeholders(kind, text))
        if MESSAGE in PLACEHOLDERS[kind] and text and not stands_alone(text):
            self.add_error("text", _("{message} has to stand in the text once, on a line of its own."))

    def _refuse(self, field: str, unknown: list[str]) -> None:
        if unknown:
            names = ", ".join(f"{{{name}}}" for name in unknown)
            self.add_error(field, _("There is no placeholder %(names)s here.") % {"names": names})

    def _check_alone(self, cleaned: dict[str, Any]) -> None:
        same = MailTemplate.objects.filter(
            kind=cleaned["kind"], language=cleaned.get("language", ""), mailbox=cleaned.get("mailbox")
        )
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error(None, _("There is such a text already. Change that one."))


class _TextView:
    """Shows the placeholders, and the mail as it would be with what stands in the form."""

    #: Subject and body with sample values; None while nobody asked for them.
    preview: dict[str, str] | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "placeholders": [(MailKind(kind).label, list(names.items())) for kind, names in PLACEHOLDERS.items()],
            "preview": self.preview,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save the text, or show what it would look like."""
        if "preview" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = self.get_form()
        if form.is_valid():
            cleaned = form.cleaned_data
            own = OwnText(cleaned["subject"], cleaned["text"])
            self.preview = sample(cleaned["kind"], cleaned["language"], own, cleaned["mailbox"])
        return self.render_to_response(self.get_context_data(form=form))


class TextCreateView(_TextView, views.SettingsCreateView):
    """A new text."""


class TextEditView(_TextView, views.SettingsEditView):
    """An existing text."""

    def get_here(self) -> str:
        return str(self.instance)


class TextDeleteView(views.SettingsDeleteView):
    """Back to the words that came with us."""

    def get_here(self) -> str:
        return _("Delete: %(what)s") % {"what": self.instance}


def sample(kind: str, language: str, own: OwnText, mailbox: Any) -> dict[str, str]:
    """Return the subject and the text of a mail of ``kind`` with sample values."""
    with override(language):
        team = mailbox.name if mailbox else _("Support")
        if kind == MailKind.NOTICE:
            return {"subject": "", "text": compose(_sample_notice(language, own, team)).text}
        mail = PublicMail(
            kind=kind,
            language=language,
            reference="HD-1042",
            subject=_("Invoice of March"),
            team=team,
            name="Ana Souza",
            agent="Bruno Lima",
            text=_("This is what the agent wrote."),
            days="11",
            date=date_format(timezone.localdate() + timedelta(days=3)),
            tracking_url="https://example.com/helpdesk/t/…/",
            signature=mailbox.signature if mailbox else "",
            own=own,
        )
        subject = fill_subject(own.subject, mail.values) if own.subject else ""
    return {"subject": subject, "text": compose_body(mail).text}


def _sample_notice(language: str, own: OwnText, team: str) -> NoticeText:
    return NoticeText(
        language=language,
        reference="HD-1042",
        subject=_("Invoice of March"),
        url="https://example.com/admin/…/",
        settings_url="https://example.com/admin/account/",
        happened=[Happened(_("This is what happened."), timezone.now())],
        team=team,
        name="Bruno Lima",
        own=own,
    )


def mailbox_of(row: MailTemplate) -> str:
    """Return which mailboxes a text is for."""
    return row.mailbox.name if row.mailbox_id else _("All mailboxes")


def language_of(row: MailTemplate) -> str:
    """Return the language's name."""
    return named_languages([row.language])[row.language]
