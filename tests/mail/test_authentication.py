"""Whether From is who it says: results of servers that we trust, and signatures that we check."""

from __future__ import annotations

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from tests.mail.helpers import make_mail, take_in
from tests.personas import Desk
from wagtail_helpdesk.mail.arriving.authentication import Authentication, Trust, authenticate
from wagtail_helpdesk.mail.arriving.local_dkim import check_dkim
from wagtail_helpdesk.mail.arriving.results import read_results, server_of
from wagtail_helpdesk.mail.models import MailboxOptions
from wagtail_helpdesk.mail.parsing import parse

TRUST = Trust(servers=("mx.desk.example",), domains=("desk.example",))
OURS = "from mail.example.org (mail.example.org [192.0.2.1]) by mx.desk.example with ESMTPS; Mon, 2 Mar 2026 10:00:00"
FOREIGN = "from laptop by mail.example.org with ESMTPSA; Mon, 2 Mar 2026 09:59:59 +0000"


def mail_with(*fields: str, sender: str = "Ana <ana@example.org>") -> bytes:
    return "\r\n".join([*fields, f"From: {sender}", "To: support@desk.example", "Subject: Hi", "", "Hello"]).encode()


def judged(*fields: str, trust: Trust = TRUST, sender: str = "Ana <ana@example.org>") -> tuple[str, str]:
    found = authenticate(parse(mail_with(*fields, sender=sender)), trust)
    return str(found.result), found.reason


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ("mx.desk.example; dmarc=pass header.from=example.org", ("pass", "dmarc_pass")),
        ("mx.desk.example 1; dmarc=pass (p=none) header.from=example.org", ("pass", "dmarc_pass")),
        ("MX.Desk.Example; dmarc=pass", ("pass", "dmarc_pass")),
        ("mx.desk.example; dmarc=pass header.from=evil.example", ("unknown", "nothing_passed")),
        ("mx.desk.example; dmarc=fail header.from=example.org; dkim=pass header.d=example.org", ("fail", "dmarc_fail")),
        ("mx.desk.example; dkim=pass header.d=example.org", ("pass", "dkim_pass")),
        ("mx.desk.example; dkim=pass header.i=@example.org", ("pass", "dkim_pass")),
        ("mx.desk.example; dkim=pass header.d=org", ("unknown", "nothing_passed")),
        ("mx.desk.example; dkim=pass header.d=bulk.example.org", ("unknown", "nothing_passed")),
        ("mx.desk.example; dkim=fail header.d=example.org", ("unknown", "nothing_passed")),
        ("mx.desk.example; spf=pass smtp.mailfrom=ana@example.org", ("unknown", "nothing_passed")),
        ("mx.desk.example; none", ("unknown", "no_trusted_results")),
        ("mx.evil.example; dmarc=pass header.from=example.org", ("unknown", "no_trusted_results")),
        ("mx.desk.example.evil.example; dmarc=pass", ("unknown", "no_trusted_results")),
        ("dmarc=pass header.from=example.org", ("unknown", "no_trusted_results")),
        ("mx.desk.example; dmarc=pass; ((((", ("pass", "dmarc_pass")),
    ],
)
def test_results(results: str, expected: tuple[str, str]) -> None:
    assert judged(f"Authentication-Results: {results}", f"Received: {OURS}") == expected


def test_a_subdomain_is_signed_by_its_parent() -> None:
    field = "Authentication-Results: mx.desk.example; dkim=pass header.d=example.org"
    assert judged(field, sender="a@mail.example.org") == ("pass", "dkim_pass")


FORGED = "Authentication-Results: mx.desk.example; dmarc=pass header.from=example.org"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ((f"Received: {OURS}", f"Received: {FOREIGN}", FORGED), "no_trusted_results"),
        ((f"Received: {FOREIGN}", FORGED), "no_trusted_results"),
        ((f"Received: {OURS}", FORGED), "dmarc_pass"),
        (
            (
                "Authentication-Results: mx.desk.example; dmarc=fail header.from=example.org",
                f"Received: {OURS}",
                FORGED,
            ),
            "dmarc_fail",
        ),
        (("Received: by 2002:a05:6402::1 with SMTP id x", "Received: from a by store.local", FORGED), "dmarc_pass"),
        (("Received: from x (by mx.desk.example) by evil.example", FORGED), "no_trusted_results"),
        (("Received: nonsense", FORGED), "no_trusted_results"),
    ],
)
def test_only_what_stands_above_the_first_foreign_server_counts(fields: tuple[str, ...], expected: str) -> None:
    assert judged(*fields)[1] == expected


def test_what_a_sender_wrote_first_does_not_count_where_our_server_writes_above_its_own() -> None:
    forged = "Authentication-Results: mx.desk.example; dmarc=pass header.from=example.org"
    ours = "Authentication-Results: mx.desk.example; spf=pass smtp.mailfrom=eve@evil.example"
    received = f"Received: {OURS}"
    assert judged(ours, received, forged) == ("unknown", "nothing_passed")
    # A server that writes below its own line writes before what the sender had.
    failed = "Authentication-Results: mx.desk.example; dmarc=fail header.from=example.org"
    assert judged(received, failed, forged) == ("fail", "dmarc_fail")


def test_a_bare_carriage_return_makes_no_header() -> None:
    assert judged(f"Subject: x\r{FORGED}", f"Received: {OURS}") == ("unknown", "no_trusted_results")


def test_a_name_may_stand_for_many_hosts() -> None:
    trust = Trust(servers=("*.mail.example",))
    fields = ("Authentication-Results: mx4.mail.example; dmarc=pass", "Received: from a by mx4.mail.example")
    assert judged(*fields, trust=trust)[0] == "pass"
    assert judged("Authentication-Results: evilmail.example; dmarc=pass", trust=trust)[0] == "unknown"


MICROSOFT = (
    "Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.org; dkim=pass (signature was"
    " verified) header.d=example.org;dmarc=pass action=none header.from=example.org;compauth=pass reason=100"
)
PROTECTION = "Received: from mail.example.org by AM1.mail.protection.outlook.com with SMTP"


def test_microsoft_writes_no_name() -> None:
    hop = "Received: from AM1.eurprd.prod.outlook.com by DB1.eurprd.prod.outlook.com with HTTPS"
    trust = Trust(microsoft=True)
    assert judged(hop, MICROSOFT, PROTECTION, trust=trust) == ("pass", "dmarc_pass")
    assert judged(hop, PROTECTION, f"Received: {FOREIGN}", MICROSOFT, trust=trust)[0] == "unknown"
    none = "Authentication-Results: dkim=none header.d=none;dmarc=none action=none header.from=example.org;"
    assert judged(hop, none, MICROSOFT, PROTECTION, trust=trust) == ("unknown", "nothing_passed")
    assert judged(hop, MICROSOFT, PROTECTION) == ("unknown", "no_trusted_results")


def test_two_senders_are_nobody() -> None:
    passed = "Authentication-Results: mx.desk.example; dmarc=pass"
    assert judged(passed, sender="a@example.org, b@example.org") == ("unknown", "several_from")
    assert judged(passed, "From: b@example.org") == ("unknown", "several_from")
    assert judged(passed, sender="nobody") == ("unknown", "no_from")


@given(st.text(max_size=300))
def test_any_text_can_be_read(value: str) -> None:
    read_results(value)
    assert "=" not in server_of(value)


@pytest.fixture
def trusting(desk: Desk) -> MailboxOptions:
    return MailboxOptions.objects.create(mailbox=desk.mailbox, trusted_authserv_ids=["mx.desk.example"])


def test_the_result_stands_at_message_and_mail(desk: Desk, trusting: MailboxOptions) -> None:
    results = "mx.desk.example; dmarc=pass header.from=example.org"
    mail = take_in(make_mail("Hi", Authentication_Results=results), desk.mailbox)
    assert (mail.message.sender_auth, mail.auth["reason"]) == ("pass", "dmarc_pass")
    forged = take_in(make_mail("Hi", Authentication_Results="mx.desk.example; dmarc=fail"), desk.mailbox)
    assert (forged.message.sender_auth, forged.auth["method"]) == ("fail", "dmarc")


def test_agents_see_it(desk: Desk, trusting: MailboxOptions, login) -> None:
    results = "mx.desk.example; dmarc=fail header.from=example.org"
    mail = take_in(make_mail("Hi", Authentication_Results=results), desk.mailbox)
    page = login(desk.agent).get(f"/admin/helpdesk/tickets/{mail.ticket_id}/").content.decode()
    assert "Sender may be forged" in page and "our mail server found DMARC failed" in page
    log = login(desk.administrator).get(f"/admin/helpdesk/mail-log/{mail.pk}/").content.decode()
    assert "Sender may be forged: our mail server found DMARC failed" in log


def signed_mail(private: bytes, **changes: bytes) -> bytes:
    import dkim

    raw = mail_with().replace(b"\r\n", b"\n")
    options = {"selector": b"s1", "domain": b"example.org", "include_headers": [b"From", b"To", b"Subject"]}
    return dkim.sign(raw, privkey=private, **{**options, **changes}) + raw


@pytest.fixture(scope="module")
def keys() -> tuple[bytes, bytes]:
    """Return a private key (PEM) and the text of its DNS record."""
    import base64

    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return pem, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def test_a_signature_is_checked_here(keys: tuple[bytes, bytes]) -> None:
    private, record = keys
    unknown = Authentication(reason="no_trusted_results")

    def checked(raw: bytes, answer: bytes = record) -> str:
        return check_dkim(raw, parse(raw), unknown, dns=lambda name, timeout=5: answer).reason

    good = signed_mail(private)
    assert checked(good) == "no_trusted_results"
    with override_settings(WAGTAIL_HELPDESK={"VERIFY_DKIM": True}):
        assert checked(good) == "dkim_checked"
        assert checked(good.replace(b"Hello", b"Hullo")) == "no_trusted_results"
        assert checked(signed_mail(private, domain=b"EXAMPLE.org")) == "dkim_checked"
        assert checked(good.replace(b"Subject: Hi", b"Subject: Ho")) == "no_trusted_results"
        assert checked(good, answer=b"") == "no_trusted_results"
        assert checked(signed_mail(private, domain=b"evil.example")) == "no_trusted_results"
        assert checked(signed_mail(private, length=True) + b"\nadded") == "no_trusted_results"
        assert checked(b"DKIM-Signature: d=example.org; nonsense\r\n" + mail_with()) == "no_trusted_results"
        found = check_dkim(good, parse(good), Authentication(reason="dmarc_fail"), dns=lambda *a, **k: record)
        assert found.reason == "dmarc_fail"
