"""What typed words mean: until when a ticket sleeps."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_helpdesk.tickets.snooze_phrases import LONGEST, UnknownPhrase, parse_snooze

#: A Friday afternoon.
NOW = datetime(2026, 11, 27, 15, 20, tzinfo=ZoneInfo("America/Sao_Paulo"))


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        # The preset buttons.
        ("later today", "2026-11-27 18:20"),
        ("tomorrow morning", "2026-11-28 09:00"),
        ("3 days", "2026-11-30 09:00"),
        ("next week", "2026-11-30 09:00"),
        ("1 month", "2026-12-27 09:00"),
        # Spans.
        ("in 2 hours", "2026-11-27 17:20"),
        ("1h 30m", "2026-11-27 16:50"),
        ("in a week", "2026-12-04 09:00"),
        ("3d", "2026-11-30 09:00"),
        ("3d 14:00", "2026-11-30 14:00"),
        ("1d 4h", "2026-11-28 19:20"),
        ("uma semana", "2026-12-04 09:00"),
        ("en 3 días", "2026-11-30 09:00"),
        # Days of the week.
        ("tue 9", "2026-12-01 09:00"),
        ("Fri 16:00", "2026-11-27 16:00"),
        ("fri 9", "2026-12-04 09:00"),
        ("next monday 14:30", "2026-11-30 14:30"),
        ("next friday", "2026-12-04 09:00"),
        ("segunda-feira 14h30", "2026-11-30 14:30"),
        ("quinta que vem", "2026-12-03 09:00"),
        ("até sexta 10h", "2026-12-04 10:00"),
        ("martes 10", "2026-12-01 10:00"),
        ("vie a las 18", "2026-11-27 18:00"),
        # Days from now.
        ("tomorrow", "2026-11-28 09:00"),
        ("amanhã 9h", "2026-11-28 09:00"),
        ("mañana por la mañana", "2026-11-28 09:00"),
        ("depois de amanhã", "2026-11-29 09:00"),
        ("pasado mañana 10", "2026-11-29 10:00"),
        ("tonight", "2026-11-27 18:00"),
        ("hoje 18h", "2026-11-27 18:00"),
        ("today", "2026-11-27 18:20"),
        ("weekend", "2026-11-28 09:00"),
        ("próximo mês", "2026-12-01 09:00"),
        # Dates.
        ("25 dec", "2026-12-25 09:00"),
        ("dec 25 at 3pm", "2026-12-25 15:00"),
        ("25 dez 14:30", "2026-12-25 14:30"),
        ("25 de diciembre de 2027", "2027-12-25 09:00"),
        ("2027-01-05 10:00", "2027-01-05 10:00"),
        ("mar 9", "2027-03-09 09:00"),
        ("9 marzo", "2027-03-09 09:00"),
        ("29 feb", "2028-02-29 09:00"),
        ("25.12. 8:00", "2026-12-25 08:00"),
        ("3/4", "2027-04-03 09:00"),
        # Hours.
        ("5pm", "2026-11-27 17:00"),
        ("9", "2026-11-28 09:00"),
        ("noon", "2026-11-28 12:00"),
    ],
)
def test_times(phrase, expected):
    assert f"{parse_snooze(phrase, NOW):%Y-%m-%d %H:%M}" == expected


def test_month_first_where_dates_are_written_so():
    assert f"{parse_snooze('3/4', NOW, day_first=False):%m-%d}" == "03-04"
    assert f"{parse_snooze('12/25', NOW):%m-%d}" == "12-25", "there is no 25th month"


@pytest.mark.parametrize("phrase", ["when they reply", "on reply", "quando responderem", "cuando respondan"])
def test_until_somebody_answers(phrase):
    assert parse_snooze(phrase, NOW) is None


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "half",
        "yesterday",
        "99",
        "25:00",
        "32 dec",
        "31 feb",
        "mon tue",
        "today 9",
        "in 0 minutes",
        "9999 weeks",
        "am",
    ],
)
def test_what_nobody_can_mean(phrase):
    with pytest.raises(UnknownPhrase):
        parse_snooze(phrase, NOW)


def test_an_hour_that_summer_time_skips():
    now = datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    at = parse_snooze("tomorrow 2:30", now)
    assert at.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert f"{at:%H:%M}" == "03:30"


WORDS = (
    *("tomorrow", "next", "mon", "tue", "amanhã", "9", "14:30", "3", "d", "h", "weeks", "25", "dec", "de", "em", "in"),
    *("at", "que", "vem", "pm", "0", "31", "feb", "2027", "1/2", "mes", "a"),
)
phrases = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join))
seconds = st.integers(1_577_836_800, 3_786_912_000)


@given(phrases, seconds)
def test_any_words_mean_a_time_to_come_or_nothing(phrase, second):
    now = datetime.fromtimestamp(second, ZoneInfo("Europe/Lisbon"))
    try:
        at = parse_snooze(phrase, now)
    except UnknownPhrase:
        return
    assert at is None or (at.tzinfo is not None and now < at <= now + LONGEST)
