"""Add a mail to the ticket that somebody has as a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk import conf
from wagtail_helpdesk.inbox.views.base import TicketMixin
from wagtail_helpdesk.mail.arriving.uploading import attach_mail, is_mail
from wagtail_helpdesk.mail.models import InboundMail
from wagtail_helpdesk.tickets.models import Ticket


class UploadMailForm(forms.Form):
    """One file (``mail`` cleans to its bytes), and who may read it."""

    mail = forms.FileField(
        label=gettext_lazy("File (.eml or .msg)"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".eml,.msg,message/rfc822,application/vnd.ms-outlook"}),
    )
    public = forms.BooleanField(label=gettext_lazy("Customers may read it"), required=False)

    def clean_mail(self) -> bytes:
        """Return the bytes. ValidationError for what is too large or no mail."""
        file: UploadedFile = self.cleaned_data["mail"]
        most = conf.get("MAX_MAIL_BYTES")
        if file.size > most:
            raise ValidationError(_("A mail may not be larger than %(size)s.") % {"size": filesizeformat(most)})
        content = file.read()
        if not is_mail(content):
            raise ValidationError(_("This file is not a mail."))
        return content


class UploadMailView(TicketMixin):
    """POST adds the mail; what was refused is said on the ticket's page."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add it and go to it. PermissionDenied for who may not write here."""
        form = UploadMailForm(request.POST, request.FILES)
        if not form.is_valid():
            messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
            return redirect(self.ticket_url)
        mail, is_new = attach_mail(
            ticket=self.ticket, raw=form.cleaned_data["mail"], user=request.user, public=form.cleaned_data["public"]
        )
        if not is_new or mail.message_id is None or mail.ticket_id != self.ticket.pk:
            messages.warning(request, self._where(mail))
            return redirect(self.ticket_url)
        return redirect(f"{self.ticket_url}#message-{mail.message_id}")

    def _where(self, mail: InboundMail) -> str:
        """Say where the mail is already, as far as the user may know."""
        ticket = Ticket.objects.visible_to(self.request.user).filter(pk=mail.ticket_id).first()
        if mail.message_id is None or ticket is None:
            return _("This mail is known already, or could not be added. The Mail log says what became of it.")
        return _("This mail is on %(ticket)s already.") % {"ticket": ticket.reference}
