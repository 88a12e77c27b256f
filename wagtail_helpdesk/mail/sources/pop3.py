"""Mail from a POP3 server (RFC 1939), for accounts that have nothing better: one folder, no marks, no times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.mail.checking import CheckStep
from wagtail_helpdesk.mail.choices import FolderRole, PostAction
from wagtail_helpdesk.mail.models import MailSource
from wagtail_helpdesk.mail.sources.base import (
    BEGINNING,
    Fetched,
    FolderFacts,
    MailFailed,
    MailGone,
    RemoteMail,
    Session,
    Source,
    SourceError,
    SourceRefused,
    SourceUnavailable,
)
from wagtail_helpdesk.mail.sources.pop3_connection import Pop3Connection, Refusal

INBOX = "INBOX"


class Pop3Source(Source):
    """Any POP3 server that names its mails (UIDL)."""

    label: ClassVar[Any] = gettext_lazy("POP3")
    columns: ClassVar[tuple[str, ...]] = (
        "host",
        "port",
        "security",
        "username",
        "password",
        "account",
        "start_from",
        "post_action",
    )
    post_actions: ClassVar[tuple[PostAction, ...]] = (PostAction.KEEP, PostAction.DELETE)
    roles: ClassVar[tuple[FolderRole, ...]] = (FolderRole.INBOX,)

    @contextmanager
    def session(self) -> Iterator[Pop3Session]:
        session = Pop3Session(self.row)
        try:
            yield session
        finally:
            session.close()

    def check(self) -> list[CheckStep]:
        steps: list[CheckStep] = []
        names = iter([_("Connection"), _("Sign-in"), _("Names of mails (UIDL)")])
        connection: Pop3Connection | None = None
        name = next(names)
        try:
            connection = Pop3Connection(self.row)
            steps.append(CheckStep(name, True))
            name = next(names)
            connection.sign_in()
            steps.append(CheckStep(name, True))
            name = next(names)
            connection.names()
            steps.append(CheckStep(name, True))
            for folder in self.row.folders.all() if self.row.pk else ():
                name = _("Folder %(name)s") % {"name": folder.name}
                _require_inbox(folder.name)
                steps.append(CheckStep(name, True))
        except SourceError as error:
            steps.append(CheckStep(name, False, error.words))
        finally:
            if connection is not None:
                connection.close()
        return steps


class Pop3Session(Session):
    """One connection after another: deletions happen when a connection says goodbye (RFC 1939 6)."""

    def __init__(self, row: MailSource) -> None:
        super().__init__()
        self._row = row
        self._connection: Pop3Connection | None = None
        #: The number of each mail in this connection, by its unique id.
        self._numbers: dict[str, int] = {}
        self._sizes: dict[int, int] | None = None
        self._open()

    def close(self) -> None:
        """End the session; what was not committed is not deleted."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def enter(self, folder: str, *, readonly: bool = False) -> FolderFacts:
        _require_inbox(folder)
        return FolderFacts()

    def list_new(self, after: int) -> Sequence[RemoteMail]:
        self._live  # noqa: B018 - connects anew where that is needed
        return [RemoteMail(name) for name in self._numbers]

    def list_since(self, since: datetime) -> Sequence[RemoteMail]:
        return self.list_new(0)

    def describe(self, mails: Sequence[RemoteMail]) -> list[RemoteMail]:
        connection = self._live
        if self._sizes is None:
            self._sizes = connection.sizes()
        there = [mail for mail in mails if mail.key in self._numbers]
        return [replace(mail, size=self._sizes.get(self._numbers[mail.key])) for mail in there]

    def fetch(self, mail: RemoteMail, limit: int) -> Fetched:
        connection = self._live
        number = self._numbers.get(mail.key)
        if number is None:
            raise MailGone
        try:
            if mail.size is not None and mail.size > limit:
                return Fetched(connection.beginning(number, BEGINNING), mail.size)
            return Fetched(connection.retrieve(number))
        except Refusal:
            raise MailFailed("mail_refused") from None
        except SourceUnavailable as error:
            self.close()
            raise MailFailed(f"mail_{error.code}") from None

    def settle(self, mails: Sequence[RemoteMail], action: PostAction, move_to: str) -> None:
        connection = self._live
        numbers = [self._numbers[mail.key] for mail in mails if mail.key in self._numbers]
        try:
            for number in numbers:
                connection.delete(number)
            if numbers:
                connection.commit()
        except Refusal:
            raise MailFailed("mail_refused") from None
        except SourceUnavailable as error:
            raise MailFailed(f"mail_{error.code}") from None
        finally:
            # After goodbye the mails have other numbers.
            self.close()

    @property
    def _live(self) -> Pop3Connection:
        if self._connection is None:
            self._open()
        return self._connection

    def _open(self) -> None:
        connection = Pop3Connection(self._row)
        try:
            connection.sign_in()
            self._numbers, self._sizes = connection.names(), None
        except BaseException:
            connection.close()
            raise
        self._connection = connection


def _require_inbox(folder: str) -> None:
    if folder.upper() != INBOX:
        raise SourceRefused("no_folder")
