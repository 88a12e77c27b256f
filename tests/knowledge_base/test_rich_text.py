"""Any HTML becomes plain, balanced rich text, and nothing else."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from wagtail_helpdesk.knowledge_base.forms import FEATURES
from wagtail_helpdesk.knowledge_base.rich_text import text_to_rich_text, to_rich_text

ALLOWED = {"p", "h2", "h3", "ul", "ol", "li", "b", "i", "br", "a"}


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", ""),
        ("  \n ", ""),
        ("plain", "<p>plain</p>"),
        ("<div>one</div><div>two</div>", "<p>one</p><p>two</p>"),
        ("<div>one<br>two</div>", "<p>one<br/>two</p>"),
        ("one<br><br>two", "<p>one</p><p>two</p>"),
        ("<p><br></p><p>one<br></p>", "<p>one</p>"),
        ("<h1>a</h1><h5>b</h5>", "<h2>a</h2><h3>b</h3>"),
        ("<strong>a</strong> <em>b</em>", "<p><b>a</b> <i>b</i></p>"),
        ("<b>a<b>b</b>c</b>", "<p><b>a</b><b>b</b><b>c</b></p>"),
        ("<ul><li>a</li><li>b</li></ul>c", "<ul><li>a</li><li>b</li></ul><p>c</p>"),
        ("<ol><li><p>a</p></li></ol><ul><li>b</li></ul>", "<ol><li>a</li></ol><ul><li>b</li></ul>"),
        ("<li>orphan</li>", "<ul><li>orphan</li></ul>"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "<p>a</p><p>b</p>"),
        ("<a href='https://example.org/?a=1&amp;b=2'>x</a>", '<p><a href="https://example.org/?a=1&amp;b=2">x</a></p>'),
        ("<a href='mailto:a@example.org'>x</a>", '<p><a href="mailto:a@example.org">x</a></p>'),
        ('<a linktype="page" id="3">x</a>', '<p><a linktype="page" id="3">x</a></p>'),
        ('<a linktype="page" id="3 or 1">x</a>', "<p>x</p>"),
        ("<a href='javascript:alert(1)'>x</a>", "<p>x</p>"),
        ("<a href='java\nscript:alert(1)'>x</a>", "<p>x</p>"),
        ("<a href='data:text/html,x'>x</a>", "<p>x</p>"),
        ("<a href='/admin/'>x</a>", "<p>x</p>"),
        ("<img src='https://tracker.example/1.png'>a", "<p>a</p>"),
        ("a<script>alert(1)</script>b", "<p>ab</p>"),
        ("<style>p{}</style><p onclick='x' style='y'>a</p>", "<p>a</p>"),
        ("&lt;script&gt;", "<p>&lt;script&gt;</p>"),
        ("<p>un<b>closed", "<p>un<b>closed</b></p>"),
    ],
)
def test_reduction(html, expected):
    assert to_rich_text(html) == expected


def test_text_keeps_its_paragraphs():
    assert text_to_rich_text("Hello <you>,\nline\n\n\nBye\n") == "<p>Hello &lt;you&gt;,<br/>line</p><p>Bye</p>"


class _Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        assert tag in ALLOWED
        if tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag == "br"

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


BLOCKS = ["<p>", "</p>", "<div>", "</div>", "<h2>", "</h2>", "<table>", "<td>", "</td>", "<br>"]
LISTS = ["<ul>", "</ul>", "<ol>", "</ol>", "<li>", "</li>"]
INLINE = ["<b>", "</b>", "<i>", "</em>", "<a href='https://x.example'>", "</a>"]
HOSTILE = ["<script>", "</script>", "<svg>", "</svg>", "<img src=x onerror=y>", "<!-- ", " -->", "<![CDATA[", "]]>"]
FRAGMENTS = st.lists(
    st.one_of(st.text(max_size=8), st.sampled_from([*BLOCKS, *LISTS, *INLINE, *HOSTILE])), max_size=30
).map("".join)


@given(FRAGMENTS)
def test_always_balanced_and_allowed(html):
    result = to_rich_text(html)
    checker = _Balance()
    checker.feed(result)
    checker.close()
    assert checker.open == []
    assert not re.search(r"<(?!/?(?:p|h2|h3|ul|ol|li|b|i|br|a)\b)", result)
    assert to_rich_text(result) == result


@given(FRAGMENTS)
def test_editor_takes_it(html):
    """Wagtail's editor asserts that tags match."""
    converter = ContentstateConverter(features=[*FEATURES])
    converter.from_database_format(to_rich_text(html))
