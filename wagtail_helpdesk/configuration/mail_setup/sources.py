"""The pages of a mailbox's sources: add, change, test, choose folders, remove."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View
from wagtail.admin import messages
from wagtail.log_actions import log

from wagtail_helpdesk.configuration.mail_setup.accounts import edit_url as account_url
from wagtail_helpdesk.configuration.mail_setup.mailbox import MailboxMailView, MailboxPage, mail_url
from wagtail_helpdesk.configuration.mail_setup.source_forms import FoldersForm, SourceForm
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.checking import CheckStep
from wagtail_helpdesk.mail.choices import SourceState
from wagtail_helpdesk.mail.models import MailSource, SourceFolder
from wagtail_helpdesk.mail.sources import kinds, open_source
from wagtail_helpdesk.mail.sources.base import SourceError
from wagtail_helpdesk.mail.sources.problems import describe_problem, dismiss_warnings
from wagtail_helpdesk.mail.transports import TransportUnavailable, open_transport


@dataclass(frozen=True, slots=True)
class ShownSource:
    """A source as the overview shows it."""

    row: MailSource
    folders: list[SourceFolder]

    @property
    def label(self) -> str:
        """What its kind is called; the bare name of a kind that the site has no longer."""
        return label_of(self.row.kind)

    @property
    def account_url(self) -> str:
        """Where its account is connected, "" without one."""
        return account_url(self.row.account_id) if self.row.account_id else ""

    @property
    def default_folders(self) -> tuple[str, ...]:
        """The folders that are read while nobody chose any."""
        source_class = kinds().get(self.row.kind)
        return source_class.default_folders if source_class else ()

    @property
    def is_well(self) -> bool:
        """Whether mail is fetched without errors."""
        return self.row.state == SourceState.ACTIVE and not self.row.failures

    @property
    def state_words(self) -> str:
        """In a few words how it does."""
        if self.row.state != SourceState.ACTIVE:
            return self.row.get_state_display()
        if self.row.failures:
            return _("Does not work")
        return _("Active") if self.row.last_ok_at else _("Not read yet")

    @property
    def problem(self) -> str:
        """Why it does not work, "" where it does."""
        return describe_problem(self.row.last_error) if self.row.last_error and not self.is_well else ""


def label_of(kind: str) -> str:
    """Return what a kind of source is called."""
    source_class = kinds().get(kind)
    return str(source_class.label) if source_class else kind


def shown_sources(mailbox: Mailbox) -> list[ShownSource]:
    """Return the sources of a mailbox."""
    rows = mailbox.sources.select_related("account").prefetch_related("folders")
    return [ShownSource(row, list(row.folders.all())) for row in rows]


class MailboxOverview(MailboxMailView):
    """The overview of a mailbox with its sources."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        offered = [(kind, source_class.label) for kind, source_class in kinds().items()]
        return super().get_context_data(sources=shown_sources(self.mailbox), source_kinds=offered, **kwargs)


class SourcePage(MailboxPage):
    """A page of one source."""

    @cached_property
    def source(self) -> MailSource:
        """The source; Http404 for none of this mailbox, and for a kind that the site has no longer."""
        row = get_object_or_404(self.mailbox.sources.select_related("account"), pk=self.kwargs["pk"])
        if row.kind not in kinds():
            raise Http404
        return row

    def get_here(self) -> str:
        return label_of(self.source.kind)


class _SourceFormView(FormView):
    template_name = "wagtail_helpdesk/configuration/source_form.html"
    form_class = SourceForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.source}

    def form_valid(self, form: SourceForm) -> HttpResponse:
        is_new = self.source.pk is None
        log(instance=form.save(), action="wagtail.create" if is_new else "wagtail.edit")
        messages.success(self.request, _("Saved. Test the connection before you rely on it."))
        return redirect(mail_url(self.mailbox))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            mailbox=self.mailbox,
            source=self.source,
            action_url=self.request.path,
            submit_button_label=_("Save"),
            submit_button_active_label=_("Saving…"),
            has_unsaved_changes=self.request.method == "POST",
            **kwargs,
        )


class SourceAddView(_SourceFormView, MailboxPage):
    """A new source of the kind in the address."""

    @cached_property
    def source(self) -> MailSource:
        """A source that is not stored yet; Http404 for no such kind."""
        if self.kwargs["kind"] not in kinds():
            raise Http404
        return MailSource(mailbox=self.mailbox, kind=self.kwargs["kind"])

    def get_here(self) -> str:
        return _("New: %(what)s") % {"what": label_of(self.source.kind)}


class SourceView(_SourceFormView, SourcePage):
    """A source's settings."""


class FoldersView(SourcePage, FormView):
    """The folders that the server names, and what is done with each."""

    template_name = "wagtail_helpdesk/configuration/source_form.html"
    form_class = FoldersForm

    def get_form_kwargs(self) -> dict[str, Any]:
        opened = open_source(self.source)
        self.problem, names = "", []
        try:
            names = opened.list_folders()
        except SourceError as error:
            self.problem = error.words
        return {
            **super().get_form_kwargs(),
            "source": self.source,
            "names": names or list(opened.default_folders),
            "roles": opened.roles,
        }

    def form_valid(self, form: FoldersForm) -> HttpResponse:
        form.save()
        log(instance=self.source, action="wagtail.edit")
        messages.success(self.request, _("The folders were saved."))
        return redirect(mail_url(self.mailbox))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(
            mailbox=self.mailbox,
            action_url=self.request.path,
            submit_button_label=_("Save"),
            submit_button_active_label=_("Saving…"),
            has_unsaved_changes=self.request.method == "POST",
            **kwargs,
        )
        return {**context, "problem": self.problem}


class SourceTestView(MailboxOverview):
    """POST tries, step by step, all that fetching needs."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, mailbox_pk: int, pk: int) -> HttpResponse:
        """Try it and show each step."""
        row = get_object_or_404(self.mailbox.sources.select_related("account"), pk=pk)
        try:
            steps = open_source(row).check()
        except SourceError as error:
            steps = [CheckStep(_("Settings"), False, error.words)]
        return self.show_steps(label_of(row.kind), steps)


class TransportTestView(MailboxOverview):
    """POST tries to connect as if a mail were to be sent."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, mailbox_pk: int) -> HttpResponse:
        """Try it and show each step."""
        try:
            steps = open_transport(self.mailbox).check()
        except TransportUnavailable as error:
            steps = [CheckStep(_("The settings are complete"), False, error.reason)]
        return self.show_steps(_("Sending"), steps)


class SourceDeleteView(SourcePage, TemplateView):
    """Asks, then removes a source. The mail that was fetched from it stays."""

    template_name = "wagtail_helpdesk/configuration/source_delete.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("helpdesk_mailbox_mail:source", args=[self.mailbox.pk, self.source.pk])
        return super().get_context_data(label=label_of(self.source.kind), source=self.source, back=back, **kwargs)

    def post(self, request: HttpRequest, mailbox_pk: int, pk: int) -> HttpResponse:
        """Remove it."""
        log(instance=self.source, action="wagtail.delete", deleted=True)
        self.source.delete()
        messages.success(request, _("No mail is fetched from there any more."))
        return redirect(mail_url(self.mailbox))


class SourceReadView(SourcePage, View):
    """POST: somebody has read the warnings of a source."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, mailbox_pk: int, pk: int) -> HttpResponse:
        """Forget them."""
        dismiss_warnings(self.source)
        return redirect(mail_url(self.mailbox))
