"""Real answers and real payloads, which are not part of the project."""

import base64
import email
import email.policy
import json
import re
from pathlib import Path

import nh3
import pytest

from tests.conversations.content.test_sanitising import Tags, alive
from wagtail_helpdesk.conversations.html_text import html_to_text
from wagtail_helpdesk.conversations.quoting import split_reply
from wagtail_helpdesk.conversations.sanitising import clean_agent_html, clean_html, render_html

CORPUS = Path(__file__).resolve().parents[3].parent / "shared" / "corpus"

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real material is not at hand")


def rows(name):
    return [json.loads(line) for line in (CORPUS / name).read_text(encoding="utf-8").splitlines()]


def squeezed(text):
    return "".join(text.split())


def test_no_payload_stays_alive():
    for row in rows("payloads.jsonl"):
        cleaned = clean_html(row["payload"])
        assert not cleaned.too_complex, row["id"]
        assert alive(cleaned.html) == alive(clean_agent_html(row["payload"])) == [], row["id"]
        assert clean_html(cleaned.html).html == cleaned.html, row["id"]
        shown = Tags(render_html(cleaned.html, inline={})).found
        assert [tag for tag, attrs in shown if "src" in attrs or "url(" in attrs.get("style", "")] == [], row["id"]


def test_harmless_words_are_kept_as_well_as_nh3_does():
    ours = by_nh3 = 0
    judged = [row for row in rows("payloads.jsonl") if row["expected"]]
    for row in judged:
        expected = {squeezed(html_to_text(html)) for html in row["expected"]}
        ours += squeezed(html_to_text(clean_html(row["payload"]).html)) in expected
        by_nh3 += squeezed(html_to_text(nh3.clean(row["payload"]))) in expected
    assert ours >= by_nh3
    assert ours >= 0.9 * len(judged)


def parts(row):
    """Return the text and the HTML of an answer."""
    if row["kind"] == "html":
        return "", row["text"]
    if row["kind"] == "text":
        return row["text"].replace("\r\n", "\n"), ""
    message = email.message_from_bytes(base64.b64decode(row["raw"]["base64"]), policy=email.policy.default)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    return text.get_content() if text else "", html.get_content() if html else ""


def judge(row):
    """Return whether an answer is split exactly as expected, and whether but for white space."""
    text, html = parts(row)
    split = split_reply(text, html)
    shown = split.reply_text if text else html_to_text(split.reply_html_raw)
    expect = row["expect"]
    if "reply" in expect:
        return shown.strip() == expect["reply"].strip(), squeezed(shown) == squeezed(expect["reply"])
    good = (
        (not expect.get("full") or squeezed(shown) == squeezed(text or html_to_text(html)))
        and all(squeezed(piece) in squeezed(shown) for piece in expect.get("contains", []))
        and not any(piece in shown for piece in expect.get("excludes", []))
        and all(re.search(pattern.replace("\\/", "/"), shown) for pattern in expect.get("matches", []))
    )
    return good, good


def test_answers_are_split_better_than_the_best_known():
    verdicts = [judge(row) for row in rows("replies.jsonl")]
    assert sum(exact for exact, _ in verdicts) / len(verdicts) > 0.80
    assert sum(close for _, close in verdicts) / len(verdicts) > 0.83


def test_no_expected_word_is_lost():
    """Where the sources expect a signature in the answer, or a quote, ours may hide it; nothing else."""
    allowed = {"sparrow.eml", "test_gmail_quote_blockquote"}
    lost = []
    for row in rows("replies.jsonl"):
        text, html = parts(row)
        split = split_reply(text, html)
        shown = squeezed(split.reply_text if text else html_to_text(split.reply_html_raw))
        wanted = [row["expect"].get("reply", ""), *row["expect"].get("contains", [])]
        words = {word for piece in wanted for word in re.findall(r"\w{2,}", piece)}
        if any(word not in shown for word in words) and row["id"] not in allowed:
            lost.append(row["id"])
    assert lost == []
