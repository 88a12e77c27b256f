"""Which language somebody writes in, and which of ours is nearest to it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from wagtail_helpdesk.conversations.quoting import split_reply
from wagtail_helpdesk.mail.parsing import ParsedMail

#: Fewer characters than these say too little; more than these say nothing new.
LEAST, MOST = 200, 4_000
#: How sure the detector has to be.
SURE = 0.9

_TAG = re.compile(r"[a-z]{1,8}(?:-[a-z0-9]{1,8})*")
# In words of no language: addresses, links, numbers, order codes.
_NO_WORD = re.compile(r"@|://|\d")


def language_of(parsed: ParsedMail, text: str) -> str:
    """Return the language of a mail whose words are ``text``: the one its new words are in, else the one it names.

    A code in lower case, such as "pt" or "de-at" (RFC 5646); "" for none.
    """
    return detect(split_reply(text, "").reply_text) or _named(parsed)


def detect(text: str) -> str:
    """Return the ISO 639-1 code of the language of ``text``, "" where it is short or the answer is not certain."""
    words = " ".join(word for word in text[: 4 * MOST].split() if not _NO_WORD.search(word))[:MOST]
    if len(words) < LEAST:
        return ""
    language, certainty = _detector().classify(words)
    return language if certainty >= SURE and len(language) == 2 else ""


def nearest_language(wanted: Iterable[str], also: Collection[str] = ()) -> str:
    """Return the first of ``wanted`` (codes, "" for unknown) that the site has and we speak, as the site writes it.

    ``also`` are languages (in lower case) that somebody wrote texts of their own in. Where there is none, the site's.
    """
    for language in filter(None, wanted):
        try:
            variant = translation.get_supported_language_variant(language.lower())
        except LookupError:
            continue
        if _is_spoken(variant) or variant.lower() in also:
            return variant
    return translation.get_supported_language_variant(settings.LANGUAGE_CODE)


@cache
def _is_spoken(language: str) -> bool:
    """Whether somebody translated our mails, we or the site: Django itself has more languages than we do."""
    if language.split("-")[0] == "en":
        return True
    source = "Your message to %(team)s"
    with translation.override(language):
        return gettext(source) != source


def _named(parsed: ParsedMail) -> str:
    """Return what Content-Language says (RFC 3282). Many programs write the language of their own menus there."""
    first = parsed.headers.get("content-language").split(",")[0].strip().lower()
    return first if len(first) <= 20 and _TAG.fullmatch(first) else ""


@cache
def _detector() -> Any:
    """Load the model when the first mail asks: half a second, once in a worker, never in a web process."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
