import binascii

import pytest

from wagtail_helpdesk.mail.parsing.transfer import decode_transfer, split_uuencoded


@pytest.mark.parametrize(
    ("data", "decoded"),
    [
        (b"SGVsbG8gd29ybGQ=", b"Hello world"),
        (b"SGVs\r\nbG8g\r\nd29ybGQ=\r\n", b"Hello world"),
        (b"SGVsbG8gd29ybGQ", b"Hello world"),
        (b"SGVsbG8=\nd29ybGQ=\n", b"Helloworld"),
        (b"SGVsbG8=d29ybGQ=", b"Helloworld"),
        (b"SGVsbG8gd29ybGQ=\n_______________\nlist mailing list\nlist@x.org\n", b"Hello world"),
        (b"SGVsbG8g\n\nThis mail was checked by a gateway\n", b"Hello "),
        (b"SGVsbG8gd29ybGQ=\n--\nfooter\n", b"Hello world"),
        (b"SGVsbG8gd29ybGQ= ignored\n", b"Hello world"),
        (b"SGVs!bG8\xffg", b"Hello "),
        (b"SGVsbG8gd", b"Hello "),
        (b"====", b""),
        (b"", b""),
    ],
)
def test_base64(data, decoded):
    assert decode_transfer(data, "base64") == decoded


@pytest.mark.parametrize(
    ("data", "decoded"),
    [
        (b"a=3Db", b"a=b"),
        (b"a=\r\nb", b"ab"),
        (b"a=\nb", b"ab"),
        (b"a= \t\r\nb", b"ab"),
        (b"a=c3=A9", b"a\xc3\xa9"),
        (b"raw \xe9 =E9", b"raw \xe9 \xe9"),
        (b"1=zz =", b"1=zz "),
        (b"========\r\n", b"======="),
        (b"a=\rb", b"a=\rb"),
        (b"under_score", b"under_score"),
    ],
)
def test_quoted_printable(data, decoded):
    assert decode_transfer(data, "quoted-printable") == decoded


@pytest.mark.parametrize("encoding", ["BASE64", " base64 ", '"base64"', "base64;", "base64 (x)"])
def test_names_of_encodings_are_read_loosely(encoding):
    assert decode_transfer(b"SGVsbG8=", encoding) == b"Hello"


@pytest.mark.parametrize("encoding", ["", "7bit", "8bit", "binary", "x-unknown", "text/html"])
def test_unknown_encodings_leave_the_bytes(encoding):
    assert decode_transfer(b"a=3D\xff\x00", encoding) == b"a=3D\xff\x00"


def uuencode(name: bytes, content: bytes) -> bytes:
    lines = [binascii.b2a_uu(content[start : start + 45]) for start in range(0, len(content), 45)]
    return b"begin 644 " + name + b"\n" + b"".join(lines) + b"`\nend\n"


def test_uuencoded_files_are_taken_out_of_the_text():
    content = bytes(range(256))
    text, files = split_uuencoded(
        b"before\n" + uuencode(b"a b.bin", content) + b"between\n" + uuencode(b"c", b"x") + b"after"
    )
    assert text == b"before\nbetween\nafter"
    assert [(file.name, file.content) for file in files] == [(b"a b.bin", content), (b"c", b"x")]
    assert decode_transfer(uuencode(b"a", content), "x-uuencode") == content


@pytest.mark.parametrize(
    "data",
    [
        b"begin 644 x\nno code here, only words that go on\nend\n",
        b"begin 644 x\n!!!!!\n",
        b"begin 644 x\n",
        b"They begin 644 things and end\n",
    ],
)
def test_what_is_no_complete_uucode_stays_in_the_text(data):
    assert split_uuencoded(data) == (data, ())
