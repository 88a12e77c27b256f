"""Which machines we may ask at an address that somebody handed in: none but those of the public internet."""

from __future__ import annotations

import ipaddress
import socket

#: The ports of the web.
PORTS = frozenset({80, 443})

#: For our tests only: (IP address, port) of a server on this machine that may be asked all the same.
_allowed_in_tests: frozenset[tuple[str, int]] = frozenset()

# Addresses in which others are embedded, or that Python takes for public although they lead inside.
_REFUSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's own services for its virtual machines
        "192.0.0.0/24",  # RFC 6890: protocol assignments; some clouds have their metadata there
        "192.88.99.0/24",  # RFC 7526: relays of 6to4
        "::/96",  # IPv4-compatible, long given up
        "64:ff9b::/96",  # RFC 6052: NAT64
        "64:ff9b:1::/48",  # RFC 8215: NAT64 within a network
        "2002::/16",  # RFC 3056: 6to4
        "fec0::/10",  # RFC 3879: site-local
    )
)


class Refused(Exception):
    """We do not ask this machine, or it cannot be found."""


class NotFound(Refused):
    """Its name does not resolve: now, or ever."""


def public_address(host: str, port: int) -> tuple[int, tuple]:
    """Return family and socket address to connect to for ``host`` (a name in A-labels, or a number).

    Raises Refused for a port that is not the web's, for a name that does not resolve, and where any of its addresses
    is not public (RFC 6890): private, loopback, link-local, multicast, reserved. What is returned is the number itself:
    nobody may look the name up again and get another one.
    """
    if _is_number(host) and not _may_ask(host, port):
        raise Refused("address")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotFound("name") from error
    usable = [(family, address) for family, _type, _proto, _name, address in found if _is_internet(family)]
    if not usable or not all(_may_ask(address[0], port) for _family, address in usable):
        raise Refused("address")
    return usable[0]


def is_public(number: str) -> bool:
    """Tell whether an IP address in text form belongs to the public internet."""
    try:
        address = ipaddress.ip_address(number)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    return not any(address in network for network in _REFUSED if network.version == address.version)


def _may_ask(number: str, port: int) -> bool:
    return (port in PORTS and is_public(number)) or (number, port) in _allowed_in_tests


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_internet(family: int) -> bool:
    return family in (socket.AF_INET, socket.AF_INET6)
