"""Reads one Authentication-Results header (RFC 8601 2.2), also as servers write it who do not keep to the grammar."""

from __future__ import annotations

import re
from dataclasses import dataclass

import authres

_MAX_LENGTH = 8000
_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"\s*([a-z][a-z0-9-]{0,40})(?:/\d+)?\s*=\s*([a-z]{1,20})", re.IGNORECASE)
_PROPERTY = re.compile(r"\b(header|smtp|policy)\.([a-z0-9-]{1,40})\s*=\s*\"?([^\s;\"]{1,320})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MethodResult:
    """What one method found. ``signer`` is a DKIM signature's domain, ``header_from`` the domain DMARC looked at."""

    method: str
    result: str
    signer: str = ""
    header_from: str = ""

    def concerns(self, domain: str) -> bool:
        """Tell whether this DMARC result is about ``domain``; one that names none is about the mail's own."""
        return not self.header_from or self.header_from.rpartition("@")[2].rstrip(".").lower() == domain


def server_of(value: str) -> str:
    """Return the name of the server that wrote the header, "" where it begins with a result at once."""
    first = _COMMENT.sub(" ", value[:_MAX_LENGTH]).partition(";")[0].split()
    return first[0] if first and "=" not in first[0] else ""


def read_results(value: str) -> list[MethodResult]:
    """Return the results in a header's value, in order; never raises."""
    value = value[:_MAX_LENGTH]
    try:
        parsed = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {value}")
        return [
            _result(one.method, one.result, {f"{prop.type}.{prop.name}": prop.value or "" for prop in one.properties})
            for one in parsed.results
            if one.method
        ]
    except Exception:  # noqa: BLE001 - its parser raises many things; Microsoft's headers are among the reasons
        return _read_loosely(value)


def _read_loosely(value: str) -> list[MethodResult]:
    results = []
    for part in _COMMENT.sub(" ", value).split(";"):
        match = _RESULT.match(part)
        if match:
            found = {f"{kind}.{name}".lower(): content for kind, name, content in _PROPERTY.findall(part)}
            results.append(_result(match[1], match[2], found))
    return results


def _result(method: str, result: str, properties: dict[str, str]) -> MethodResult:
    signer = properties.get("header.d") or properties.get("header.i", "").rpartition("@")[2]
    return MethodResult(
        method=method.lower(),
        result=result.lower(),
        signer=signer.lower(),
        header_from=properties.get("header.from", "").lower(),
    )
