"""A small IMAP server that does what it is told: for faults that a real one cannot be made to show."""

from __future__ import annotations

import re
import select
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

GREETING = b"* OK ready\r\n"


@dataclass
class StoredMail:
    """A mail in the folder."""

    raw: bytes
    at: datetime
    flags: set[str] = field(default_factory=set)


@dataclass
class ImapFolder:
    """One folder, and how its server behaves. Tests change it while the server runs."""

    capabilities: str = "IMAP4rev1 UIDPLUS MOVE IDLE AUTH=XOAUTH2"
    uidvalidity: int = 7
    next_uid: int = 1
    mails: dict[int, StoredMail] = field(default_factory=dict)
    moved: dict[str, list[bytes]] = field(default_factory=dict)
    #: Answers by command: a callable that gets the command without its tag, and returns what to send instead, or None.
    #: b"" hangs up.
    faults: list = field(default_factory=list)
    #: Hang up, once, after so many bytes of all that is sent; None for never.
    cut_after: int | None = None
    says_next_uid: bool = True
    #: Tokens that XOAUTH2 takes, and the password of LOGIN.
    tokens: set[str] = field(default_factory=set)
    password: str = "secret"
    #: Every command that came, without tags; those with secrets too.
    log: list[str] = field(default_factory=list)
    news: threading.Event = field(default_factory=threading.Event)

    def add(self, raw: bytes, *, uid: int | None = None, at: datetime | None = None) -> int:
        """Deliver a mail; return its UID."""
        uid = uid or self.next_uid
        self.mails[uid] = StoredMail(raw, at or datetime.now(UTC).replace(microsecond=0))
        self.next_uid = max(self.next_uid, uid + 1)
        return uid

    def fail(self, pattern: str, answer: bytes) -> None:
        """Answer commands that match ``pattern`` with ``answer``; {tag} in it becomes the command's tag."""
        self.faults.append(lambda command: answer if re.search(pattern, command) else None)


class _Gone(Exception):
    pass


class _Handler(socketserver.StreamRequestHandler):
    """One connection."""

    folder: ImapFolder
    disable_nagle_algorithm = True

    def handle(self) -> None:
        try:
            self.say(GREETING)
            while line := self.rfile.readline():
                tag, _, command = line.decode("latin-1").strip().partition(" ")
                self.folder.log.append(command)
                self.answer(tag, command)
        except (_Gone, OSError):
            return

    def say(self, data: bytes) -> None:
        folder = self.folder
        if folder.cut_after is not None:
            data, folder.cut_after = data[: folder.cut_after], folder.cut_after - len(data)
            if folder.cut_after <= 0:
                folder.cut_after = None
                self.wfile.write(data)
                raise _Gone
        self.wfile.write(data)

    def answer(self, tag: str, command: str) -> None:
        for fault in self.folder.faults:
            said = fault(command)
            if said is not None:
                if not said:
                    raise _Gone
                self.say(said.replace(b"{tag}", tag.encode()))
                return
        words = command.split(" ", 2)
        name = "_".join(words[:2] if words[0].upper() == "UID" else words[:1]).lower()
        rest = " ".join(words[2:] if words[0].upper() == "UID" else words[1:])
        said = getattr(self, f"do_{name}")(rest)
        self.say(f"{tag} {said or 'OK done'}\r\n".encode())
        if name == "logout":
            raise _Gone

    def do_capability(self, rest: str) -> None:
        self.say(f"* CAPABILITY {self.folder.capabilities}\r\n".encode())

    def do_login(self, rest: str) -> str | None:
        return None if rest.endswith(f'"{self.folder.password}"') else "NO [AUTHENTICATIONFAILED] no"

    def do_authenticate(self, rest: str) -> str | None:
        import base64

        self.say(b"+ \r\n")
        given = base64.b64decode(self.rfile.readline()).decode()
        if any(f"auth=Bearer {token}\1" in given for token in self.folder.tokens):
            return None
        self.say(b"+ " + base64.b64encode(b'{"status":"400"}') + b"\r\n")
        assert self.rfile.readline() == b"\r\n"
        return "NO AUTHENTICATE failed"

    def do_select(self, rest: str) -> str | None:
        folder = self.folder
        if rest.strip('"') != "INBOX":
            return "NO no such folder"
        self.say(f"* {len(folder.mails)} EXISTS\r\n* OK [UIDVALIDITY {folder.uidvalidity}] ok\r\n".encode())
        if folder.says_next_uid:
            self.say(f"* OK [UIDNEXT {folder.next_uid}] ok\r\n".encode())
        return "OK [READ-WRITE] done"

    do_examine = do_select

    def do_uid_search(self, rest: str) -> None:
        folder = self.folder
        match = re.match(r"UID (\*|\d+)(?::(\*|\d+))?(?: SINCE (.+))?$", rest)
        last = max(folder.mails, default=0)
        low, high = (last if one == "*" else int(one) for one in (match[1], match[2] or match[1]))
        low, high = min(low, high), max(low, high)
        since = datetime.strptime(match[3], "%d-%b-%Y").replace(tzinfo=UTC) if match[3] else None
        found = [uid for uid in sorted(folder.mails) if low <= uid <= high]
        found = [uid for uid in found if since is None or folder.mails[uid].at >= since]
        self.say(f"* SEARCH{''.join(f' {uid}' for uid in found)}\r\n".encode())

    def do_uid_fetch(self, rest: str) -> None:
        uids, _, wanted = rest.partition(" ")
        for uid in map(int, uids.split(",")):
            mail = self.folder.mails.get(uid)
            if mail is None:
                continue
            number = sorted(self.folder.mails).index(uid) + 1
            partial = re.search(r"BODY\.PEEK\[\](?:<0\.(\d+)>)?", wanted)
            if partial is None:
                date = mail.at.strftime("%d-%b-%Y %H:%M:%S +0000")
                self.say(f'* {number} FETCH (UID {uid} RFC822.SIZE {len(mail.raw)} INTERNALDATE "{date}")\r\n'.encode())
                continue
            body, origin = (mail.raw[: int(partial[1])], "<0>") if partial[1] else (mail.raw, "")
            self.say(f"* {number} FETCH (UID {uid} BODY[]{origin} {{{len(body)}}}\r\n".encode() + body + b")\r\n")

    def do_uid_store(self, rest: str) -> None:
        uids, _, change = rest.partition(" ")
        for uid in map(int, uids.split(",")):
            if uid in self.folder.mails:
                self.folder.mails[uid].flags |= set(re.search(r"\((.*)\)", change)[1].split())

    def do_uid_move(self, rest: str) -> None:
        uids, _, target = rest.partition(" ")
        for uid in map(int, uids.split(",")):
            if uid in self.folder.mails:
                self.folder.moved.setdefault(target.strip('"'), []).append(self.folder.mails.pop(uid).raw)

    def do_uid_copy(self, rest: str) -> None:
        uids, _, target = rest.partition(" ")
        for uid in map(int, uids.split(",")):
            if uid in self.folder.mails:
                self.folder.moved.setdefault(target.strip('"'), []).append(self.folder.mails[uid].raw)

    def do_uid_expunge(self, rest: str) -> None:
        for uid in map(int, rest.split(",")):
            if r"\Deleted" in self.folder.mails.get(uid, StoredMail(b"", datetime.now(UTC))).flags:
                del self.folder.mails[uid]

    def do_expunge(self, rest: str) -> None:
        for uid in [uid for uid, mail in self.folder.mails.items() if r"\Deleted" in mail.flags]:
            del self.folder.mails[uid]

    def do_list(self, rest: str) -> None:
        for name, flags in (("INBOX", ""), ("[Gmail]", r"\Noselect"), ("[Gmail]/Bin", r"\Trash"), ("Done", "")):
            wanted = rest.split(" ")[-1].strip('"')
            if wanted in ("*", name):
                self.say(f'* LIST ({flags}) "/" "{name}"\r\n'.encode())

    def do_idle(self, rest: str) -> None:
        self.say(b"+ idling\r\n")
        while not select.select([self.connection], [], [], 0.02)[0]:
            if self.folder.news.is_set():
                self.say(f"* {len(self.folder.mails)} EXISTS\r\n".encode())
                break
        assert self.rfile.readline().strip() == b"DONE"

    def do_noop(self, rest: str) -> None:
        return

    def do_logout(self, rest: str) -> None:
        self.say(b"* BYE\r\n")


@contextmanager
def imap_server(folder: ImapFolder) -> Iterator[tuple[str, int]]:
    """Run a server for ``folder``; yield its host and port."""
    handler = type("Handler", (_Handler,), {"folder": folder})
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
