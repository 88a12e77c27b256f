"""The bounds within which this site reads mail."""

from __future__ import annotations

from wagtail_helpdesk import conf
from wagtail_helpdesk.mail.parsing import Caps


def configured_caps() -> Caps:
    """Return the parser's bounds, those of the settings among them."""
    return Caps(
        raw=conf.get("MAX_MAIL_BYTES"),
        parts=conf.get("MAX_MAIL_PARTS"),
        attachments=conf.get("MAX_MAIL_ATTACHMENTS"),
    )
