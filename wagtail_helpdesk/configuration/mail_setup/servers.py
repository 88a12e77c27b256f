"""What the forms of sources and transports refuse alike."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk.mail.choices import Security
from wagtail_helpdesk.mail.oauth.providers import owns_host
from wagtail_helpdesk.mail.sources.security import is_loopback


class ServerChecks:
    """Goes before a form with host, security and account."""

    def check_server(self, cleaned: dict[str, Any]) -> None:
        """Tell what is missing, and what would give a secret away."""
        host, account = cleaned.get("host"), cleaned.get("account")
        if not host:
            self.add_error("host", _("Enter the name of the server."))
            return
        if cleaned.get("security") == Security.NONE and not is_loopback(host):
            self.add_error("security", _("A connection without TLS is for this machine only."))
        if account and not owns_host(account.provider, host):
            self.add_error(
                "account",
                _("The token of %(provider)s is for servers of %(provider)s only.")
                % {"provider": account.get_provider_display()},
            )
