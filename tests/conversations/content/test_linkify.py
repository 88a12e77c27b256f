"""Plain text as HTML."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_helpdesk.conversations.linkify import MAX_LINKED_BYTES, MAX_TOKEN_BYTES, text_to_html
from wagtail_helpdesk.conversations.sanitising import CleanHtml

LINK = 'rel="noopener noreferrer nofollow ugc"'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("One\nTwo\n\nThree", "<p>One<br>\nTwo</p>\n<p>Three</p>"),
        ("\n\n  \nOne", "<p>One</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("a & b &amp; c", "<p>a &amp; b &amp;amp; c</p>"),
        ("  indented  text", "<p>&nbsp; indented&nbsp; text</p>"),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
    ],
)
def test_text_to_html(text, html):
    assert text_to_html(text) == html
    assert isinstance(text_to_html(text), CleanHtml)


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("See https://example.com/a?b=1&c=2.", "https://example.com/a?b=1&amp;c=2"),
        ("<https://example.com/a>", "https://example.com/a"),
        ("Ann <ann@example.com>", "mailto:ann@example.com"),
        ("www.example.com", "http://www.example.com"),
        ("write to ann@example.com, please", "mailto:ann@example.com"),
    ],
)
def test_addresses_become_links(text, href):
    html = text_to_html(text)
    assert re.findall(r'href="([^"]*)"', html) == [href]
    assert LINK in html


def test_line_with_an_endless_word_gets_no_links():
    endless = "https://example.com/" + "x" * MAX_TOKEN_BYTES
    html = text_to_html(f"{endless}\nhttps://example.com/short")
    assert re.findall(r'href="([^"]*)"', html) == ["https://example.com/short"]
    assert endless in html


@pytest.mark.parametrize("character", ["x", "&", "ä", "\n", "<", " "])
def test_very_long_text_is_complete_and_without_links(character):
    text = "https://example.com/ " + character * (MAX_LINKED_BYTES + 60_000) + "end"
    html = text_to_html(text)
    assert "href" not in html
    assert words(html) == "".join(text.split())


def words(html):
    return "".join(unescape(re.sub("<[^>]*>", "", html)).replace("\u00a0", " ").split())


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), max_size=200))
def test_no_word_is_lost(text):
    assert words(text_to_html(text)) == "".join(text.replace("\u00a0", " ").split())
