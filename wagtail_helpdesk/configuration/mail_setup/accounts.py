"""Mail accounts: the list, the form with the account's state, and the way to the provider and back."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View
from wagtail.admin import messages
from wagtail.log_actions import log

from wagtail_helpdesk.configuration import views
from wagtail_helpdesk.configuration.visibility import RequirePermissionMixin
from wagtail_helpdesk.mail.choices import Grant
from wagtail_helpdesk.mail.models import MailAccount
from wagtail_helpdesk.mail.oauth import OAuthError, access_token
from wagtail_helpdesk.mail.oauth.consent import begin, finish

CHANGE_ACCOUNT = "wagtail_helpdesk.change_mailaccount"
_SESSION_KEY = "helpdesk_mail_consent"
#: Journeys to a provider that one person may have under way, in several tabs.
_MAX_JOURNEYS = 5
_ERROR_CODE = re.compile(r"[a-z_]{1,40}")


def state_of(account: MailAccount) -> str:
    """Return in a few words whether the account works."""
    if account.needs_consent:
        return _("Has to be connected")
    if account.last_error:
        return _("Does not work for now")
    return _("Connected") if account.access_token else _("Not used yet")


def is_well(account: MailAccount) -> bool:
    """Tell whether nothing is wrong with the account."""
    return not account.needs_consent and not account.last_error


def edit_url(account_id: int) -> str:
    """Return the address of the account's form."""
    return reverse("helpdesk_settings_mail-accounts_modeladmin_edit", args=[account_id])


def return_address(request: HttpRequest) -> str:
    """Return the address that a provider sends people back to: of this very host, which Django has checked."""
    return request.build_absolute_uri(reverse("helpdesk_mail_accounts:back"))


class _Redirect:
    """Shows the address that has to be registered with the provider."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(return_address=return_address(self.request), **kwargs)


class AccountCreateView(_Redirect, views.SettingsCreateView):
    """A new account; saving leads to its page, where it is connected."""

    def get_success_url(self) -> str:
        return edit_url(self.instance.pk)


class AccountEditView(_Redirect, views.SettingsEditView):
    """An account with its state."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account = self.instance
        return super().get_context_data(
            account=account,
            account_state=state_of(account),
            account_is_well=is_well(account),
            connect_url=reverse("helpdesk_mail_accounts:connect", args=[account.pk])
            if account.grant == Grant.CONSENT
            else "",
            **kwargs,
        )


class ConnectView(RequirePermissionMixin, View):
    """Leads to the provider's page. Changes nothing but what this session remembers for the way back."""

    required_permission = CHANGE_ACCOUNT
    http_method_names = ["get", "options"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Remember the journey and go."""
        account = get_object_or_404(MailAccount, pk=pk, grant=Grant.CONSENT)
        return_to = return_address(request)
        journey = begin(account, return_to)
        journeys = dict(list(request.session.get(_SESSION_KEY, {}).items())[1 - _MAX_JOURNEYS :])
        journeys[journey.state] = {"account": account.pk, "verifier": journey.verifier, "return_to": return_to}
        request.session[_SESSION_KEY] = journeys
        return redirect(journey.url)


class TokenView(RequirePermissionMixin, View):
    """POST asks the provider for a new token, to see whether it gives one."""

    required_permission = CHANGE_ACCOUNT
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, and say what came of it."""
        account = get_object_or_404(MailAccount, pk=pk)
        try:
            access_token(account, fresh=True)
        except OAuthError as error:
            messages.error(request, _("The provider gave no token (%(problem)s).") % {"problem": error})
        else:
            messages.success(request, _("The provider gave a new token."))
        return redirect(edit_url(account.pk))


class BackView(View):
    """Where the provider sends people back to."""

    http_method_names = ["get", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Change the code for tokens, if it was this session that went for it."""
        journeys = request.session.get(_SESSION_KEY, {})
        journey = journeys.pop(request.GET.get("state", ""), None)
        request.session[_SESSION_KEY] = journeys
        if journey is None or not request.user.has_perm(CHANGE_ACCOUNT):
            raise PermissionDenied
        account = get_object_or_404(MailAccount, pk=journey["account"], grant=Grant.CONSENT)
        problem = self._finish(account, journey)
        if problem:
            text = _("“%(account)s” was not connected (%(problem)s).")
            messages.error(request, text % {"account": account.name, "problem": problem})
        else:
            messages.success(request, _("“%(account)s” is connected.") % {"account": account.name})
        return redirect(edit_url(account.pk))

    def _finish(self, account: MailAccount, journey: dict[str, Any]) -> str:
        """Return what went wrong, "" for nothing."""
        code = self.request.GET.get("code", "")
        if not code:
            error = self.request.GET.get("error", "")
            return error if _ERROR_CODE.fullmatch(error) else _("no answer")
        try:
            finish(account, code=code, verifier=journey["verifier"], return_to=journey["return_to"])
        except OAuthError as error:
            return str(error)
        log(instance=account, action="wagtail.edit")
        return ""
