"""After a change of keys: seals what old keys sealed with the new one, so that the old ones can be taken away."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from django.db import models

from wagtail_helpdesk import vault
from wagtail_helpdesk.mail.models import MailAccount, MailSource, MailTransport

logger = logging.getLogger(__name__)

#: Every sealed column there is; ``pipeline`` names those of higher packages.
SEALED: dict[type[models.Model], tuple[str, ...]] = {
    MailAccount: ("client_secret", "refresh_token", "access_token"),
    MailSource: ("password",),
    MailTransport: ("password",),
}


def install(columns: Mapping[type[models.Model], tuple[str, ...]]) -> None:
    """Take in the sealed columns of a higher package. Called once, from ``pipeline.install``."""
    SEALED.update(columns)


def reseal() -> int:
    """Seal anew what the first key did not seal; return how many secrets. What no key opens is left as it is."""
    count = 0
    for model, columns in SEALED.items():
        for column in columns:
            rows = model._default_manager.exclude(**{column: ""}).values_list("pk", column)
            count += sum(_reseal(model, pk, column, sealed) for pk, sealed in rows)
    return count


def _reseal(model: type[models.Model], pk: int, column: str, sealed: str) -> bool:
    if not vault.is_stale(sealed):
        return False
    try:
        fresh = vault.seal(vault.unseal(sealed))
    except vault.SealBroken:
        logger.warning("secret_lost model=%s row=%s", model.__name__, pk)
        return False
    # Somebody may have stored another secret meanwhile: that one stays.
    return model._default_manager.filter(pk=pk, **{column: sealed}).update(**{column: fresh}) == 1
