"""Asks a provider for tokens."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import requests

from wagtail_helpdesk.mail.models import MailAccount
from wagtail_helpdesk.mail.oauth.errors import ConsentNeeded, TokenUnavailable
from wagtail_helpdesk.mail.oauth.providers import token_address

#: Seconds to connect, and between two bytes of the answer.
TIMEOUT = (10, 15)
MAX_ANSWER = 64 * 1024
#: RFC 6749 5.1: expires_in is only recommended. Both providers mean an hour.
USUAL_LIFE = timedelta(hours=1)
#: Errors that come again however often one asks (RFC 6749 5.2, OpenID Connect Core 3.1.2.6).
FINAL_ERRORS = frozenset(
    {
        "access_denied",
        "consent_required",
        "interaction_required",
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "login_required",
        "unauthorized_client",
        "unsupported_grant_type",
    }
)
#: Microsoft's own number of the error stands in its description, which else names the account.
_MICROSOFT_CODE = re.compile(r"\bAADSTS\d{4,8}\b")
_CODE = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider gave. ``refresh`` is "" where it gave no new one: then the old one stays good."""

    access: str
    refresh: str
    life: timedelta


def ask(account: MailAccount, parameters: dict[str, str]) -> Tokens:
    """Post ``parameters`` to the account's token address; return the tokens.

    Raises ConsentNeeded for an error that stays, TokenUnavailable for one that may pass.
    """
    try:
        with requests.post(
            token_address(account),
            data=parameters,
            headers={"Accept": "application/json"},
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as response:
            body = _body(response)
    except (requests.RequestException, OSError) as error:
        # The error's kind only: its words hold the address that was asked.
        raise TokenUnavailable(type(error).__name__) from error
    answer = _decode(body)
    if response.status_code == requests.codes.ok and answer.get("access_token"):
        return _tokens(answer)
    raise _refusal(response.status_code, answer)


def _body(response: requests.Response) -> bytes:
    body = b""
    for piece in response.iter_content(8192):
        body += piece
        if len(body) > MAX_ANSWER:
            raise TokenUnavailable("answer too long")
    return body


def _decode(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _tokens(answer: dict[str, Any]) -> Tokens:
    try:
        life = timedelta(seconds=max(0, int(answer.get("expires_in", ""))))
    except (TypeError, ValueError, OverflowError):
        life = USUAL_LIFE
    return Tokens(access=str(answer["access_token"]), refresh=str(answer.get("refresh_token") or ""), life=life)


def _refusal(status: int, answer: dict[str, Any]) -> ConsentNeeded | TokenUnavailable:
    """RFC 6749 5.2: errors come with 400 or 401 and a code. Anything else is a server out of order."""
    code = answer.get("error")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        return TokenUnavailable(f"answer {status}")
    if status in (400, 401, 403) and code in FINAL_ERRORS:
        number = _MICROSOFT_CODE.search(str(answer.get("error_description", "")))
        return ConsentNeeded(f"{code} {number[0]}" if number else code)
    return TokenUnavailable(f"{status} {code}")
