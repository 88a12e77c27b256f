"""Whoever reads Portuguese or Spanish reads nothing else: the catalogues are whole, right and compiled."""

from __future__ import annotations

import re

import pytest

from tests.architecture.catalogues import LANGUAGES, Entry, marked_strings, read_mo, read_po

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%\w+%%|%\w+%|\{\w+\}|</?\w+>")


def test_languages() -> None:
    assert LANGUAGES == ["es", "pt_BR"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_is_in_the_catalogue(language: str) -> None:
    catalogue = {entry.key for entry in read_po(language)}
    marked = marked_strings()
    assert sorted(marked - catalogue) == [], "run makemessages, translate, run compilemessages"
    assert sorted(catalogue - marked) == [], "no longer said anywhere"


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_translated(language: str) -> None:
    entries = read_po(language)
    assert [entry.key for entry in entries if not all(entry.forms)] == []
    assert [entry.key for entry in entries if "fuzzy" in entry.flags] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_from_this_catalogue(language: str) -> None:
    expected: dict[object, str] = {}
    for entry in read_po(language):
        context, message, plural = entry.key
        name = f"{context}\x04{message}" if context else message
        expected |= (
            {(name, number): form for number, form in enumerate(entry.forms)} if plural else {name: entry.forms[0]}
        )
    assert read_mo(language) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_and_markup_stay(language: str) -> None:
    """A placeholder too many would raise where the text is shown; one that is missing would hide what matters."""
    assert [entry.key for entry in read_po(language) if not _same_placeholders(entry)] == []


def _same_placeholders(entry: Entry) -> bool:
    _context, message, plural = entry.key
    originals = [message, *[plural or message] * (len(entry.forms) - 1)]
    return all(_placeholders(form) == _placeholders(text) for form, text in zip(entry.forms, originals, strict=True))


def _placeholders(text: str) -> list[str]:
    return sorted(_PLACEHOLDER.findall(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_fit_for_attributes(language: str) -> None:
    """``{% translate %}`` escapes nothing, and some of these stand in attributes."""
    assert [form for entry in read_po(language) for form in entry.forms if '"' in form] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_end_alike(language: str) -> None:
    """A full stop or a colon tells a sentence from a label."""
    unlike = [
        (entry.key, form)
        for entry in read_po(language)
        for form in entry.forms
        if _ending(form) != _ending(entry.key[1])
    ]
    assert unlike == []


def _ending(text: str) -> str:
    return text[-1:] if text[-1:] in ".:?…" else ""
