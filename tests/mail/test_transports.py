"""Our transports keep the contract that any has to keep, each against a real server that behaves as the test says."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.mail.backends.smtp import EmailBackend
from django.test import override_settings

from tests.mail.scripted_smtp import CLOSE, HANG, Script, scripted_server
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.models import MailTransport
from wagtail_helpdesk.mail.transports import (
    BackendTransport,
    DeliveryFailed,
    DeliveryUncertain,
    SmtpTransport,
    Transport,
    TransportUnavailable,
    dialogue,
)
from wagtail_helpdesk.testing.transports import ANA, BEN, OWN_ADDRESS, Scenario, TransportContract, make_message

SCRIPTS = {
    Scenario.TAKES_ALL: {},
    Scenario.REFUSES_FOR_GOOD: {"RCPT": "550 5.1.1 Nobody here"},
    Scenario.REFUSES_FOR_NOW: {"RCPT": "450 4.2.0 Come back later"},
    Scenario.REFUSES_BEN: {f"RCPT {BEN}": "550 5.1.1 Nobody here"},
    Scenario.FALLS_SILENT: {"DOT": CLOSE},
}


def free_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


@contextmanager
def smtp_playing(scenario: Scenario) -> Iterator[tuple[Script, tuple[str, int]]]:
    script = Script(answers=dict(SCRIPTS.get(scenario, {})))
    if scenario == Scenario.OUT_OF_REACH:
        yield script, ("127.0.0.1", free_port())
        return
    with scripted_server(script) as address:
        yield script, address


class TestSmtp(TransportContract):
    @contextmanager
    def playing(self, scenario: Scenario) -> Iterator[tuple[Transport, Callable[[], int]]]:
        with smtp_playing(scenario) as (script, (host, port)):
            row = MailTransport(kind="smtp", host=host, port=port, security="none")
            yield SmtpTransport(Mailbox(address=OWN_ADDRESS), row), lambda: len(script.mails)


class TestSiteOverDjangosSmtp(TransportContract):
    backend = "django.core.mail.backends.smtp.EmailBackend"

    @contextmanager
    def playing(self, scenario: Scenario) -> Iterator[tuple[Transport, Callable[[], int]]]:
        with (
            smtp_playing(scenario) as (script, (host, port)),
            override_settings(EMAIL_BACKEND=self.backend, EMAIL_HOST=host, EMAIL_PORT=port, EMAIL_TIMEOUT=5),
        ):
            yield BackendTransport(Mailbox(address=OWN_ADDRESS), MailTransport()), lambda: len(script.mails)


class SomebodysBackend(EmailBackend):
    """One that does something besides: its own way of sending has to be kept."""


class TestSiteOverAnyBackend(TestSiteOverDjangosSmtp):
    backend = f"{__name__}.SomebodysBackend"


class _Postmark(BaseHTTPRequestHandler):
    """Postmark's API as far as sending goes."""

    scenario: Scenario
    taken: list[dict[str, Any]]

    def do_POST(self) -> None:
        mail = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, body = 200, {"ErrorCode": 0, "Message": "OK", "MessageID": "pm-1", "To": mail["To"]}
        if self.scenario == Scenario.REFUSES_FOR_NOW:
            status, body = 429, {"ErrorCode": 0, "Message": "slow down"}
        elif self.scenario == Scenario.REFUSES_FOR_GOOD:
            status, body = 422, {"ErrorCode": 300, "Message": "Invalid email request"}
        elif self.scenario == Scenario.REFUSES_BEN:
            body["Message"] = f"OK, but will not deliver to these inactive addresses: {BEN}. Inactive recipients are"
        if status == 200:
            self.taken.append(mail)
        if self.scenario == Scenario.FALLS_SILENT:
            return
        self.send_response(status)
        self.send_header("Retry-After", "90")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def postmark(scenario: Scenario) -> Iterator[list[dict[str, Any]]]:
    """Run the API and make it the site's backend; yield the mails that it took."""
    taken: list[dict[str, Any]] = []
    handler = type("Handler", (_Postmark,), {"scenario": scenario, "taken": taken})
    port = free_port()
    server = HTTPServer(("127.0.0.1", port), handler) if scenario != Scenario.OUT_OF_REACH else None
    thread = threading.Thread(target=server.serve_forever, args=(0.01,)) if server else None
    if thread:
        thread.start()
    try:
        with override_settings(
            EMAIL_BACKEND="anymail.backends.postmark.EmailBackend",
            ANYMAIL={"POSTMARK_SERVER_TOKEN": "secret", "POSTMARK_API_URL": f"http://127.0.0.1:{port}/"},
        ):
            yield taken
    finally:
        if server:
            server.shutdown()
            server.server_close()
            thread.join()


class TestSiteOverAnymail(TransportContract):
    @contextmanager
    def playing(self, scenario: Scenario) -> Iterator[tuple[Transport, Callable[[], int]]]:
        with postmark(scenario) as taken:
            yield BackendTransport(Mailbox(address=OWN_ADDRESS), MailTransport()), lambda: len(taken)


def test_service_is_told_what_its_webhooks_should_tell_us() -> None:
    """Postmark knows no envelope sender: it gets the mail without, and with the rest."""
    with postmark(Scenario.TAKES_ALL) as taken, site_transport() as transport:
        result = transport.send(*make_message(sender="bounces+b1@desk.example"), lambda: None)
    assert result.provider_id == "pm-1"
    headers = {header["Name"]: header["Value"] for header in taken[0]["Headers"]}
    assert headers["X-PM-KeepID"] == "true"
    assert headers["Message-ID"].startswith("<hd1.")


def test_service_keeps_the_public_id_and_the_bounce_address() -> None:
    message, envelope = make_message(sender="bounces+b1@desk.example")
    with override_settings(EMAIL_BACKEND="anymail.backends.test.EmailBackend"), site_transport() as transport:
        transport.send(message, envelope, lambda: None)
    assert message.anymail_test_params["metadata"] == {"hd": envelope.public_id}
    assert message.anymail_test_params["envelope_sender"] == "bounces+b1@desk.example"


def test_busy_service_says_for_how_long() -> None:
    with (
        postmark(Scenario.REFUSES_FOR_NOW),
        site_transport() as transport,
        pytest.raises(TransportUnavailable) as caught,
    ):
        transport.send(*make_message(), lambda: None)
    assert caught.value.retry_after.total_seconds() == 90


def site_transport() -> Transport:
    return BackendTransport(Mailbox(address=OWN_ADDRESS), MailTransport())


@contextmanager
def smtp(script: Script) -> Iterator[Transport]:
    with scripted_server(script) as (host, port):
        row = MailTransport(kind="smtp", host=host, port=port, security="none")
        with SmtpTransport(Mailbox(address=OWN_ADDRESS), row) as transport:
            yield transport


def fate(answers: dict[str, str], **fields: Any) -> tuple[Any, Script]:
    """Send one mail to Ana and Ben; return the result or the error, and what the server saw."""
    script = Script(answers=answers, **fields)
    with smtp(script) as transport:
        try:
            return transport.send(*make_message([ANA, BEN]), lambda: None), script
        except (DeliveryFailed, DeliveryUncertain, TransportUnavailable) as error:
            return error, script


@pytest.mark.parametrize(
    ("answers", "phase", "permanent", "code", "status"),
    [
        ({"MAIL": "451 4.3.0 later"}, "mail", False, 451, "4.3.0"),
        ({"MAIL": "552 5.3.4 too big"}, "mail", True, 552, "5.3.4"),
        ({"MAIL": CLOSE}, "mail", False, None, ""),
        ({"RCPT": CLOSE}, "rcpt", False, None, ""),
        ({"DATA": "451 no"}, "data", False, 451, ""),
        ({"DATA": "554 5.7.1 no"}, "data", True, 554, "5.7.1"),
        ({"DATA": CLOSE}, "data", False, None, ""),
        ({"DOT": "451 4.7.1 greylisted"}, "data", False, 451, "4.7.1"),
        ({"DOT": "554 5.6.0 spam"}, "data", True, 554, "5.6.0"),
        ({"DOT": "421 4.3.2 shutting down"}, "data", False, 421, "4.3.2"),
    ],
)
def test_nothing_was_sent_for_certain(answers, phase: str, permanent: bool, code: int | None, status: str) -> None:
    error, script = fate(answers)
    assert isinstance(error, DeliveryFailed)
    assert (error.phase, error.permanent, error.smtp_code, error.status_code) == (phase, permanent, code, status)
    assert script.mails == []


@pytest.mark.parametrize("answer", [CLOSE, HANG, "what?", "354 more"])
def test_after_the_final_dot_only_the_answer_tells(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "FINAL_TIMEOUT", 0.2)
    error, _script = fate({"DOT": answer})
    assert isinstance(error, DeliveryUncertain)
    assert error.phase == "handed_over"


def test_connection_that_breaks_before_the_final_dot() -> None:
    """A mail of which not even the end was sent was not taken (RFC 5321 4.1.1.4)."""
    message, envelope = make_message()
    message.body = "x" * 5_000_000
    script = Script({"CONTENT": CLOSE})
    with smtp(script) as transport, pytest.raises(DeliveryFailed) as caught:
        transport.send(message, envelope, lambda: None)
    assert (caught.value.phase, caught.value.permanent, script.mails) == ("data", False, [])


@pytest.mark.parametrize(
    ("answers", "phase"),
    [
        ({"MAIL": "530 5.7.0 Authentication required"}, "auth"),
        ({"RCPT": "530 5.7.0 Authentication required"}, "auth"),
        ({"MAIL": "421 4.7.0 Too many connections"}, "mail"),
        ({"RCPT": "421 4.3.2 Shutting down"}, "rcpt"),
    ],
)
def test_answer_that_is_meant_for_all_mails(answers, phase: str) -> None:
    error, script = fate(answers)
    assert isinstance(error, TransportUnavailable)
    assert (error.phase, script.mails) == (phase, [])


@pytest.mark.parametrize("code", [550, 450])
def test_one_of_several_recipients(code: int) -> None:
    result, script = fate({f"RCPT {BEN}": f"{code} {code // 100}.1.1 no <{BEN}>"})
    ana, ben = result.recipients
    assert (ana.state, ana.smtp_code) == ("accepted", 250)
    assert (ben.state, ben.smtp_code) == ("refused_perm" if code == 550 else "refused_temp", code)
    assert (ben.status_code, ben.diagnostic) == (f"{code // 100}.1.1", f"{code // 100}.1.1 no <{BEN}>")
    assert [recipients for _sender, recipients, _content in script.mails] == [[ANA]]


def test_next_mail_goes_over_a_new_connection_where_the_old_one_broke() -> None:
    script = Script({"DOT": CLOSE})
    with smtp(script) as transport:
        with pytest.raises(DeliveryUncertain):
            transport.send(*make_message(number=1), lambda: None)
        script.answers.clear()
        transport.send(*make_message(number=2), lambda: None)
    assert (script.connections, len(script.mails)) == (2, 2)


@pytest.mark.parametrize("transport_of", ["smtp", "site"])
def test_connection_that_the_server_closed_meanwhile_blames_no_mail(transport_of: str) -> None:
    script = Script(first={"MAIL": ["250 OK", CLOSE]})
    with scripted_server(script) as (host, port), override_settings(**over_smtp(host, port)):
        own = SmtpTransport(Mailbox(address=OWN_ADDRESS), MailTransport(host=host, port=port, security="none"))
        with own if transport_of == "smtp" else site_transport() as transport:
            transport.send(*make_message(number=1), lambda: None)
            transport.send(*make_message(number=2), lambda: None)
    assert (script.connections, len(script.mails)) == (2, 2)


def over_smtp(host: str, port: int) -> dict[str, Any]:
    backend = "django.core.mail.backends.smtp.EmailBackend"
    return {"EMAIL_BACKEND": backend, "EMAIL_HOST": host, "EMAIL_PORT": port, "EMAIL_TIMEOUT": 5}


class TestEnvelope:
    def test_bounce_address_and_envelope_id(self) -> None:
        script = Script()
        with smtp(script) as transport:
            message, envelope = make_message(sender="bounces+b1@desk.example")
            transport.send(message, envelope, lambda: None)
        assert script.mails[0][0] == "bounces+b1@desk.example"
        (command,) = (line for line in script.commands if line.startswith("mail "))
        assert f"ENVID={envelope.message_id}" in command
        assert "RET=HDRS" in command

    def test_server_without_extensions_is_asked_for_none(self) -> None:
        script = Script(features=[])
        with smtp(script) as transport:
            transport.send(*make_message(), lambda: None)
        assert f"mail from:<{OWN_ADDRESS}>" in [command.lower() for command in script.commands]

    @pytest.mark.parametrize("sender", ["", "bounces+b1@elsewhere.example"])
    def test_server_that_takes_no_other_sender(self, sender: str) -> None:
        script = Script({f"MAIL {sender or '<>'}": "553 5.7.1 Sender address rejected: not yours"})
        with smtp(script) as transport:
            transport.send(*make_message(sender=sender), lambda: None)
        assert [mail[0] for mail in script.mails] == [OWN_ADDRESS]

    def test_null_sender(self) -> None:
        script = Script()
        with smtp(script) as transport:
            transport.send(*make_message(sender=""), lambda: None)
        assert [mail[0] for mail in script.mails] == [""]

    def test_mail_that_is_too_large_is_not_even_sent(self) -> None:
        error, script = fate({}, features=["SIZE 100"])
        assert (error.permanent, error.smtp_code, script.mails) == (True, 552, [])
        assert not any(line.lower().startswith("mail") for line in script.commands)

    def test_dots_and_line_ends(self) -> None:
        script = Script()
        with smtp(script) as transport:
            transport.send(*make_message(), lambda: None)
        content = script.mails[0][2]
        assert b"\r\nHello\r\n.\r\nBye\r\n" in content
        assert content.count(b"\n") == content.count(b"\r\n")


class TestAddressesBeyondAscii:
    def test_server_that_takes_them(self) -> None:
        script = Script()
        with smtp(script) as transport:
            result = transport.send(*make_message(["josé@example.org"]), lambda: None)
        assert result.recipients[0].state == "accepted"
        _sender, recipients, content = script.mails[0]
        assert recipients == ["josé@example.org"]
        assert "To: Somebody <josé@example.org>\r\n".encode() in content
        assert b"Message-ID: <hd1.000000000001." in content

    def test_server_that_does_not_fails_that_one_and_says_why(self) -> None:
        script = Script(features=["8BITMIME"])
        with smtp(script) as transport:
            result = transport.send(*make_message(["josé@example.org", ANA]), lambda: None)
        states = [(one.state, one.status_code) for one in result.recipients]
        assert states == [("refused_perm", "5.6.7"), ("accepted", "2.1.5")]
        assert "SMTPUTF8" in result.recipients[0].diagnostic
