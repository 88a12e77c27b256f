"""What the promotion screen starts with."""

from __future__ import annotations

import pytest

from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.knowledge_base.prefill import default_choice, prefill


def inbound(text: str) -> Message:
    return Message(direction="inbound", reply_text=text)


def outbound(html: str = "", text: str = "") -> Message:
    return Message(direction="outbound", reply_html=html, reply_text=text)


@pytest.mark.parametrize(
    ("subject", "texts", "question"),
    [
        ("Lamp", ["Hello.\nHow do I reset the lamp? It blinks."], "How do I reset the lamp?"),
        ("Lamp", ["Hola: ¿cómo reinicio la luz?"], "Hola: ¿cómo reinicio la luz?"),
        ("Re: AW: Lamp  blinks", ["It blinks."], "Lamp blinks"),
        ("Lamp", [], "Lamp"),
        ("", ["\n  First line \nsecond"], "First line"),
        ("Re: ", ["Why?"], "Why?"),
        ("", [], ""),
    ],
)
def test_question(subject, texts, question):
    assert prefill(subject, [inbound(text) for text in texts]).question == question


def test_answer_is_ours_only():
    messages = [inbound("Why is that?"), outbound("<div>Because.</div>"), outbound(text="And <so>.")]
    assert prefill("S", messages).answer == "<p>Because.</p><p>And &lt;so&gt;.</p>"


def test_default_is_first_question_and_last_answer():
    first, early, more, last = inbound("a"), outbound(text="b"), inbound("c"), outbound(text="d")
    assert default_choice([first, early, more, last]) == [first, last]
    assert default_choice([]) == []
