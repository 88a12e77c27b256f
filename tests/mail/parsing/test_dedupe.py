import pytest

from wagtail_helpdesk.mail.parsing import dedupe_key, peek

from .samples import mail

BASE = mail(b"Hello\r\nworld\r\n", b"Date: Fri, 20 Nov 2026 10:00:00 +0000")


def key(raw: bytes) -> str:
    return dedupe_key(peek(raw))


@pytest.mark.parametrize(
    "other",
    [
        b"Received: by x; now\r\nReturn-Path: <r@x>\r\nX-Spam-Flag: NO\r\nDKIM-Signature: a=b\r\n" + BASE,
        BASE.replace(b"\r\n", b"\n"),
        BASE.rstrip(b"\r\n"),
        BASE + b"\r\n\r\n",
        b"From ana@example.com Fri Nov 20 10:00:00 2026\n" + BASE,
        b"\xef\xbb\xbf" + BASE,
        BASE.replace(b"Subject: Hello", b"Subject:\r\n  Hello"),
        BASE.replace(b"From: Ana <ana@example.com>", b'From: "Ana" <ana@EXAMPLE.com>'),
        BASE.replace(b"Message-ID: <1@example.com>", b"Message-Id:\r\n <1@example.com>"),
    ],
    ids=["trace", "lf", "no end", "more ends", "mbox", "bom", "folded", "spelled", "folded id"],
)
def test_two_routes_of_one_mail_agree(other):
    assert other != BASE
    assert key(other) == key(BASE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<1@example.com>", b"<2@example.com>"),
        (b"ana@example.com", b"bea@example.com"),
        (b"10:00:00", b"10:00:01"),
        (b"Subject: Hello", b"Subject: Hallo"),
        (b"world", b"World"),
        (b"Hello\r\nworld", b"Hello\r\n\r\nworld"),
    ],
)
def test_different_mails_differ(old, new):
    assert key(BASE.replace(old, new)) != key(BASE)


def test_mails_without_ids_are_told_apart_by_the_rest():
    bare = BASE.replace(b"Message-ID: <1@example.com>\r\n", b"")
    assert key(bare) == key(bare + b"\n")
    assert key(bare) != key(bare.replace(b"world", b"there"))


def test_values_do_not_run_into_each_other():
    one = b"From: a@b.c\r\nSubject: xy\r\nDate: z\r\n\r\n"
    two = b"From: a@b.c\r\nSubject: y\r\nDate: zx\r\n\r\n"
    assert key(one) != key(two)


def test_a_peek_tells_what_stands_in_the_mail():
    peeked = peek(mail(b"x", b"Date: yesterday").replace(b"Hello", b"=?utf-8?Q?H=C3=A9?="))
    assert peeked.message_id == "1@example.com"
    assert peeked.date_raw == "yesterday"
    assert peeked.from_raw == "Ana <ana@example.com>"
    assert peeked.from_email == "ana@example.com"
    assert peeked.subject_raw == "=?utf-8?Q?H=C3=A9?="
    assert len(peeked.body_hash) == len(dedupe_key(peeked)) == 64


def test_raw_values_give_their_bytes_back():
    head = "From: Zoë <z@example.com>\r\nSubject: Größe\r\n".encode()
    peeked = peek(mail(head=head))
    assert peeked.subject_raw.encode("latin-1").decode() == "Größe"
    assert peeked.from_raw.encode("latin-1").decode() == "Zoë <z@example.com>"


@pytest.mark.parametrize("raw", [b"", b"\x00\xff", b"From: \xff <x\r\n\r\n", b"no mail at all"])
def test_anything_has_a_key(raw):
    assert len(key(raw)) == 64
