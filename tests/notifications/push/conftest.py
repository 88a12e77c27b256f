"""A push service on this machine, and browsers that can read what comes over it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils import timezone

from tests.web_server import Answer, WebServer, web_server
from wagtail_helpdesk import vault
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.notifications.push.devices import _session_hashes, hash_of
from wagtail_helpdesk.notifications.push.encoding import encode
from wagtail_helpdesk.notifications.push.encryption import public_bytes, read_public_key
from wagtail_helpdesk.notifications.push.keys import public_key
from wagtail_helpdesk.notifications.push.models import PushSubscription
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.models import Ticket

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class Browser:
    """Has the keys of a subscription; reads as RFC 8291 says, written apart from what encrypts."""

    def __init__(self, private: ec.EllipticCurvePrivateKey | None = None, auth: bytes = b"0123456789abcdef") -> None:
        self.private = private or ec.generate_private_key(ec.SECP256R1())
        self.auth = auth
        self.p256dh = encode(public_bytes(self.private.public_key()))

    def open(self, body: bytes) -> bytes:
        salt, length = body[:16], body[20]
        sender = body[21 : 21 + length]
        shared = self.private.exchange(ec.ECDH(), read_public_key(sender))

        def derive(secret: bytes, with_salt: bytes, info: bytes, size: int) -> bytes:
            return HKDF(SHA256(), size, with_salt, info).derive(secret)

        own = public_bytes(self.private.public_key())
        material = derive(shared, self.auth, b"WebPush: info\0" + own + sender, 32)
        key = derive(material, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derive(material, salt, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, body[21 + length :], None)
        assert plain.endswith(b"\x02")
        return plain[:-1]


class Service(WebServer):
    """Takes pushes, for browsers by the path of their endpoints."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.browsers: dict[str, Browser] = {}

    def shown(self) -> list[dict[str, Any]]:
        """What came, as the browsers read it; forgets it."""
        seen, self.seen = self.seen, []
        return [json.loads(self.browsers[path].open(body)) for path, _headers, body in seen]


@pytest.fixture
def service() -> Iterator[Service]:
    with web_server(otherwise=Answer(201), kind=Service) as server:
        yield server


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def device(clock: Any, desk: Any, service: Service) -> Callable[..., PushSubscription]:
    """Turn a device on, without a browser; ``device(user, path)``."""

    def make(user: Any, path: str = "/one", **values: Any) -> PushSubscription:
        public_key()
        browser = service.browsers.setdefault(path, Browser())
        endpoint = service.url(path)
        return PushSubscription.objects.create(
            user=user,
            endpoint=vault.seal(endpoint),
            endpoint_hash=hash_of(endpoint),
            public_key=browser.p256dh,
            auth=vault.seal(encode(browser.auth)),
            **{
                "signed_in_until": timezone.now() + timedelta(days=14),
                "session_hash": _session_hashes(user)[0],
                **values,
            },
        )

    return make


@pytest.fixture
def owned(clock: Any, desk: Any) -> Ticket:
    """A ticket that Bruno has; nothing waits."""
    ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="ana@example.org")
    AssignTicket(ticket=ticket, assignee=desk.agent, actor=Actor.of_user(desk.agent))()
    return Ticket.objects.get(pk=ticket.pk)
