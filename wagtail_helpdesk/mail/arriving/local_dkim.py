"""Checks a mail's DKIM signature (RFC 6376) ourselves, where no mail server that we trust did. Asks the DNS."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from wagtail_helpdesk import conf
from wagtail_helpdesk.addresses import domain_of
from wagtail_helpdesk.events import describe_error
from wagtail_helpdesk.intake.incoming import SenderAuth
from wagtail_helpdesk.mail.arriving.authentication import Authentication, is_aligned
from wagtail_helpdesk.mail.parsing import ParsedMail

logger = logging.getLogger(__name__)

#: Seconds that one look-up may take.
DNS_TIMEOUT = 3
#: Signatures looked at: a mail with more is nobody's ordinary one.
MAX_SIGNATURES = 5

_TAG = re.compile(r"(?:^|;)\s*([a-z]{1,3})\s*=\s*([^;]*)", re.IGNORECASE)


def is_available() -> bool:
    """Tell whether the library that checks signatures is installed (the extra "dkim")."""
    return find_spec("dkim") is not None


def check_dkim(
    raw: bytes, parsed: ParsedMail, known: Authentication, *, dns: Callable[..., Any] | None = None
) -> Authentication:
    """Return a pass where a signature of the sender's own domain is valid, else ``known``; never raises.

    Only where the site wants it (VERIFY_DKIM) and no trusted server said anything. A signature that leaves the end
    of the body open (l=, RFC 6376 8.2) proves nothing. Must not run inside a transaction.
    """
    if known.reason != "no_trusted_results" or not conf.get("VERIFY_DKIM") or not is_available():
        return known
    domain = domain_of(parsed.from_addresses[0].email)
    for number, value in enumerate(parsed.headers.get_all("dkim-signature")[:MAX_SIGNATURES]):
        tags = {name.lower(): "".join(content.split()) for name, content in _TAG.findall(value[:4000])}
        signer = tags.get("d", "").lower()
        if is_aligned(signer, domain) and "l" not in tags and _is_valid(raw, number, signer, dns):
            return Authentication(SenderAuth.PASS, "dkim", "dkim_checked")
    return known


def _is_valid(raw: bytes, number: int, signer: str, dns: Callable[..., Any] | None) -> bool:
    import dkim

    try:
        checker = dkim.DKIM(raw, timeout=DNS_TIMEOUT)
        valid = checker.verify(idx=number, dnsfunc=dns or dkim.get_txt)
        # Its parser and ours may count differently: what it checked must be what we looked at.
        return bool(valid) and checker.domain.decode("ascii").lower() == signer
    except Exception as error:  # noqa: BLE001 - a signature that cannot be checked is none, whatever is wrong with it
        logger.info("dkim_not_checked error=%s", describe_error(error))
        return False
