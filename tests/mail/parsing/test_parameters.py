import pytest

from wagtail_helpdesk.mail.parsing.parameters import parse_content_type, parse_structured


@pytest.mark.parametrize(
    ("value", "content_type"),
    [
        (b"text/plain", "text/plain"),
        (b"TEXT/HTML; charset=utf-8", "text/html"),
        (b"text/html charset=us-ascii", "text/html"),
        (b"multipart/mixed\tboundary=x", "multipart/mixed"),
        (b"text", "text/plain"),
        (b"text/plain (hello)", "text/plain"),
        (b"html", "text/html"),
        (b"", "text/plain"),
        (b"text/", "text/plain"),
        (b"a b c", "text/plain"),
        (b"text/plain; name*", "text/plain"),
        ("téxt/plain".encode(), "text/plain"),
    ],
)
def test_content_types(value, content_type):
    assert parse_content_type(value).value == content_type


@pytest.mark.parametrize(
    ("rest", "name"),
    [
        (b"filename=a.pdf", "a.pdf"),
        (b'filename="a.pdf"', "a.pdf"),
        (b'FileName = "a.pdf" ', "a.pdf"),
        (b"filename=my file.pdf; size=3", "my file.pdf"),
        (b'filename="a;b.pdf"', "a;b.pdf"),
        (b'filename="a \\"b\\".pdf"', 'a "b".pdf'),
        (b'filename="a "b" c.pdf"', 'a "b" c.pdf'),
        (b'filename="C:\\temp\\new.doc"', "C:\\temp\\new.doc"),
        (b'filename="unclosed.pdf', "unclosed.pdf"),
        (b'filename="=?utf-8?Q?Gr=C3=BC=C3=9Fe.pdf?="', "Grüße.pdf"),
        (b"filename==?utf-8?Q?Gr=C3=BC=C3=9Fe.pdf?=", "Grüße.pdf"),
        (b"filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
        (b"filename*=utf-8'de'Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
        (b"filename*=iso-2022-jp''%1B%24B%24%22%1B%28B.txt", "あ.txt"),
        (b"filename*=x-unknown''Gr%FC%DFe.pdf", "Grüße.pdf"),
        (b"filename*=Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
        (b"filename*0=long; filename*1=name.pdf", "longname.pdf"),
        (b"filename*1=b; filename*0=a; filename*10=d; filename*2=c", "abcd"),
        (b"filename*0*=utf-8''Gr%C3; filename*1*=%BC%C3%9Fe; filename*2=.pdf", "Grüße.pdf"),
        (b"filename=plain.pdf; filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
        (b"filename=first.pdf; filename=second.pdf", "first.pdf"),
        ("filename=Grüße.pdf".encode(), "Grüße.pdf"),
        ("filename=Grüße.pdf".encode("latin-1"), "Grüße.pdf"),
        (b"filename*", ""),
        (b"filename*999999=x", ""),
        (b"filename*0*=; filename", ""),
        (b"filename*=utf-8''a%00%0Ab", "a b"),
    ],
)
def test_file_names(rest, name):
    parsed = parse_structured(b"attachment; " + rest)
    assert parsed.value == "attachment"
    assert parsed.get("filename") == name


def test_a_missing_token_leaves_the_parameters():
    assert parse_structured(b"; filename=a.png").get("filename") == "a.png"


def test_tokens_end_where_a_comment_begins():
    assert parse_structured(b"text/plain; charset=us-ascii (Plain text)").token("charset") == "us-ascii"
