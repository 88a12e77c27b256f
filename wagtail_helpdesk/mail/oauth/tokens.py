"""Keeps an account's access token fresh. One process at a time asks the provider; the others take what it got."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from wagtail_helpdesk import vault
from wagtail_helpdesk.mail.choices import Grant, SourceState
from wagtail_helpdesk.mail.leases import is_gone, new_owner
from wagtail_helpdesk.mail.models import MailAccount, MailSource
from wagtail_helpdesk.mail.oauth.client import Tokens, ask
from wagtail_helpdesk.mail.oauth.errors import ConsentNeeded, OAuthError, TokenUnavailable
from wagtail_helpdesk.mail.oauth.grants import parameters_for
from wagtail_helpdesk.mail.oauth.sealed import SecretLost, unseal

logger = logging.getLogger(__name__)

#: A token is replaced so long before it ends, so that it does not end in the middle of a connection.
EARLY = timedelta(minutes=5)
LEASE = timedelta(minutes=2)
#: How long one waits for the process that is asking.
PATIENCE = timedelta(seconds=20)
_LOOK_AGAIN = 0.2

_TOKEN_FIELDS = ["access_token", "access_expires_at", "refresh_token", "needs_consent", "last_error"]


def access_token(account: MailAccount, *, fresh: bool = False) -> str:
    """Return an access token for ``account``, asking the provider for a new one when it ends within five minutes.

    ``fresh`` is for a token that a server has refused: the one that ``account`` holds is not returned again. The
    tokens on ``account`` are brought up to date. Not to be called within a transaction: a new refresh token that is
    rolled back is lost. Raises ConsentNeeded, TokenUnavailable.
    """
    refused = account.access_token if fresh else None
    until = time.monotonic() + PATIENCE.total_seconds()
    while True:
        account.refresh_from_db()
        if _is_good(account, refused, spare=EARLY):
            return unseal(account.access_token)
        if account.needs_consent:
            raise ConsentNeeded(account.last_error or "no consent yet")
        owner = _claim(account)
        if owner is not None:
            return _renew(account, owner, refused)
        if _is_good(account, refused, spare=timedelta(0)):
            return unseal(account.access_token)
        if time.monotonic() > until:
            raise TokenUnavailable("another process is asking")
        time.sleep(_LOOK_AGAIN)


def store(account: MailAccount, tokens: Tokens) -> None:
    """Keep what the provider gave, sealed, and let the account's sources and transports go on at once."""
    now = timezone.now()
    waited = account.needs_consent
    account.access_token = vault.seal(tokens.access)
    account.access_expires_at = now + tokens.life
    if tokens.refresh:
        account.refresh_token = vault.seal(tokens.refresh)
    account.needs_consent, account.last_error = False, ""
    with transaction.atomic():
        account.save(update_fields=_TOKEN_FIELDS)
        if waited:
            resume(account, now)


def resume(account: MailAccount, now: datetime) -> None:
    """Take up the sources that waited for consent, and look at once whether the transports work again."""
    account.sources.filter(state=SourceState.NEEDS_CONSENT).update(
        state=SourceState.ACTIVE, next_fetch_at=now, failures=0, last_error=""
    )
    account.transports.filter(paused_at__isnull=False).update(next_probe_at=now)


def _is_good(account: MailAccount, refused: str | None, *, spare: timedelta) -> bool:
    if not account.access_token or account.access_token == refused or account.access_expires_at is None:
        return False
    return account.access_expires_at - spare > timezone.now()


def _claim(account: MailAccount) -> str | None:
    """Take the right to ask, unless another process has it; return the owner."""
    now, owner = timezone.now(), new_owner()
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    if account.lease_owner and is_gone(account.lease_owner):
        free |= Q(lease_owner=account.lease_owner)
    claimed = MailAccount.objects.filter(free, pk=account.pk).update(lease_owner=owner, lease_until=now + LEASE)
    return owner if claimed else None


def _renew(account: MailAccount, owner: str, refused: str | None) -> str:
    """Ask the provider and keep its answer; give the lease back whatever it says."""
    try:
        # Between reading the row and taking the lease, the process before may have finished.
        account.refresh_from_db()
        if _is_good(account, refused, spare=EARLY):
            return unseal(account.access_token)
        if account.needs_consent:
            raise ConsentNeeded(account.last_error)
        tokens = ask(account, parameters_for(account))
        store(account, tokens)
        return tokens.access
    except OAuthError as error:
        _write_down(account, error)
        if isinstance(error, TokenUnavailable) and _is_good(account, refused, spare=timedelta(0)):
            # What we have is good for some minutes yet.
            return unseal(account.access_token)
        raise
    finally:
        MailAccount.objects.filter(pk=account.pk, lease_owner=owner).update(lease_owner="", lease_until=None)


def _write_down(account: MailAccount, error: OAuthError) -> None:
    """Keep the error for people to see. After a final one the provider is not asked again until somebody acted."""
    account.last_error = str(error)[:200]
    if isinstance(error, SecretLost):
        account.save(update_fields=["last_error"])
    elif isinstance(error, ConsentNeeded):
        account.needs_consent, account.access_token, account.access_expires_at = True, "", None
        if account.grant == Grant.CONSENT and account.last_error.startswith("invalid_grant"):
            account.refresh_token = ""
        with transaction.atomic():
            account.save(update_fields=_TOKEN_FIELDS)
            MailSource.objects.filter(account=account, state=SourceState.ACTIVE).update(
                state=SourceState.NEEDS_CONSENT, last_error="consent_needed"
            )
    else:
        account.save(update_fields=["last_error"])
    logger.warning("oauth_failed account=%s error=%s", account.pk, account.last_error)
