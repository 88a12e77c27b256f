"""A person's consent: the way to the provider's page and back (RFC 6749 4.1, with PKCE of RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from wagtail_helpdesk.mail.models import MailAccount
from wagtail_helpdesk.mail.oauth.client import ask
from wagtail_helpdesk.mail.oauth.errors import ConsentNeeded
from wagtail_helpdesk.mail.oauth.grants import client_parameters
from wagtail_helpdesk.mail.oauth.providers import PROVIDERS, authorize_address, scope
from wagtail_helpdesk.mail.oauth.tokens import store


@dataclass(frozen=True, slots=True)
class Journey:
    """Somebody on the way to a provider: where he goes, and what has to be remembered until he is back."""

    url: str
    #: Comes back with him, and proves that it was he who went.
    state: str
    #: Only its hash goes along; a stolen code is worth nothing without it.
    verifier: str


def begin(account: MailAccount, return_to: str) -> Journey:
    """Return the journey to the provider's page for ``account``, and back to the full address ``return_to``."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    parameters = {
        "response_type": "code",
        "client_id": account.client_id,
        "redirect_uri": return_to,
        "scope": scope(account),
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
        "login_hint": account.username,
        **PROVIDERS[account.provider].consent_parameters,
    }
    return Journey(f"{authorize_address(account)}?{urlencode(parameters)}", state, verifier)


def finish(account: MailAccount, *, code: str, verifier: str, return_to: str) -> None:
    """Change the code that came back for tokens, and keep them. Raises ConsentNeeded, TokenUnavailable.

    ConsentNeeded here too when the provider gave no refresh token: in an hour we could not go on.
    """
    tokens = ask(
        account,
        {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": return_to,
            **client_parameters(account),
        },
    )
    if not tokens.refresh:
        raise ConsentNeeded("no refresh token")
    store(account, tokens)


def challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")
