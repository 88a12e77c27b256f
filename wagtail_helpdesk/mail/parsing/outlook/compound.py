"""Compound files ([MS-CFB]): storages and streams in one file, as in a small file system.

Written by hand: the one library for it can be kept busy for ever by five kilobytes whose tables point at themselves.
Here a sector that was read does not count again, a chain is no longer than what it holds, and all that is read together
is no more than the file.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = 512
_ENTRY = 128
_MINI_SHIFT = 6
_STORAGE, _STREAM, _ROOT = 1, 2, 5
#: Entries of the directory, and how deep storages lie in each other; a large mail has some thousand, and a few.
MAX_ENTRIES = 60_000
MAX_DEPTH = 40


@dataclass(slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


@dataclass(slots=True)
class Storage:
    """A folder of a compound file. Names in any case."""

    file: _Compound = field(repr=False)
    storages: dict[str, Storage] = field(default_factory=dict)
    _streams: dict[str, _Entry] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        """Tell whether it has a stream called ``name``."""
        return name.lower() in self._streams

    def read(self, name: str) -> bytes | None:
        """Return what the stream ``name`` holds, as far as it is there; None where there is no such stream.

        ValueError once more was read than the whole file can hold.
        """
        entry = self._streams.get(name.lower())
        return None if entry is None else self.file.read(entry)


def open_compound(data: bytes) -> Storage:
    """Return the root of the compound file ``data``. ValueError for what is none, struct.error for one that is cut."""
    return _Compound(data).root()


class _Compound:
    """The tables of one file."""

    def __init__(self, data: bytes) -> None:
        if not data.startswith(MAGIC) or len(data) < _HEADER:
            raise ValueError("no compound file")
        self.data = data
        major, _order, shift = struct.unpack_from("<HHH", data, 26)
        if (major, shift) not in ((3, 9), (4, 12)):
            raise ValueError("version")
        self.is_old = major == 3
        self.shift = shift
        self.sectors = max(len(data) - 1 >> shift, 0)
        #: Bytes that may still be read: streams of a sound file share none.
        self.room = 2 * len(data)
        directory, self.cutoff, mini, difat = struct.unpack_from("<I4xII4xI", data, 48)
        self.fat = self._table(self._fat_sectors(difat))
        self.entries = self._directory(directory)
        self.mini_fat = self._table(self._chain(self.fat, mini, self.sectors))
        top = self.entries[0] if self.entries else None
        self.mini = self._join(top.start, top.size) if top else b""

    def root(self) -> Storage:
        """Return the storages as a tree. Each entry of the directory is taken once, whatever points at it."""
        root = Storage(self)
        if not self.entries or self.entries[0].kind != _ROOT:
            raise ValueError("root")
        taken = {0}
        waiting = [(root, self.entries[0].child, 1)]
        while waiting:
            storage, number, depth = waiting.pop()
            if number in taken or number >= len(self.entries):
                continue
            taken.add(number)
            entry = self.entries[number]
            waiting += [(storage, entry.left, depth), (storage, entry.right, depth)]
            name = entry.name.lower()
            if entry.kind == _STREAM:
                storage._streams.setdefault(name, entry)
            elif entry.kind == _STORAGE and name not in storage.storages and depth < MAX_DEPTH:
                inner = storage.storages[name] = Storage(self)
                waiting.append((inner, entry.child, depth + 1))
        return root

    def read(self, entry: _Entry) -> bytes:
        """Return the bytes of a stream."""
        self.room -= min(entry.size, len(self.data))
        if self.room < 0:
            raise ValueError("more than the file holds")
        if entry.size >= self.cutoff:
            return self._join(entry.start, entry.size)
        steps = (entry.size + (1 << _MINI_SHIFT) - 1) >> _MINI_SHIFT
        parts = [
            self.mini[number << _MINI_SHIFT : (number + 1) << _MINI_SHIFT]
            for number in self._chain(self.mini_fat, entry.start, steps)
        ]
        return b"".join(parts)[: entry.size]

    def _sector(self, number: int) -> bytes:
        start = (number + 1) << self.shift
        return self.data[start : start + (1 << self.shift)]

    def _join(self, start: int, size: int) -> bytes:
        """Return ``size`` bytes of the chain that begins at ``start``, fewer where it ends before."""
        size = min(size, len(self.data))
        steps = (size + (1 << self.shift) - 1) >> self.shift
        return b"".join(map(self._sector, self._chain(self.fat, start, steps)))[:size]

    def _chain(self, table: array[int], number: int, steps: int) -> Iterator[int]:
        """Yield the sectors of a chain, at most ``steps``."""
        for _step in range(min(steps, len(table))):
            if number >= len(table):
                return
            yield number
            number = table[number]

    def _fat_sectors(self, difat: int) -> Iterator[int]:
        """Yield where the table of chains itself lies: 109 sectors are named in the header, the rest in a chain."""
        numbers = struct.unpack_from("<109I", self.data, 76)
        per_sector = (1 << self.shift) // 4
        seen: set[int] = set()
        blocks: set[int] = set()
        while True:
            for number in numbers:
                if number < self.sectors and number not in seen:
                    seen.add(number)
                    yield number
            if difat >= self.sectors or difat in blocks:
                return
            blocks.add(difat)
            *numbers, difat = struct.unpack(f"<{per_sector}I", self._sector(difat).ljust(1 << self.shift, b"\xff"))

    def _table(self, sectors: Iterator[int]) -> array[int]:
        table = array("I")
        for number in sectors:
            table.frombytes(self._sector(number).ljust(1 << self.shift, b"\xff"))
        if sys.byteorder == "big":
            table.byteswap()
        return table

    def _directory(self, start: int) -> list[_Entry]:
        entries: list[_Entry] = []
        for number in self._chain(self.fat, start, MAX_ENTRIES * _ENTRY >> self.shift):
            sector = self._sector(number)
            for offset in range(0, len(sector) - _ENTRY + 1, _ENTRY):
                entries.append(self._entry(sector, offset))
        return entries

    def _entry(self, sector: bytes, offset: int) -> _Entry:
        name, length, kind, left, right, child, start, size = struct.unpack_from("<64sHBxIII36xIQ", sector, offset)
        if self.is_old:
            # The upper half was not always written.
            size &= 0xFFFFFFFF
        written = name[: max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
        return _Entry(written, kind, left, right, child, start, size)
