"""The mail of one mailbox: where it comes from, how it leaves, whether it works; and a test of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton
from wagtail.log_actions import log

from wagtail_helpdesk.configuration.mail_setup.health import say
from wagtail_helpdesk.configuration.mail_setup.probes import results_of, trust
from wagtail_helpdesk.configuration.mail_setup.transport_form import TransportForm
from wagtail_helpdesk.configuration.visibility import CONFIGURE, RequirePermissionMixin
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.checking import CheckStep
from wagtail_helpdesk.mail.health.facts import read_facts
from wagtail_helpdesk.mail.health.findings import judge
from wagtail_helpdesk.mail.models import MailboxOptions, MailTransport
from wagtail_helpdesk.mail.outbox.probe import send_probes
from wagtail_helpdesk.mail.transports import SITE, kinds


class MailboxPage(RequirePermissionMixin, WagtailAdminTemplateMixin):
    """What the pages of a mailbox have in common: who gets in, and the way back."""

    required_permission = CONFIGURE
    header_icon = "mail"

    @cached_property
    def mailbox(self) -> Mailbox:
        """The mailbox; Http404 for none."""
        return get_object_or_404(Mailbox, pk=self.kwargs["mailbox_pk"])

    def get_here(self) -> str:
        """Return what stands last in the breadcrumbs, "" on the mailbox's first page."""
        return ""

    def get_page_title(self) -> str:
        return self.get_here() or self.mailbox.name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        mailboxes = reverse("helpdesk_settings_mailboxes_modeladmin_index")
        crumbs = [
            *self.breadcrumbs_items,
            {"url": mailboxes, "label": capfirst(Mailbox._meta.verbose_name_plural)},
            {"url": mail_url(self.mailbox), "label": self.mailbox.name},
        ]
        return [*crumbs, {"url": "", "label": self.get_here()}] if self.get_here() else crumbs


class MailboxMailView(MailboxPage, TemplateView):
    """The overview."""

    template_name = "wagtail_helpdesk/configuration/mailbox_mail.html"
    #: What a test has just found.
    steps: Sequence[CheckStep] = ()
    tested = ""

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        url = reverse("helpdesk_settings_mailboxes_modeladmin_edit", args=[self.mailbox.pk])
        return [HeaderButton(_("Edit"), url=url, icon_name="edit")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = read_facts()
        transport = MailTransport.objects.filter(mailbox=self.mailbox).first()
        return super().get_context_data(
            mailbox=self.mailbox,
            findings=say(facts, judge(facts), mailbox_id=self.mailbox.pk),
            facts=next(one for one in facts.mailboxes if one.pk == self.mailbox.pk),
            transport=transport,
            transport_label=dict(kinds()).get(transport.kind if transport else SITE, ""),
            probes=results_of(self.mailbox),
            steps=self.steps,
            tested=self.tested,
            **kwargs,
        )

    def show_steps(self, tested: str, steps: Sequence[CheckStep]) -> HttpResponse:
        """Return the page with what a test found."""
        self.tested, self.steps = tested, steps
        return self.render_to_response(self.get_context_data())


class TransportView(MailboxPage, FormView):
    """How the mailbox's mail leaves."""

    template_name = "wagtail_helpdesk/configuration/server_form.html"
    form_class = TransportForm

    def get_here(self) -> str:
        return _("Sending")

    def get_form_kwargs(self) -> dict[str, Any]:
        row = MailTransport.objects.filter(mailbox=self.mailbox).first()
        return {**super().get_form_kwargs(), "instance": row or MailTransport(mailbox=self.mailbox, kind=SITE)}

    def form_valid(self, form: TransportForm) -> HttpResponse:
        log(instance=form.save(), action="wagtail.edit")
        messages.success(self.request, _("Saved. Test the connection before you rely on it."))
        return redirect(mail_url(self.mailbox))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            action_url=self.request.path,
            submit_button_label=_("Save"),
            submit_button_active_label=_("Saving…"),
            has_unsaved_changes=self.request.method == "POST",
            **kwargs,
        )


class ProbeView(MailboxPage, View):
    """POST sends two mails from the mailbox to itself."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, mailbox_pk: int) -> HttpResponse:
        """Queue them; the worker sends them, and sees them come back."""
        send_probes(self.mailbox)
        messages.success(request, _("Two test mails are on their way. Reload this page to see them come back."))
        return redirect(mail_url(self.mailbox))


class TrustView(MailboxPage, View):
    """POST trusts an authentication server that the last probe came through."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, mailbox_pk: int) -> HttpResponse:
        """Add it to the mailbox's options. Http404 for a name that no probe has shown."""
        name = request.POST.get("server", "")
        if name not in {server for probe in results_of(self.mailbox) for server in probe.untrusted_servers}:
            raise Http404
        options, _new = MailboxOptions.objects.get_or_create(mailbox=self.mailbox)
        trust(options, name)
        log(instance=self.mailbox, action="wagtail.edit")
        messages.success(request, _("“%(server)s” is trusted from now on.") % {"server": name})
        return redirect(mail_url(self.mailbox))


def mail_url(mailbox: Mailbox) -> str:
    """Return the address of the overview."""
    return reverse("helpdesk_mailbox_mail:index", args=[mailbox.pk])
