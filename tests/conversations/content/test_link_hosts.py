"""Links say where they lead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_helpdesk.conversations.link_hosts import is_same_place, named_host, real_host, with_hosts
from wagtail_helpdesk.conversations.sanitising import clean_html, render_html


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("https://paypal.com/login", "paypal.com"),
        ("paypal.com", "paypal.com"),
        ("PayPal.com", "paypal.com"),
        ("http://user@bank.example/x", "bank.example"),
        ("go to www.bank.com now", "www.bank.com"),
        ("see https://bank.com.", "bank.com"),
        ("bücher.de", "bücher.de"),
        ("Click here", ""),
        ("report.pdf", ""),
        ("www.report.pdf", "www.report.pdf"),
        ("the report.Then", ""),
        ("v1.2.3", ""),
        ("ana@bank.com", ""),
        ("", ""),
        ("x" * 1000 + ".com", ""),
    ],
)
def test_named_host(words, expected):
    assert named_host(words) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://user:pw@Evil.Example.:8443/bank.com?x#y", "evil.example"),
        ("https://bank.com@evil.example/", "evil.example"),
        ("https:\\\\evil.example\\bank.com", "evil.example"),
        ("mailto:a@b.c", ""),
        ("javascript:alert(1)", ""),
        ("https://[", ""),
    ],
)
def test_real_host(address, expected):
    assert real_host(address) == expected


@pytest.mark.parametrize(
    ("named", "real", "expected"),
    [
        ("bank.com", "login.bank.com", True),
        ("www.bank.com", "bank.com", True),
        ("bank.com", "bank.com.evil.example", False),
        ("shop.co.uk", "other.co.uk", False),
        ("a.shop.co.uk", "shop.co.uk", True),
        ("bücher.de", "xn--bcher-kva.de", True),
        ("bank.com", "bаnk.com", False),
    ],
)
def test_same_place(named, real, expected):
    assert is_same_place(named, real) is expected


def shown(html: str) -> str:
    return render_html(clean_html(html).html, inline={}, explain_links=True)


def test_mismatch_is_marked_with_the_real_host():
    html = shown('<p><a href="https://evil.example/x"><b>https://</b>bank.com</a></p>')
    assert 'title="evil.example"' in html
    assert "bank.com</a> <mark>→ evil.example</mark>" in html


@pytest.mark.parametrize("words", ["bank.com", "https://www.bank.com/a", "Click here", "<img alt='bank.com'>"])
def test_honest_links_are_not_marked(words):
    assert "<mark>" not in shown(f'<a href="https://login.bank.com/">{words}</a>')


def test_own_title_of_a_link_does_not_count():
    html = shown('<a title="bank.com" href="https://evil.example/">here</a>')
    assert 'title="evil.example"' in html and "bank.com" not in html


def test_host_cannot_break_out():
    html = shown('<a href="https://x&quot; onclick=alert(1) &lt;b&gt;/">bank.com</a>')
    assert "onclick=" not in html.replace("%20onclick=", "") or "<b>" not in html


@given(st.text(alphabet="<>a href=\"':/.wbankcom \n&;", max_size=200))
def test_any_html(html):
    assert "<script" not in render_html(with_hosts(html), inline={}, explain_links=True)
