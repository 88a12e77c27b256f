"""OAuth2 for mail servers: access tokens that are kept fresh, and a person's consent (RFC 6749, RFC 7636)."""

from wagtail_helpdesk.mail.oauth.errors import ConsentNeeded, OAuthError, TokenUnavailable
from wagtail_helpdesk.mail.oauth.tokens import access_token

__all__ = ["ConsentNeeded", "OAuthError", "TokenUnavailable", "access_token"]
