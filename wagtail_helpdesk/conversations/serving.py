"""How a message's body and a file leave us, whoever looks: agents in the admin, customers through their link.

Who may look is the calling view's business. What a browser may do with foreign content is decided here.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.utils.html import format_html

from wagtail_helpdesk.conversations.file_names import clean_file_name
from wagtail_helpdesk.conversations.file_types import UNKNOWN, may_show_inline, sniff_type
from wagtail_helpdesk.conversations.linkify import text_to_html
from wagtail_helpdesk.conversations.models import Attachment, Message, PrivateFile
from wagtail_helpdesk.conversations.sanitising import CleanHtml, render_html
from wagtail_helpdesk.conversations.storage import private_storage
from wagtail_helpdesk.conversations.words import NewFile, Prepared

#: The sandbox of every frame that shows a body: nothing runs, the page around it can measure the height.
FRAME_SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"

_BODY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
_FILE_POLICY = "sandbox; default-src 'none'"
# Mails are written for white paper: they stay so in a dark admin. Long words break, wide tables scroll.
_STYLE = (
    "html{color-scheme:light;background:#fff}"
    "body{margin:0;padding:2px;color:#262626;font:15px/1.5 system-ui,sans-serif;"
    "overflow-wrap:anywhere;overflow-x:auto;overflow-y:hidden}"
    "img{max-width:100%;height:auto}"
    "p{margin:0 0 .75em}p:last-child{margin-bottom:0}"
    "pre{white-space:pre-wrap}"
    "a{color:#005b8a}"
    "mark{padding:0 .25em;border-radius:3px;background:#ffe7a8;color:#5c3c00;font-size:.875em}"
    "blockquote{margin:.5em 0;padding-left:.75em;border-left:3px solid #ccc;color:#555}"
)


def body_html(
    message: Message,
    *,
    file_address: Callable[[Attachment], str],
    image_address: Callable[[str], str] | None = None,
    whole: bool = False,
) -> CleanHtml:
    """Return what a look at ``message`` shows: its new words, or with ``whole`` the quoted text too.

    ``file_address`` gives the absolute address of an attachment that the body shows as an image. Images from
    elsewhere lose their address, since loading one would tell the sender, unless ``image_address`` gives the absolute
    address under which we serve the one at an address of theirs. Links say where they lead. A message without HTML is
    shown as its text, with links.
    """
    html, text = (message.html, message.text) if whole else (message.reply_html, message.reply_text)
    if not html:
        return text_to_html(text)
    inline = {
        file.content_id: file_address(file)
        for file in message.attachments.all()
        if file.content_id and may_show_inline(file.sniffed_type) and not file.is_locked
    }
    return render_html(html, inline=inline, remote=image_address, explain_links=True)


def prepared_html(prepared: Prepared, *, file_address: Callable[[int], str]) -> CleanHtml:
    """Return what a look at words shows that are no message of ours: a mail inside another one, another reading.

    ``file_address`` gives the absolute address of the file with a number, for those shown as images. Nothing is loaded
    from elsewhere.
    """
    if not prepared.html:
        return text_to_html(prepared.text)
    inline: dict[str, str] = {}
    for number, file in enumerate(prepared.files):
        if file.content_id and may_show_inline(sniff_type(file.content, file.name)):
            inline.setdefault(file.content_id, file_address(number))
    return render_html(prepared.html, inline=inline, explain_links=True)


def body_response(html: CleanHtml, *, title: str = "") -> HttpResponse:
    """Return a page of its own for a message's body, to be framed by a page of the same site (FRAME_SANDBOX).

    No script runs in it, and it loads images from its own address only. TypeError for a string that was not sanitised.
    """
    if not isinstance(html, CleanHtml):
        raise TypeError("Only CleanHtml can be served.")
    return page_response(html, title=title)


def page_response(html: str, *, title: str, style: str = "") -> HttpResponse:
    """Return a page as guarded as :func:`body_response`, for what a template of ours made of clean HTML and words.

    ``style`` comes after the style sheet of all bodies.
    """
    page = format_html(
        '<!doctype html><html><head><meta charset="utf-8"><title>{}</title>'
        '<meta name="viewport" content="width=device-width"><style>{}</style></head><body dir="auto">{}</body></html>',
        title,
        _STYLE + style,
        html,
    )
    return _guarded(HttpResponse(page), _BODY_POLICY, frame="SAMEORIGIN")


def file_response(attachment: PrivateFile, *, inline: bool = False, unlocked: bool = False) -> FileResponse:
    """Return a file, streamed: to be saved, or with ``inline`` shown where it is a raster image that was verified.

    Raises Http404 when the storage does not have it, PermissionDenied for one that the site's scanner has not cleared,
    unless it is ``unlocked``.
    """
    if attachment.is_locked and not unlocked:
        raise PermissionDenied
    try:
        content = private_storage().open(attachment.storage_key)
    except FileNotFoundError as error:
        raise Http404 from error
    shown = inline and may_show_inline(attachment.sniffed_type)
    response = FileResponse(
        content,
        as_attachment=not shown,
        filename=attachment.display_name,
        content_type=attachment.sniffed_type or UNKNOWN,
    )
    return _guarded(response, _FILE_POLICY, frame="DENY")


def content_response(file: NewFile, *, inline: bool = False) -> FileResponse:
    """Return a file that is at hand and not stored, as :func:`file_response` does with a stored one."""
    name = clean_file_name(file.name)
    sniffed = sniff_type(file.content, name)
    shown = inline and may_show_inline(sniffed)
    response = FileResponse(BytesIO(file.content), as_attachment=not shown, filename=name, content_type=sniffed)
    return _guarded(response, _FILE_POLICY, frame="DENY")


def picture_response(media_type: str, content: bytes) -> HttpResponse:
    """Return an image that we painted ourselves; the reader's browser may keep it for a while."""
    response = _guarded(HttpResponse(content, content_type=media_type), _FILE_POLICY, frame="DENY")
    response["Cache-Control"] = "private, max-age=600"
    return response


def _guarded(response, policy: str, *, frame: str):
    """Add what keeps foreign content from being run, guessed at, framed elsewhere or kept."""
    response["Content-Security-Policy"] = policy
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = frame
    response["Referrer-Policy"] = "no-referrer"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
