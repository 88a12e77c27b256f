"""The style attributes of foreign HTML: which declarations stay."""

import re
from functools import lru_cache
from typing import Any

import tinycss2

from .html_tokens import names

#: Longer style attributes are dropped as a whole.
MAX_STYLE_CHARACTERS = 4096

# Nothing that positions, hides, layers or loads.
_ALLOWED_PROPERTIES = names(
    "background background-color border border-top border-right border-bottom border-left border-collapse "
    "border-color border-radius border-spacing border-style border-width "
    "color direction font font-family font-size font-style font-variant font-weight height letter-spacing line-height "
    "list-style-type margin margin-top margin-right margin-bottom margin-left max-width "
    "padding padding-top padding-right padding-bottom padding-left "
    "text-align text-decoration text-transform unicode-bidi vertical-align white-space width word-break "
    "overflow-wrap word-wrap"
)
_COLOUR_FUNCTIONS = frozenset({"rgb", "rgba", "hsl", "hsla"})
_NAME = re.compile(r"-?[^\W\d][\w-]*")
_UNIT = re.compile(r"(?!e$)[a-z]{1,8}", re.IGNORECASE)
_FONT_NAME = re.compile(r"[\w .,'+-]*")


def filter_style(style: str) -> str:
    """Return the harmless declarations of a style attribute, written anew; "" where none is left.

    Only a fixed list of properties stays, and of their values only those made of names, numbers, colours and font
    names: no `url()` or any other function but rgb()/hsl(), no negative margin, no `!important`. Never raises.
    """
    return _filter_style(style) if len(style) <= MAX_STYLE_CHARACTERS else ""


@lru_cache(maxsize=512)
def _filter_style(style: str) -> str:
    kept = []
    for node in tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True):
        if node.type != "declaration" or node.lower_name not in _ALLOWED_PROPERTIES:
            continue
        value = [token for token in node.value if token.type != "comment"]
        if all(_is_harmless(node.lower_name, token) for token in value):
            kept.append(f"{node.lower_name}:{tinycss2.serialize(value).strip()}")
    return ";".join(kept)


def _is_harmless(name: str, token: Any) -> bool:
    """Return True where a component value `token` may stand in a declaration of the property `name`."""
    match token.type:
        case "whitespace":
            return True
        case "ident":
            return bool(_NAME.fullmatch(token.value))
        case "hash":
            return token.value.isalnum()
        case "literal":
            return token.value in {",", "/"}
        case "number" | "percentage" | "dimension":
            return _is_plain(token) and (token.value >= 0 or name == "letter-spacing")
        case "string":
            return name in {"font", "font-family"} and bool(_FONT_NAME.fullmatch(token.value))
        case "function":
            return token.lower_name in _COLOUR_FUNCTIONS and all(map(_is_colour_part, token.arguments))
    return False


def _is_plain(token: Any) -> bool:
    """Return True for a number whose unit, if it has one, needs no escapes to be written."""
    return token.type != "dimension" or bool(_UNIT.fullmatch(token.unit))


def _is_colour_part(token: Any) -> bool:
    if token.type in {"number", "percentage", "dimension"}:
        return _is_plain(token)
    return token.type == "whitespace" or (token.type == "literal" and token.value in {",", "/"})
