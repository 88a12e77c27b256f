"""Where each provider's OAuth2 lives and what has to be asked for, as their documentation says."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from wagtail_helpdesk.mail.choices import Grant, Provider
from wagtail_helpdesk.mail.models import MailAccount

#: Microsoft's name for "the accounts of any organisation", where an account names no tenant.
ANY_ORGANISATION = "organizations"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """One provider. "{tenant}" in an address is filled in with the account's."""

    authorize: str
    token: str
    #: What is asked for, by grant.
    scopes: dict[str, str]
    #: Further parameters of the page that asks for consent.
    consent_parameters: dict[str, str] = field(default_factory=dict)
    #: The domains of its mail servers: a token is shown to no other host.
    domains: tuple[str, ...] = ()


#: Tests put servers of their own here.
PROVIDERS: dict[str, Endpoints] = {
    # https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
    Provider.GOOGLE: Endpoints(
        authorize="https://accounts.google.com/o/oauth2/v2/auth",
        token="https://oauth2.googleapis.com/token",  # noqa: S106 - an address, no secret
        scopes={Grant.CONSENT: "https://mail.google.com/", Grant.APPLICATION: "https://mail.google.com/"},
        # Without these two, Google gives a refresh token at the first consent only.
        consent_parameters={"access_type": "offline", "prompt": "consent"},
        domains=("gmail.com", "googlemail.com", "google.com"),
    ),
    # https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
    Provider.MICROSOFT: Endpoints(
        authorize="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        token="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",  # noqa: S106 - an address, no secret
        scopes={
            Grant.CONSENT: (
                "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/POP.AccessAsUser.All "
                "https://outlook.office.com/SMTP.Send offline_access"
            ),
            Grant.APPLICATION: "https://outlook.office365.com/.default",
        },
        consent_parameters={"prompt": "select_account"},
        domains=("office365.com", "office.com", "outlook.com"),
    ),
}


def authorize_address(account: MailAccount) -> str:
    """Return the page on which a person consents."""
    return _address(PROVIDERS[account.provider].authorize, account)


def token_address(account: MailAccount) -> str:
    """Return where tokens are given."""
    return _address(PROVIDERS[account.provider].token, account)


def scope(account: MailAccount) -> str:
    """Return what is asked for."""
    return PROVIDERS[account.provider].scopes[account.grant]


def owns_host(provider: str, host: str) -> bool:
    """Tell whether a mail server is the provider's own."""
    host = host.lower().rstrip(".")
    return any(host == domain or host.endswith(f".{domain}") for domain in PROVIDERS[provider].domains)


def _address(pattern: str, account: MailAccount) -> str:
    return pattern.format(tenant=quote(account.tenant.strip() or ANY_ORGANISATION, safe=""))
