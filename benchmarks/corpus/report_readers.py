"""One function for each reader of bounces and automatic replies: from bytes to an answer in the same words.

An answer: ``label`` ("bounce", "feedback", "vacation", "" for anything else), ``recipients`` that failed, ``statuses``.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from typing import Any

Answer = dict[str, Any]


def ours(raw: bytes) -> Answer:
    """``mail.parsing``: the class of the mail, and what the report says."""
    from wagtail_helpdesk.mail.parsing import classify, parse
    from wagtail_helpdesk.mail.parsing.reports import read_report

    mail = parse(raw)
    primary = classify(
        mail,
        null_sender=None,
        own_addresses=frozenset(),
        is_own_message_id=lambda value: False,
        is_own_loop_header=lambda value: False,
    ).primary
    label = {"dsn": "bounce", "arf": "feedback", "auto_replied": "vacation"}.get(primary, "")
    report = read_report(mail, primary) if primary in ("dsn", "arf") else None
    return {
        "label": label,
        "recipients": [address for said in report.recipients for address in said.addresses] if report else [],
        "statuses": [said.status for said in report.recipients] if report else [],
    }


def standard_library(raw: bytes) -> Answer:
    """What RFC 3464, 5965 and 3834 say, with the standard library and nothing guessed."""
    mail = email.message_from_bytes(raw, policy=email.policy.compat32)
    kinds = {"delivery-status": "bounce", "feedback-report": "feedback"}
    label = kinds.get(str(mail.get_param("report-type") or "").lower(), "")
    if not label and str(mail.get("Auto-Submitted", "")).lower().startswith("auto-replied"):
        label = "vacation"
    recipients, statuses = [], []
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in part.get_payload():
                for name in ("Final-Recipient", "Original-Recipient"):
                    recipients += [str(value).partition(";")[2].strip() for value in block.get_all(name) or ()]
                statuses += [str(value).strip() for value in block.get_all("Status") or ()]
    return {"label": label, "recipients": recipients, "statuses": statuses}


def flufl_bounce(raw: bytes) -> Answer:
    """``flufl.bounce``, of Mailman. It knows bounces alone."""
    from flufl.bounce import all_failures

    temporary, permanent = all_failures(email.message_from_bytes(raw))
    found = [
        address.decode("utf-8", "replace") if isinstance(address, bytes) else address
        for address in (*temporary, *permanent)
    ]
    return {"label": "bounce" if found else "", "recipients": found, "statuses": []}


READERS: dict[str, Callable[[bytes], Answer]] = {
    "wagtail_helpdesk": ours,
    "standard library": standard_library,
    "flufl.bounce": flufl_bounce,
}
