"""The decision trace of a mail in words that people read, and that can be translated."""

from __future__ import annotations

import pytest

from wagtail_helpdesk.mail.trace_words import explain, label, origin


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("T3", "T3: It answers a mail of ours, and its sender takes part in the ticket."),
        ("blocked", "Its sender was blocked on that ticket."),
        ("T8: open", "T8: A number stands in its subject, which proves nothing. → a new ticket"),
        ("U: append", "An agent added it to this ticket. → added to the ticket"),
        (
            "own_id ticket=4 takes_part=False usable=True",
            "Message-ID of ours: ticket 4; sender takes part: no; ticket can take it: yes",
        ),
        ("acknowledge: True", "An acknowledgement may be sent."),
        ("acknowledge: False class_list_bulk", "No acknowledgement: mailing list or bulk mail."),
        ("acknowledge: False too_old", "No acknowledgement: it is more than a day old."),
        ("problem: truncated_text", "Odd: its text is too long."),
        (
            "character set: declared none, read as cp1252",
            "Character set: it names none and was read as cp1252.",
        ),
        ("same mail as #7, altered on the way", "the same mail as #7"),
        ("dsn by bounce address", "delivery report, known by: its bounce address"),
        ("bounced 5.1.1: not verified", "Came back 5.1.1: not proven"),
        ("the sender is not proven (authentication: fail)", "the sender is not proven (it may be forged)"),
        ("key known", "the same mail was taken before"),
        ("something of a later version", "something of a later version"),
        ("", ""),
    ],
)
def test_lines(line, words):
    assert explain(line) == words


def test_names():
    assert (label("own_copy"), label("other")) == ("copy of our own mail", "other")
    assert (origin("lmtp"), origin("other")) == ("Mail server (LMTP)", "other")
