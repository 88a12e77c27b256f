"""What an IMAP server says, as imaplib hands it over."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_helpdesk.mail.sources.imap_responses import Facts, find_body, mentions, read_date, read_facts, read_uids


@pytest.mark.parametrize(
    ("data", "body"),
    [
        ([(b"1 (UID 5 BODY[] {3}", b"abc"), b")"], b"abc"),
        ([(b"1 (BODY[] {3}", b"abc"), b" UID 5)"], b"abc"),
        ([(b"1 (uid 5 body[]<0> {3}", b"abc"), b" FLAGS (\\Seen))"], b"abc"),
        ([b"3 (FLAGS (\\Seen) UID 9)", (b"1 (UID 5 BODY[] {3}", b"abc"), b")", b"4 (FLAGS () UID 8)"], b"abc"),
        ([(b"1 (UID 4 BODY[] {3}", b"not"), b")", (b"1 (UID 5 BODY[] {3}", b"abc"), b")"], b"abc"),
        ([(b"1 (UID 5 BODY[HEADER] {3}", b"not"), (b" BODY[] {3}", b"abc"), b")"], b"abc"),
        ([b'1 (UID 5 BODY[] "a\\"b\\\\c")'], b'a"b\\c'),
        ([b'1 (UID 5 BODY[] "")'], b""),
        ([b"1 (UID 5 BODY[] NIL)"], None),
        ([(b"1 (UID 55 BODY[] {3}", b"not"), b")"], None),
        ([(b"1 (FLAGS (XUID 5) BODY[] {3}", b"not"), b")"], None),
        ([(b"1 (UID 5 BODY[] {3}", b"abc")], b"abc"),
        ([None], None),
        ([], None),
    ],
)
def test_body(data: list, body: bytes | None) -> None:
    assert find_body(data, 5) == body


def test_mentions() -> None:
    assert mentions([b"1 (FLAGS () UID 5)"], 5)
    assert not mentions([b"1 (FLAGS () UID 55)", None], 5)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        (b'INTERNALDATE "17-Jul-1996 02:44:25 -0700"', datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC)),
        (b'internaldate " 1-jan-2026 00:00:00 +0100"', datetime(2025, 12, 31, 23, 0, tzinfo=UTC)),
        (b'INTERNALDATE "31-Feb-2026 00:00:00 +0000"', None),
        (b'INTERNALDATE "01-Foo-2026 00:00:00 +0000"', None),
        (b'INTERNALDATE "01-Jan-0001 00:00:00 +9900"', None),
        (b'INTERNALDATE "31-Dec-9999 23:59:59 -1200"', None),
        (b"INTERNALDATE NIL", None),
    ],
)
def test_date(text: bytes, date: datetime | None) -> None:
    assert read_date(text) == date


def test_facts_come_in_any_order_and_only_whole() -> None:
    data = [
        b'2 (INTERNALDATE "17-Jul-1996 02:44:25 +0000" RFC822.SIZE 9 UID 8)',
        b"1 (UID 7 RFC822.SIZE 5)",
        b"3 (UID 9 FLAGS (\\Seen))",
    ]
    assert read_facts(data) == {7: Facts(5), 8: Facts(9, datetime(1996, 7, 17, 2, 44, 25, tzinfo=UTC))}


def test_uids_over_several_lines() -> None:
    assert read_uids([b"3 1", b"2 3", b"", None, b"(MODSEQ 917)", b"99999999999"]) == [1, 2, 3]


_LINES = st.one_of(st.none(), st.binary(), st.tuples(st.binary(), st.binary()), st.tuples(st.binary()))


@given(st.lists(_LINES))
def test_nothing_a_server_says_raises(data: list) -> None:
    find_body(data, 5)
    mentions(data, 5)
    read_facts(data)
    read_uids(data)
