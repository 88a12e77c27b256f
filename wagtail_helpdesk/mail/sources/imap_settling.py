"""The post-actions of IMAP. Only ever on the UIDs that are ours: plain EXPUNGE would delete what others marked."""

from __future__ import annotations

import imaplib
from collections.abc import Iterator, Sequence

from imap_tools.utils import encode_folder

from wagtail_helpdesk.mail.choices import PostAction
from wagtail_helpdesk.mail.sources.imap_connection import Connection

#: Says to people, and to other programs, that this mail is a ticket.
KEYWORD = "$HelpdeskDone"
_AT_ONCE = 200


def settle(connection: Connection, uids: Sequence[int], action: PostAction, move_to: str) -> set[str]:
    """Do ``action`` to ``uids`` of the folder that is selected; return the codes of what had to be done otherwise.

    Raises imaplib's errors; a UID that is gone is passed over by the server (RFC 3501 6.4.8).
    """
    do = {PostAction.MARK: _mark, PostAction.MOVE: _move, PostAction.DELETE: _delete}[PostAction(action)]
    warnings: set[str] = set()
    for wanted in _chunks(uids):
        warnings |= do(connection, wanted, move_to)
    return warnings


def find_trash(connection: Connection) -> str | None:
    """Return the folder that the server names as its trash (RFC 6154), None for none."""
    for folder in connection.folder.list():
        if r"\trash" in (flag.lower() for flag in folder.flags):
            return folder.name
    return None


def _chunks(uids: Sequence[int]) -> Iterator[str]:
    for start in range(0, len(uids), _AT_ONCE):
        yield ",".join(map(str, uids[start : start + _AT_ONCE]))


def _mark(connection: Connection, uids: str, _move_to: str) -> set[str]:
    if connection.client.uid("STORE", uids, "+FLAGS.SILENT", rf"(\Seen {KEYWORD})")[0] == "OK":
        return set()
    # Some servers keep no keywords (RFC 3501 2.3.2, PERMANENTFLAGS).
    _store(connection, uids, r"(\Seen)")
    return {"no_keywords"}


def _move(connection: Connection, uids: str, move_to: str) -> set[str]:
    """MOVE (RFC 6851), else what it stands for. Where single mails cannot be expunged, the copy would stay twice."""
    if connection.has("MOVE"):
        _require(connection.client.uid("MOVE", uids, encode_folder(move_to)))
        return set()
    if not connection.has("UIDPLUS"):
        return {"cannot_move"} | _mark(connection, uids, "")
    _require(connection.client.uid("COPY", uids, encode_folder(move_to)))
    return _delete_here(connection, uids)


def _delete(connection: Connection, uids: str, _move_to: str) -> set[str]:
    """Delete for good; at Gmail, where that would only take the label away, move to the trash."""
    if connection.has("X-GM-EXT-1"):
        trash = find_trash(connection)
        if trash is not None:
            return _move(connection, uids, trash)
        _store(connection, uids, r"(\Deleted)")
        return {"no_trash"}
    return _delete_here(connection, uids)


def _delete_here(connection: Connection, uids: str) -> set[str]:
    _store(connection, uids, r"(\Seen \Deleted)")
    if not connection.has("UIDPLUS"):
        return {"no_uidplus"}
    _require(connection.client.uid("EXPUNGE", uids))
    return set()


def _store(connection: Connection, uids: str, flags: str) -> None:
    _require(connection.client.uid("STORE", uids, "+FLAGS.SILENT", flags))


def _require(answer: tuple[str, list]) -> None:
    if answer[0] != "OK":
        raise imaplib.IMAP4.error("refused")
