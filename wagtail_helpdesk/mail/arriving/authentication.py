"""Whether From is who it says: what our own mail server wrote down, or a DKIM signature that we check ourselves.

Authentication-Results: RFC 8601. DMARC: RFC 9989. Alignment: a signature counts for its own domain and those below it.
SPF alone proves nothing about From.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from wagtail_helpdesk.addresses import domain_of, is_address
from wagtail_helpdesk.intake.incoming import SenderAuth
from wagtail_helpdesk.mail.arriving.results import MethodResult, read_results, server_of
from wagtail_helpdesk.mail.parsing import ParsedMail

_COMMENT = re.compile(r"\([^()]*\)")
_BY = re.compile(r"\bby\s+([^\s;()]{1,255})", re.IGNORECASE)
#: Names of hosts inside somebody's own network: no stranger could be reached by them.
_INTERNAL = (".internal", ".local", ".localdomain", ".lan", "localhost")
_MICROSOFT = "outlook.com"
_MAX_HEADERS = 50


@dataclass(frozen=True, slots=True)
class Authentication:
    """What is known of From: the result, the method that gave it, and a reason (a stable code)."""

    result: SenderAuth = SenderAuth.UNKNOWN
    method: str = ""
    reason: str = ""

    def as_json(self) -> dict[str, str]:
        """Return it as plain values."""
        return {"result": str(self.result), "method": self.method, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose results count. A name that begins with "*." stands for every host below it.

    ``domains`` are those of our mailboxes: hosts in them are ours too. ``microsoft``: results without a name count,
    which is how Microsoft 365 writes them.
    """

    servers: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    microsoft: bool = False

    @property
    def is_any(self) -> bool:
        """Whether anybody's results count at all."""
        return bool(self.servers) or self.microsoft

    def names(self, server: str) -> bool:
        """Tell whether ``server`` is the name of one whose results count."""
        server = server.lower().rstrip(".")
        return any(
            server.endswith(name[1:].lower()) if name.startswith("*.") else server == name.lower()
            for name in self.servers
        )

    def owns(self, host: str) -> bool:
        """Tell whether a host that took the mail over is ours, or inside our network."""
        host = host.lower().strip("[].")
        if "." not in host or ":" in host or host.replace(".", "").isdigit() or host.endswith(_INTERNAL):
            return True
        ours = [name.removeprefix("*.") for name in (*self.servers, *self.domains)]
        if self.microsoft:
            ours.append(_MICROSOFT)
        return any(is_below(host, name) for name in ours)


_TOLD = {
    "pass": Authentication(SenderAuth.PASS, "dmarc", "dmarc_pass"),
    "fail": Authentication(SenderAuth.FAIL, "dmarc", "dmarc_fail"),
}


def authenticate(parsed: ParsedMail, trust: Trust, *, told: str = "") -> Authentication:
    """Return what the results that we trust say of the mail's From; never raises.

    ``told``: what whoever brought the mail found of DMARC ("pass", "fail"); it counts where no server wrote anything.
    """
    reason = _unusable_sender(parsed)
    if reason:
        return Authentication(reason=reason)
    domain = domain_of(parsed.from_addresses[0].email)
    results = list(_trusted_results(parsed, trust))
    if not results:
        return _TOLD.get(told, Authentication(reason="no_trusted_results"))
    dmarc = next((one for one in results if one.method == "dmarc" and one.concerns(domain)), None)
    if dmarc is not None and dmarc.result == "pass":
        return Authentication(SenderAuth.PASS, "dmarc", "dmarc_pass")
    if dmarc is not None and dmarc.result == "fail":
        return Authentication(SenderAuth.FAIL, "dmarc", "dmarc_fail")
    if any(one.method == "dkim" and one.result == "pass" and is_aligned(one.signer, domain) for one in results):
        return Authentication(SenderAuth.PASS, "dkim", "dkim_pass")
    return Authentication(reason="nothing_passed")


def _unusable_sender(parsed: ParsedMail) -> str:
    """Return why nothing can be said of From, "" where something can."""
    if not parsed.from_addresses or not is_address(parsed.from_addresses[0].email):
        return "no_from"
    return "several_from" if "several_from" in parsed.problems else ""


def is_aligned(signer: str, domain: str) -> bool:
    """Tell whether a signature of ``signer`` speaks for ``domain``: the same one, or one that it lies below."""
    return "." in signer and is_below(domain, signer)


def is_below(host: str, name: str) -> bool:
    """Tell whether ``host`` is ``name`` or lies below it."""
    host, name = host.lower().rstrip("."), name.lower().rstrip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _trusted_results(parsed: ParsedMail, trust: Trust) -> Iterator[MethodResult]:
    """Yield the results that our own servers wrote, topmost first."""
    if not trust.is_any:
        return
    for value in _our_headers(parsed.headers.in_order("authentication-results", "received"), trust):
        server = server_of(value)
        if server and trust.names(server):
            yield from read_results(value)
        elif not server and trust.microsoft:
            # Whoever stands above all others is the last one that had the mail: Microsoft's own server.
            yield from read_results(value)
            return


def _our_headers(fields: Iterable[tuple[str, str]], trust: Trust) -> Sequence[str]:
    """Return the Authentication-Results above the first Received that no host of ours wrote (RFC 8601 5).

    A server that writes its results above its own Received has none below it: what stands there, up to where the
    sender's own headers begin, may be the sender's, who knows our server's name as well as we do.
    """
    above: list[str] = []
    below: list[str] = []
    for name, value in list(fields)[:_MAX_HEADERS]:
        if name == "authentication-results":
            below.append(value)
            continue
        by = _BY.search(_COMMENT.sub(" ", value[:2000]))
        if by is None or not trust.owns(by[1]):
            break
        above, below = above + below, []
    written_above = any(trust.names(server_of(value)) for value in above)
    return above if written_above else above + below
