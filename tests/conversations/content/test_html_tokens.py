"""How foreign HTML is cut into tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_helpdesk.conversations.html_tokens import (
    COMMENT,
    END,
    RAW,
    START,
    TEXT,
    attribute_count,
    attributes,
    tokenize,
    unescape,
)


def tokens(html):
    return [(token.kind, html[token.start : token.end]) for token in tokenize(html)]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("a<b>c</b>d", [(TEXT, "a"), (START, "<b>"), (TEXT, "c"), (END, "</b>"), (TEXT, "d")]),
        ('<a title=">">x', [(START, '<a title=">">'), (TEXT, "x")]),
        ("<a title='>'>x", [(START, "<a title='>'>"), (TEXT, "x")]),
        ("<a title=a'>x'", [(START, "<a title=a'>"), (TEXT, "x'")]),
        ('<a ="b>c">', [(START, '<a ="b>'), (TEXT, 'c">')]),
        ("<a title=>x", [(START, "<a title=>"), (TEXT, "x")]),
        ("1 < 2 <3 <> </>", [(TEXT, "1 < 2 <3 <> "), (COMMENT, "</>")]),
        ("<é>", [(TEXT, "<é>")]),
        ("a<!-- <b> -->c", [(TEXT, "a"), (COMMENT, "<!-- <b> -->"), (TEXT, "c")]),
        ("<!--><b>", [(COMMENT, "<!-->"), (START, "<b>")]),
        ("<!---><b>", [(COMMENT, "<!--->"), (START, "<b>")]),
        ("<!-- a --!><b>", [(COMMENT, "<!-- a --!>"), (START, "<b>")]),
        ("<!-- a><b>", [(COMMENT, "<!-- a>"), (START, "<b>")]),
        ("<!DOCTYPE html><?xml ?></ x>", [(COMMENT, "<!DOCTYPE html>"), (COMMENT, "<?xml ?>"), (COMMENT, "</ x>")]),
        ("<style>a<b></style>", [(START, "<style>"), (RAW, "a<b>"), (END, "</style>")]),
        ("<SCRIPT>a</scripty></Script>", [(START, "<SCRIPT>"), (RAW, "a</scripty>"), (END, "</Script>")]),
        ("<title>a<b>c", [(START, "<title>"), (TEXT, "a"), (START, "<b>"), (TEXT, "c")]),
        ('<a b="c><i>d', [(START, '<a b="c>'), (START, "<i>"), (TEXT, "d")]),
        ("a <b", [(TEXT, "a <b")]),
    ],
)
def test_tokenize(html, expected):
    assert tokens(html) == expected


@given(st.text(alphabet="<>/!-?ab\"'= \nstyle", max_size=60))
def test_tokens_joined_are_the_document(html):
    assert "".join(source for _, source in tokens(html)) == html


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("<a>", {}),
        ("<a B=c d='e f' g=\"h&amp;i\" j>", {"b": "c", "d": "e f", "g": "h&i", "j": ""}),
        ("<a b=1 b=2>", {"b": "1"}),
        ("<a/b=1/c=2>", {"b": "1/c=2"}),
        ('<a b = "c">', {"b": "c"}),
    ],
)
def test_attributes(tag, expected):
    assert attributes(tag) == expected


def test_attribute_count_counts_repeated_ones():
    assert attribute_count("<a b=1 b=2 c/d>") == 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("&lt;&#60;&#x3c;", "<<<"),
        ("&#" + "9" * 5000 + ";x", "\ufffdx"),
        ("&#x" + "f" * 5000 + "x", "\ufffdx"),
        ("&x", "&x"),
    ],
)
def test_unescape_takes_any_reference(text, expected):
    assert unescape(text) == expected
