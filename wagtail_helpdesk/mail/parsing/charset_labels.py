"""Which character-set names a mail may use, and the codec that reads each.

An allow-list: Python's own registry lacks names that are common in mail and has "charsets" that must never be reachable
from outside (``idna``, ``punycode``, ``unicode_escape``, ``undefined``). Narrow sets are read with the superset that
clients really write.
"""

from __future__ import annotations

import re

import webencodings

_WHATWG_CODECS = {
    "utf-8": "utf-8",
    "ibm866": "cp866",
    "iso-8859-2": "iso8859_2",
    "iso-8859-3": "iso8859_3",
    "iso-8859-4": "iso8859_4",
    "iso-8859-5": "iso8859_5",
    "iso-8859-6": "iso8859_6",
    "iso-8859-7": "iso8859_7",
    "iso-8859-8": "iso8859_8",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-10": "iso8859_10",
    "iso-8859-13": "iso8859_13",
    "iso-8859-14": "iso8859_14",
    "iso-8859-15": "iso8859_15",
    "iso-8859-16": "iso8859_16",
    "koi8-r": "koi8_r",
    "koi8-u": "koi8_u",
    "macintosh": "mac_roman",
    "windows-874": "cp874",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "windows-1252": "cp1252",
    "windows-1253": "cp1253",
    "windows-1254": "cp1254",
    "windows-1255": "cp1255",
    "windows-1256": "cp1256",
    "windows-1257": "cp1257",
    "windows-1258": "cp1258",
    "x-mac-cyrillic": "mac_cyrillic",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "utf-16be": "utf-16-be",
    "utf-16le": "utf-16",
}

# Names that the web's table lacks or refuses, as they are met in mail.
_EXTRA_LABELS = {
    "ansi": "cp1252",
    "cp-1252": "cp1252",
    "iso-8859-1:1987": "cp1252",
    "iso-8859-15:1998": "iso8859_15",
    "utf8mb4": "utf-8",
    "utf-8-sig": "utf-8",
    "cp65001": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "utf-7": "utf-7",
    "utf7": "utf-7",
    "utf-16": "utf-16",
    "utf-32": "utf-32",
    "utf-32be": "utf-32-be",
    "utf-32le": "utf-32-le",
    "cp437": "cp437",
    "ibm437": "cp437",
    "cp850": "cp850",
    "cp-850": "cp850",
    "ibm850": "cp850",
    "cp852": "cp852",
    "ibm852": "cp852",
    "cp858": "cp858",
    "cp932": "cp932",
    "cp936": "gb18030",
    "cp949": "cp949",
    "cp950": "big5hkscs",
    "big5-hkscs:2004": "big5hkscs",
    "johab": "johab",
    "ms932": "cp932",
    "ms936": "gb18030",
    "ms949": "cp949",
    "hz-gb-2312": "hz",
    "iso-2022-kr": "iso2022_kr",
    "iso-2022-jp-1": "iso2022_jp",
    "iso-2022-jp-2": "iso2022_jp",
    "iso-2022-jp-3": "iso2022_jp",
    "iso-2022-jp-ms": "iso2022_jp",
    "cp50220": "iso2022_jp",
    "cp50221": "iso2022_jp",
    "euc_jis_2004": "euc_jp",
    "mac-roman": "mac_roman",
    "macroman": "mac_roman",
    "x-mac-roman": "mac_roman",
    "x-mac-japanese": "cp932",
    "x-mac-ce": "mac_latin2",
    "koi8": "koi8_r",
}

#: Code pages of Windows that are no charset by their number.
_CODEPAGES = {
    932: "shift_jis",
    936: "gb18030",
    949: "euc-kr",
    950: "big5",
    10000: "macintosh",
    20127: "us-ascii",
    20866: "koi8-r",
    21866: "koi8-u",
    20932: "euc-jp",
    50220: "iso-2022-jp",
    50221: "iso-2022-jp",
    50222: "iso-2022-jp",
    51932: "euc-jp",
    51936: "gb18030",
    51949: "euc-kr",
    54936: "gb18030",
    65000: "utf-7",
    65001: "utf-8",
} | {28590 + part: f"iso-8859-{part}" for part in (*range(1, 10), 13, 15)}

_SEPARATORS = re.compile(r"[\s_]+")
_WINDOWS_NUMBER = re.compile(r"(?:windows|win|cp|ms|x-cp|x-windows|ibm)-?(12[5][0-8]|874|866)")

#: Codecs in which every byte means one character.
SINGLE_BYTE = frozenset(
    codec for codec in _WHATWG_CODECS.values() if codec.startswith(("cp125", "cp8", "iso8859", "koi8", "mac_"))
) | {"cp437", "cp850", "cp852", "cp858", "mac_latin2"}


def codec_for(label: str) -> str | None:
    """Return the name of the Python codec that reads the charset called ``label``; None where it is not known."""
    # RFC 2231 lets a language follow the name ("utf-8*en"); broken clients leave quotes, comments and parameters.
    label = label.strip().strip("\"'").split("*", 1)[0].split(";", 1)[0].split("(", 1)[0].strip().lower()
    if not label or len(label) > 60 or not label.isascii():
        return None
    for spelling in (label, _SEPARATORS.sub("-", label)):
        if spelling in _EXTRA_LABELS:
            return _EXTRA_LABELS[spelling]
        encoding = webencodings.lookup(spelling)
        if encoding is not None and encoding.name in _WHATWG_CODECS:
            return _WHATWG_CODECS[encoding.name]
    number = _WINDOWS_NUMBER.fullmatch(label)
    return f"cp{number[1]}" if number else None


def codec_of_codepage(codepage: int) -> str | None:
    """Return the codec for a code page by its number on Windows; None where it is not known."""
    return codec_for(_CODEPAGES.get(codepage) or f"cp{codepage}")
