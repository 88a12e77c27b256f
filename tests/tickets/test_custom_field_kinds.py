"""What may stand in a field, how it reads and by what it is found."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_helpdesk.tickets.custom_fields.kinds import (
    FieldKind,
    Indexed,
    ValueRefused,
    clean_value,
    index_value,
    show_value,
)
from wagtail_helpdesk.tickets.custom_fields.options import MAX_PATH, Option, read_options, ways_to

FRUIT = read_options("Apple\nPear")
TREE = read_options("Hardware\n  Printer\n    Paper\n  Screen\nSoftware", tree=True)


@pytest.mark.parametrize(
    ("kind", "raw", "stored"),
    [
        ("text", "  A   b\nc ", "A b c"),
        ("text", 12, "12"),
        ("text", " \n ", None),
        ("lines", "one  \r\ntwo\n\n", "one\ntwo"),
        ("number", " 12.50 ", "12.5"),
        ("number", "1e3", "1000"),
        ("number", "-0", "0"),
        ("number", 7, "7"),
        ("date", "2026-03-01", "2026-03-01"),
        ("date", date(2026, 3, 1), "2026-03-01"),
        ("yes_no", "yes", True),
        ("yes_no", "No", False),
        ("yes_no", False, False),
        ("choice", "Pear", "Pear"),
        ("choices", ["Pear", "Apple", "Pear"], ["Apple", "Pear"]),
        ("choices", "Pear", ["Pear"]),
        ("choices", [], None),
        ("file", {"sha256": "a" * 64, "name": "b.txt", "x": 1}, {"sha256": "a" * 64, "name": "b.txt"}),
        ("choice", "", None),
        ("number", None, None),
    ],
)
def test_taken(kind, raw, stored):
    assert clean_value(kind, raw, FRUIT) == stored


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("text", "x" * 301),
        ("text", ["a"]),
        ("text", True),
        ("lines", "x" * 5001),
        ("number", "twelve"),
        ("number", "NaN"),
        ("number", "Infinity"),
        ("number", "1e15"),
        ("number", "0.0000001"),
        ("number", True),
        ("date", "1.3.2026"),
        ("date", "2026-02-30"),
        ("yes_no", "perhaps"),
        ("choice", "Plum"),
        ("choice", ["Pear"]),
        ("choices", ["Pear", "Plum"]),
        ("file", "b.txt"),
        ("file", {"sha256": "A" * 64, "name": "b.txt"}),
        ("file", {"sha256": "a" * 64}),
    ],
)
def test_refused(kind, raw):
    with pytest.raises(ValueRefused):
        clean_value(kind, raw, FRUIT)


def test_option_that_is_gone_may_stay_where_it_is_chosen():
    assert clean_value("choice", "Plum", FRUIT, kept="Plum") == "Plum"
    assert clean_value("choices", ["Plum", "Pear"], FRUIT, kept=["Plum"]) == ["Pear", "Plum"]
    with pytest.raises(ValueRefused):
        clean_value("choices", ["Fig"], FRUIT, kept=["Plum"])


def test_tree():
    assert [
        Option("Hardware", "Hardware", 0),
        Option("Hardware > Printer", "Printer", 1),
        Option("Hardware > Printer > Paper", "Paper", 2),
        Option("Hardware > Screen", "Screen", 1),
        Option("Software", "Software", 0),
    ] == TREE
    assert clean_value("tree", "Hardware > Screen", TREE) == "Hardware > Screen"
    with pytest.raises(ValueRefused):
        clean_value("tree", "Screen", TREE)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", []),
        ("  A\nB\n    C", ["A", "B", "B > C"]),
        ("A\n    B\n  C\n", ["A", "A > B", "A > C"]),
        ("A\nA\n\tB\n    B", ["A", "A > B"]),
    ],
)
def test_indented_anyhow(text, values):
    assert [option.value for option in read_options(text, tree=True)] == values


@given(st.text(max_size=300))
def test_any_text_makes_a_tree_whose_ways_are_options(text):
    values = [option.value for option in read_options(text, tree=True) if ">" not in option.label]
    if ">" not in text:
        assert all(set(ways_to(value)) <= set(values) for value in values)
        assert len(values) == len(set(values))


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("text", "A", "A"),
        ("number", "1234.5", "1,234.5"),
        ("date", "2026-03-01", "March 1, 2026"),
        ("yes_no", False, "No"),
        ("choices", ["Apple", "Pear"], "Apple, Pear"),
        ("tree", "Hardware > Printer", "Hardware > Printer"),
        ("yes_no", None, ""),
        ("file", {"sha256": "a" * 64, "name": "b.txt"}, "b.txt"),
        ("reference", {"pk": "1", "title": "Lamp"}, "Lamp"),
    ],
)
def test_shown(kind, value, shown, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    assert show_value(kind, value) == shown


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        ("text", "Order 12", [Indexed("Order 12")]),
        ("lines", "one\ntwo", [Indexed("one two")]),
        ("lines", "x" * 400, [Indexed("x" * MAX_PATH)]),
        ("number", "12.5", [Indexed(number=Decimal("12.5"))]),
        ("date", "2026-03-01", [Indexed(date=date(2026, 3, 1))]),
        ("yes_no", False, [Indexed("no")]),
        ("choices", ["Apple", "Pear"], [Indexed("Apple"), Indexed("Pear")]),
        ("tree", "A > B", [Indexed("A"), Indexed("A > B")]),
        ("tree", None, []),
    ],
)
def test_found_by(kind, value, found):
    assert index_value(kind, value) == found


@given(st.sampled_from([FieldKind.TEXT, FieldKind.LINES, FieldKind.NUMBER, FieldKind.DATE]), st.text(max_size=40))
def test_what_was_taken_is_taken_again_as_it_is(kind, raw):
    try:
        stored = clean_value(kind, raw)
    except ValueRefused:
        return
    assert clean_value(kind, stored) == stored
    assert show_value(kind, stored) or stored is None
    index_value(kind, stored)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**13), max_value=10**13))
def test_numbers_are_kept_to_the_last_digit(number):
    assert Decimal(clean_value("number", str(number))) == number
