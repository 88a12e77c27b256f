"""Agents who write mails: who they are, and which of a mail's words are their own."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.utils.html import linebreaks

from wagtail_helpdesk.conversations.quoting import split_reply
from wagtail_helpdesk.conversations.quoting.delimiter import is_delimiter
from wagtail_helpdesk.conversations.sanitising import clean_html, used_content_ids
from wagtail_helpdesk.conversations.words import NewFile, Words
from wagtail_helpdesk.intake.agents import is_own_address
from wagtail_helpdesk.tickets.permissions import may


def agent_by_address(address: str) -> Any | None:
    """Return the one active user with this address who may work on tickets; None for nobody, or several."""
    model = get_user_model()
    field = model.get_email_field_name()
    if not any(entry.name == field for entry in model._meta.get_fields()):
        return None
    users = model._default_manager.filter(**{f"{field}__iexact": address}, is_active=True)[:2]
    found = [user for user in users if is_own_address(user, address)]
    return found[0] if len(found) == 1 and may(found[0], "note") else None


def answer_html(words: Words) -> str | None:
    """Return what was written above the quoted notice and the signature, as plain paragraphs of HTML.

    None where that cannot be told for certain, or nothing is left: no word of a notice may reach a customer.
    """
    split = split_reply(words.text, words.html)
    text = split.reply_text.strip()
    if not split.certain or not text or any(is_delimiter(line) for line in text.split("\n")):
        return None
    return words_above(text)


def words_above(text: str) -> str:
    """Return plain text as HTML paragraphs, "" for none."""
    return linebreaks(text.strip(), autoescape=True) if text.strip() else ""


def new_files(words: Words) -> tuple[NewFile, ...]:
    """Return the files of an answer without the pictures that only its quoted part shows."""
    shown = _content_ids(words.html)
    if not shown:
        return words.files
    kept = _content_ids(split_reply(words.text, words.html).reply_html_raw)
    return tuple(file for file in words.files if file.content_id not in shown or file.content_id in kept)


def _content_ids(html: str) -> set[str]:
    return set(used_content_ids(clean_html(html).html)) if html else set()
