"""What can be chosen in a field: one option to a line; in a tree, a line that is set in belongs to the one above it."""

from __future__ import annotations

from dataclasses import dataclass

#: Between the parts of an option in a tree.
SEPARATOR = " > "
MAX_OPTIONS = 500
MAX_LABEL = 100
#: Characters of an option with all that it belongs to.
MAX_PATH = 200


@dataclass(frozen=True)
class Option:
    """One thing that can be chosen. ``value`` is what is stored: in a tree the whole way to it."""

    value: str
    label: str
    #: How many options it stands under.
    depth: int = 0


def read_options(text: str, *, tree: bool = False) -> list[Option]:
    """Return the options that ``text`` lists, each once. Lines without words are none."""
    options: dict[str, Option] = {}
    #: (width of the indentation, label) of the options above the line.
    above: list[tuple[int, str]] = []
    for line in text.expandtabs(4).splitlines():
        label = " ".join(line.split())
        if not label:
            continue
        if not tree:
            options.setdefault(label, Option(label, label))
            continue
        indent = len(line) - len(line.lstrip())
        while above and above[-1][0] >= indent:
            above.pop()
        value = SEPARATOR.join([*(name for _indent, name in above), label])
        options.setdefault(value, Option(value, label, len(above)))
        above.append((indent, label))
    return list(options.values())


def ways_to(value: str) -> list[str]:
    """Return ``value`` and all that it belongs to: "A > B" and "A" for "A > B"."""
    parts = value.split(SEPARATOR)
    return [SEPARATOR.join(parts[: count + 1]) for count in range(len(parts))]
