"""What people type, and what it is taken for."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_helpdesk.search.dates import day_of
from wagtail_helpdesk.search.language import MAX_LENGTH, MAX_PARTS, Query, parse
from wagtail_helpdesk.search.snippets import pieces, snippet
from wagtail_helpdesk.search.words import MAX_WORD, fold, groups_of, long_numbers, words_of


def terms(text):
    """Return the terms as they are looked for, with a minus for those that must not be there."""
    return ["-" * term.negated + term.pattern for term in parse(text).terms]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("invoice", [" invoice"]),
        ("Invoice tax", [" invoice ", " tax"]),
        ('"tax id"', [" tax id_ "]),
        ('wrong "tax id', [" wrong ", " tax id"]),
        ("in", [" in"]),
        ("in a", [" in_ ", " a"]),
        ("the invoice", [" the_ ", " invoice"]),
        ("-march invoice", ["- march ", " invoice"]),
        ("ana.souza@example.org", [" ana souza example org"]),
        ("INV-2024/007", [" inv 2024 007"]),
        ("from:ana", [" _fana"]),
        ('from:"Ana Souza" x', [" _fana _fsouza ", " x"]),
        ("to:bob@x.example subject:Tax", [" _rbob _rx _rexample ", " _stax"]),
        ("-from:bob x", ["- _fbob ", " x"]),
        ("https://x.example/a", [" https x__ example a"]),
        ("re:invoice", [" re_ invoice"]),
        ("status:open", []),
        ("_t5 __", [" t5_ "]),
        ("東京都", [" 東京_ 京都"]),
        ("東", [" 東"]),
        ("-", []),
        ('""', []),
        ("", []),
    ],
)
def test_words_and_phrases(text, expected):
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status:open", [("status", "open", False)]),
        ("-TAG:vip x", [("tag", "vip", True)]),
        ('status:"waiting for parts"', [("status", "waiting for parts", False)]),
        ("is:open is:mine", [("is", "open", False), ("is", "mine", False)]),
        ("before:2026-03-01", [("before", "2026-03-01", False)]),
        ("assignee:", [("assignee", "", False)]),
        ("nothing:here", []),
    ],
)
def test_operators(text, expected):
    assert [(part.name, part.value, part.negated) for part in parse(text).operators] == expected


def test_what_is_still_being_typed_is_no_condition():
    assert parse("status:").conditions == ()
    assert parse("from:ana status:open").conditions == parse("from:ana status:open").operators[1:]


@pytest.mark.parametrize("text", ["HD-12", "hd-12", "#12", " #12 "])
def test_certain_number(text):
    assert (parse(text).number, parse(text).is_number, parse(text).terms) == (12, True, ())


@pytest.mark.parametrize(("text", "number"), [("12", 12), ("12 x", None), ("9" * 19, None), ("#x", None), ("١٢", None)])
def test_number_that_may_be_a_word(text, number):
    assert parse(text).number == number
    assert parse(text).terms
    assert not parse(text).is_number


def test_other_prefixes():
    assert parse("CASE/7", prefix="CASE/").number == 7
    assert parse("HD-7", prefix="CASE/").number is None


def test_without_a_part():
    query = parse("status:open wrong tag:vip invoice")
    assert query.without(query.operators[0]) == "wrong tag:vip invoice"
    assert query.without(query.operators[1]) == "status:open wrong invoice"


_TYPED = st.lists(
    st.sampled_from(['"', "-", ":", "#", "from:", "is:", "HD-", " ", "a", "é", "東京", "9", "_", "\x00", "\u0301"])
    | st.text(max_size=5),
    max_size=40,
).map("".join)


@given(_TYPED)
def test_every_text_is_understood(text):
    query = parse(text)
    assert isinstance(query, Query)
    assert len(query.parts) <= MAX_PARTS and len(query.text) <= MAX_LENGTH
    for term in query.terms:
        assert all(word and not any(letter in word for letter in " '\"%\\\x00*+()") for word in term.words)
    for part in query.parts:
        assert 0 <= part.start < part.end <= len(query.text)
        query.without(part)


@given(_TYPED)
def test_what_is_stored_is_found_again(text):
    stored = f" {' '.join(words_of(text))} "
    assert "  " not in stored.strip()
    for group in groups_of(text):
        assert parse('"' + " ".join(group) + '"').terms or not group
    for word in text.split():
        for term in parse(f'"{word}"').terms if '"' not in word else ():
            assert term.pattern in stored


@given(_TYPED, _TYPED)
def test_pieces_are_the_whole_text(text, typed):
    assert "".join(piece.text for piece in pieces(text, parse(typed))) == text
    snippet(text, parse(typed))


@pytest.mark.parametrize(
    ("text", "typed", "marked"),
    [
        ("The Invoice of March", "invoice", ["Invoice"]),
        ("The invoices", "invoi", ["invoices"]),
        ("invoices", '"invoice"', []),
        ("Rechnung für Müller", "muller fur", ["für", "Müller"]),
        ("in the end", "in the end", ["in", "the", "end"]),
        ("東京都に行く", "京都", ["京都"]),
        ("ana@example.org wrote", "from:ana", ["ana"]),
        ("March", "-march x", []),
    ],
)
def test_marks(text, typed, marked):
    assert [piece.text for piece in pieces(text, parse(typed)) if piece.is_found] == marked


def test_snippet_begins_near_the_find():
    text = "word " * 200 + "needle " + "more " * 200
    shown = "".join(piece.text for piece in snippet(text, parse("needle")))
    assert shown.startswith("…word") and shown.endswith("…") and "needle" in shown and len(shown) < 200
    assert snippet("nothing of it", parse("needle")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Crème BRÛLÉE", ["creme", "brulee"]),
        ("Straße", ["strasse"]),
        ("łódź Ørsted", ["lodz", "orsted"]),
        ("ﬁne ①", ["fine", "1__"]),
        ("हिन्दी", ["हिन्दी"]),
        ("한국어", ["한국어"]),
        ("foo_bar", ["foo", "bar"]),
        ("a the", ["a__", "the_"]),
        ("東京都", ["東京_", "京都_", "都__"]),
        ("x" * 99, ["x" * MAX_WORD]),
    ],
)
def test_stored_words(text, expected):
    assert words_of(text) == expected


def test_long_numbers_as_one_word():
    assert long_numbers("Call +49 (171) 123-4567 or 12 34.") == ["491711234567"]
    assert fold("+49") == "+49"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-14", date(2026, 3, 14)),
        ("2026-03", date(2026, 3, 1)),
        ("2025", date(2025, 1, 1)),
        ("14.3.2026", date(2026, 3, 14)),
        ("14/03/2026", date(2026, 3, 14)),
        ("today", date(2026, 3, 31)),
        ("Yesterday", date(2026, 3, 30)),
        ("monday", date(2026, 3, 30)),
        ("tuesday", date(2026, 3, 24)),
        ("7d", date(2026, 3, 24)),
        ("2w", date(2026, 3, 17)),
        ("1m", date(2026, 2, 28)),
        ("1y", date(2025, 3, 31)),
        ("9999y", None),
        ("2026-13-01", None),
        ("0000", None),
        ("soon", None),
        ("", None),
    ],
)
def test_dates(text, expected):
    assert day_of(text, date(2026, 3, 31)) == expected


@given(st.text(max_size=20))
def test_every_text_is_a_date_or_none(text):
    day_of(text, date(2026, 3, 31))
