"""E-mail addresses as identities: one normal form, one hash."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container

import idna

_ADDRESS = re.compile(r"[^@\s<>()\[\],;:\"\\\x00-\x1f\x7f]+@[^@\s<>()\[\],;:\"\\\x00-\x1f\x7f]+")

#: RFC 5321 4.5.3.1.3: a path is at most 256 octets, its angle brackets included.
MAX_LENGTH = 254


def normalise_address(address: str) -> str:
    """Return the form that two spellings of one address share: local part casefolded, domain as lower-case A-label.

    Plus tags are kept: they are part of the address. Raises ValueError for what is no address.
    """
    address = address.strip()
    if len(address) > MAX_LENGTH or not _ADDRESS.fullmatch(address):
        raise ValueError("not an e-mail address")
    local, domain = address.rsplit("@", 1)
    return f"{local.casefold()}@{_domain(domain)}"


def address_hash(address: str) -> str:
    """Return the sha256 (64 hex digits) of the normal form. Raises ValueError for what is no address."""
    return hashlib.sha256(normalise_address(address).encode("utf-8", "surrogatepass")).hexdigest()


def without_addresses(text: str, hashes: Container[str]) -> str:
    """Return a typed list of people without those whose address has one of the ``hashes`` of :func:`address_hash`.

    People stand apart by commas, semicolons or lines, as a bare address or behind a name: "Ana <ana@example.org>".
    """
    entries = re.split(r"([,;\n]\s*)", text)
    # People at even places, what stands between them at odd ones; who goes takes along what stands before.
    kept = [place for place in range(0, len(entries), 2) if not _names_one_of(entries[place], hashes)]
    return "".join(
        entries[place] if number == 0 else entries[place - 1] + entries[place] for number, place in enumerate(kept)
    )


def _names_one_of(entry: str, hashes: Container[str]) -> bool:
    return any(is_address(found) and address_hash(found) in hashes for found in _ADDRESS.findall(entry))


def is_address(value: str) -> bool:
    """Tell whether ``value`` is one e-mail address."""
    try:
        normalise_address(value)
    except ValueError:
        return False
    return True


def domain_of(address: str) -> str:
    """Return the normal form of an address's domain. Raises ValueError for what is no address."""
    return normalise_address(address).rsplit("@", 1)[1]


def _domain(domain: str) -> str:
    domain = domain.rstrip(".").lower()
    if not domain:
        raise ValueError("not an e-mail address")
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        # An address that cannot be mailed can still be somebody's name for himself: keep it apart from all others.
        return domain
