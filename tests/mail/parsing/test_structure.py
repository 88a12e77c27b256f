from email import message_from_bytes
from email.message import EmailMessage, Message

import pytest

from wagtail_helpdesk.mail.parsing import Caps, parse
from wagtail_helpdesk.mail.parsing.caps import DEFAULT_CAPS
from wagtail_helpdesk.mail.parsing.charset_detection import Detector
from wagtail_helpdesk.mail.parsing.fields import read_mail_fields
from wagtail_helpdesk.mail.parsing.structure import build_tree

from .samples import mail_of, multipart, part


def leaves(raw: bytes) -> list[tuple[str, bytes]]:
    tree = build_tree(raw, read_mail_fields(raw, DEFAULT_CAPS), DEFAULT_CAPS, Detector())
    return [(found.type, raw[found.start : found.end]) for found in tree.root.walk() if not found.is_multipart]


def leaves_by_library(message: Message) -> list[tuple[str, bytes]]:
    if message.get_content_maintype() == "multipart":
        return [leaf for child in message.get_payload() for leaf in leaves_by_library(child)]
    return [(message.get_content_type(), message.get_payload().encode("ascii", "surrogateescape"))]


def generated() -> list[bytes]:
    plain = EmailMessage()
    plain["From"] = "a@b.c"
    plain.set_content("Hello\nworld\n")
    alternative = EmailMessage()
    alternative["From"] = "a@b.c"
    alternative.set_content("Hello")
    alternative.add_alternative("<p>Hello</p><img src=cid:1>", subtype="html")
    related = EmailMessage()
    related["From"] = "a@b.c"
    related.set_content("Hello")
    related.add_alternative("<p>Hello</p><img src=cid:1>", subtype="html")
    related.get_payload()[1].add_related(b"png" * 99, "image", "png", cid="<1>")
    related.add_attachment(b"pdf" * 99, "application", "pdf", filename="a.pdf")
    return [message.as_bytes() for message in (plain, alternative, related)]


@pytest.mark.parametrize("raw", generated())
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_well_formed_mails_are_cut_as_the_standard_library_does(raw, line_end):
    raw = raw.replace(b"\n", line_end)
    assert leaves(raw) == leaves_by_library(message_from_bytes(raw))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"--b\n\none\n--b\n\ntwo\n--b--\n", [b"one", b"two"]),
        (b"preamble\n--b\n\none\n--b--\nepilogue", [b"one"]),
        (b"--b\n\none\n--b\n\ntwo", [b"one", b"two"]),
        (b"--b  \n\none\n--b--  ", [b"one"]),
        (b"--b\n\none\n--bc\nstill one\n--b--", [b"one\n--bc\nstill one"]),
        (b"--b\n\none --b\nstill\n--b--", [b"one --b\nstill"]),
        (b"--b\n--b\n\ntwo\n--b--", [b"", b"two"]),
        (b"--b\n\n\n--b--", [b""]),
        (b"--b\r\n\r\none\r\n--b\n\ntwo\n--b--", [b"one", b"two"]),
    ],
)
def test_delimiters(body, expected):
    raw = b"From: a@b.c\nContent-Type: multipart/mixed; boundary=b\n\n" + body
    assert [content for _, content in leaves(raw)] == expected


def test_the_boundary_may_begin_like_another():
    inner = multipart(b"alternative", part(b"text/plain", b"one"), part(b"text/html", b"two"), boundary=b"b-inner")
    assert [content for _, content in leaves(mail_of(multipart(b"mixed", inner, part(b"text/csv", b"3"))))] == [
        b"one",
        b"two",
        b"3",
    ]


@pytest.mark.parametrize("content_type", [b"multipart/mixed", b"multipart/mixed; boundary=wrong"])
def test_a_lost_boundary_is_found_in_the_body(content_type):
    raw = mail_of(multipart(b"mixed", part(b"text/plain", b"one"), part(b"text/csv", b"2")))
    parsed = parse(raw.replace(b'multipart/mixed; boundary="b"', content_type))
    assert parsed.text == "one"
    assert parsed.attachments[0].content == b"2"
    assert "bad_boundary" in parsed.problems


def test_a_multipart_without_parts_is_read_as_text():
    parsed = parse(mail_of(part(b"multipart/mixed; boundary=b", b"just words\r\n")))
    assert parsed.text.strip() == "just words"
    assert "bad_boundary" in parsed.problems


def test_parts_and_depth_are_bounded():
    many = parse(mail_of(multipart(b"mixed", *[part(b"text/csv", b"x")] * 20)), Caps(parts=10))
    assert len(many.attachments) == 9
    assert "too_many_parts" in many.problems
    nested = part(b"text/plain", b"deep words")
    for depth in range(8):
        nested = multipart(b"mixed", nested, boundary=b"b%d" % depth)
    deep = parse(mail_of(nested), Caps(depth=5))
    assert "deep words" in deep.text
    assert "too_deep" in deep.problems


def test_a_nested_mail_is_one_part_byte_for_byte():
    inner = mail_of(multipart(b"mixed", part(b"text/plain", b"in\xff\x00ner"), boundary=b"i"))
    parsed = parse(mail_of(multipart(b"mixed", part(b"text/plain", b"outer"), part(b"message/rfc822", inner))))
    assert parsed.text == "outer"
    assert [(found.file_name, found.content) for found in parsed.attachments] == [("Hello.eml", inner)]


def test_parts_of_a_digest_are_mails():
    digest = multipart(b"digest", b"\r\nSubject: =?utf-8?Q?=C3=A9?=\r\n\r\nx", b"\r\nFrom: a@b.c\r\n\r\ny")
    assert [found.file_name for found in parse(mail_of(digest)).attachments] == ["é.eml", "message.eml"]
