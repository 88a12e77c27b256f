import pytest

from wagtail_helpdesk.mail.parsing import Classification, classify, parse

from .samples import mail, mail_of, multipart, part

OWN = frozenset({"help@example.org"})


def judge(raw: bytes, *, null_sender: bool | None = False) -> Classification:
    return classify(
        parse(raw),
        null_sender=null_sender,
        own_addresses=OWN,
        is_own_message_id=lambda value: value == "ours@example.org",
        is_own_loop_header=lambda value: value == "instance.mac",
    )


def report(kind: bytes, part_type: bytes) -> bytes:
    parts = (part(b"text/plain", b"A report"), part(part_type, b"x"))
    return mail_of(multipart(b"report", *parts, parameters=b"; report-type=" + kind))


def sent_by(address: bytes, *headers: bytes) -> bytes:
    return mail(b"Hello", *headers, head=b"From: " + address + b"\r\nSubject: Hello\r\n")


def test_a_person():
    judged = judge(mail())
    assert judged == Classification(frozenset(), "human", True, "", True, "", True)


@pytest.mark.parametrize(
    ("raw", "primary"),
    [
        (mail(b"x", b"Auto-Submitted: auto-replied"), "auto_replied"),
        (mail(b"x", b"Auto-Submitted: (vacation) Auto-Replied; owner-email=x"), "auto_replied"),
        (mail(b"x", b"X-Autoreply: yes"), "auto_replied"),
        (mail(b"x", b"X-Autorespond: Away"), "auto_replied"),
        (mail(b"x", b"Precedence: auto_reply"), "auto_replied"),
        (mail(b"x", b"X-MS-Exchange-Inbox-Rules-Loop: a@b.c"), "auto_replied"),
        (mail(b"x", b"Auto-Submitted: auto-generated"), "auto_generated"),
        (mail(b"x", b"Auto-Submitted: auto-notified"), "auto_generated"),
        (mail(b"x", b"Auto-Submitted: no (really)"), "human"),
        (mail(b"x", b"X-Autoreply: no"), "human"),
        (mail(b"x", b"List-Id: <l.example.com>"), "list_bulk"),
        (mail(b"x", b"List-Unsubscribe: <https://x.org>"), "list_bulk"),
        (mail(b"x", b"Precedence: bulk"), "list_bulk"),
        (mail(b"x", b"Feedback-ID: 1:2:3"), "list_bulk"),
        (mail(b"x", b"X-Auto-Response-Suppress: All"), "human"),
        (mail(b"x", b"X-Spam-Flag: YES"), "spam"),
        (mail(b"x", b"X-Spam-Status: Yes, score=9"), "spam"),
        (mail(b"x", b"X-Spam-Flag: NO"), "human"),
        (mail(b"x", b"X-Spam-Score: 99"), "human"),
        (mail(b"x", b"X-Helpdesk-Loop: instance.mac"), "own_copy"),
        (mail(b"x", b"X-Helpdesk-Loop: instance.forged"), "human"),
        (mail().replace(b"1@example.com", b"ours@example.org"), "own_copy"),
        (sent_by(b"help@EXAMPLE.org"), "own_mailbox"),
        (sent_by(b"help@example.org", b"X-Helpdesk-Loop: instance.mac"), "own_copy"),
        (report(b"delivery-status", b"message/delivery-status"), "dsn"),
        (report(b"disposition-notification", b"message/disposition-notification"), "mdn"),
        (report(b"feedback-report", b"message/feedback-report"), "arf"),
        (mail_of(multipart(b"mixed", part(b"message/delivery-status", b"x"))), "dsn"),
        (mail(b"x", b"Auto-Submitted: auto-replied", b"X-Spam-Flag: YES", b"List-Id: <x>"), "spam"),
    ],
)
def test_classes(raw, primary):
    assert judge(raw).primary == primary


@pytest.mark.parametrize(
    ("primary", "raw", "acknowledge", "reopen", "opens"),
    [
        ("auto_replied", mail(b"x", b"Auto-Submitted: auto-replied"), False, False, False),
        ("auto_generated", mail(b"x", b"Auto-Submitted: auto-generated"), False, True, True),
        ("list_bulk", mail(b"x", b"List-Id: <x>"), False, True, True),
        ("dsn", report(b"delivery-status", b"message/delivery-status"), False, False, False),
        ("own_copy", mail(b"x", b"X-Helpdesk-Loop: instance.mac"), False, False, False),
        ("own_mailbox", sent_by(b"help@example.org"), False, True, True),
        ("spam", mail(b"x", b"X-Spam-Flag: YES"), False, False, False),
    ],
)
def test_what_each_class_may_do(primary, raw, acknowledge, reopen, opens):
    judged = judge(raw)
    assert judged.primary == primary
    assert (judged.may_acknowledge, judged.may_reopen, judged.opens_ticket) == (acknowledge, reopen, opens)
    assert judged.acknowledge_reason == f"class_{primary}"
    assert judged.reopen_reason == ("" if reopen else f"class_{primary}")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (sent_by(b"no-reply@example.com"), "no_reply_address"),
        (sent_by(b"nao-responda@example.com"), "no_reply_address"),
        (sent_by(b"bounces+x@example.com"), "no_reply_address"),
        (sent_by(b"list-request@example.com"), "no_reply_address"),
        (sent_by(b"postmaster@example.com"), "no_reply_address"),
        (sent_by(b"a@b.c, d@e.f"), "several_from"),
        (sent_by(b"nobody"), "no_sender"),
        (mail(b"x", b"X-Auto-Response-Suppress: DR, OOF, AutoReply"), "asks_for_no_answer"),
        (mail(b"x", b"X-Auto-Response-Suppress: DR, RN"), ""),
        (mail_of(multipart(b"mixed", part(b"text/plain", b"x"), part(b"text/calendar", b"x"))), "calendar"),
    ],
)
def test_persons_that_get_no_acknowledgement(raw, reason):
    judged = judge(raw)
    assert judged.primary == "human"
    assert (judged.acknowledge_reason, judged.may_acknowledge) == (reason, not reason)
    assert judged.may_reopen
    assert judged.opens_ticket


@pytest.mark.parametrize(
    "local", ["ana", "nora", "john.norton", "reply", "support", "bouncer", "request", "renoanswer"]
)
def test_ordinary_addresses_are_no_suspects(local):
    assert judge(sent_by(local.encode() + b"@example.com")).may_acknowledge


@pytest.mark.parametrize(
    ("envelope", "header", "reason"),
    [
        (True, b"<ana@example.com>", "null_sender"),
        (False, b"<>", ""),
        (None, b"<>", "null_sender"),
        (None, b"<ana@example.com>", ""),
    ],
)
def test_the_null_sender_comes_from_the_envelope_or_else_the_return_path(envelope, header, reason):
    assert judge(mail(b"x", b"Return-Path: " + header), null_sender=envelope).acknowledge_reason == reason


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Hello",
        "Auto: Hello",
        "Out of Office: Hello",
        "Automatische Antwort: Hallo",
        "Abwesenheitsnotiz",
        "Réponse automatique : Bonjour",
        "Respuesta automática: Hola",
        "Fuera de la oficina",
        "Resposta automática: Olá",
        "Automatisch antwoord: Hallo",
        "Автоответ: Привет",
        "自動返信: こんにちは",
        "[EXT] Automatic reply: Hello",
    ],
)
def test_subjects_of_automatic_answers(subject):
    head = b"From: ana@example.com\r\nSubject: " + subject.encode() + b"\r\n"
    assert judge(mail(head=head)).primary == "human"
    assert judge(mail(b"x", b"In-Reply-To: <ours@example.org>", head=head)).primary == "auto_replied"
    answer = head.replace(b"Subject: ", b"Subject: Re: ")
    assert judge(mail(b"x", b"In-Reply-To: <ours@example.org>", head=answer)).primary == "human"


def test_labels_are_many():
    raw = sent_by(b"no-reply@example.com", b"Auto-Submitted: auto-generated", b"List-Id: <x>", b"X-Spam-Flag: YES")
    assert judge(raw).labels == {"suspect_noreply", "auto_generated", "list_bulk", "spam"}
