"""Questions and answers for people and, as schema.org FAQPage, for search engines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wagtail.blocks import StreamValue
from wagtail.rich_text import expand_db_html, get_text_for_indexing

#: Stands between texts that are expanded together; editors cannot type it.
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class FAQEntry:
    """A question, its answer as HTML for the ``richtext`` filter and as plain text, and where more is said."""

    question: str
    answer: str
    text: str
    url: str = ""


def entries_of_body(body: StreamValue) -> list[FAQEntry]:
    """Return the questions in the FAQ lists of an article's body, for its structured data."""
    return [
        FAQEntry(entry["question"], entry["answer"].source, plain_text(entry["answer"].source))
        for block in body
        if block.block_type == "faq_list"
        for entry in block.value["entries"]
    ]


def entries_of_articles(articles: Iterable[tuple[str, str, str]]) -> list[FAQEntry]:
    """Return one entry for each (title, rich text as stored, url) that says something."""
    found = [(title, source, url) for title, source, url in articles if plain_text(source)]
    expanded = expand_together([source for _title, source, _url in found])
    return [
        FAQEntry(title, html, plain_text(source), url)
        for (title, source, url), html in zip(found, expanded, strict=True)
    ]


def rich_text_of_body(body: StreamValue) -> str:
    """Return the rich text of an article's body, as stored, without images and lists of questions."""
    return "".join(block.value.source for block in body if block.block_type == "paragraph")


def plain_text(source: str) -> str:
    """Return the words of stored rich text, "" for an editor left empty."""
    return " ".join(get_text_for_indexing(source).split())


def expand_together(sources: Sequence[str]) -> list[str]:
    """Return stored rich texts as HTML. Wagtail looks up the links of a text together, so this costs what one costs."""
    if not sources:
        return []
    return expand_db_html(_SEPARATOR.join(source.replace(_SEPARATOR, "") for source in sources)).split(_SEPARATOR)
