"""What is posted to get tokens, by provider and grant."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.utils import timezone

from wagtail_helpdesk.mail.choices import Grant, Provider
from wagtail_helpdesk.mail.models import MailAccount
from wagtail_helpdesk.mail.oauth.errors import ConsentNeeded
from wagtail_helpdesk.mail.oauth.providers import scope, token_address
from wagtail_helpdesk.mail.oauth.sealed import unseal

#: Google takes at most an hour.
_ASSERTION_LIFE = timedelta(minutes=30)
_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def parameters_for(account: MailAccount) -> dict[str, str]:
    """Return what to post for a new access token. Raises ConsentNeeded when something of the account is missing."""
    if account.grant == Grant.CONSENT:
        return _refresh(account)
    if account.provider == Provider.GOOGLE:
        return {"grant_type": _JWT_GRANT, "assertion": make_assertion(account, unseal(account.client_secret))}
    return {"grant_type": "client_credentials", "scope": scope(account), **client_parameters(account)}


def client_parameters(account: MailAccount) -> dict[str, str]:
    """Return what says who we are (RFC 6749 2.3.1). A public client, which has PKCE alone, has no secret."""
    secret = unseal(account.client_secret)
    return {"client_id": account.client_id, **({"client_secret": secret} if secret else {})}


def make_assertion(account: MailAccount, key: str) -> str:
    """Return a service account's signed claim to be ``account.username`` (RFC 7523, RS256).

    ``key`` is the JSON file that Google gives for a service account, or its private key alone. Raises ConsentNeeded
    for anything else.
    """
    now = timezone.now()
    claims = {
        "iss": account.client_id,
        "sub": account.username,
        "scope": scope(account),
        "aud": token_address(account),
        "iat": int(now.timestamp()),
        "exp": int((now + _ASSERTION_LIFE).timestamp()),
    }
    signed = _segment({"alg": "RS256", "typ": "JWT"}) + b"." + _segment(claims)
    signature = load_service_key(key).sign(signed, padding.PKCS1v15(), hashes.SHA256())
    return (signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode("ascii")


def load_service_key(key: str) -> rsa.RSAPrivateKey:
    """Return the private key in a service account's JSON file, or in PEM. Raises ConsentNeeded for anything else."""
    try:
        pem = json.loads(key)["private_key"] if key.lstrip().startswith("{") else key
        private = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, UnsupportedAlgorithm) as error:
        raise ConsentNeeded("no private key") from error
    if not isinstance(private, rsa.RSAPrivateKey):
        raise ConsentNeeded("no RSA key")
    return private


def _refresh(account: MailAccount) -> dict[str, str]:
    if not account.refresh_token:
        raise ConsentNeeded("no refresh token")
    return {
        "grant_type": "refresh_token",
        "refresh_token": unseal(account.refresh_token),
        "scope": scope(account),
        **client_parameters(account),
    }


def _segment(value: dict[str, object]) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=")
