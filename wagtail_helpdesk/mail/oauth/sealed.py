"""Opens the secrets of an account."""

from __future__ import annotations

from wagtail_helpdesk import vault
from wagtail_helpdesk.mail.oauth.errors import ConsentNeeded


class SecretLost(ConsentNeeded):
    """A secret that none of our keys opens. The right key may come back, so nothing is thrown away for it."""


def unseal(sealed: str) -> str:
    """Return the secret in a sealed text. Raises SecretLost."""
    try:
        return vault.unseal(sealed)
    except vault.SealBroken as error:
        raise SecretLost("sealed with a key that is gone") from error
