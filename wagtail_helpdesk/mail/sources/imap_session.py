"""Reads the folders of an IMAP server by UID: never by sequence numbers, which shift when somebody else deletes."""

from __future__ import annotations

import imaplib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from imap_tools.utils import encode_folder

from wagtail_helpdesk.mail.choices import PostAction
from wagtail_helpdesk.mail.models import InboundOrigin, MailSource
from wagtail_helpdesk.mail.sources.base import (
    BEGINNING,
    Fetched,
    FolderFacts,
    MailFailed,
    MailGone,
    RemoteMail,
    Session,
    SourceRefused,
    SourceUnavailable,
)
from wagtail_helpdesk.mail.sources.imap_connection import Connection, connect, imap_errors, sign_in
from wagtail_helpdesk.mail.sources.imap_responses import Facts, find_body, mentions, read_facts, read_uids
from wagtail_helpdesk.mail.sources.imap_settling import settle

#: UIDs asked for in one SEARCH at first. imaplib refuses lines above a limit, and a whole folder's would be one.
SEARCH_WIDTH = 20_000
MAX_WIDTH = 2**32
#: Connections that one session may lose before it gives up.
MAX_RECONNECTS = 5
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class LineTooLong(MailFailed):
    """imaplib refused to read on: the connection is of no use any more."""

    def __init__(self) -> None:
        super().__init__("mail_line_too_long")


class ImapSession(Session):
    """One connection, made anew where a single answer broke it."""

    def __init__(self, row: MailSource) -> None:
        super().__init__()
        self._row = row
        self._connection: Connection | None = None
        self._folder, self._readonly = "", False
        self._facts, self._is_empty = FolderFacts(), False
        self._reconnects = 0
        self._open()

    def close(self) -> None:
        """End the session."""
        if self._connection is not None:
            self._connection.close()

    def enter(self, folder: str, *, readonly: bool = False) -> FolderFacts:
        self._folder, self._readonly = folder, readonly
        client = self._live.client
        with imap_errors():
            name = encode_folder(folder)
            try:
                typ, count = client.select(name, readonly)
            except imaplib.IMAP4.readonly:
                typ, count = client.select(name, True)
            if typ != "OK":
                raise SourceRefused("no_folder")
            # Not every server can be asked for the last mail of none.
            self._is_empty = count == [b"0"]
            uidvalidity, next_uid = self._response("UIDVALIDITY"), self._response("UIDNEXT")
            if next_uid is None and not self._is_empty:
                # RFC 3501 says SHOULD only. The last mail's UID says the least it can be.
                _typ, data = client.uid("SEARCH", "UID *")
                next_uid = max(read_uids(data), default=0) + 1
        self._facts = FolderFacts(uidvalidity or 0, next_uid or 1)
        return self._facts

    def list_new(self, after: int) -> Sequence[RemoteMail]:
        # "n:*" always names the last mail, even one below n (RFC 3501 6.4.8): _search leaves it out.
        return self._mails(self._search(after + 1))

    def list_since(self, since: datetime) -> Sequence[RemoteMail]:
        # SEARCH knows days only, in a zone that the server chooses (RFC 3501 6.4.4).
        day = since - timedelta(days=1)
        return self._mails(self._search(1, f" SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}"))

    def describe(self, mails: Sequence[RemoteMail]) -> list[RemoteMail]:
        try:
            facts = self._facts_of([mail.uid for mail in mails])
        except MailFailed:
            # One of them is the reason. Without facts it is fetched as it is, and fails alone.
            facts = {}
            for mail in mails:
                try:
                    facts |= self._facts_of([mail.uid])
                except MailFailed:
                    facts[mail.uid] = None
        known = ((mail, facts.get(mail.uid)) for mail in mails if mail.uid in facts)
        return [
            mail if one is None else replace(mail, size=one.size, received_at=one.received_at) for mail, one in known
        ]

    def fetch(self, mail: RemoteMail, limit: int) -> Fetched:
        too_large = mail.size is not None and mail.size > limit
        wanted = f"BODY.PEEK[]<0.{BEGINNING}>" if too_large else "BODY.PEEK[]"
        data = self._uid_command("FETCH", str(mail.uid), f"(UID {wanted})")
        body = find_body(data, mail.uid)
        if body is None:
            if mentions(data, mail.uid) and self._still_there(mail):
                raise MailFailed("mail_without_body")
            raise MailGone
        return Fetched(body, mail.size if too_large else None)

    def settle(self, mails: Sequence[RemoteMail], action: PostAction, move_to: str) -> None:
        uids = [mail.uid for mail in mails if mail.uidvalidity == self._facts.uidvalidity]
        if uids:
            with self._one_command():
                self.warnings |= settle(self._live, uids, action, move_to)

    def find(self, origins: Iterable[InboundOrigin]) -> dict[str, RemoteMail]:
        mails = (self._mail(one.uid) for one in origins if one.uid and one.uidvalidity == self._facts.uidvalidity)
        return {mail.key_hash: mail for mail in mails}

    @property
    def _live(self) -> Connection:
        """The connection; made anew where the one before broke."""
        if self._connection is None:
            self._reconnects += 1
            if self._reconnects > MAX_RECONNECTS:
                raise SourceUnavailable("lost")
            self._open()
            before = self._facts
            if self._folder and self.enter(self._folder, readonly=self._readonly).uidvalidity != before.uidvalidity:
                # Every UID we hold means another mail now. The next visit begins anew.
                raise SourceUnavailable("lost")
        return self._connection

    def _open(self) -> None:
        connection = connect(self._row)
        try:
            sign_in(connection, self._row)
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    @contextmanager
    def _one_command(self) -> Iterator[None]:
        """Take what a command raises as said of its mail, not of the source: MailFailed.

        A broken connection is made anew when it is next needed; that this fails too is said of the source.
        """
        try:
            with imap_errors():
                try:
                    yield
                except imaplib.IMAP4.abort:
                    raise
                except imaplib.IMAP4.error as error:
                    if "got more than" in str(error):
                        raise LineTooLong from None
                    # NO and BAD: the server is well, and will not do this.
                    raise MailFailed("mail_refused") from None
        except SourceUnavailable as error:
            self._drop()
            raise MailFailed(f"mail_{error.code}") from None
        except LineTooLong:
            self._drop()
            raise

    def _uid_command(self, name: str, *arguments: str) -> list[Any]:
        client = self._live.client
        with self._one_command():
            typ, data = client.uid(name, *arguments)
            if typ != "OK":
                raise imaplib.IMAP4.error("refused")
            return list(data)
        raise AssertionError  # the block returns or raises

    def _facts_of(self, uids: Sequence[int | None]) -> dict[int | None, Facts | None]:
        wanted = ",".join(map(str, uids))
        found = read_facts(self._uid_command("FETCH", wanted, "(UID INTERNALDATE RFC822.SIZE)"))
        return {uid: found[uid] for uid in uids if uid in found}

    def _still_there(self, mail: RemoteMail) -> bool:
        return bool(read_uids(self._uid_command("SEARCH", f"UID {mail.uid}")))

    def _search(self, low: int, criteria: str = "") -> list[int]:
        """Return the UIDs from ``low`` on, asking for ranges that become smaller where an answer is too long."""
        found: list[int] = []
        if self._is_empty:
            return found
        width, next_uid = SEARCH_WIDTH, self._facts.next_uid or 1
        while True:
            is_last = low + width >= next_uid
            upper = "*" if is_last else str(low + width - 1)
            try:
                uids = read_uids(self._uid_command("SEARCH", f"UID {low}:{upper}{criteria}"))
            except LineTooLong:
                if width == 1:
                    raise SourceUnavailable("protocol") from None
                width = max(1, min(width, max(next_uid - low, 1)) // 2)
                self._reconnects -= 1
                continue
            except MailFailed as error:
                raise SourceUnavailable(error.code.removeprefix("mail_")) from None
            found += [uid for uid in uids if uid >= low]
            if is_last:
                return found
            low += width
            if len(uids) * 4 < width:
                width = min(width * 2, MAX_WIDTH)

    def _response(self, name: str) -> int | None:
        _typ, data = self._live.client.response(name)
        value = data[-1] if data else None
        return int(value) if isinstance(value, bytes) and value.isdigit() else None

    def _mail(self, uid: int) -> RemoteMail:
        uidvalidity = self._facts.uidvalidity
        return RemoteMail(f"{self._folder}|{uidvalidity}|{uid}", uid, uidvalidity)

    def _mails(self, uids: Iterable[int]) -> list[RemoteMail]:
        return [self._mail(uid) for uid in uids]


def _with_facts(mail: RemoteMail, facts: Facts | None) -> RemoteMail:
    return mail if facts is None else replace(mail, size=facts.size, received_at=facts.received_at)
