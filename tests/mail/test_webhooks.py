"""Mail and news from mail services, through Anymail's own views."""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from anymail.backends.test import EmailBackend as AnymailBackend
from anymail.inbound import AnymailInboundMessage
from anymail.signals import AnymailInboundEvent, AnymailTrackingEvent, inbound, tracking
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import reverse

from tests.mail import anymail_urls
from tests.mail.helpers import make_mail
from tests.personas import Desk
from wagtail_helpdesk.addresses import address_hash
from wagtail_helpdesk.checks import WEBHOOK_BYTES, check_webhooks
from wagtail_helpdesk.mail import webhooks
from wagtail_helpdesk.mail.arriving.raw_store import load_raw
from wagtail_helpdesk.mail.identity import make_bounce_address
from wagtail_helpdesk.mail.models import (
    AddressSuppression,
    InboundDelivery,
    InboundMail,
    MailboxOptions,
    OutboundMail,
)
from wagtail_helpdesk.mail.outbox.deliver import deliver_due
from wagtail_helpdesk.mail.work import process_due
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket, TicketLink

SUPPORT = "support@desk.example"
REPAIRS = "repairs@desk.example"
SIGNING_KEY = "key-of-mailgun"

pytestmark = pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning")


@pytest.fixture(autouse=True)
def anymail(settings) -> None:
    settings.ROOT_URLCONF = "tests.mail.anymail_urls"
    settings.ANYMAIL = {"WEBHOOK_SECRET": "hooks:secret", "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY}


@pytest.fixture
def repairs(desk: Desk):
    return factories.make_mailbox(REPAIRS, team=desk.other_team, name="Repairs")


def post(path: str, data: Any, *, client: Client | None = None, **options: Any) -> HttpResponse:
    secret = b64encode(b"hooks:secret").decode()
    return (client or Client()).post(f"/anymail/{path}/", data, HTTP_AUTHORIZATION=f"Basic {secret}", **options)


def post_json(path: str, data: Any, **options: Any) -> HttpResponse:
    return post(path, json.dumps(data), content_type="application/json", **options)


def mailgun(raw: bytes, recipient: str, *, sender: str = "ana@example.org") -> HttpResponse:
    stamp, token = "1795168800", "t" * 50
    signature = hmac.new(SIGNING_KEY.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    fields = {"body-mime": raw.decode(), "recipient": recipient, "sender": sender, "subject": "Question"}
    return post("mailgun/inbound_mime", {**fields, "timestamp": stamp, "token": token, "signature": signature})


def postmark(raw: bytes, recipient: str, *, sender: str = "ana@example.org", **fields: Any) -> HttpResponse:
    event = {
        "RawEmail": raw.decode(),
        "OriginalRecipient": recipient,
        "MessageID": "22c74902-a0c1-4511-804f2-341342852c90",
        "Headers": [{"Name": "Return-Path", "Value": f"<{sender}>"}],
    }
    return post_json("postmark/inbound", {**event, **fields})


def sendgrid(raw: bytes, *recipients: str, sender: str = "ana@example.org") -> HttpResponse:
    parts = {b"email": raw, b"envelope": json.dumps({"to": recipients, "from": sender}).encode()}
    lines = [b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % part for part in parts.items()]
    return post("sendgrid/inbound", b"".join(lines) + b"--b--\r\n", content_type="multipart/form-data; boundary=b")


def ses(
    raw: bytes, *recipients: str, sender: str = "ana@example.org", is_spam: bool = False, dmarc: str = "GRAY"
) -> None:
    """As Anymail's view for Amazon SES signals a mail (it needs Amazon's library)."""
    message = AnymailInboundMessage.parse_raw_mime_bytes(raw)
    message.envelope_sender, message.envelope_recipient = sender, recipients[0]
    message.spam_detected = is_spam
    source = {
        "content": b64encode(raw).decode(),
        "receipt": {
            "recipients": list(recipients),
            "action": {"type": "SNS", "encoding": "BASE64"},
            "dmarcVerdict": {"status": dmarc},
        },
    }
    event = AnymailInboundEvent(event_type="inbound", event_id="ses-1", esp_event=source, message=message)
    inbound.send(sender=object, event=event, esp_name="Amazon SES")


def mailjet(**fields: Any) -> HttpResponse:
    event = {
        "Sender": "ana@example.org",
        "Recipient": SUPPORT,
        "Headers": {
            "From": "Ana Öster <ana@example.org>",
            "To": SUPPORT,
            "Subject": "Größe",
            "Date": "Fri, 20 Nov 2026 09:00:00 +0000",
        },
        "Parts": [
            {"ContentRef": "Text-part"},
            {
                "ContentRef": "Attachment1",
                "Headers": {
                    "Content-Type": "application/pdf",
                    "Content-Disposition": 'attachment; filename="invoice.pdf"',
                },
            },
        ],
        "Text-part": "Passt das?",
        "Html-part": "<p>Passt das?</p>",
        "Attachment1": b64encode(b"%PDF-1.4 x").decode(),
    }
    return post_json("mailjet/inbound", {**event, **fields})


def brought(service: str, raw: bytes) -> InboundMail:
    {"mailgun": mailgun, "postmark": postmark, "sendgrid": sendgrid, "ses": ses}[service](raw, SUPPORT)
    return InboundMail.objects.get()


@pytest.mark.parametrize("service", ["mailgun", "postmark", "sendgrid", "ses"])
def test_mail_of_a_service_that_sends_the_source(desk: Desk, service: str) -> None:
    raw = make_mail("Grüße aus Köln", html="<p>Grüße aus <b>Köln</b></p>").as_bytes()
    mail = brought(service, raw)
    assert load_raw(mail) == raw
    assert (mail.state, mail.origin, mail.mailbox_id) == ("received", "webhook", desk.mailbox.pk)
    assert mail.envelope == {"mail_from": "ana@example.org", "rcpt_tos": [SUPPORT], "fidelity": "original"}
    process_due()
    mail.refresh_from_db()
    assert mail.outcome == "opened"
    assert mail.ticket.messages.get().text.strip() == "Grüße aus Köln"


def test_bytes_that_are_no_utf8_stay_where_the_service_keeps_them(desk: Desk) -> None:
    raw = (
        b"From: ana@example.org\r\nTo: support@desk.example\r\nMessage-ID: <8bit@example.org>\r\n"
        b"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\xfc\xdfe\r\n"
    )
    assert sendgrid(raw, SUPPORT).status_code == 200
    assert load_raw(InboundMail.objects.get()) == raw


def test_null_sender(desk: Desk) -> None:
    postmark(make_mail("Bounce").as_bytes(), SUPPORT, sender="")
    assert InboundMail.objects.get().envelope["mail_from"] == ""


def test_mail_that_the_service_took_apart(desk: Desk, login: Callable) -> None:
    """Built anew by Anymail: the same each time, though Python would invent its boundaries."""
    assert mailjet().status_code == 200
    mail = InboundMail.objects.get()
    assert mail.envelope["fidelity"] == "reconstructed"
    mailjet()
    assert InboundMail.objects.count() == 1
    page = login(desk.administrator).get(reverse("helpdesk_mail_log:mail", args=[mail.pk]))
    assert "Built by the mail service from its parts" in page.content.decode()
    process_due()
    message = Ticket.objects.get().messages.get()
    assert (message.text.strip(), message.subject, message.author_name) == ("Passt das?", "Größe", "Ana Öster")
    assert [file.display_name for file in message.attachments.all()] == ["invoice.pdf"]


def test_source_that_anymail_does_not_hand_on(desk: Desk) -> None:
    """As from Amazon's S3: read by Anymail in pieces, written down again without a change that a reader could see."""
    raw = make_mail("Hello", Received="from a by b; Fri, 20 Nov 2026 09:00:00 +0000", X_Long="x " * 100).as_bytes()
    message = AnymailInboundMessage.parse_raw_mime_chunks([raw[:200], raw[200:]])
    message.envelope_recipient = SUPPORT
    source = {"receipt": {"recipients": [SUPPORT], "action": {"type": "S3"}}}
    event = AnymailInboundEvent(event_type="inbound", esp_event=source, message=message)
    inbound.send(sender=object, event=event, esp_name="Amazon SES")
    mail = InboundMail.objects.get()
    assert mail.envelope["fidelity"] == "rewritten"
    assert load_raw(mail).replace(b"\r\n", b"\n") == raw


@pytest.mark.parametrize(
    ("dmarc", "secret", "result"),
    [
        ("PASS", "hooks:secret", "pass"),
        ("FAIL", "hooks:secret", "fail"),
        ("GRAY", "hooks:secret", "unknown"),
        # What anybody could have posted proves nothing.
        ("PASS", None, "unknown"),
    ],
)
def test_verdict_of_the_service_on_the_sender(desk: Desk, settings, dmarc, secret, result) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": secret} if secret else {}
    ses(make_mail(to=SUPPORT).as_bytes(), SUPPORT, dmarc=dmarc)
    process_due()
    mail = InboundMail.objects.get()
    assert mail.auth["result"] == result
    assert mail.message.sender_auth == result


def test_one_event_for_three_recipients_in_two_mailboxes(desk: Desk, repairs) -> None:
    raw = make_mail("Both of you", to="undisclosed@example.net").as_bytes()
    ses(raw, SUPPORT, "stranger@example.net", REPAIRS)
    mail = InboundMail.objects.get()
    assert mail.mailbox_id == desk.mailbox.pk
    assert InboundDelivery.objects.get().mailbox_id == repairs.pk
    process_due()
    ticket = Ticket.objects.get()
    assert ticket.team == desk.team
    assert Ticket.objects.visible_to(desk.other_agent).get() == ticket


def test_one_event_for_two_mailboxes_that_want_a_ticket_each(settings, desk: Desk, repairs) -> None:
    settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "MULTI_MAILBOX": "per_mailbox"}
    ses(make_mail("Both of you").as_bytes(), SUPPORT, REPAIRS)
    process_due()
    assert {ticket.mailbox_id for ticket in Ticket.objects.all()} == {desk.mailbox.pk, repairs.pk}
    assert TicketLink.objects.get().kind == "sibling"


def test_mail_to_nobody_here_is_taken_and_said(desk: Desk) -> None:
    assert mailgun(make_mail("?", to="nobody@example.net").as_bytes(), "nobody@example.net").status_code == 200
    process_due()
    assert InboundMail.objects.get().outcome == "no_mailbox"
    assert not Ticket.objects.exists()


def test_report_to_a_bounce_address(desk: Desk, ticket: Ticket) -> None:
    MailboxOptions.objects.create(mailbox=desk.mailbox, bounce_address="bounces@returns.example")
    desk.mailbox.refresh_from_db()
    sent = OutboundMail.objects.get()
    mailgun(make_mail("No such user").as_bytes(), make_bounce_address(desk.mailbox, sent.public_id), sender="")
    process_due()
    mail = InboundMail.objects.get()
    assert (mail.outcome, mail.mailbox_id, mail.ticket_id) == ("report", desk.mailbox.pk, ticket.pk)


def test_spam_by_the_services_verdict(desk: Desk) -> None:
    ses(make_mail("Win a prize").as_bytes(), SUPPORT, is_spam=True)
    process_due()
    assert InboundMail.objects.get().outcome == "quarantined"


def sparkpost(raws: list[bytes], client: Client | None = None) -> HttpResponse:
    content = [{"email_rfc822": raw.decode(), "email_rfc822_is_base64": False} for raw in raws]
    events = [
        {"msys": {"relay_message": {"protocol": "smtp", "rcpt_to": SUPPORT, "msg_from": "a@b.example", "content": one}}}
        for one in content
    ]
    return post_json("sparkpost/inbound", events, client=client)


def gone_after(calls: int) -> Callable:
    """Return a wrapper of queries after whose ``calls`` inserts of mails the database is gone."""
    left = [calls]

    def execute(execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT INTO") and "inboundmail" in sql:
            left[0] -= 1
            if left[0] < 0:
                raise OperationalError("the database is gone")
        return execute(sql, params, many, context)

    return execute


def test_a_batch_that_fails_in_the_middle_comes_again_whole(desk: Desk) -> None:
    raws = [make_mail(f"Mail {number}").as_bytes() for number in range(3)]
    with connection.execute_wrapper(gone_after(1)):
        response = sparkpost(raws, client=Client(raise_request_exception=False))
    assert response.status_code == 500
    assert InboundMail.objects.count() == 1
    assert sparkpost(raws).status_code == 200
    process_due()
    assert Ticket.objects.count() == 3


def test_without_the_secret_nothing_is_taken(desk: Desk) -> None:
    response = Client().post("/anymail/postmark/inbound/", {"RawEmail": "x"}, content_type="application/json")
    assert response.status_code == 400
    assert not InboundMail.objects.exists()


def test_large_mail_and_django_s_limit(settings, desk: Desk) -> None:
    raw = make_mail("x" * 70 + "\n" + ("y" * 70 + "\n") * 60_000).as_bytes()
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
    with pytest.raises(SystemCheckError, match=r"wagtail_helpdesk\.E101"):
        call_command("check", tags=["urls"])
    assert postmark(raw, SUPPORT).status_code == 400
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = WEBHOOK_BYTES
    assert not list(check_webhooks())
    assert postmark(raw, SUPPORT).status_code == 200
    assert load_raw(InboundMail.objects.get()) == raw


@pytest.mark.parametrize(("limit", "urls"), [(None, "tests.mail.anymail_urls"), (1000, "tests.urls")])
def test_no_complaint_about_a_limit_that_does_no_harm(limit: int | None, urls: str) -> None:
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=limit, ROOT_URLCONF=urls):
        assert not list(check_webhooks())


def test_a_site_without_anymail(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("anymail.signals", "anymail.webhooks.base", "anymail.webhooks.mandrill"):
        monkeypatch.setitem(sys.modules, module, None)
    assert not webhooks.connect()
    assert not webhooks.take_mail(anymail_urls.urlpatterns)


@pytest.fixture
def sent(desk: Desk, ticket: Ticket) -> OutboundMail:
    """Return the acknowledgement of ``ticket``, handed to a service."""
    OutboundMail.objects.update(state="sent", provider_id="provider-1")
    mail = OutboundMail.objects.get()
    mail.recipients.update(state="accepted")
    mail.refresh_from_db()
    return mail


def tell(kind: str, mail: OutboundMail, **fields: Any) -> None:
    values = {
        "event_type": kind,
        "timestamp": datetime(2026, 11, 20, 9, tzinfo=UTC),
        "event_id": f"{kind}-1",
        "message_id": "some-other-id",
        "metadata": {"hd": mail.public_id},
        "recipient": "Ana@Example.org",
        **fields,
    }
    tracking.send(sender=object, event=AnymailTrackingEvent(**values), esp_name="Test")


def recipient_state(mail: OutboundMail) -> str:
    return mail.recipients.get().state


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["delivered"], "delivered"),
        (["deferred", "delivered"], "delivered"),
        (["delivered", "deferred"], "delivered"),
        (["bounced"], "bounced"),
        (["complained", "delivered"], "complained"),
        (["rejected"], "refused_perm"),
        (["autoresponded"], "delivered"),
        (["queued", "sent", "opened", "clicked", "unknown"], "accepted"),
    ],
)
def test_news_in_any_order(sent: OutboundMail, kinds: list[str], expected: str) -> None:
    for kind in kinds:
        tell(kind, sent)
    assert recipient_state(sent) == expected


def test_bounce_told_by_a_service(ticket: Ticket, sent: OutboundMail) -> None:
    for _again in range(2):
        tell("bounced", sent, mta_response="550 5.1.1 no such user", reject_reason="bounced")
    person = sent.recipients.get()
    assert (person.status_code, person.smtp_code) == ("5.1.1", 550)
    assert sent.delivery_events.count() == 1
    ticket.refresh_from_db()
    assert ticket.delivery_failed
    assert AddressSuppression.objects.get().address_hash == address_hash("ana@example.org")
    assert OutboundMail.objects.count() == 1


def test_news_find_the_mail_by_the_services_own_id(sent: OutboundMail) -> None:
    tell("delivered", sent, metadata={}, message_id="PROVIDER-1")
    assert recipient_state(sent) == "accepted"
    tell("delivered", sent, metadata={}, message_id="provider-1")
    assert recipient_state(sent) == "delivered"


def test_news_about_somebody_else_change_nothing(sent: OutboundMail) -> None:
    tell("bounced", sent, recipient="other@example.org")
    tell("bounced", sent, metadata={"hd": "aaaaaaaaaaaa"})
    tell("bounced", sent, metadata={"order": 7}, message_id="shop-1")
    tell("bounced", sent, metadata={"hd": ["x"]}, message_id=None)
    assert recipient_state(sent) == "accepted"
    assert list(sent.delivery_events.values_list("kind", "verified")) == [("bounced", False)]


class HastyBackend(AnymailBackend):
    """A service that tells what became of a mail before it has said that it takes it."""

    kind = ""

    def post_to_esp(self, payload: Any, message: Any) -> Any:
        mail = OutboundMail.objects.get(public_id=message.metadata["hd"])
        tell(self.kind, mail, metadata=message.metadata)
        return super().post_to_esp(payload, message)


@pytest.mark.parametrize(("kind", "expected"), [("delivered", "delivered"), ("rejected", "refused_perm")])
def test_news_that_come_before_we_have_written_down_that_it_left(
    settings, monkeypatch: pytest.MonkeyPatch, ticket: Ticket, kind: str, expected: str
) -> None:
    monkeypatch.setattr(HastyBackend, "kind", kind)
    settings.EMAIL_BACKEND = f"{__name__}.HastyBackend"
    assert deliver_due() == 1
    mail = OutboundMail.objects.get()
    assert (mail.state, recipient_state(mail)) == ("sent", expected)


def test_real_tracking_event(sent: OutboundMail) -> None:
    event = {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 901542550,
        "MessageID": "2706ee8a-737c-4285-b032-ccd317af53ed",
        "Metadata": {"hd": sent.public_id},
        "Description": "The server was unable to deliver your message (ex: unknown user).",
        "Details": "action failed\r\n",
        "Email": "ana@example.org",
        "BouncedAt": "2026-11-20T16:31:24.0000000Z",
    }
    assert post_json("postmark/tracking", event).status_code == 200
    assert recipient_state(sent) == "bounced"


def test_database_gone_while_news_are_told(sent: OutboundMail) -> None:
    def gone(execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "deliveryevent" in sql:
            raise OperationalError("the database is gone")
        return execute(sql, params, many, context)

    event = {
        "RecordType": "Delivery",
        "MessageID": "x",
        "Metadata": {"hd": sent.public_id},
        "Recipient": "ana@example.org",
    }
    with connection.execute_wrapper(gone):
        response = post_json("postmark/tracking", event, client=Client(raise_request_exception=False))
    assert response.status_code == 500
    assert recipient_state(sent) == "accepted"
    assert post_json("postmark/tracking", event).status_code == 200
    assert recipient_state(sent) == "delivered"
