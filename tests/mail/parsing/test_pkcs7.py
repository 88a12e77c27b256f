"""S/MIME messages that were signed as one piece are read; the signature is not checked."""

from __future__ import annotations

import base64
import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from hypothesis import given
from hypothesis import strategies as st

from tests.mail.parsing.samples import mail_of, multipart, part
from wagtail_helpdesk.mail.parsing import parse
from wagtail_helpdesk.mail.parsing.pkcs7 import signed_content

INNER = multipart(
    b"mixed", part(b"text/plain; charset=utf-8", "Grüße".encode()), part(b"application/pdf; name=a.pdf", b"%PDF")
)


@pytest.fixture(scope="module")
def signer():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Ana")])
    now = datetime.datetime.now(datetime.UTC)
    later = now + datetime.timedelta(1)
    certificate = x509.CertificateBuilder(name, name, key.public_key(), 1, now, later).sign(key, hashes.SHA256())

    def sign(content: bytes, *options: PKCS7Options) -> bytes:
        builder = PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, hashes.SHA256())
        return builder.sign(Encoding.DER, [PKCS7Options.Binary, *options])

    return sign


def smime(data: bytes, kind: bytes = b"signed-data") -> bytes:
    return part(
        b"application/pkcs7-mime; smime-type=" + kind + b"; name=smime.p7m",
        base64.encodebytes(data),
        b"Content-Transfer-Encoding: base64",
        b"Content-Disposition: attachment; filename=smime.p7m",
    )


def streamed(content: bytes, size: int) -> bytes:
    """As programs write that do not know the length beforehand: values end with a mark, the content is in pieces."""
    pieces = b"".join(
        b"\x04" + bytes([len(content[start : start + size])]) + content[start : start + size]
        for start in range(0, len(content), size)
    )
    data_oid, signed_oid = bytes.fromhex("06092a864886f70d010701"), bytes.fromhex("06092a864886f70d010702")
    inner = b"\x30\x80" + data_oid + b"\xa0\x80\x24\x80" + pieces + b"\0\0\0\0\0\0"
    return b"\x30\x80" + signed_oid + b"\xa0\x80\x30\x80\x02\x01\x01\x31\x00" + inner + b"\0\0\0\0\0\0"


def test_content_of_a_signed_message(signer):
    assert signed_content(signer(INNER)) == INNER


@pytest.mark.parametrize("size", [1, 7, 100])
def test_content_in_pieces(size):
    assert signed_content(streamed(INNER, size)) == INNER


def test_detached_signature_holds_no_content(signer):
    assert signed_content(signer(INNER, PKCS7Options.DetachedSignature)) is None


@pytest.mark.parametrize("content", [b"", b"\x30", b"\x30\x80", b"x" * 50, bytes.fromhex("30800609") + b"\0" * 40])
def test_none(content):
    assert signed_content(content) is None


@given(st.binary(max_size=300))
def test_any_bytes(content):
    signed_content(content)
    signed_content(streamed(b"x" * 20, 5)[:40] + content)


def test_mail_is_read_and_said_to_be_signed(signer):
    parsed = parse(mail_of(smime(signer(INNER))))
    assert parsed.text == "Grüße"
    assert [(file.file_name, file.hidden) for file in parsed.attachments] == [("smime.p7m", True), ("a.pdf", False)]
    assert parsed.problems == ("signed",)


def test_enveloped_mail_is_a_file_and_said_to_be_encrypted():
    parsed = parse(mail_of(smime(b"x", b"enveloped-data")))
    assert parsed.problems == ("encrypted_smime",)
    assert [(file.file_name, file.hidden) for file in parsed.attachments] == [("smime.p7m", False)]


def test_signed_in_signed_in_signed_ends(signer):
    content = INNER
    for _layer in range(6):
        content = smime(signer(content))
    parsed = parse(mail_of(content))
    assert "signed" in parsed.problems
    assert any(not file.hidden for file in parsed.attachments)


def test_clear_signed_pgp_is_said_to_be_signed():
    text = b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nHello\r\n-----BEGIN PGP SIGNATURE-----\r\nx\r\n"
    parsed = parse(mail_of(part(b"text/plain", text)))
    assert parsed.problems == ("signed",)
    assert "Hello" in parsed.text
