"""Writes what Outlook writes: compound files ([MS-CFB]) with MAPI properties ([MS-OXMSG])."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

STRING, UNICODE, BINARY, OBJECT = 0x1E, 0x1F, 0x102, 0xD
LONG, BOOLEAN, TIME = 0x3, 0xB, 0x40
FREE, END, FAT, DIFAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC
SECTOR, MINI, CUTOFF = 512, 64, 4096
TOP, INNER, PART = 32, 24, 8

#: A folder: bytes are streams.
Tree = dict[str, "bytes | Tree"]


def compound(tree: Tree) -> bytes:
    """Return ``tree`` as a compound file of version 3."""
    return _Writer(tree).write()


def properties(values: dict[tuple[int, int], object], head: int = TOP) -> Tree:
    """Return the streams of an object by number and type of its properties."""
    table, tree = b"", {}
    for (name, kind), value in values.items():
        match kind:
            case _ if kind in (LONG, BOOLEAN):
                field = struct.pack("<iI", value, 0)
            case _ if kind == TIME:
                field = struct.pack("<Q", int((value - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10**7)
            case _ if kind == OBJECT:
                tree[f"__substg1.0_{name:04X}{kind:04X}"] = value
                field = struct.pack("<II", FREE, 4)
            case _:
                data = value.encode("utf-16-le") if kind == UNICODE else value
                tree[f"__substg1.0_{name:04X}{kind:04X}"] = data
                field = struct.pack("<II", len(data), 0)
        table += struct.pack("<HHI", kind, name, 6) + field
    return {**tree, "__properties_version1.0": b"\0" * head + table}


def message(
    values: dict[tuple[int, int], object],
    *,
    people: list[dict[tuple[int, int], object]] = [],  # noqa: B006 - never changed
    files: list[dict[tuple[int, int], object]] = [],  # noqa: B006
    head: int = TOP,
) -> Tree:
    """Return a message with its recipients and files."""
    tree = properties(values, head)
    for number, person in enumerate(people):
        tree[f"__recip_version1.0_#{number:08X}"] = properties(person, PART)
    for number, file in enumerate(files):
        tree[f"__attach_version1.0_#{number:08X}"] = properties(file, PART)
    return tree


def person(address: str, name: str = "", kind: int = 1) -> dict[tuple[int, int], object]:
    """Return a recipient: 1 for To, 2 for Cc, 3 for Bcc."""
    return {(0x0C15, LONG): kind, (0x3001, UNICODE): name, (0x39FE, UNICODE): address}


def file(name: str, content: bytes, **more: object) -> dict[tuple[int, int], object]:
    """Return an attached file; ``cid`` and ``kind`` are its content id and media type."""
    found: dict[tuple[int, int], object] = {(0x3707, UNICODE): name, (0x3701, BINARY): content, (0x3705, LONG): 1}
    if "cid" in more:
        found |= {(0x3712, UNICODE): more["cid"], (0x3714, LONG): 4}
    if "kind" in more:
        found[0x370E, UNICODE] = more["kind"]
    return found


class _Writer:
    def __init__(self, tree: Tree) -> None:
        self.entries: list[list] = []
        self.fat: list[int] = []
        self.mini_fat: list[int] = []
        self.body = bytearray()
        self.mini = bytearray()
        self._add("Root Entry", 5, tree)

    def write(self) -> bytes:
        root = self.entries[0]
        root[5], root[6] = self._big(bytes(self.mini)), len(self.mini)
        directory = self._big(b"".join(map(self._entry, self.entries)))
        table = struct.pack(f"<{len(self.mini_fat)}I", *self.mini_fat)
        mini_fat = self._big(table + b"\xff" * (-len(table) % SECTOR))
        sectors = len(self.fat)
        count, lists = 1, 0
        while count * 128 < sectors + count + lists:
            count += 1
            lists = -(-max(count - 109, 0) // 127)
        fat = self.fat + [FAT] * count + [DIFAT] * lists
        places = list(range(sectors, sectors + count))
        first = sectors + count if lists else END
        head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
        head += struct.pack("<9I", 0, count, directory, 0, CUTOFF, mini_fat, len(table) // SECTOR + 1, first, lists)
        head += struct.pack("<109I", *(places + [FREE] * 109)[:109])
        more = b""
        for number in range(lists):
            named = (places[109 + 127 * number :] + [FREE] * 127)[:127]
            more += struct.pack("<128I", *named, END if number == lists - 1 else first + number + 1)
        packed = struct.pack(f"<{len(fat)}I", *fat)
        return head + bytes(self.body) + packed + b"\xff" * (-len(packed) % SECTOR) + more

    def _add(self, name: str, kind: int, content: bytes | Tree) -> int:
        number = len(self.entries)
        entry = [name, kind, FREE, FREE, FREE, END, 0]
        self.entries.append(entry)
        if isinstance(content, bytes):
            entry[6] = len(content)
            entry[5] = self._big(content) if len(content) >= CUTOFF else self._small(content)
            return number
        inner = sorted(content, key=lambda one: (len(one), one.upper()))
        numbers = [self._add(one, 2 if isinstance(content[one], bytes) else 1, content[one]) for one in inner]
        entry[4] = self._balanced(numbers)
        return number

    def _balanced(self, numbers: list[int]) -> int:
        if not numbers:
            return FREE
        middle = len(numbers) // 2
        entry = self.entries[numbers[middle]]
        entry[2], entry[3] = self._balanced(numbers[:middle]), self._balanced(numbers[middle + 1 :])
        return numbers[middle]

    def _entry(self, entry: list) -> bytes:
        name = (entry[0] + "\0").encode("utf-16-le")
        head = name.ljust(64, b"\0") + struct.pack("<HBBIII", len(name), entry[1], 1, *entry[2:5])
        return head + b"\0" * 36 + struct.pack("<IQ", entry[5], entry[6])

    def _big(self, content: bytes) -> int:
        self.body += content + b"\0" * (-len(content) % SECTOR)
        return _chain(self.fat, -(-len(content) // SECTOR))

    def _small(self, content: bytes) -> int:
        self.mini += content + b"\0" * (-len(content) % MINI)
        return _chain(self.mini_fat, -(-len(content) // MINI))


def _chain(table: list[int], count: int) -> int:
    start = len(table)
    table += [*range(start + 1, start + count), END] if count else []
    return start if count else END
