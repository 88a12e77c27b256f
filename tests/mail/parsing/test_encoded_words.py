import pytest

from wagtail_helpdesk.mail.parsing.encoded_words import decode_value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"Hello", "Hello"),
        (b"=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?UTF-8?b?R3LDvMOfZQ==?=", "Grüße"),
        (b"=?utf-8?B?R3LDvMOfZQ?=", "Grüße"),
        (b"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        (b"=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"),
        (b"=?utf-8?B?w6k?= =?utf-8?Q?_=C3?= =?utf-8?Q?=A9?=", "é é"),
        (b"=?utf-8?Q?a?= =?iso-8859-1?Q?=E9?=", "aé"),
        (b'Re: "=?iso-8859-1?Q?Fr=F6sche?=" (x)', 'Re: "Frösche" (x)'),
        (b"x=?utf-8?Q?=C3=A9?=y", "xéy"),
        (b"=?utf-8?Q?two words?=", "two words"),
        (b"=?utf-8?Q?100=?=", "100="),
        (b"=?utf-8?Q?Fr=F6sche?=", "Frösche"),
        (b"=?unknown-8bit?Q?Gr=FC=DFe?=", "Grüße"),
        (b"=?utf-8*de?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?gb2312?B?xOO6ww==?=", "你好"),
        (b"=?iso-2022-jp?B?GyRCJCIbKEI=?=", "あ"),
        (b'\x1b$B$"\x1b(B', "あ"),
        (b"=?utf-8?B?R3LDvMOf", "Grüß"),
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("latin-1"), "Grüße"),
        (b"=?utf-8?Q?a=0D=0ABcc:_x@y.z?=", "a Bcc: x@y.z"),
        (b"=?utf-8?Q?a=00b=1Fc?=", "abc"),
        (b"=?a?b", "=?a?b"),
        (b"1 =? 2 ?= 3", "1 =? 2 ?= 3"),
        (b"", ""),
    ],
)
def test_header_values_are_read(value, text):
    assert decode_value(value) == text


def test_raw_bytes_are_read_with_the_charset_of_the_mail():
    assert decode_value("Привет".encode("koi8-r"), hint="koi8-r") == "Привет"
    assert decode_value("Привет".encode(), hint="koi8-r") == "Привет"
