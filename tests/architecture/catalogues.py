"""Translations as they stand in the package: its strings, the ``.po`` files and the compiled ``.mo`` files."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation.template import templatize

from tests.architecture.source import PACKAGE, modules

LOCALES = PACKAGE / "locale"
LANGUAGES = sorted(path.name for path in LOCALES.iterdir())

#: The marking functions: how many arguments come before the message, and whether a plural follows it.
_MARKS = {
    "_": (0, False),
    "gettext": (0, False),
    "gettext_lazy": (0, False),
    "gettext_noop": (0, False),
    "ngettext": (0, True),
    "ngettext_lazy": (0, True),
    "pgettext": (1, False),
    "pgettext_lazy": (1, False),
    "npgettext": (1, True),
    "npgettext_lazy": (1, True),
}
_LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_MARKED = re.compile(rf"\b({'|'.join(_MARKS)})\((\s*{_LITERAL}(?:\s*,\s*{_LITERAL})*)", re.DOTALL)

#: What makes a message one of its own: context, "" for none; the message; its plural, "" for none.
Key = tuple[str, str, str]


@dataclass
class Entry:
    """One message of a ``.po`` file: ``parts`` by keyword, such as "msgid" or "msgstr[1]"."""

    flags: str = ""
    parts: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """Return what the message is known by."""
        return self.parts.get("msgctxt", ""), self.parts["msgid"], self.parts.get("msgid_plural", "")

    @property
    def forms(self) -> list[str]:
        """Return the translation, or its forms from the first."""
        return [text for keyword, text in self.parts.items() if keyword.startswith("msgstr")]


def read_po(language: str) -> list[Entry]:
    """Return all messages of a language, without the header and without what is commented out."""
    text = _path(language, "po").read_text(encoding="utf-8")
    return [entry for entry in map(_entry, text.split("\n\n")) if entry.parts.get("msgid")]


def _entry(block: str) -> Entry:
    entry, keyword = Entry(), ""
    for line in block.splitlines():
        if line.startswith("#,"):
            entry.flags += line
        elif line and not line.startswith("#"):
            head, quote, rest = line.partition('"')
            keyword = head.strip() or keyword
            entry.parts[keyword] = entry.parts.get(keyword, "") + ast.literal_eval(quote + rest)
    return entry


def read_mo(language: str) -> dict[object, str]:
    """Return what :mod:`gettext` finds in the compiled file: (message, number of the form) for plurals."""
    with _path(language, "mo").open("rb") as file:
        catalogue = dict(gettext.GNUTranslations(file)._catalog)
    del catalogue[""]
    return catalogue


def _path(language: str, suffix: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / f"django.{suffix}"


def marked_strings() -> set[Key]:
    """Return every string that the package's modules and templates mark for translation."""
    return {*_marked_in_modules(), *_marked_in_templates()}


def _marked_in_modules() -> Iterator[Key]:
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in _MARKS and ".migrations." not in module.name:
                    yield from _key(
                        name, [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
                    )


def _marked_in_templates() -> Iterator[Key]:
    for path in sorted((PACKAGE / "templates").rglob("*.*")):
        for name, literals in _MARKED.findall(templatize(path.read_text(encoding="utf-8"))):
            yield from _key(name, [ast.literal_eval(literal) for literal in re.findall(_LITERAL, literals)])


def _key(name: str, texts: list[str]) -> Iterator[Key]:
    before, has_plural = _MARKS[name]
    if len(texts) >= before + has_plural + 1:
        yield (texts[0] if before else "", texts[before], texts[before + 1] if has_plural else "")
