"""A message as lines: the common form in which text and HTML are searched for quotes."""

from dataclasses import dataclass

#: Stands for an image in a line of HTML: something to see, but no word.
IMAGE = "\ufffc"


@dataclass(slots=True)
class Line:
    """One line of a message and what its surroundings say about it."""

    text: str
    #: Where it begins in the source.
    start: int
    #: Certainly quoted: marked with ">" or by an element that mail programs use for quotes only.
    quoted: bool = False
    #: In a plain <blockquote>, which may be a quote or the writer's own means.
    indented: bool = False
    #: The first line after a mark that begins the repeated part.
    boundary: bool = False
    #: In an element that holds the repeated part.
    contained: bool = False
    #: In an element that holds the writer's signature.
    signature: bool = False

    @property
    def blank(self) -> bool:
        return not self.text.strip()

    @property
    def repeated(self) -> bool:
        return self.quoted or self.indented


def text_lines(text: str) -> list[Line]:
    """Return the lines of plain text."""
    lines, start = [], 0
    for line in text.split("\n"):
        lines.append(Line(line, start, quoted=line.lstrip(" \t").startswith(">")))
        start += len(line) + 1
    return lines
