"""A real Dovecot with a configuration of its own, on free ports of this machine.

tests/run.py asks here whether there is one, so what is imported above is the standard library.
"""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "secret"
_CONFIG = """
protocols = imap pop3
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 1
ssl = yes
ssl_cert = <{root}/cert.pem
ssl_key = <{root}/key.pem
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
mail_max_userip_connections = 100
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/home/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
  mailbox Done {{
    auto = create
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""


@dataclass
class Dovecot:
    """A running server. Every user name is taken, with the password ``PASSWORD``; each is an empty account."""

    imap: int
    imaps: int
    pop3: int
    pop3s: int
    #: The certificate authority that its certificate is of.
    authority: Path

    @contextmanager
    def client(self, user: str) -> Iterator[imaplib.IMAP4]:
        """A person's mail program."""
        with imaplib.IMAP4("127.0.0.1", self.imap, timeout=20) as client:
            client.login(user, PASSWORD)
            yield client

    def deliver(self, user: str, *raws: bytes, folder: str = "INBOX") -> None:
        """Put mails into a folder of ``user``."""
        with self.client(user) as client:
            for raw in raws:
                assert client.append(folder, None, None, raw)[0] == "OK"

    def flags(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Return what the server says of each mail's UID and flags."""
        with self.client(user) as client:
            if client.select(folder, readonly=True)[1] == [b"0"]:
                return []
            return client.fetch("1:*", "(UID FLAGS)")[1]


def reason_for_none() -> str | None:
    """Return why there is no Dovecot here, None where there is one."""
    if not find() or not find("doveadm"):
        return "no Dovecot found: install dovecot-imapd and dovecot-pop3d"
    if not any(Path(libexec, "pop3").exists() for libexec in ("/usr/lib/dovecot", "/usr/libexec/dovecot")):
        return "this Dovecot has no POP3: install dovecot-pop3d"
    return None


def find(name: str = "dovecot") -> str | None:
    """Return the path of a program of Dovecot, which is not always on the PATH of ordinary users."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/usr/bin")


@contextmanager
def run_dovecot() -> Iterator[Dovecot]:
    """Start a server, end it with the block. Its processes of mail are nobody's, also where root runs the tests."""
    from tests.faults.certificates import write_certificates

    root = Path(tempfile.mkdtemp(prefix="wagtail_helpdesk_dovecot_"))
    try:
        root.chmod(0o755)
        write_certificates(root)
        ports = dict(zip(("imap", "imaps", "pop3", "pop3s"), _free_ports(4), strict=True))
        _write_config(root, ports)
        process = subprocess.Popen([find(), "-F", "-c", str(root / "dovecot.conf")], stderr=subprocess.DEVNULL)
        try:
            for port in ports.values():
                _wait_for(port, process, root)
            yield Dovecot(**ports, authority=root / "authority.pem")
        finally:
            process.terminate()
            process.wait(20)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _write_config(root: Path, ports: dict[str, int]) -> None:
    if os.geteuid() == 0:
        users = {"internal": "dovecot", "internal_group": "dovecot", "login": "dovenull"}
        person = pwd.getpwnam("nobody")
    else:
        person = pwd.getpwuid(os.geteuid())
        users = {
            "internal": person.pw_name,
            "internal_group": grp.getgrgid(person.pw_gid).gr_name,
            "login": person.pw_name,
        }
    home = root / "home"
    home.mkdir()
    os.chown(home, person.pw_uid, person.pw_gid)
    config = _CONFIG.format(root=root, password=PASSWORD, uid=person.pw_uid, gid=person.pw_gid, **users, **ports)
    (root / "dovecot.conf").write_text(config)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _wait_for(port: int, process: subprocess.Popen, root: Path) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            log = root / "log"
            said = log.read_text() if log.exists() else ""
            assert process.poll() is None and time.monotonic() < end, f"Dovecot did not start: {said}"
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
