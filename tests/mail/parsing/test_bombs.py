"""Mails made to take a parser's time, memory or stack: each is read, and quickly."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable

import pytest

from tests.mail.parsing.outlook_files import BINARY, UNICODE, compound, file, message, person
from wagtail_helpdesk.mail.parsing import parse, peek
from wagtail_helpdesk.mail.parsing.outlook.compound import MAGIC

from .samples import HEAD, mail, mail_of, multipart, part

pytestmark = pytest.mark.fault

MEGABYTE = 1024 * 1024
#: Seconds of processor time. The worst takes about a third of this on a slow machine.
ENOUGH = 4.0


def nested_multiparts(depth: int) -> bytes:
    lines = [b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(depth)]
    return HEAD + b"".join(lines)


def with_type(content_type: bytes, body: bytes, encoding: bytes = b"7bit") -> bytes:
    return mail(body, b"Content-Type: " + content_type, b"Content-Transfer-Encoding: " + encoding)


BOMBS: dict[str, Callable[[], bytes]] = {
    "nested mails": lambda: HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1000,
    "nested multiparts": lambda: nested_multiparts(1000),
    "nested comments": lambda: mail(b"x", b"Cc: " + b"(" * 15_000 + b")" * 15_000),
    "open comments": lambda: mail(b"x", b"Cc: " + b"(a," * 10_000),
    "open quotes": lambda: mail(b"x", b"Cc: " + b'"\\' * 15_000),
    "angles": lambda: mail(b"x", b"Cc: " + b"<" * 30_000),
    "at signs": lambda: mail(b"x", b"Cc: " + b"a@" * 15_000),
    "colons": lambda: mail(b"x", b"Cc: a@" + b":" * 30_000),
    "many addresses": lambda: mail(b"x", b"Cc: " + b", ".join(b'"N" <u%d@x.com>' % number for number in range(5000))),
    "references": lambda: mail(b"x", b"References: " + b"<a@b>\r\n " * 150_000),
    "encoded words": lambda: mail(b"x", *[b"X: " + b"=?a?b?" * 5400] * 8),
    "parameters": lambda: with_type(b"text/plain; " + b'a="' * 10_000, b"x"),
    "empty parameters": lambda: with_type(b"text/plain; " + b"; " * 15_000, b"x"),
    "many headers": lambda: mail(b"x", *[b"a: b"] * 1_000_000),
    "long header": lambda: mail(b"x", b"X: " + b"x" * 20 * MEGABYTE),
    "folds": lambda: mail(b"x", b"X: a" + b"\r\n " * 1_000_000),
    "parts": lambda: mail_of(multipart(b"mixed", *[part(b"text/html", b"<p>")] * 20_000)),
    "false delimiters": lambda: with_type(b"multipart/mixed; boundary=b", b"\n--b" * MEGABYTE),
    "padded delimiters": lambda: with_type(b"multipart/mixed; boundary=b", (b"\n--b" + b" " * 999 + b"x") * 20_000),
    "new lines": lambda: mail(b"\n" * 50 * MEGABYTE),
    "text": lambda: mail(b"words and more words\r\n" * (2 * MEGABYTE)),
    "base64 padding": lambda: with_type(b"application/pdf", b"A=" * (20 * MEGABYTE), b"base64"),
    "base64 remarks": lambda: with_type(b"application/pdf", b"= \n" * (10 * MEGABYTE), b"base64"),
    "quoted-printable": lambda: with_type(b"application/pdf", b"=" * (40 * MEGABYTE), b"quoted-printable"),
    "uuencode beginnings": lambda: mail(b"begin 644 x\n" * MEGABYTE),
    "uuencode lines": lambda: mail(b"begin 644 x\n" + b"!!!!!\n" * MEGABYTE),
    "tags": lambda: with_type(b"text/html", b"<" * (2 * MEGABYTE)),
    "styles": lambda: with_type(b"text/html", b"<style>" * 200_000),
    "comments": lambda: with_type(b"text/html", b"<!--" * 300_000),
    "metas": lambda: with_type(b"text/html", b"\xe9" + b"<meta " * 200_000),
    "flowed": lambda: with_type(b"text/plain; format=flowed", b"> a \n" * MEGABYTE),
    "escapes": lambda: mail(b"\x1b$B" * MEGABYTE),
    "undeclared charsets": lambda: mail_of(
        multipart(b"mixed", *[part(b"text/plain", bytes(range(1, 256)) * 200)] * 400)
    ),
    "line ends": lambda: b"From: a@b.c\r" * (2 * MEGABYTE),
}
#: Files of Outlook's; one whose tables lead nowhere is no mail.
OUTLOOK_BOMBS: dict[str, Callable[[], bytes]] = {
    "tables of themselves": lambda: looping_tables(0),
    "tables of each other": lambda: looping_tables(2),
    "files that share their bytes": lambda: sharing_files(),
    "people": lambda: compound(message({}, people=[person(f"a{number}@x.example") for number in range(6000)])),
    "rich text": lambda: compound(message({(0x1009, BINARY): b"\0" * 8 + b"LZFu\0\0\0\0" + b"\xff" * (20 * MEGABYTE)})),
    "html": lambda: compound(message({(0x1013, BINARY): b"<" * (20 * MEGABYTE)})),
    "fields": lambda: compound(message({(0x007D, UNICODE): "a: b\n" * MEGABYTE})),
    "folds": lambda: compound(message({(0x007D, UNICODE): "a: b" + "\n " * (3 * MEGABYTE)})),
}


def looping_tables(number: int) -> bytes:
    head = MAGIC + b"\0" * 16 + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, 0xFFFFFF, number, 0, 4096, number, 0xFFFFFF, number, 0xFFFFFF)
    return head + struct.pack("<109I", *range(109)) + struct.pack("<I", number) * (10 * MEGABYTE)


def sharing_files() -> bytes:
    raw = bytearray(compound(message({}, files=[file(str(number), b"x" * 5000) for number in range(500)])))
    name, place = "__substg1.0_37010102".encode("utf-16-le"), 0
    while (place := raw.find(name, place + 1)) > 0:
        struct.pack_into("<Q", raw, place + 120, 0x7FFFFFFF)
    return bytes(raw) + b"\0" * (10 * MEGABYTE)


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_read_in_time(name):
    raw = BOMBS[name]()
    started = time.process_time()
    parsed = parse(raw)
    peek(raw)
    assert time.process_time() - started < ENOUGH
    assert parsed.level == "full"


@pytest.mark.parametrize("name", OUTLOOK_BOMBS)
def test_outlook_bombs_are_read_in_time(name):
    raw = OUTLOOK_BOMBS[name]()
    started = time.process_time()
    parsed = parse(raw)
    peek(raw)
    assert time.process_time() - started < ENOUGH
    assert parsed.level in ("full", "envelope")
