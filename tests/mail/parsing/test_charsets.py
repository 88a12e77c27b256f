import pytest

from wagtail_helpdesk.mail.parsing.charset_detection import Detector
from wagtail_helpdesk.mail.parsing.charset_labels import codec_for
from wagtail_helpdesk.mail.parsing.charsets import decode

GREEK, RUSSIAN, POLISH = "Καλημέρα σας", "Здравствуйте, где мой заказ?", "Zażółć gęślą jaźń"


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("UTF-8", "utf-8"),
        ('"utf-8"', "utf-8"),
        ("utf8", "utf-8"),
        ("utf-8*en", "utf-8"),
        ("iso-8859-1", "cp1252"),
        ("ISO_8859-1", "cp1252"),
        ("us-ascii", "cp1252"),
        ("us-ascii (Plain text)", "cp1252"),
        ("iso-8859-9", "cp1254"),
        ("gb2312", "gb18030"),
        ("x-gbk", "gb18030"),
        ("ks_c_5601-1987", "cp949"),
        ("x-sjis", "cp932"),
        ("windows-31j", "cp932"),
        ("big5", "big5hkscs"),
        ("tis-620", "cp874"),
        ("windows-874", "cp874"),
        ("iso-8859-8-i", "iso8859_8"),
        ("cp-850", "cp850"),
        ("x-mac-roman", "mac_roman"),
        ("win-1251", "cp1251"),
        ("utf-7", "utf-7"),
    ],
)
def test_labels_resolve_to_the_codec_that_clients_mean(label, codec):
    assert codec_for(label) == codec


@pytest.mark.parametrize(
    "label",
    [
        "idna",
        "punycode",
        "unicode_escape",
        "undefined",
        "raw_unicode_escape",
        "rot13",
        "zip",
        "x-unknown",
        "",
        "ü",
        "x" * 100,
    ],
)
def test_labels_outside_the_list_are_unknown(label):
    assert codec_for(label) is None


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        ("Größe €".encode("cp1252"), "utf-8", "Größe €"),
        ("Größe €".encode("cp1252"), "", "Größe €"),
        ("Größe €".encode("cp1252"), "iso-8859-1", "Größe €"),
        ("Größe".encode(), "iso-8859-1", "Größe"),
        ("Größe".encode(), "us-ascii", "Größe"),
        ("Größe".encode(), "x-unknown", "Größe"),
        (RUSSIAN.encode("koi8-r"), "koi8-r", RUSSIAN),
        (RUSSIAN.encode("cp1251"), "windows-1251", RUSSIAN),
        (POLISH.encode("cp1250"), "windows-1250", POLISH),
        ("㐀 你好 𠀀".encode("gb18030"), "gb2312", "㐀 你好 𠀀"),
        ("你好嗎".encode("big5"), "big5", "你好嗎"),
        ("こんにちは①".encode("cp932"), "shift_jis", "こんにちは①"),
        ("안녕하세요 똠".encode("cp949"), "euc-kr", "안녕하세요 똠"),
        ("こんにちは".encode("iso2022_jp"), "", "こんにちは"),
        ("こんにちは".encode("iso2022_jp"), "us-ascii", "こんにちは"),
        (b"\x1b$B-!-j\x1b(B", "iso-2022-jp", "①㈱"),
        (b"\x1b(I1\x1b(B", "iso-2022-jp", "ｱ"),
        ("丂".encode("iso2022_jp_2"), "iso-2022-jp-2", "丂"),
        (b'\x1b$B$"\nlost', "iso-2022-jp", "あ\nlost"),
        (b'\x1b$B$"\x01\x01\x1b(B', "iso-2022-jp", "あ?"),
        ("汉字".encode("hz"), "hz-gb-2312", "汉字"),
        ("Grüße".encode("utf-7"), "utf-7", "Grüße"),
        ("Grüße".encode("utf-16"), "", "Grüße"),
        ("Grüße".encode("utf-8-sig"), "iso-8859-1", "Grüße"),
        (b"plain", "utf-16", "plain"),
        (("héllo " * 20).encode() + b"\xff", "utf-8", "héllo " * 20 + "\ufffd"),
        (b"\x81\x8d", "windows-1252", ""),
        (b"a\x00b\x07c\td\r\ne\rf", "us-ascii", "abc\td\ne\nf"),
        (b"+2AA-", "utf-7", "\ufffd"),
    ],
)
def test_text_is_read_whatever_is_declared(data, declared, text):
    assert decode(data, declared, detector=Detector()).text == text


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Здравствуйте! Не могу войти в личный кабинет, помогите пожалуйста.", "cp1251"),
        ("Здравствуйте! Не могу войти в личный кабинет, помогите пожалуйста.", "koi8-r"),
        ("これは日本語のメールです。注文番号について質問があります。", "cp932"),
        ("您好,我想询问一下我的订单什么时候到", "gb18030"),
        ("안녕하세요 주문에 대해 질문이 있습니다", "cp949"),
        ("¿Cuándo llegará mi pedido? Mañana será tarde, señor.", "cp1252"),
        ("Olá, não consigo acessar a minha conta. Você pode me ajudar? Atenção", "cp1252"),
        ("Größe und Übergang, Préférence élève", "cp1252"),
    ],
)
def test_a_missing_declaration_is_guessed(text, codec):
    decoded = decode(text.encode(codec), "", detector=Detector())
    assert decoded.text == text
    assert decoded.repaired


def test_html_names_its_charset():
    page = b'<html><head><meta charset="iso-8859-2"></head>' + POLISH.encode("iso8859_2")
    assert decode(page, "", html=True).text.endswith(POLISH)
    assert not decode(page, "", html=False).text.endswith(POLISH)


def test_what_was_used_and_repaired_is_told():
    right = decode("Größe".encode(), "utf-8")
    wrong = decode("Größe".encode("cp1252"), "utf-8")
    assert (right.used, right.repaired) == ("utf-8", False)
    assert (wrong.used, wrong.repaired) == ("cp1252", True)
    assert not decode(b"plain", "").repaired


def test_a_mail_cannot_make_the_detector_work_without_end():
    detector = Detector(budget=20)
    assert detector.guess("Здравствуйте, где".encode("cp1251")) == "cp1251"
    assert detector.guess("Здравствуйте, кто".encode("cp1251")) is None
