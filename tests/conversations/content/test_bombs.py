"""Input made to be slow. The bounds are generous; the growth is what is tested: each of these once took minutes."""

import time

import pytest

from wagtail_helpdesk.conversations.css import filter_style
from wagtail_helpdesk.conversations.file_names import clean_file_name, number_duplicates
from wagtail_helpdesk.conversations.html_text import html_to_text
from wagtail_helpdesk.conversations.linkify import text_to_html
from wagtail_helpdesk.conversations.quoting import split_reply
from wagtail_helpdesk.conversations.sanitising import clean_agent_html, clean_html, render_html, used_content_ids

pytestmark = pytest.mark.fault

SECONDS = 6

FONTS = "".join(f"<font color=#{number:06x} style='color:red;{'x' * 3000}'>" for number in range(280))
BOMBS = {
    "divs": "<div>" * 100_000,
    "attributes": "<p " + " ".join(f"a{number}=1" for number in range(100_000)) + ">x",
    "attributes of html": "".join(f"<html a{number}=1>" for number in range(40_000)),
    "hidden html tags": "".join(f"<<!---->html a{number}=1>" for number in range(40_000)),
    "links": "<a href=https://e.org>x</a>" * 20_000,
    "one style": "<p style='" + "color:red;" * 100_000 + "'>x",
    "styles": "".join(f"<p style='color:#{number:06x}'>x" for number in range(28_000)),
    "fonts": f"<p>{FONTS}</p>" + "<p>x</p>" * 9_000,
    "misplaced in a table": "<table>" + "x<br>" * 60_000,
    "ampersands": "&" * 1_000_000,
    "less than": "<" * 1_000_000,
    "open tags": "<a " * 300_000,
    "open end tags": "</a " * 250_000,
    "open quotes": '<a b="' * 150_000,
    "open comments": "<!--" * 250_000,
    "open styles": "<style>" * 100_000,
    "misnested": "<b><i><p></b></i>" * 20_000,
    "tables": "<table><tr><td>" * 20_000,
    "quotes": "<blockquote type=cite>x" * 20_000,
    "long reference": "&#" + "9" * 900_000 + ";",
    "newlines": "\n" * 50_000,
    "line breaks": "x<br>" * 50_000,
    "on": "On On On " * 17_000,
    "on lines": "On 2030-01-01 10:00\n" * 20_000,
    "attributions": "On 1.1.2030 10:00 a <b@c.de> wrote:\n> x\n" * 15_000,
    "header lines": "From: a\nTo: b\n" * 25_000,
    "dashes": "--\nx\n" * 20_000,
    "parentheses": "http://example.com/" + "(" * 50_000,
    "short parentheses": ("http://example.com/" + "(" * 1_900 + " ") * 50,
    "dots": ("a." * 950 + "com ") * 50,
    "at signs": "@" * 1_000_000,
    "spaces": " " * 1_000_000,
}


def split_text(bomb):
    return split_reply(bomb, "")


def split_html(bomb):
    return split_reply("", bomb)


def render(bomb):
    return render_html(bomb, inline={})


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
@pytest.mark.parametrize(
    "function",
    [clean_html, clean_agent_html, render, used_content_ids, html_to_text, text_to_html, split_text, split_html],
    ids=lambda function: function.__name__,
)
def test_bomb_is_harmless(function, bomb):
    started = time.perf_counter()
    function(bomb)
    assert time.perf_counter() - started < SECONDS


@pytest.mark.parametrize("style", ["(" * 4_000, "color:" + "rgb(" * 1_000, "{" * 4_000, "color:red;" * 400])
def test_style_bomb_is_harmless(style):
    started = time.perf_counter()
    filter_style(style)
    assert time.perf_counter() - started < SECONDS


def test_many_or_long_names_are_harmless():
    started = time.perf_counter()
    assert len(set(number_duplicates(["a.txt"] * 5_000))) == 5_000
    clean_file_name("a/" * 500_000 + "\u202e" * 500_000)
    assert time.perf_counter() - started < SECONDS


@pytest.mark.parametrize("name", ["open tags", "open comments", "open quotes", "open styles", "divs"])
def test_words_in_a_bomb_can_still_be_read(name):
    assert html_to_text(BOMBS[name] + "> --> words").endswith("words")
