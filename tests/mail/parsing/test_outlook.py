"""Mails in files of Outlook's."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

import compressed_rtf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mail.parsing.outlook_files import (
    BINARY,
    INNER,
    LONG,
    OBJECT,
    STRING,
    TIME,
    UNICODE,
    compound,
    file,
    message,
    person,
)
from wagtail_helpdesk.mail.parsing import dedupe_key, parse, peek
from wagtail_helpdesk.mail.parsing.outlook import as_mail

SENT = datetime(2026, 3, 9, 8, 7, 6, tzinfo=UTC)
AUTHOR = {(0x0042, UNICODE): "Ana Souza", (0x0064, UNICODE): "SMTP", (0x0065, UNICODE): "ana@example.org"}
MADE = {
    **AUTHOR,
    (0x0037, UNICODE): "Prüfung – 第一",
    (0x0039, TIME): SENT,
    (0x1035, UNICODE): "<one@example.org>",
    (0x1042, UNICODE): "<zero@example.org>",
    (0x1000, UNICODE): "Olá,\r\nGrüße\r\n",
}


def read(values, **more):
    return parse(compound(message(values, **more)))


class TestHeader:
    def test_is_made_where_the_mail_never_travelled(self):
        mail = read(MADE, people=[person("s@desk.example", 'The "Desk", here'), person("c@x.example", kind=2)])
        assert (mail.level, mail.problems) == ("full", ())
        assert [(one.name, one.email) for one in mail.from_addresses] == [("Ana Souza", "ana@example.org")]
        assert [(one.name, one.email) for one in mail.to] == [("The Desk, here", "s@desk.example")]
        assert [one.email for one in mail.cc] == ["c@x.example"]
        assert (mail.subject, mail.date) == ("Prüfung – 第一", SENT)
        assert (mail.message_id, mail.in_reply_to) == ("one@example.org", ("zero@example.org",))
        assert mail.text == "Olá,\nGrüße"

    def test_is_the_original_one_with_what_it_lacks(self):
        original = (
            "Microsoft Mail Internet Headers Version 2.0\r\nReceived: from a\r\n\tby b\r\nFROM: Bo <bo@x.example>\r\n"
            "Content-Type: multipart/mixed; boundary=gone\r\nMIME-Version: 1.0\r\nX-Own: =?utf-8?q?gr=C3=BCn?=\r\n"
            "\r\n--gone\r\nSubject: of a part"
        )
        mail = read({**MADE, (0x007D, UNICODE): original})
        assert [one.email for one in mail.from_addresses] == ["bo@x.example"]
        assert (mail.headers.get("received"), mail.headers.get("x-own")) == ("from a by b", "grün")
        assert mail.headers.get_all("subject") == ("Prüfung – 第一",)
        assert mail.text == "Olá,\nGrüße"

    def test_sender_who_wrote_for_another(self):
        values = {**MADE, (0x0C1A, UNICODE): "Bea", (0x0C1E, UNICODE): "SMTP", (0x0C1F, UNICODE): "bea@example.org"}
        mail = read(values)
        assert (mail.from_addresses[0].email, mail.sender[0].email) == ("ana@example.org", "bea@example.org")

    def test_address_of_exchange_is_none(self):
        exchange = {**MADE, (0x0064, UNICODE): "EX", (0x0065, UNICODE): "/O=FIRM/CN=ANA@X"}
        assert read(exchange).from_addresses == ()
        assert read({**exchange, (0x5D02, UNICODE): "ana@firm.example"}).from_addresses[0].email == "ana@firm.example"

    @pytest.mark.parametrize("name", ["A\r\nBcc: b@x.example", 'A" <c@x.example>, "', "A\\"])
    def test_nothing_gets_in_by_a_name(self, name):
        mail = read({**MADE, (0x0042, UNICODE): name, (0x0037, UNICODE): "S\nX-Own: 1"})
        assert [one.email for one in mail.from_addresses] == ["ana@example.org"]
        assert "x-own" not in mail.headers and "bcc" not in mail.headers
        assert "from_conflict" not in mail.problems or "@" in name

    def test_code_page(self):
        values = {**AUTHOR, (0x3FFD, LONG): 1251, (0x0037, STRING): "Привет".encode("cp1251")}
        assert read(values).subject == "Привет"


class TestWords:
    def test_html_in_its_code_page(self):
        mail = read({**MADE, (0x1013, BINARY): "<p>Żółć</p>".encode("cp1250"), (0x3FDE, LONG): 1250})
        assert (mail.html, mail.text) == ("<p>Żółć</p>", "Olá,\nGrüße")

    def test_html_in_rich_text(self):
        rich = rb"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}Caf\'e9{\*\htmltag72 </p>}}"
        mail = read({**AUTHOR, (0x1009, BINARY): compressed_rtf.compress(rich)})
        assert (mail.html, mail.text) == ("<p>Café</p>", "Café")

    def test_broken_rich_text(self):
        mail = read({**AUTHOR, (0x1009, BINARY): b"none at all, really"})
        assert (mail.level, mail.problems) == ("full", ("empty",))

    def test_boundary_cannot_be_forged(self):
        first = as_mail(compound(message({**MADE, (0x1013, BINARY): b"<p>x</p>"})))
        delimiter = first.split(b'boundary="')[1].split(b'"')[0].decode()
        text = f"x\r\n--{delimiter}\r\nContent-Type: text/html\r\n\r\n<b>in</b>"
        assert read({**MADE, (0x1000, UNICODE): text, (0x1013, BINARY): b"<p>x</p>"}).html == "<p>x</p>"


class TestFiles:
    def test_names_types_and_places(self):
        picture = file("logo.png", b"png", cid="logo@x", kind="image/png")
        mail = read(MADE, files=[file("Müller\\.pdf", b"%PDF" * 2000), picture])
        found = [(one.file_name, one.declared_type, one.disposition, one.content_id) for one in mail.attachments]
        assert found == [
            ("Müller.pdf", "application/octet-stream", "attachment", ""),
            ("logo.png", "image/png", "inline", "logo@x"),
        ]
        assert [one.content for one in mail.attachments] == [b"%PDF" * 2000, b"png"]

    def test_message_inside(self):
        inner = message({**MADE, (0x0037, UNICODE): "Inner"}, files=[file("deep.txt", b"deep")], head=INNER)
        outer = read(MADE, files=[{(0x3701, OBJECT): inner, (0x3705, LONG): 5, (0x3001, UNICODE): "Inner"}])
        [attached] = outer.attachments
        assert (attached.file_name, attached.declared_type) == ("Inner.eml", "message/rfc822")
        again = parse(attached.content)
        assert (again.subject, again.text, again.attachments[0].content) == ("Inner", "Olá,\nGrüße", b"deep")

    def test_messages_in_messages_end_somewhere(self):
        tree = message(MADE, head=INNER)
        for _level in range(14):
            tree = message(MADE, files=[{(0x3701, OBJECT): tree, (0x3705, LONG): 5}], head=INNER)
        assert read(MADE, files=[{(0x3701, OBJECT): tree}]).attachments[0].declared_type == "message/rfc822"

    def test_object_of_a_program(self):
        mail = read(MADE, files=[{(0x3701, OBJECT): {"x": b"1"}}, {(0x3701, OBJECT): {"CONTENTS": b"2"}}])
        assert [one.content for one in mail.attachments] == [b"2"]

    def test_signed_mail_is_read_as_such(self):
        signed = (
            b"Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\nContent-Type: text/plain\r\n\r\nSigned words"
            b"\r\n--s\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nxx\r\n--s--\r\n"
        )
        values = {**AUTHOR, (0x001A, UNICODE): "IPM.Note.SMIME.MultipartSigned"}
        mail = read(values, files=[file("smime.p7m", signed, kind="multipart/signed")])
        assert (mail.text, mail.problems) == ("Signed words", ("signed",))

    def test_encrypted_mail_says_so(self):
        values = {**AUTHOR, (0x001A, UNICODE): "IPM.Note.SMIME"}
        mail = read(values, files=[file("smime.p7m", b"\x30\x80secret")])
        assert "encrypted_smime" in mail.problems and mail.attachments[0].content == b"\x30\x80secret"


def test_same_bytes_same_key():
    raw = compound(message(MADE, files=[file("a", b"1")]))
    assert dedupe_key(peek(raw)) == dedupe_key(peek(bytes(raw)))
    assert dedupe_key(peek(raw)) != dedupe_key(peek(compound(message(MADE, files=[file("a", b"2")]))))
    assert (peek(raw).message_id, peek(raw).from_email) == ("one@example.org", "ana@example.org")


WHOLE = compound(
    message(
        {**MADE, (0x1013, BINARY): b"<p>" + b"x" * 5000},
        people=[person("s@desk.example")],
        files=[file("a.bin", bytes(range(256)) * 40), file("b.txt", b"small")],
    )
)


class TestHostile:
    @pytest.mark.parametrize("length", [8, 100, 511, 512, 513, 1024, 3000, len(WHOLE) - 1000])
    def test_cut(self, length):
        mail = parse(WHOLE[:length])
        assert mail.level in ("full", "envelope")
        peek(WHOLE[:length])

    @given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 5), st.binary(min_size=1, max_size=4)), max_size=6))
    def test_changed(self, changes):
        raw = bytearray(WHOLE)
        for place, replacement in changes:
            raw[place : place + len(replacement)] = replacement
        mail = parse(bytes(raw))
        assert sum(len(one.content) for one in mail.attachments) <= 3 * len(WHOLE)
        peek(bytes(raw))

    @given(st.integers(0, len(WHOLE) // 4 - 1), st.sampled_from([0, 1, 2, 5, 0x7FFFFFFF, 0xFFFFFFF0, 0xFFFFFFFE]))
    def test_pointer_that_leads_elsewhere(self, place, number):
        raw = bytearray(WHOLE)
        struct.pack_into("<I", raw, place * 4, number)
        assert parse(bytes(raw)).level in ("full", "envelope")

    def test_other_program_and_no_message(self):
        assert parse(compound({"WordDocument": b"x"})).level == "envelope"
        assert parse(compound({"WordDocument": b"x"})).problems == ("unreadable",)
