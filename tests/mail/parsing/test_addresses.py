import pytest

from wagtail_helpdesk.mail.parsing import Address, normalise_email
from wagtail_helpdesk.mail.parsing.addresses import parse_addresses


def pairs(value: bytes) -> list[tuple[str, str]]:
    return [(address.name, address.email) for address in parse_addresses(value, limit=200).addresses]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"a@b.com", [("", "a@b.com")]),
        (b"<a@b.com>", [("", "a@b.com")]),
        (b"Ana <a@b.com>", [("Ana", "a@b.com")]),
        (b'"Doe, John" <j@x.com>, b@y.com', [("Doe, John", "j@x.com"), ("", "b@y.com")]),
        (b"Doe, John <j@x.com>", [("Doe, John", "j@x.com")]),
        (b"a@b.com (Ana)", [("Ana", "a@b.com")]),
        (b"a@b.com (Ana (at work))", [("Ana (at work)", "a@b.com")]),
        (b"Pete(A wonderful \\) chap) <pete(his account)@silly.test(his host)>", [("Pete", "pete@silly.test")]),
        (b"<<a@b.com>>", [("", "a@b.com")]),
        (b"Ana <a@b.com", [("Ana", "a@b.com")]),
        (b"Ana a@b.com>", [("", "a@b.com")]),
        (b"a@b.com; b@c.com", [("", "a@b.com"), ("", "b@c.com")]),
        (b"Team: Ana <a@b.com>, b@c.com;", [("Ana", "a@b.com"), ("", "b@c.com")]),
        (b"undisclosed-recipients:;", []),
        (b"Ana <@relay.org,@other.org:a@b.com>", [("Ana", "a@b.com")]),
        (b"'a@b.com' <a@b.com>", [("", "a@b.com")]),
        (b"mailto:a@b.com", [("", "a@b.com")]),
        (b"<mailto:a@b.com>", [("", "a@b.com")]),
        (b"Ana < a @ b.com >", [("Ana", "a@b.com")]),
        (b"Ana <a@b.com.>", [("Ana", "a@b.com")]),
        (b"foo@bar@baz.com", []),
        (b"<>", []),
        (b"<MAILER-DAEMON>", []),
        (b"(c):", []),
        (b"", []),
        (b'"unclosed <a@b.com>', [("unclosed", "a@b.com")]),
        (b"=?utf-8?Q?Gr=C3=BC=C3=9F,_Ana?= <a@b.com>", [("Grüß, Ana", "a@b.com")]),
        (b'"=?utf-8?Q?Gr=C3=BC=C3=9F?=" <a@b.com>', [("Grüß", "a@b.com")]),
        ("Grüß <a@b.com>".encode("latin-1"), [("Grüß", "a@b.com")]),
        ("Grüß <grüß@bücher.de>".encode(), [("Grüß", "grüß@bücher.de")]),
        (b'\x1b$B$"\x1b(B <a@b.com>', [("あ", "a@b.com")]),
        (b"=?utf-8?Q?a=0D=0AB?= <a@b.com>", [("a B", "a@b.com")]),
        (b"a+tag@b.com", [("", "a+tag@b.com")]),
    ],
)
def test_mailboxes(value, expected):
    assert pairs(value) == expected


@pytest.mark.parametrize(
    ("value", "email", "conflict"),
    [
        (b"a@good.com <b@evil.com>", "b@evil.com", True),
        (b'"a@good.com" <b@evil.com>', "b@evil.com", True),
        (b"=?utf-8?Q?a=40good.com?= <b@evil.com>", "b@evil.com", True),
        (b'"A@b.com" <a@B.com>', "a@B.com", False),
        (b"Ana <a@b.com>", "a@b.com", False),
    ],
)
def test_the_angle_address_is_the_sender(value, email, conflict):
    parsed = parse_addresses(value, limit=1)
    assert parsed.addresses[0].email == email
    assert parsed.conflict is conflict


def test_the_number_of_mailboxes_is_bounded():
    value = b", ".join(b"u%d@x.com" % number for number in range(50))
    assert len(parse_addresses(value, limit=7).addresses) == 7


@pytest.mark.parametrize(
    ("email", "normal"),
    [
        ("Ana@Example.COM", "ana@example.com"),
        (" ana+Tag@example.com ", "ana+tag@example.com"),
        ("ana@BÜCHER.example", "ana@xn--bcher-kva.example"),
        ("ana@xn--bcher-kva.example", "ana@xn--bcher-kva.example"),
    ],
)
def test_normal_form(email, normal):
    assert normalise_email(email) == normal


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ana",
        "@b.com",
        "a@",
        "a@b@c.com",
        "a b@c.com",
        "a@b\n.com",
        "a\u202e@b.com",
        "a\u200b@b.com",
        "a\ud800@b.com",
    ],
)
def test_what_is_no_address_is_refused(email):
    with pytest.raises(ValueError):
        normalise_email(email)


def test_addresses_compare_by_value():
    assert Address("Ana", "a@b.com") == Address("Ana", "a@b.com")
