import base64

import pytest

from wagtail_helpdesk.mail.parsing import Caps, ParsedMail, parse

from .samples import mail, mail_of, multipart, part

TEXT = part(b"text/plain; charset=utf-8", b"words")
HTML = part(b"text/html; charset=utf-8", b"<p>words</p>")
PNG = part(b"image/png", b"png", b"Content-Disposition: inline", b"Content-ID: <i@x>")
PDF = part(b"application/pdf", b"pdf", b'Content-Disposition: attachment; filename="a.pdf"')


def shown(parsed: ParsedMail) -> tuple[str, str, list[str]]:
    return parsed.text, parsed.html, [found.declared_type for found in parsed.attachments if not found.hidden]


@pytest.mark.parametrize(
    ("top", "text", "html", "files"),
    [
        (TEXT, "words", "", []),
        (HTML, "", "<p>words</p>", []),
        (multipart(b"alternative", TEXT, HTML), "words", "<p>words</p>", []),
        (multipart(b"alternative", HTML, TEXT), "words", "<p>words</p>", []),
        (multipart(b"mixed", TEXT, PDF), "words", "", ["application/pdf"]),
        (
            multipart(b"mixed", multipart(b"alternative", TEXT, HTML, boundary=b"c"), PDF),
            "words",
            "<p>words</p>",
            ["application/pdf"],
        ),
        (
            multipart(b"alternative", TEXT, multipart(b"related", HTML, PNG, boundary=b"c")),
            "words",
            "<p>words</p>",
            ["image/png"],
        ),
        (
            multipart(b"alternative", TEXT, multipart(b"mixed", HTML, PDF, boundary=b"c")),
            "words",
            "<p>words</p>",
            ["application/pdf"],
        ),
        (
            multipart(b"related", multipart(b"alternative", TEXT, HTML, boundary=b"c"), PNG),
            "words",
            "<p>words</p>",
            ["image/png"],
        ),
        (multipart(b"related", PNG, HTML), "", "<p>words</p>", ["image/png"]),
        (multipart(b"mixed", TEXT, PNG, part(b"text/plain", b"more")), "words\nmore", "", ["image/png"]),
        (multipart(b"mixed", HTML, PDF, HTML), "", "<p>words</p>\n<p>words</p>", ["application/pdf"]),
        (multipart(b"alternative", TEXT, TEXT), "words", "", []),
        (multipart(b"alternative", TEXT, part(b"text/plain", b"other")), "words\nother", "", []),
        (multipart(b"unknown", TEXT, PDF), "words", "", ["application/pdf"]),
        (part(b"text/plain", b"words", b"Content-Disposition: attachment"), "", "", ["text/plain"]),
        (part(b"text/plain; name=mail.txt", b"words"), "words", "", []),
        (multipart(b"mixed", TEXT, part(b"text/plain; name=notes.txt", b"file")), "words", "", ["text/plain"]),
        (multipart(b"mixed", TEXT, part(b"text/csv", b"1,2")), "words", "", ["text/csv"]),
        (PDF, "", "", ["application/pdf"]),
        (part(b"message/rfc822", b"Subject: x\r\n\r\ny"), "", "", ["message/rfc822"]),
        (part(b"message/partial; number=1", b"x"), "", "", ["message/partial"]),
        (part(b"message/external-body; access-type=url", b"x"), "", "", ["message/external-body"]),
        (part(b"text/enriched", b"<bold>Hi</bold> <param>red</param>a << b\r\n\r\nnext"), "Hi a < b\n\nnext", "", []),
    ],
)
def test_words_and_files(top, text, html, files):
    parsed = parse(mail_of(top))
    assert shown(parsed) == (text, html, files)
    assert parsed.level == "full"


def test_text_beside_html_is_part_of_the_html():
    parsed = parse(mail_of(multipart(b"mixed", part(b"text/plain", b"a <b>\r\nc"), HTML)))
    assert parsed.html == "<div>a &lt;b&gt;<br>\nc</div>\n<p>words</p>"
    assert parsed.text_is_stub


def test_the_root_of_related_is_named_by_start():
    first, second = (
        part(b"text/html", b"<p>no</p>", b"Content-ID: <1>"),
        part(b"text/html", b"<p>yes</p>", b"Content-ID: <2>"),
    )
    parsed = parse(mail_of(multipart(b"related", first, second, parameters=b'; start="<2>"')))
    assert parsed.html == "<p>yes</p>"
    assert [found.content for found in parsed.attachments] == [b"<p>no</p>"]


def test_a_multipart_that_is_attached_is_files():
    attached = multipart(b"mixed", TEXT, PDF, boundary=b"c").replace(
        b"\r\n\r\n", b"\r\nContent-Disposition: attachment\r\n\r\n", 1
    )
    parsed = parse(mail_of(multipart(b"mixed", part(b"text/plain", b"mine"), attached)))
    assert shown(parsed) == ("mine", "", ["text/plain", "application/pdf"])


def test_a_multipart_beside_the_root_of_related_is_files():
    parsed = parse(mail_of(multipart(b"related", HTML, multipart(b"mixed", TEXT, PNG, boundary=b"c"))))
    assert shown(parsed) == ("", "<p>words</p>", ["text/plain", "image/png"])


def test_inline_files_keep_their_ids():
    located = part(b"image/gif", b"gif", b"Content-Location: pic.gif")
    parsed = parse(mail_of(multipart(b"related", HTML, PNG, located)))
    assert [(found.disposition, found.content_id, found.content_location) for found in parsed.attachments] == [
        ("inline", "i@x", ""),
        ("inline", "", "pic.gif"),
    ]


@pytest.mark.parametrize(
    ("text", "html", "stub"),
    [
        (b"words", b"<p>words</p>", False),
        (b"", b"<p>words</p>", True),
        (b" \r\n", b"<img src='https://x.org/a.png'>", True),
        (b"Hi", b"<p>" + b"many words " * 20 + b"</p>", True),
        (b"Hi", b"<style>" + b"p{color:red} " * 50 + b"</style><p>Hi</p>", False),
        (b"Your mail program cannot show HTML messages.", b"<p>" + b"many words " * 20 + b"</p>", True),
        (b"View this mail in your browser: https://x.org", b"<p>" + b"many words " * 20 + b"</p>", True),
        (
            b"I do not like HTML mail, nor the editor that makes it.",
            b"<p>I do not like HTML mail, nor the editor that makes it.</p>",
            False,
        ),
    ],
)
def test_stubs_beside_html(text, html, stub):
    parsed = parse(mail_of(multipart(b"alternative", part(b"text/plain", text), part(b"text/html", html))))
    assert parsed.text_is_stub is stub
    assert parsed.text.strip() == text.decode().strip()


def test_special_alternatives_never_win():
    top = multipart(
        b"alternative",
        TEXT,
        part(b"text/x-amp-html", b"<html amp4email>amp</html>"),
        part(b"text/watch-html", b"<b>watch</b>"),
        HTML,
        part(b"text/calendar; method=REQUEST", b"BEGIN:VCALENDAR"),
    )
    parsed = parse(mail_of(top))
    assert (parsed.text, parsed.html) == ("words", "<p>words</p>")
    assert [(found.file_name, found.hidden) for found in parsed.attachments] == [
        ("", True),
        ("", True),
        ("invite.ics", False),
    ]


def test_signed_mail_shows_its_content_and_hides_the_signature():
    top = multipart(b"signed", TEXT, part(b"application/pkcs7-signature; name=smime.p7s", b"sig"))
    parsed = parse(mail_of(top))
    assert shown(parsed) == ("words", "", [])
    assert [(found.file_name, found.hidden) for found in parsed.attachments] == [("smime.p7s", True)]
    assert parsed.problems == ("signed",)


@pytest.mark.parametrize(
    ("top", "problem"),
    [
        (part(b"application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", b"x"), "encrypted_smime"),
        (part(b"application/x-pkcs7-mime; name=smime.p7m", b"x"), "encrypted_smime"),
        (part(b"application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", b"x"), "signed_smime_opaque"),
        (
            multipart(
                b"encrypted",
                part(b"application/pgp-encrypted", b"Version: 1"),
                part(b"application/octet-stream; name=encrypted.asc", b"x"),
            ),
            "encrypted_pgp",
        ),
    ],
)
def test_what_cannot_be_read_is_named_and_attached(top, problem):
    parsed = parse(mail_of(top))
    assert problem in parsed.problems
    assert "empty" not in parsed.problems
    assert any(not found.hidden and found.content == b"x" for found in parsed.attachments)


def test_pgp_in_the_text_is_named():
    assert parse(mail(b"-----BEGIN PGP MESSAGE-----\r\nx\r\n-----END PGP MESSAGE-----\r\n")).problems == (
        "encrypted_pgp",
    )


def test_appledouble_keeps_the_data_and_hides_the_fork():
    double = multipart(
        b"appledouble", part(b"application/applefile", b"fork"), part(b"image/png; name=a.png", b"png"), boundary=b"c"
    )
    parsed = parse(mail_of(multipart(b"mixed", TEXT, double)))
    assert [(found.content, found.hidden) for found in parsed.attachments] == [(b"fork", True), (b"png", False)]


def test_tnef_is_kept_as_a_file():
    parsed = parse(mail_of(multipart(b"mixed", TEXT, part(b"application/ms-tnef", b"tnef"))))
    assert [(found.file_name, found.content) for found in parsed.attachments] == [("winmail.dat", b"tnef")]


def test_uuencoded_files_in_the_text_are_attached():
    parsed = parse(mail(b"words\r\nbegin 644 a.txt\r\n#86)C\r\n`\r\nend\r\nmore\r\n"))
    assert parsed.text == "words\nmore"
    assert [(found.file_name, found.content) for found in parsed.attachments] == [("a.txt", b"abc")]


def test_transfer_encodings_and_charsets_of_bodies():
    encoded = base64.encodebytes("Grüße".encode("cp1252"))
    parsed = parse(mail(encoded, b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: base64"))
    assert parsed.text == "Grüße"
    assert (parsed.charset_declared, parsed.charset_used, parsed.charset_repaired) == ("utf-8", "cp1252", True)


@pytest.mark.parametrize(
    ("delsp", "body", "text"),
    [
        (b"no", b"one \r\ntwo\r\nthree", "one two\nthree"),
        (b"yes", b"one \r\ntwo", "onetwo"),
        (b"no", b"> quoted \r\n> more\r\nmine", "> quoted more\nmine"),
        (b"no", b"> a \r\n>> b", "> a \n>> b"),
        (b"no", b" >no quote\r\n From here", ">no quote\nFrom here"),
        (b"no", b"words \r\n-- \r\nAna", "words \n-- \nAna"),
        (b"no", b"open \r\n", "open "),
        (b"no", b"open ", "open "),
    ],
)
def test_flowed_text(delsp, body, text):
    content_type = b"Content-Type: text/plain; format=flowed; delsp=" + delsp
    assert parse(mail(body, content_type)).text == text


def test_caps_cut_and_say_so():
    caps = Caps(text=10, html=10, attachments=2, subject=5)
    top = multipart(b"mixed", part(b"text/plain", b"x" * 50), part(b"text/html", b"<p>" + b"y" * 50), PDF, PDF, PDF)
    parsed = parse(mail_of(top).replace(b"Subject: Hello", b"Subject: Hello world"), caps)
    assert (len(parsed.text), len(parsed.html), len(parsed.attachments), parsed.subject) == (10, 10, 2, "Hello")
    assert set(parsed.problems) == {"truncated_text", "truncated_html", "too_many_attachments", "truncated_subject"}


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", mail(b""), mail(b" \r\n"), mail_of(part(b"text/html", b"<p> </p>"))])
def test_an_empty_mail_is_a_mail(raw):
    parsed = parse(raw)
    assert parsed.level == "full"
    assert "empty" in parsed.problems
    assert parsed.attachments == ()
