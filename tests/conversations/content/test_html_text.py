"""The text form of HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_helpdesk.conversations.html_text import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("One<br>Two<br><br>Three", "One\nTwo\n\nThree"),
        ("  a \n\n b&nbsp; c  ", "a b c"),
        ("a<b> b</b><i>c </i>d", "a bc d"),
        ("<h1>Title</h1>Text", "Title\n\nText"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>d", "- a\n- b\n  - c\n\nd"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<li>a", "- a"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>d", "a\tb\nc\n\nd"),
        ("a<blockquote>b<br>c<blockquote>d</blockquote></blockquote>e", "a\n\n> b\n> c\n>\n> > d\n\ne"),
        ("<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc"),
        ("<a href='https://e.org/x'>here</a>.", "here <https://e.org/x>."),
        ("<a href='https://e.org/'>e.org</a>", "e.org"),
        ("<a href='mailto:a@e.org'>A@e.org</a>", "A@e.org"),
        ("<a href='mailto:a@e.org'>Ann</a>", "Ann <mailto:a@e.org>"),
        ("<a href='javascript:x'>here</a>", "here"),
        ("<a href='https://e.org/x'><img src=y></a>", ""),
        ("<a href='https://e.org/1'>one<a href='https://e.org/2'>two", "one <https://e.org/1>two <https://e.org/2>"),
        ("<img alt='A cat'> sat", "[A cat] sat"),
        ("<head><title>no</title><style>p{}</style></head><body>yes<script>no</script>", "yes"),
        ("<!-- no -->a<?xml no?>", "a"),
        ("&lt;b&gt; &amp;amp; &euro; &#8364; &bogus;", "<b> &amp; € € &bogus;"),
        ("<textarea>a &amp; <b></textarea>", "a & <b>"),
        ("1 < 2", "1 < 2"),
        ("a\0b\ud800c", "ab\ufffdc"),
        ("a &#0;&#55296; b", "a \ufffd\ufffd b"),
        ("<title>unclosed <p>words", "unclosed\n\nwords"),
        ("<div>" * 3000 + "deep", "deep"),
        ("</div></ul></ol></blockquote></pre></a>x", "x"),
    ],
)
def test_html_to_text(html, text):
    assert html_to_text(html) == text


@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "<td>", "<ul>", "</ul>", "<li>", "<pre>", "<a href=//x>", "<b", ">", "<!--", "x"]
        )
    )
)
def test_words_outside_tags_are_never_lost(pieces):
    html = "".join(pieces)
    assert html_to_text(html + "> --> words").endswith("words")


@given(st.text(max_size=300))
def test_result_can_be_stored(html):
    text = html_to_text(html)
    text.encode()
    assert "\0" not in text


def test_deep_quotes_do_not_grow_without_bound():
    text = html_to_text("<blockquote>" * 2000 + "words")
    assert text.endswith("> words")
    assert len(text) < 100
