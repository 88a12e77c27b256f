"""Lists of people as agents type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_helpdesk.addresses import address_hash, without_addresses

GONE = {address_hash("ana@example.org")}


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("", ""),
        ("ana@example.org", ""),
        ("Ana Souza <ANA@Example.org>", ""),
        ("bo@example.org, Ana <ana@example.org>", "bo@example.org"),
        ("Ana <ana@example.org>; bo@example.org", "bo@example.org"),
        ("bo@example.org,ana@example.org, cy@example.org", "bo@example.org, cy@example.org"),
        ("bo@example.org\nana@example.org\ncy@", "bo@example.org\ncy@"),
        ("ana@example.or", "ana@example.or"),
    ],
)
def test_one_person_goes(typed, left):
    assert without_addresses(typed, GONE) == left


@given(st.text(alphabet="ab@.,;\n <>é", max_size=60))
def test_who_stays_is_left_as_typed(typed):
    assert without_addresses(typed, set()) == typed
