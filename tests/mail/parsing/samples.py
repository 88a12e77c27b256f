"""Small mails for the tests of the parser, as bytes."""

from __future__ import annotations

HEAD = b"From: Ana <ana@example.com>\r\nTo: help@example.org\r\nSubject: Hello\r\nMessage-ID: <1@example.com>\r\n"


def mail(body: bytes = b"Hello\r\n", *headers: bytes, head: bytes = HEAD) -> bytes:
    """Return a mail with the usual headers, ``headers`` and ``body``."""
    return head + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body


def part(content_type: bytes, body: bytes, *headers: bytes) -> bytes:
    """Return a MIME part."""
    lines = (b"Content-Type: " + content_type, *headers)
    return b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


def multipart(subtype: bytes, *parts: bytes, boundary: bytes = b"b", parameters: bytes = b"") -> bytes:
    """Return a multipart part; nest them with different boundaries."""
    content_type = b"multipart/" + subtype + b'; boundary="' + boundary + b'"' + parameters
    body = b"".join(b"--" + boundary + b"\r\n" + each + b"\r\n" for each in parts)
    return part(content_type, body + b"--" + boundary + b"--\r\n")


def mail_of(top: bytes, head: bytes = HEAD) -> bytes:
    """Return a mail whose content is the part ``top``."""
    return head + b"MIME-Version: 1.0\r\n" + top
