"""What can go wrong with tokens. The text of an error is its kind or the provider's code, fit for logs and columns."""

from __future__ import annotations


class OAuthError(Exception):
    """The base of both."""


class ConsentNeeded(OAuthError):
    """The provider will not give a token again until a person does something: consents, or enters a new secret."""


class TokenUnavailable(OAuthError):
    """No token for now: the provider cannot be reached or is out of order. Trying later may help."""
