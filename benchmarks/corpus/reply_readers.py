"""One function for each splitter of replies: from the text, or the HTML where there is none, to the new words as text.

Who knows text alone gets the HTML as our text of it; who knows both returns HTML as HTML.
"""

from __future__ import annotations

from collections.abc import Callable

Answer = dict[str, str]


def ours(text: str, html: str) -> Answer:
    """``conversations.quoting``."""
    from wagtail_helpdesk.conversations.quoting import split_reply

    split = split_reply(text, html)
    return {"text": split.reply_text} if text else {"html": split.reply_html_raw}


def talon(text: str, html: str) -> Answer:
    """``talon.quotations``, then the signature cut off by its rules."""
    from talon import quotations
    from talon.signature.bruteforce import extract_signature

    if text:
        return {"text": extract_signature(quotations.extract_from(text, "text/plain"))[0]}
    return {"html": quotations.extract_from(html, "text/html")}


def quotequail(text: str, html: str) -> Answer:
    """``quotequail.quote``: the parts that it says to show."""
    import quotequail as library

    if text:
        return {"text": "\n".join(part for shown, part in library.quote(text) if shown)}
    return {"html": "".join(part for shown, part in library.quote_html(html) if shown)}


def email_reply_parser(text: str, html: str) -> Answer:
    """``email_reply_parser``, of Zapier."""
    from email_reply_parser import EmailReplyParser

    return {"text": EmailReplyParser.parse_reply(text)}


def mail_parser_reply(text: str, html: str) -> Answer:
    """``mailparser_reply``, with all its languages."""
    from mailparser_reply import EmailReplyParser

    languages = ["en", "de", "cs", "da", "es", "fr", "it", "ja", "ko", "nl", "pl", "sv", "zh", "david"]
    return {"text": EmailReplyParser(languages=languages).parse_reply(text)}


READERS: dict[str, Callable[[str, str], Answer]] = {
    "wagtail_helpdesk": ours,
    "talon": talon,
    "quotequail": quotequail,
    "email-reply-parser": email_reply_parser,
    "mail-parser-reply": mail_parser_reply,
}
TEXT_ALONE = frozenset({"email-reply-parser", "mail-parser-reply"})
