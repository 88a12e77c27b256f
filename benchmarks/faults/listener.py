"""A mail server that takes all mail and keeps it: ``python -m benchmarks.faults.listener FOLDER SEED``.

Prints its port, then serves until standard input is closed. It is slow by chance, so that a sender may be killed
before its mail is taken, after it, and before it hears of it.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import sys
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

SLOW = 0.03


class Keeper:
    """Writes each mail that it answers with 250 to a file of its own."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder, self._chance, self._number = folder, random.Random(seed), 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self._chance.random() * SLOW)
        self._number += 1
        path = self._folder / f"{self._number:06}.eml"
        with path.open("wb") as file:
            file.write(envelope.original_content)
            os.fsync(file.fileno())
        await asyncio.sleep(self._chance.random() * SLOW)
        return "250 taken"


def main(folder: str, seed: str) -> None:
    """Serve until standard input ends."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    controller = Controller(Keeper(Path(folder), int(seed)), hostname="127.0.0.1", port=port)
    controller.start()
    print(port, flush=True)
    sys.stdin.read()
    controller.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
