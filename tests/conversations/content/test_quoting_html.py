"""Which part of an HTML answer is new."""

import pytest

from wagtail_helpdesk.conversations.html_text import html_to_text
from wagtail_helpdesk.conversations.quoting import Reason, reply_delimiter, split_reply
from wagtail_helpdesk.conversations.sanitising import clean_html

ANSWER = "<div>Thank you, <b>that</b> works.</div>"
WROTE = "On Mon, Feb 1, 2030 at 6:32 PM Bob &lt;<a href='mailto:bob@example.com'>bob@example.com</a>&gt; wrote:"
HEADERS = "<b>From:</b> Bob<br><b>Sent:</b> Monday, 1 February 2030<br><b>To:</b> Ann<br><b>Subject:</b> x"

QUOTES = {
    "Gmail": f"<div class='gmail_quote'><div class=gmail_attr>{WROTE}<br></div>"
    "<blockquote class='gmail_quote' style='margin:0'>How are you?<br>Bob</blockquote></div>",
    "Gmail in 2024": f"<br><div class='gmail_quote gmail_quote_container'><div dir=ltr class=gmail_attr>{WROTE}</div>"
    "<blockquote class=gmail_quote>How?</blockquote></div>",
    "Gmail read by Hotmail": f"<div class='ecxgmail_quote'>{WROTE}<blockquote>How are you?</blockquote></div>",
    "Outlook on the web": f"<p id=appendonsend></p><hr><div id=divRplyFwdMsg>{HEADERS}</div><p>How?</p>",
    "Outlook": f"<div style='border-top:solid #E1E1E1 1.0pt'><p>{HEADERS}</p></div><p>How?</p>",
    "Outlook, unknown language": "<div style='border-top:solid #B5C4DF 1.0pt'><p>Xx: Bob</p></div><p>How?</p>",
    "Outlook, no marks": f"<hr><p>{HEADERS}</p><p>How are you?</p>",
    "mobile Outlook": f"<div id=mail-editor-reference-message-container><div>{HEADERS}</div><p>How?</p></div>",
    "Hotmail": "<hr id=stopSpelling>Date: 1 Feb 2030<br>Subject: x<br>From: a@example.com<br>To: b<p>How?</p>",
    "Apple Mail": f"<div><blockquote type=cite>{WROTE}</blockquote></div><blockquote type=cite>How?</blockquote>",
    "Thunderbird": f"<div class=moz-cite-prefix>{WROTE}<br></div><blockquote type=cite cite='mid:x'>How?</blockquote>",
    "Yahoo": f"<div id='yiv123yahoo_quoted_1' class=yahoo_quoted><div>{WROTE}</div><div>How are you?</div></div>",
    "Proton": f"<div class=protonmail_quote>{WROTE}<blockquote type=cite>How?</blockquote></div>",
    "Zimbra": f"<hr id=zwchr data-marker=__DIVIDER__><div data-marker=__HEADERS__>{HEADERS}</div>"
    "<div data-marker=__QUOTED_TEXT__>How?</div>",
    "GMX": f"<div name=quote style='margin:10px'><div>{HEADERS}</div><div name=quoted-content>How?</div></div>",
    "QQ": "<div>------------------ 原始邮件 ------------------</div><div>发件人: x<br>How?</div>",
    "plain blockquote below an attribution": f"<p>{WROTE}</p><blockquote>How are you?</blockquote>",
    "Thunderbird, unknown language": "<div class=moz-cite-prefix>Xx yy:</div><blockquote type=cite>How?</blockquote>",
    "our own delimiter": f"<p>{reply_delimiter('Reply above')}</p><p>How are you?</p>",
}

#: Those whose end can be told from what is written below.
BELOW = ("Gmail", "Thunderbird", "Thunderbird, unknown language", "Proton", "Yahoo", "GMX", "mobile Outlook")


def visible(split):
    return clean_html(split.reply_html_raw).html


@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES)
def test_quote_is_cut_out(quote):
    html = f"<html><body>{ANSWER}{quote}</body></html>"
    split = split_reply("", html)
    assert split.certain
    assert split.reason in {Reason.QUOTE, Reason.BARE_QUOTE}
    assert html_to_text(visible(split)) == "Thank you, that works."
    assert html.startswith(split.reply_html_raw)


@pytest.mark.parametrize("quote", [QUOTES[name] for name in BELOW])
@pytest.mark.parametrize("below", ["<p>No, not at all.</p>", "<img src=cid:screenshot>"], ids=["words", "image"])
def test_answer_below_the_quote_shows_everything(quote, below):
    html = f"{ANSWER}{quote}{below}"
    assert split_reply("", html) == ("", html, "", False, Reason.TEXT_AFTER_QUOTE)


def test_answer_inside_the_quote_shows_everything():
    html = (
        f"<p>See below.</p><div class=gmail_quote>{WROTE}<blockquote class=gmail_quote>A?</blockquote>"
        "<div>Yes.</div><blockquote class=gmail_quote>B?</blockquote><div>No.</div></div>"
    )
    assert split_reply("", html).reply_html_raw == html
    assert not split_reply("", html).certain


@pytest.mark.parametrize(
    "html",
    [
        "<p>The law says:</p><blockquote>Be good.</blockquote>",
        "<blockquote>Be good.</blockquote><p>I like that.</p>",
        "<p>No quote</p>",
        "<p>From: here<br>To: there</p>",
        "<!-- gmail_quote --><p class=quote id=reply>words</p>",
        "",
    ],
)
def test_plain_blockquote_is_content(html):
    assert split_reply("", html) == ("", html, "", True, Reason.NO_QUOTE)


def test_quote_only_is_shown():
    html = QUOTES["Gmail"]
    assert split_reply("", html) == ("", html, "", False, Reason.NOTHING_LEFT)


def test_image_alone_is_an_answer():
    split = split_reply("", "<img src=cid:a>" + QUOTES["Gmail"])
    assert split.reply_html_raw == "<img src=cid:a>"


@pytest.mark.parametrize(
    "signature",
    [
        "<div class=gmail_signature data-smartmail=gmail_signature>Ann<br>Tel. 12345</div>",
        "<div id=Signature><p>Ann</p><p>Tel. 12345</p></div>",
        "<div id=AppleMailSignature>Sent from my iPhone</div>",
        "<pre class=moz-signature>-- \nAnn</pre>",
        "<br>-- <br>Ann<br>Tel. 12345",
        "<div id=ms-outlook-mobile-signature>Get <a href=x>Outlook for iOS</a></div>",
    ],
)
@pytest.mark.parametrize("quote", ["", QUOTES["Gmail"], QUOTES["Outlook on the web"]], ids=["none", "Gmail", "Outlook"])
def test_signature_is_cut_out(signature, quote):
    split = split_reply("", f"{ANSWER}{signature}{quote}")
    assert split.certain
    assert html_to_text(visible(split)) == "Thank you, that works."


def test_marked_signature_with_an_answer_below_it_stays():
    html = f"<div class=gmail_signature>Ann</div>{ANSWER}"
    assert split_reply("", html).reply_html_raw == html


def test_text_and_html_are_split_together():
    text = "Thank you, that works.\n\nOn 1 Feb 2030, at 10:00, Bob <bob@example.com> wrote:\n> How are you?\n"
    split = split_reply(text, ANSWER + QUOTES["Gmail"])
    assert split.reply_text == "Thank you, that works."
    assert html_to_text(visible(split)) == "Thank you, that works."
    assert "How are you?" in split.quoted_text


def test_doubt_in_one_form_is_doubt_in_both():
    text = "See below.\n\n> A?\n\nYes.\n"
    html = ANSWER + QUOTES["Gmail"]
    assert split_reply(text, html) == (text, html, "", False, Reason.TEXT_AFTER_QUOTE)


def test_html_decides_what_a_bare_quote_in_its_text_form_is():
    html = "<p>The law says:</p><blockquote>Be good.</blockquote>"
    text = html_to_text(html)
    assert "> Be good." in text
    assert split_reply(text, html) == (text, html, "", True, Reason.NO_QUOTE)
