"""Whatever bytes arrive: an answer, within the caps, that a database can store."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wagtail_helpdesk.mail.parsing import Caps, ParsedMail, classify, dedupe_key, parse, peek
from wagtail_helpdesk.mail.parsing.addresses import parse_addresses
from wagtail_helpdesk.mail.parsing.charsets import decode
from wagtail_helpdesk.mail.parsing.encoded_words import decode_value
from wagtail_helpdesk.mail.parsing.parameters import parse_structured
from wagtail_helpdesk.mail.parsing.transfer import decode_transfer, split_uuencoded

from .samples import mail, mail_of, multipart, part

CAPS = Caps(parts=12, depth=3, addresses=5, html=80, text=80, attachments=3, subject=20, references=3, header=200)
UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
LINE_BREAKS = re.compile("[\r\n]")

NAMES = st.sampled_from(
    [
        *(
            b"From",
            b"To",
            b"Cc",
            b"Reply-To",
            b"Sender",
            b"Subject",
            b"Date",
            b"Message-ID",
            b"In-Reply-To",
            b"References",
        ),
        *(
            b"Content-Type",
            b"Content-Transfer-Encoding",
            b"Content-Disposition",
            b"Content-ID",
            b"Return-Path",
            b"X-Other",
        ),
    ]
)
FRAGMENTS = st.sampled_from(
    [
        *(
            b"=?utf-8?B?",
            b"=?koi8-r?Q?",
            b"=?",
            b"?=",
            b"=",
            b"=E9",
            b"<",
            b">",
            b"(",
            b")",
            b'"',
            b"\\",
            b",",
            b";",
            b":",
            b"@",
        ),
        *(
            b"a@b.c",
            b"\x00",
            b"\r",
            b"\n",
            b"\r\n",
            b"\r\n ",
            b"\x1b$B",
            b"\x1b(B",
            b"\xff\xfe",
            b"\xc3\xa9",
            b"\xe9",
            b"+2AA-",
        ),
        *(
            b"text/plain",
            b"text/html",
            b"multipart/mixed; boundary=b",
            b"message/rfc822",
            b"multipart/alternative; boundary=b",
        ),
        *(
            b"; charset=utf-7",
            b"; charset=utf-16",
            b"; format=flowed",
            b"; name*0*=utf-8''%C3",
            b"; filename*=x''%00",
            b"; name*",
        ),
        *(
            b"base64",
            b"quoted-printable",
            b"x-uuencode",
            b"begin 644 x\n",
            b"end\n",
            b"--b\n",
            b"--b--\n",
            b"attachment",
            b"> ",
        ),
        *(b"Fri, 20 Nov 2026 10:00:00 +0000", b"0000", b"<p>", b"<style>", b"<!--", b"&#", b"SGVsbG8=", b" ", b"\t"),
    ]
)
SOUP = st.lists(st.one_of(FRAGMENTS, st.binary(max_size=8)), max_size=12).map(b"".join)
HEADERS = st.lists(st.tuples(NAMES, SOUP).map(lambda pair: pair[0] + b": " + pair[1]), max_size=8)
SHAPES = st.recursive(
    st.tuples(SOUP, SOUP).map(lambda pair: part(pair[0], pair[1])),
    lambda inner: st.tuples(
        st.sampled_from([b"mixed", b"alternative", b"related", b"signed", b"report", b"digest"]),
        st.lists(inner, max_size=4),
        st.sampled_from([b"b", b"c", b"d"]),
    ).map(lambda three: multipart(three[0], *three[1], boundary=three[2])),
    max_leaves=8,
)
VALID = [
    mail("Grüße\r\n".encode(), b"Content-Type: text/plain; charset=utf-8; format=flowed"),
    mail_of(multipart(b"mixed", part(b"text/plain", b"one"), part(b"image/png; name=a.png", b"iVBORw0KGgo="))),
    mail_of(
        multipart(b"alternative", part(b"text/plain", b"one"), part(b"text/html; charset=koi8-r", b"<p>\xd0\xd2</p>"))
    ),
    mail(b"words\r\nbegin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n", b"References: <a@b> <c@d>"),
]

thorough = settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from strings(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item)


def check(raw: bytes) -> ParsedMail:
    parsed = parse(raw, CAPS)
    assert parsed.level == "full", parsed.problems
    for text in [*strings(parsed), *(value for name in parsed.headers for value in parsed.headers.get_all(name))]:
        assert not UNSTORABLE.search(text)
    lines = [
        parsed.subject,
        parsed.message_id,
        *strings(parsed.from_addresses),
        *(found.file_name for found in parsed.attachments),
    ]
    assert not any(LINE_BREAKS.search(line) for line in lines)
    assert len(parsed.text) <= CAPS.text
    assert len(parsed.html) <= CAPS.html
    assert len(parsed.subject) <= CAPS.subject
    assert len(parsed.attachments) <= CAPS.attachments
    assert max(len(parsed.references), len(parsed.in_reply_to)) <= CAPS.references
    assert (
        max(map(len, (parsed.to, parsed.cc, parsed.from_addresses, parsed.reply_to, parsed.sender))) <= CAPS.addresses
    )
    return parsed


@given(st.binary(max_size=2000))
@thorough
def test_random_bytes(raw):
    check(raw)
    assert len(dedupe_key(peek(raw))) == 64


@given(HEADERS, SOUP)
@thorough
def test_random_headers(headers, body):
    raw = b"\r\n".join([*headers, b"", body])
    parsed = check(raw)
    assert len(dedupe_key(peek(raw))) == 64
    judged = classify(
        parsed,
        null_sender=None,
        own_addresses=frozenset(),
        is_own_message_id=lambda value: False,
        is_own_loop_header=lambda value: False,
    )
    assert judged.may_acknowledge is not bool(judged.acknowledge_reason)


@given(SHAPES)
@thorough
def test_random_trees(top):
    check(mail_of(top))


@given(st.sampled_from(VALID), st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 20), SOUP), max_size=4))
@thorough
def test_damaged_mails(raw, damages):
    for position, length, patch in damages:
        position %= len(raw)
        raw = raw[:position] + patch + raw[position + length :]
    check(raw)


@given(
    SOUP, st.sampled_from(["", "utf-8", "utf-7", "utf-16", "iso-2022-jp", "gb2312", "shift_jis", "x-unknown", "idna"])
)
@thorough
def test_any_value_is_decoded(value, charset):
    for text in (
        decode(value, charset, html=True).text,
        decode_value(value, hint=charset),
        *parse_structured(value, hint=charset).parameters.values(),
        *strings(parse_addresses(value, limit=9, hint=charset).addresses),
    ):
        assert not UNSTORABLE.search(text)


@given(st.binary(max_size=500), st.sampled_from(["base64", "quoted-printable", "uuencode", "7bit"]))
@thorough
def test_any_encoding_is_decoded(data, encoding):
    assert isinstance(decode_transfer(data, encoding), bytes)
    text, files = split_uuencoded(data)
    assert files or text == data


@given(st.text(max_size=300), st.sampled_from(["utf-8", "utf-16", "utf-7", "gb18030"]))
@thorough
def test_what_is_rightly_declared_is_rightly_read(text, charset):
    try:
        data = text.encode(charset)
    except UnicodeEncodeError:
        return
    clean = UNSTORABLE.sub("", re.sub("\r\n|[\r\x0c\x85\u2028\u2029]", "\n", text))
    if charset == "utf-16" or not text.startswith("\ufeff"):
        assert decode(data, charset).text == clean
