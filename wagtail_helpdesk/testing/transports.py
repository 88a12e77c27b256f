"""What every transport has to do, as tests: ours pass them, and a site's own should.

    class TestMyTransport(TransportContract):
        @contextmanager
        def playing(self, scenario):
            with a_server_that(scenario) as server:
                yield MyTransport(Mailbox(address=OWN_ADDRESS), MailTransport(kind="mine")), server.count

Run with pytest. ``playing()`` makes the other side behave, and yields a transport that is not open yet and a function
that returns how many mails the other side has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum

from django.core.mail import EmailMultiAlternatives

from wagtail_helpdesk.mail.choices import RecipientState
from wagtail_helpdesk.mail.transports import (
    DeliveryFailed,
    DeliveryUncertain,
    Envelope,
    SendResult,
    Transport,
    TransportUnavailable,
)
from wagtail_helpdesk.mail.transports.base import TransportError

OWN_ADDRESS = "support@desk.example"
ANA, BEN = "ana@example.org", "ben@example.com"


class Scenario(StrEnum):
    """How the other side behaves."""

    TAKES_ALL = "takes_all"
    #: It refuses every mail, or every recipient.
    REFUSES_FOR_GOOD = "refuses_for_good"
    REFUSES_FOR_NOW = "refuses_for_now"
    #: It takes the mail for ANA and refuses it for BEN, for good.
    REFUSES_BEN = "refuses_ben"
    OUT_OF_REACH = "out_of_reach"
    #: It gets the mail, and contact is lost before it says so.
    FALLS_SILENT = "falls_silent"


def make_message(
    recipients: Sequence[str] = (ANA,), *, number: int = 1, sender: str = OWN_ADDRESS
) -> tuple[EmailMultiAlternatives, Envelope]:
    """Return a mail as the outbox builds them, with its envelope."""
    message_id = f"hd1.{number:012d}.{'a' * 16}@desk.example"
    message = EmailMultiAlternatives(
        subject="Re: Invoice",
        body="Hello\n.\nBye",
        from_email=f"Support <{OWN_ADDRESS}>",
        to=[f"Somebody <{address}>" for address in recipients],
        headers={"Message-ID": f"<{message_id}>"},
    )
    message.attach_alternative("<p>Hello</p>", "text/html")
    envelope = Envelope(
        recipients=tuple(recipients),
        sender=sender,
        own_address=OWN_ADDRESS,
        public_id=f"{number:012d}",
        message_id=message_id,
    )
    return message, envelope


class _Stopped(Exception):
    """What the outbox raises when a mail may not be sent any more."""


class TransportContract:
    """Subclass it with :meth:`playing`."""

    def playing(self, scenario: Scenario) -> AbstractContextManager[tuple[Transport, Callable[[], int]]]:
        """Make the other side behave; yield a transport, and a function that counts the mails it has."""
        raise NotImplementedError

    def _send(self, scenario: Scenario, recipients: Sequence[str] = (ANA,)) -> tuple[SendResult | TransportError, int]:
        """Send one mail; return the result or the error, and how many mails the other side has."""
        with self.playing(scenario) as (transport, taken):
            try:
                with transport:
                    result: SendResult | TransportError = transport.send(*make_message(recipients), lambda: None)
            except TransportError as error:
                result = error
            return result, taken()

    def test_mail_that_is_taken(self) -> None:
        """One result for the recipient; the outbox is told once, before the other side has anything."""
        told = []
        with self.playing(Scenario.TAKES_ALL) as (transport, taken), transport:
            result = transport.send(*make_message(), lambda: told.append(taken()))
            assert [(one.address, one.state) for one in result.recipients] == [(ANA, RecipientState.ACCEPTED)]
            assert told == [0]
            assert taken() == 1

    def test_several_recipients_in_their_order(self) -> None:
        result, _taken = self._send(Scenario.TAKES_ALL, [BEN, ANA])
        assert isinstance(result, SendResult)
        assert [one.address for one in result.recipients] == [BEN, ANA]
        assert {one.state for one in result.recipients} == {RecipientState.ACCEPTED}

    def test_several_mails_over_one_connection(self) -> None:
        with self.playing(Scenario.TAKES_ALL) as (transport, taken), transport:
            for number in range(3):
                transport.send(*make_message(number=number), lambda: None)
            assert taken() == 3

    def test_mail_that_may_not_leave_any_more(self) -> None:
        """What ``handing_over`` raises comes through, nothing is sent, and the next mail is."""

        def stop() -> None:
            raise _Stopped

        with self.playing(Scenario.TAKES_ALL) as (transport, taken), transport:
            stopped = False
            try:
                transport.send(*make_message(number=1), stop)
            except _Stopped:
                stopped = True
            assert stopped
            assert taken() == 0
            transport.send(*make_message(number=2), lambda: None)
            assert taken() == 1

    def test_refused_for_good(self) -> None:
        assert self._refusal(Scenario.REFUSES_FOR_GOOD) == RecipientState.REFUSED_PERM

    def test_refused_for_now(self) -> None:
        assert self._refusal(Scenario.REFUSES_FOR_NOW) == RecipientState.REFUSED_TEMP

    def _refusal(self, scenario: Scenario) -> RecipientState:
        result, taken = self._send(scenario)
        assert taken == 0
        if isinstance(result, DeliveryFailed):
            return RecipientState.REFUSED_PERM if result.permanent else RecipientState.REFUSED_TEMP
        if isinstance(result, TransportUnavailable):
            # "Not now" may be meant for all mails.
            assert result.retry_after is not None
            return RecipientState.REFUSED_TEMP
        assert isinstance(result, SendResult)
        return result.recipients[0].state

    def test_refused_for_one(self) -> None:
        result, taken = self._send(Scenario.REFUSES_BEN, [ANA, BEN])
        assert taken == 1
        assert isinstance(result, SendResult)
        states = {one.address: one.state for one in result.recipients}
        assert states == {ANA: RecipientState.ACCEPTED, BEN: RecipientState.REFUSED_PERM}

    def test_out_of_reach(self) -> None:
        result, taken = self._send(Scenario.OUT_OF_REACH)
        assert isinstance(result, TransportUnavailable)
        assert taken == 0

    def test_lost_when_it_may_have_been_taken(self) -> None:
        result, _taken = self._send(Scenario.FALLS_SILENT)
        assert isinstance(result, DeliveryUncertain)

    def test_errors_name_nobody(self) -> None:
        """They are logged."""
        for scenario in (Scenario.REFUSES_FOR_GOOD, Scenario.OUT_OF_REACH, Scenario.FALLS_SILENT):
            result, _taken = self._send(scenario)
            assert ANA not in str(result) or isinstance(result, SendResult)

    def test_check_sends_nothing(self) -> None:
        with self.playing(Scenario.TAKES_ALL) as (transport, taken):
            steps = transport.check()
            assert steps
            assert all(step.ok for step in steps)
            assert taken() == 0

    def test_check_never_raises(self) -> None:
        with self.playing(Scenario.OUT_OF_REACH) as (transport, _taken):
            steps = transport.check()
            assert steps
            assert all(step.ok for step in steps[:-1])
