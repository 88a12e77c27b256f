"""What foreign HTML keeps and what it loses."""

import copy
import pickle
import re
from html.parser import HTMLParser

import pytest
from django.utils.safestring import SafeData
from hypothesis import given
from hypothesis import strategies as st

from wagtail_helpdesk.conversations.html_reducing import KNOWN_TAGS
from wagtail_helpdesk.conversations.html_text import html_to_text
from wagtail_helpdesk.conversations.sanitising import (
    CleanHtml,
    clean_agent_html,
    clean_html,
    join_clean,
    render_html,
    used_content_ids,
)

PIECES = st.sampled_from(
    [
        *("<", ">", '"', "'", "=", "/", "&", ";", " ", "x", "\n", "\0", "\ud800", "<!--", "-->", "<![CDATA[", "]]>"),
        *("<script>", "</script>", "<style>", "</style>", "<svg>", "<math>", "<mtext>", "<mglyph>", "<noscript>"),
        *("<template>", "<title>", "<textarea>", "<xmp>", "<table>", "<td>", "<select>", "<form>", "<p>", "</p>"),
        *("<a href=", "<img src=", "javascript:alert(1)", "data:text/html,x", "cid:a@b", "https://e.org/", "onerror=x"),
        *(" style='", "position:fixed", "background:url(//e.org)", "color:red", "<b>", "</b>", "<iframe srcdoc="),
    ]
)
HOSTILE = st.lists(PIECES, max_size=30).map("".join)


class Tags(HTMLParser):
    """Collects the start tags of HTML that is known to be well formed."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def alive(html):
    """Return the tags of `html` that could run, load or navigate in a way that they must not."""
    return [(tag, attrs) for tag, attrs in Tags(html).found if not harmless(tag, attrs)]


def harmless(tag, attrs):
    addresses = {"href": r"(https?://[^/\\]|mailto:|tel:)", "src": r"(https?://[^/\\]|cid:)"}
    return tag in KNOWN_TAGS and all(
        not name.startswith("on")
        and name not in {"id", "name", "class", "srcset", "background", "action", "formaction", "srcdoc"}
        and (name not in addresses or re.match(addresses[name], value, re.IGNORECASE))
        and (name != "style" or not re.search(r"url|expression|position|@import", value, re.IGNORECASE))
        for name, value in attrs.items()
    )


@pytest.mark.parametrize(
    ("foreign", "kept"),
    [
        ("<p>Hello <b>you</b></p>", "<p>Hello <b>you</b></p>"),
        ("<script>alert(1)</script>hello", "hello"),
        ("<p onclick=alert(1)>x</p>", "<p>x</p>"),
        ("<p id=content name=x class=button>x</p>", "<p>x</p>"),
        ("<form action=https://e.org><input name=a><button>Go</button></form>", "  Go  "),
        ("<svg><script>alert(1)</script><desc>words</desc></svg>", "words"),
        ("<root>words</root>", "words"),
        ("<template><p>words</p></template>", "<p>words</p>"),
        ("<noscript><p>words</p></noscript>", "<p>words</p>"),
        ("<title>no</title><style>p{}</style><p>yes</p>", "<p>yes</p>"),
        ("<iframe src=https://e.org>x</iframe>", ""),
        ("a<!-- b -->c<?php d ?>e<!DOCTYPE x>f", "acef"),
        ("<textarea><script>x</script></textarea>", " &lt;script&gt;x&lt;/script&gt; "),
        ("<<root>script>alert(1)<</root>/script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ('<p style="color:red;position:fixed">x</p>', '<p style="color:red">x</p>'),
        ("2 < 3 & 4 > 1", "2 &lt; 3 &amp; 4 &gt; 1"),
        ("<table background=https://e.org/x><tr><td bgcolor=red>x", None),
    ],
)
def test_clean_html_keeps_the_words_only(foreign, kept):
    cleaned = clean_html(foreign)
    assert not cleaned.too_complex
    assert alive(cleaned.html) == []
    if kept is not None:
        assert cleaned.html == kept


@pytest.mark.parametrize(
    "address",
    [
        *(
            "javascript:alert(1)",
            " javascript:alert(1)",
            "java\tscript:alert(1)",
            "JaVaScRiPt&colon;alert(1)",
            "/admin/",
        ),
        *(
            "&#1;javascript:alert(1)",
            "vbscript:x",
            "data:text/html,x",
            "//e.org/x",
            "\\\\e.org",
            "cid:a@b",
            "file:///x",
        ),
        *(
            "https:admin/delete",
            "https:/admin",
            "https:\\\\e.org",
            "#top",
            "?x=1",
            "view-source:x",
            "blob:https://e.org/1",
        ),
    ],
)
def test_link_to_such_an_address_loses_it(address):
    cleaned = clean_html(f'<a href="{address}">words</a>').html
    assert "href" not in cleaned
    assert "words" in cleaned


@pytest.mark.parametrize("address", ["https://e.org/?a=1&amp;b=2", "HTTP://e.org", "mailto:a@e.org", "tel:+49-1"])
def test_link_keeps_its_address_and_opens_apart(address):
    cleaned = clean_html(f'<a href="{address}" target="_top" rel="opener">words</a>').html
    assert f'href="{address}"' in cleaned
    assert 'target="_blank"' in cleaned
    assert 'rel="noopener noreferrer nofollow ugc"' in cleaned
    assert "_top" not in cleaned


def test_remote_images_are_kept_for_later_and_counted():
    cleaned = clean_html(
        "<img src=https://e.org/a.png><img src='http://e.org/b.png'><img src=//e.org/c><img src=d.png>"
        "<img src=data:image/png;base64,AAAA><img src=https:e.png><img srcset='https://e.org/f 2x'>"
    )
    assert cleaned.remote_images == 2
    assert re.findall(r'src="([^"]*)"', cleaned.html) == ["https://e.org/a.png", "http://e.org/b.png"]


@pytest.mark.parametrize(
    ("source", "content_id"),
    [
        ("cid:image001.png@01DB.ABC", "image001.png@01DB.ABC"),
        ("CID:&lt;a%40b&gt;", "a@b"),
        ("cid:%3Ca@b%3E", "a@b"),
        ("cid:a%2525b", "a%25b"),
        ("cid:ä ö@b", "ä ö@b"),
    ],
)
def test_attached_image_is_found_by_its_decoded_id(source, content_id):
    stored = clean_html(f'<img src="{source}">').html
    assert used_content_ids(stored) == {content_id}
    assert used_content_ids(clean_html(stored).html) == {content_id}
    shown = render_html(stored, inline={content_id: "https://desk.example/files/1"})
    assert shown == '<img src="https://desk.example/files/1">'


def test_content_id_in_words_is_not_used():
    assert used_content_ids(clean_html('<p title="src=&quot;cid:a@b&quot;">src="cid:c@d"</p>').html) == frozenset()


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "files/1", "//e.org/1", "/\\\\e.org/1", "data:image/png,x", "", "https:x"]
)
def test_render_html_uses_no_address_of_others_for_attached_images(address):
    assert render_html('<img src="cid:a" alt="x">', inline={"a": address}) == '<img alt="x">'


def test_render_html_shows_remote_images_when_told_so():
    stored = clean_html('<img src="https://e.org/a.png" alt="x"><img src="cid:gone">').html
    assert render_html(stored, inline={}) == '<img alt="x"><img>'
    assert (
        render_html(stored, inline={}, remote=lambda address: address.upper())
        == '<img src="HTTPS://E.ORG/A.PNG" alt="x"><img>'
    )


def test_render_html_cleans_again():
    assert render_html("<script>x</script><p onclick=x>y</p>", inline={}) == "<p>y</p>"


def test_agent_html_keeps_https_images_only():
    cleaned = clean_agent_html("<img src=https://e.org/a><img src=http://e.org/b><img src=cid:c><a href=/admin/>x</a>")
    assert re.findall(r'src="([^"]*)"', cleaned) == ["https://e.org/a"]
    assert "admin" not in cleaned


def test_too_complex_agent_html_keeps_its_words():
    cleaned = clean_agent_html("<div>" * 12_000 + "<script>x</script>2 < 3")
    assert cleaned == "<pre>2 &lt; 3</pre>"


def test_too_complex_html_leaves_nothing():
    assert clean_html("<div>" * 6_000 + "words") == ("", 0, True)


def test_depth_within_the_limit_is_kept():
    cleaned = clean_html("<div>" * 4_000 + "words")
    assert not cleaned.too_complex
    assert "words" in cleaned.html


def test_only_the_sanitiser_makes_clean_html():
    for value in ("<script>", ""):
        with pytest.raises(TypeError):
            CleanHtml(value)
    assert isinstance(clean_html("x").html, CleanHtml)
    assert isinstance(clean_html("x").html, SafeData)
    assert clean_html("<b>x</b>").html.__html__() == "<b>x</b>"


@pytest.mark.parametrize("change", [str.upper, lambda html: html + "<script>", lambda html: html[1:]])
def test_changed_clean_html_is_no_longer_clean(change):
    assert not isinstance(change(clean_html("<b>x</b>").html), CleanHtml)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda html: pickle.loads(pickle.dumps(html))])
def test_clean_html_from_elsewhere_is_plain_text(duplicate):
    copied = duplicate(clean_html("<b>x</b>").html)
    assert copied == "<b>x</b>"
    assert not isinstance(copied, SafeData)


def test_only_clean_html_can_be_joined():
    assert join_clean([clean_html("<b>x</b>").html, clean_html("y").html]) == "<b>x</b>y"
    with pytest.raises(TypeError):
        join_clean([clean_html("x").html, "<script>"])


@given(HOSTILE)
def test_nothing_stays_alive_however_often_it_is_parsed(html):
    cleaned = clean_html(html)
    assert alive(cleaned.html) == []
    # Links in tables in links move when they are parsed again; what there is stays the same.
    again = clean_html(cleaned.html)
    assert alive(again.html) == []
    assert sorted(html_to_text(again.html).split()) == sorted(html_to_text(cleaned.html).split())
    assert alive(clean_agent_html(html)) == []
    shown = render_html(cleaned.html, inline={})
    assert [attrs for tag, attrs in Tags(shown).found if "src" in attrs] == []


@given(st.text(max_size=200))
def test_any_text_survives(text):
    for cleaned in (clean_html(text).html, clean_agent_html(text), render_html(text, inline={})):
        cleaned.encode()
        assert alive(cleaned) == []


@given(st.lists(st.sampled_from([*sorted(KNOWN_TAGS - {"img", "hr"}), "root", "desc", "o:p"]), max_size=8))
def test_words_in_any_elements_are_kept(names):
    html = "".join(f"<{name}>word{index}" for index, name in enumerate(names))
    text = html_to_text(clean_html(html).html)
    # Table parts outside a table, and words between them, are moved about by parsers, never lost.
    assert all(f"word{index}" in text for index in range(len(names)))


class TestOwnPaths:
    """Images of ours have paths; nothing else relative gets through, whoever wrote it."""

    HTML = (
        '<a href="/admin/logout/">x</a><a href="//evil.example/">y</a><img src="/admin/x"><img src="//evil.example/p">'
        '<img src="cid:own"><img src="cid:bad"><img src="x.png" srcset="/y 2x"><p style="background:url(/z)">t</p>'
    )

    @pytest.mark.parametrize("clean", [render_html, clean_agent_html])
    def test_only_what_we_name(self, clean):
        shown = clean(self.HTML, inline={"own": "/files/1/?inline=1", "bad": "//evil.example/q"})
        assert re.findall(r'(?:src|href|srcset)="([^"]*)"', shown) == ["/files/1/?inline=1"]
        assert "url(" not in shown

    def test_stored_words_keep_the_ids_that_they_may(self):
        kept = clean_agent_html(self.HTML, inline={"own": "cid:own"})
        assert re.findall(r'src="([^"]*)"', kept) == ["cid:own"]
