"""What a channel hands over: words and files as they came, and how they are made fit to keep."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from wagtail_helpdesk.conversations.characters import scrub
from wagtail_helpdesk.conversations.choices import Flag
from wagtail_helpdesk.conversations.html_text import html_to_text
from wagtail_helpdesk.conversations.quoting import split_reply
from wagtail_helpdesk.conversations.sanitising import SANITIZER_VERSION, clean_agent_html, clean_html, used_content_ids


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that came with a message. ``content`` is its bytes, ``name`` whatever the sender called it."""

    name: str
    content: bytes = field(repr=False)
    declared_type: str = ""
    disposition: str = "attachment"
    content_id: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that lies in the private storage already: it was uploaded with a draft.

    ``inline``: an image for the text, which does not go along unless the text shows it.
    """

    name: str
    public_id: str
    storage_key: str
    sha256: str
    sniffed_type: str
    size: int
    declared_type: str = ""
    disposition: str = "attachment"
    content_id: str = ""
    hidden: bool = False
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote. ``html`` is foreign and unsanitised; ``text`` may be empty when there is html."""

    text: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    subject: str = ""
    files: tuple[NewFile, ...] = ()
    #: Whether quoted text and a signature may be split off. The first mail of a ticket is never trimmed.
    may_quote: bool = False
    flags: tuple[str, ...] = ()
    #: Events of calendars that came with it: values for ``Message.cards``.
    cards: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """The columns of a message that its words decide."""

    subject: str
    text: str
    html: str
    reply_text: str
    reply_html: str
    remote_images: int
    sanitizer_version: int
    flags: list[str]
    files: tuple[NewFile | StoredFile, ...] = ()
    cards: tuple[dict[str, Any], ...] = ()

    @property
    def listed_files(self) -> int:
        """How many files stand in the message's list; the others are shown inside it."""
        return sum(not file.hidden for file in self.files)


def prepare(words: Words) -> Prepared:
    """Sanitise what a stranger wrote and split off what is quoted. Never raises, whatever the words hold."""
    cleaned = clean_html(words.html)
    text = scrub(words.text)
    flags = list(words.flags)
    if cleaned.too_complex:
        flags.append(Flag.HTML_TOO_COMPLEX)
    if not text.strip() and words.html:
        text = html_to_text(words.html)
    reply_text, reply_html = text, cleaned.html
    if words.may_quote:
        split = split_reply(text, "" if cleaned.too_complex else scrub(words.html))
        if split.certain:
            reply_text = split.reply_text
            reply_html = clean_html(split.reply_html_raw).html
    if not text.strip() and not words.files:
        flags.append(Flag.EMPTY)
    return Prepared(
        subject=" ".join(scrub(words.subject).split())[:500],
        text=text,
        html=cleaned.html,
        reply_text=reply_text,
        reply_html=reply_html,
        remote_images=cleaned.remote_images,
        sanitizer_version=SANITIZER_VERSION,
        flags=[str(flag) for flag in dict.fromkeys(flags)],
        files=_hide_inline(words.files, cleaned.html),
        cards=words.cards,
    )


def _hide_inline(files: tuple[NewFile | StoredFile, ...], html: str) -> tuple[NewFile | StoredFile, ...]:
    """An image that the HTML shows is no file of the list; one with an id that nothing shows is."""
    left = set(used_content_ids(html)) if any(file.content_id for file in files) else set()
    result = []
    for file in files:
        if file.content_id in left:
            # The first of several with the same id is the one that is shown.
            left.discard(file.content_id)
            file = replace(file, hidden=True)
        result.append(file)
    return tuple(result)


def prepare_agent(html: str, files: tuple[NewFile | StoredFile, ...] = ()) -> Prepared:
    """Clean what an agent wrote in the editor (HTML with absolute addresses).

    Images in it are those of ``files``, by their content ids; uploaded ones that it does not show any more are left.
    """
    cleaned = clean_agent_html(html, inline={file.content_id: f"cid:{file.content_id}" for file in files})
    files = tuple(file for file in _hide_inline(files, cleaned) if file.hidden or not getattr(file, "inline", False))
    text = html_to_text(cleaned)
    return Prepared(
        subject="",
        text=text,
        html=cleaned,
        reply_text=text,
        reply_html=cleaned,
        remote_images=0,
        sanitizer_version=SANITIZER_VERSION,
        flags=[],
        files=files,
    )
