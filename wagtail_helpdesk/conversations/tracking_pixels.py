"""Images that nobody can see, and that only tell the sender that his mail is being read."""

from .html_tokens import START, attributes, tokenize

_UNSEEN = frozenset({"0", "1", "0px", "1px"})


def without_pixels(html: str) -> str:
    """Return `html` without the images that say of themselves that they are at most one pixel in size. Linear."""
    if "<img" not in html.lower():
        return html
    kept: list[str] = []
    for token in tokenize(html):
        source = html[token.start : token.end]
        if not (token.kind == START and token.name == "img" and _is_pixel(attributes(source))):
            kept.append(source)
    return "".join(kept)


def _is_pixel(found: dict[str, str]) -> bool:
    sides = {name: found.get(name, "").strip().lower() for name in ("width", "height")}
    for declaration in found.get("style", "").lower().split(";"):
        name, _colon, value = declaration.partition(":")
        if name.strip() in sides:
            sides[name.strip()] = value.strip()
    return sides["width"] in _UNSEEN and sides["height"] in _UNSEEN
