"""How a token is shown to a mail server: SASL XOAUTH2 of Google and Microsoft, or OAUTHBEARER (RFC 7628)."""

from __future__ import annotations

from collections.abc import Iterable

XOAUTH2, OAUTHBEARER = "XOAUTH2", "OAUTHBEARER"
#: What answers the challenge in which a server explains its refusal.
FAREWELL = {XOAUTH2: "", OAUTHBEARER: "\1"}


def mechanism_for(offered: Iterable[str]) -> str:
    """Return the mechanism for a server that offers these: the standard's own only where the usual one is missing."""
    names = {name.upper() for name in offered}
    return OAUTHBEARER if OAUTHBEARER in names and XOAUTH2 not in names else XOAUTH2


def words(mechanism: str, *, username: str, token: str, host: str, port: int) -> str:
    """Return what the client says first."""
    if mechanism == XOAUTH2:
        return f"user={username}\1auth=Bearer {token}\1\1"
    name = username.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\1host={host}\1port={port}\1auth=Bearer {token}\1\1"
