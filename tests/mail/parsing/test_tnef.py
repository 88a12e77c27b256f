"""What Outlook packs into a winmail.dat."""

from __future__ import annotations

import struct

import compressed_rtf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mail.parsing.samples import mail_of, multipart, part
from wagtail_helpdesk.mail.parsing import parse
from wagtail_helpdesk.mail.parsing.rtf import decompress_rtf, read_rtf
from wagtail_helpdesk.mail.parsing.tnef import unpack

STRING, UNICODE, BINARY, OBJECT, LONG = 0x1E, 0x1F, 0x102, 0xD, 0x3


def attribute(name: int, data: bytes, level: int = 1) -> bytes:
    return struct.pack("<BII", level, name | 0x60000, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def prop(name: int, kind: int, value: bytes | int) -> bytes:
    head = struct.pack("<HH", kind, name)
    if isinstance(value, int):
        return head + struct.pack("<I", value)
    return head + struct.pack("<II", 1, len(value)) + padded(value)


def named(kind: int, value: bytes) -> bytes:
    label = padded("x-y".encode("utf-16-le"))
    head = struct.pack("<HH", kind, 0x8001) + b"G" * 16 + struct.pack("<II", 1, 6) + label
    return head + struct.pack("<II", 1, len(value)) + padded(value)


def props(*found: bytes) -> bytes:
    return struct.pack("<I", len(found)) + b"".join(found)


def tnef(*attributes: bytes) -> bytes:
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(attributes)


def file(name: str, content: bytes, *extra: bytes) -> bytes:
    return (
        attribute(0x9002, b"\0" * 14, 2)
        + attribute(0x8010, b"SHORT~1.PDF\0", 2)
        + attribute(0x800F, content, 2)
        + attribute(0x9005, props(prop(0x3707, UNICODE, (name + "\0").encode("utf-16-le")), *extra), 2)
    )


def packed(text: bytes) -> bytes:
    return compressed_rtf.compress(text)


RTF = (
    rb"{\rtf1\ansi\ansicpg1251\uc1{\fonttbl{\f0 Arial;}}\f0 \'cf\'f0\'e8\'e2\'e5\'f2 \u8364?5\par "
    rb"{\*\x hidden}line {\b two}\~\u-10179?\u-8704?}"
)
HTML_RTF = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag18 <html>}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Caf\'e9 & more"
    rb"\htmlrtf\par}\htmlrtf0 {\*\htmltag72 </p>}{\*\htmltag27 </html>}}"
)


class TestUnpack:
    def test_files_with_their_names_and_ids(self):
        content = tnef(
            file("Rechnung März.pdf", b"%PDF", prop(0x370E, STRING, b"application/pdf\0")),
            file("logo.png", b"png", prop(0x3712, UNICODE, "<logo@x>\0".encode("utf-16-le"))),
            attribute(0x9002, b"", 2) + attribute(0x8010, b"plain.txt\0", 2) + attribute(0x800F, b"x", 2),
        )
        found = unpack(content)
        assert [(one.file_name, one.declared_type, one.content, one.content_id) for one in found.files] == [
            ("Rechnung März.pdf", "application/pdf", b"%PDF", ""),
            ("logo.png", "", b"png", "logo@x"),
            ("plain.txt", "", b"x", ""),
        ]

    @pytest.mark.parametrize(
        ("attributes", "text", "html"),
        [
            ([attribute(0x800C, b"Hello\0")], "Hello", ""),
            (
                [attribute(0x9007, struct.pack("<II", 1251, 0)), attribute(0x800C, "Привет\0".encode("cp1251"))],
                "Привет",
                "",
            ),
            ([attribute(0x9003, props(prop(0x1000, UNICODE, "Grüße\0".encode("utf-16-le"))))], "Grüße", ""),
            (
                [attribute(0x9003, props(prop(0x3FDE, LONG, 65001), prop(0x1013, BINARY, "<p>é</p>\0".encode())))],
                "",
                "<p>é</p>",
            ),
            (
                [attribute(0x9003, props(named(STRING, b"skip me"), prop(0x1009, BINARY, packed(RTF))))],
                "Привет €5\nline two\u00a0\U0001f600",
                "",
            ),
            (
                [attribute(0x9003, props(prop(0x1009, BINARY, packed(HTML_RTF))))],
                "Café & more",
                "<html><p>Café &amp; more</p></html>",
            ),
        ],
    )
    def test_words(self, attributes, text, html):
        found = unpack(tnef(*attributes))
        assert (found.text, found.html) == (text, html)

    def test_message_inside_stays_one(self):
        inner = tnef(attribute(0x800C, b"Inner\0"))
        value = bytes.fromhex("0703020000000000c000000000000046") + inner
        (found,) = unpack(tnef(file("inner", b"", prop(0x3701, OBJECT, value)))).files
        assert (found.declared_type, found.content) == ("application/ms-tnef", inner)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"tnef",
            tnef(attribute(0x800C, b"x"))[:-3] + b"",
            tnef(struct.pack("<BII", 1, 0x800C, 0xFFFFFFFF)),
            tnef(attribute(0x9003, struct.pack("<I", 0xFFFFFFFF))),
            tnef(attribute(0x9003, props(struct.pack("<HHI", STRING, 1, 0xFFFFFFFF)))),
            tnef(attribute(0x9003, props(prop(0x1009, BINARY, b"x")))),
        ],
    )
    def test_broken(self, content):
        found = unpack(content)
        assert found is None or not found.files

    def test_counts_are_not_believed(self):
        endless = struct.pack("<HHI", LONG | 0x1000, 1, 0xFFFFFFFF) + b"\0" * 1_000_000
        assert unpack(tnef(*[attribute(0x9003, struct.pack("<I", 0xFFFFFFFF) + endless)] * 3)) is None

    @given(st.binary(max_size=400))
    def test_any_bytes(self, content):
        unpack(tnef() + content)
        unpack(content)

    @given(st.data())
    def test_any_change_of_a_good_one(self, data):
        good = bytearray(tnef(file("a.pdf", b"%PDF"), attribute(0x9003, props(prop(0x1009, BINARY, packed(RTF))))))
        for _change in range(data.draw(st.integers(1, 5))):
            good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
        unpack(bytes(good))


class TestMail:
    def mail(self, content: bytes, *before: bytes):
        return parse(mail_of(multipart(b"mixed", *before, part(b"application/ms-tnef; name=winmail.dat", content))))

    def test_files_are_the_mails_own(self):
        parsed = self.mail(
            tnef(file("a.pdf", b"%PDF"), attribute(0x800C, b"Not these\0")), part(b"text/plain", b"Words")
        )
        assert parsed.text == "Words"
        assert [(one.file_name, one.hidden) for one in parsed.attachments] == [("winmail.dat", True), ("a.pdf", False)]

    def test_words_where_the_mail_has_none(self):
        assert self.mail(tnef(attribute(0x800C, b"Packed\0"))).text == "Packed"
        parsed = self.mail(tnef(attribute(0x9003, props(prop(0x1009, BINARY, packed(HTML_RTF))))))
        assert parsed.html == "<html><p>Café &amp; more</p></html>"
        assert "empty" not in parsed.problems

    def test_broken_one_stays_a_file(self):
        parsed = self.mail(tnef(attribute(0x9003, b"")), part(b"text/plain", b"Words"))
        assert [(one.file_name, one.hidden) for one in parsed.attachments] == [("winmail.dat", False)]


class TestRtf:
    @given(st.binary(max_size=3000))
    def test_unpacks_what_others_pack(self, text):
        assert decompress_rtf(compressed_rtf.compress(text)) == text
        assert decompress_rtf(compressed_rtf.compress(text, compressed=False)) == text

    def test_cut_data_give_what_is_there(self):
        whole = packed(RTF * 20)
        assert (RTF * 20).startswith(decompress_rtf(whole[: len(whole) // 2])[:100])

    @pytest.mark.parametrize("content", [b"", b"x" * 15, b"x" * 20])
    def test_no_compressed_rtf(self, content):
        with pytest.raises(ValueError, match="rtf"):
            decompress_rtf(content)

    @given(st.text(alphabet="\\{}*'abcdefpartxu0123456789 \n-~é", max_size=300))
    def test_any_text(self, text):
        read_rtf(text.encode("cp1252"))

    @pytest.mark.parametrize(
        "bomb", [b"{" * 500_000, b"\\" * 500_000, b"{\\*" * 200_000, b"\\u1?" * 200_000, b"\\'" * 300_000]
    )
    def test_bombs_end(self, bomb):
        read_rtf(bomb)
