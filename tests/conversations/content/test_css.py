"""Which declarations of a style attribute stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_helpdesk.conversations.css import MAX_STYLE_CHARACTERS, filter_style


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("color:red", "color:red"),
        ("COLOR: #FF0000; Margin: 0 auto", "color:#FF0000;margin:0 auto"),
        ("color: rgb(1, 2, 3)", "color:rgb(1, 2, 3)"),
        ("color: hsl(120deg 10% 20% / 50%)", "color:hsl(120deg 10% 20% / 50%)"),
        ("font-family: 'Segoe UI', 宋体, sans-serif", 'font-family:"Segoe UI", 宋体, sans-serif'),
        ("font: 12px/1.5 Arial", "font:12px/1.5 Arial"),
        ("border: 1px solid #ccc !important", "border:1px solid #ccc"),
        ("background: url(https://e.org/x)", ""),
        ("background: u\\72l(https://e.org/x)", ""),
        ("background: image-set('x' 1x)", ""),
        ("color: expression(alert(1))", ""),
        ("width: calc(100% + 1px)", ""),
        ("color: var(--x)", ""),
        ("color: rgb(url(x))", ""),
        ("color: 'red'", ""),
        ("position: fixed; z-index: 9; display: none; color: red", "color:red"),
        ("margin-left: -9999px", ""),
        ("-moz-binding: url(x)", ""),
        ("behavior: url(x)", ""),
        ("--x: 1", ""),
        ("@import 'x'; color: red", "color:red"),
        ("color: red; } body { color: blue", "color:red"),
        ("/* a */ color /* b */: /* c */ red", "color:red"),
        ("color:", "color:"),
        ("font-family: '</style><script>'", ""),
        ("", ""),
    ],
)
def test_filter_style(style, kept):
    assert filter_style(style) == kept


def test_very_long_style_is_dropped():
    style = "color:red;" * (MAX_STYLE_CHARACTERS // 10)
    assert filter_style(style)
    assert filter_style(style + "color:red") == ""


@given(st.text(alphabet="colr:;ed ()url\\72'\"#-!*/{}@,%.0x\n\0", max_size=60).map("color:{}".format))
def test_nothing_that_loads_stays(style):
    kept = filter_style(style)
    # The bare word is a name like any other, and loads nothing.
    assert "url(" not in kept.lower()
    assert not {"{", "}", "<", "@", "\\"} & set(kept)
    assert filter_style(kept) == kept
