"""Names of attached files."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_helpdesk.conversations.file_names import MAX_NAME_CHARACTERS, clean_file_name, number_duplicates


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("report.pdf", "report.pdf"),
        ("Übersicht 2030.pdf", "Übersicht 2030.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\a.doc", "a.doc"),
        ("\u200b.htaccess", "htaccess"),
        ("..", "file"),
        ("", "file"),
        ("   ", "file"),
        ("a/", "file"),
        ("___", "file"),
        ("a\0b\r\nc.txt", "abc.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u2066b\u2069\u061c\ufeffc.txt", "abc.txt"),
        ("a.txt. . ", "a.txt"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("console.txt", "console.txt"),
        ('a<b>:"c|?*.txt', "a_b___c___.txt"),
        ("a\ud800b.txt", "ab.txt"),
        ("a  \t b.txt", "a b.txt"),
        ("e\u0301.txt", "\u00e9.txt"),
        ("x" * 5000 + ".pdf", "x" * 146 + ".pdf"),
        ("x." + "y" * 5000, ("x." + "y" * 5000)[:150]),
    ],
)
def test_clean_file_name(name, clean):
    assert clean_file_name(name) == clean


def test_fallback_names_what_has_no_name():
    assert clean_file_name("\u202e", fallback="part-3.bin") == "part-3.bin"


@given(st.text(max_size=300))
def test_clean_name_is_safe_and_stays_as_it_is(name):
    clean = clean_file_name(name)
    assert 0 < len(clean) <= MAX_NAME_CHARACTERS
    assert not set(clean) & set('/\\<>:"|?*')
    assert not clean.startswith((".", " "))
    assert not clean.endswith((".", " "))
    assert not {unicodedata.category(character) for character in clean} & {"Cc", "Cf", "Cs"}
    assert clean_file_name(clean) == clean


@pytest.mark.parametrize(
    ("names", "numbered"),
    [
        ([], []),
        (["a.txt", "b.txt"], ["a.txt", "b.txt"]),
        (["a.txt", "a.txt", "A.TXT"], ["a.txt", "a (2).txt", "A (3).TXT"]),
        (["a", "a"], ["a", "a (2)"]),
        (["a.txt", "a.txt", "a (2).txt"], ["a.txt", "a (3).txt", "a (2).txt"]),
    ],
)
def test_number_duplicates(names, numbered):
    assert number_duplicates(names) == numbered


@given(
    st.lists(
        st.sampled_from(["a.txt", "A.txt", "a (2).txt", "a (3).txt", "x" * 150, "x" * 147 + ".gz", ".a"]), max_size=12
    )
)
def test_numbered_names_are_distinct(names):
    numbered = number_duplicates(names)
    assert len({name.casefold() for name in numbered}) == len(names)
    assert all(len(name) <= MAX_NAME_CHARACTERS for name in numbered)
