"""Foreign HTML cut down to the elements we know, before nh3 sees it.

nh3 throws away unknown elements together with their words where their name is one of SVG or MathML ("<root>", "<text>",
"<desc>"), and all of a template. Cutting out the bare tags keeps the words, and spares nh3 the stranger half of HTML's
parsing rules. This makes nothing safe: nh3 does, afterwards.
"""

from html import escape

from .html_tokens import END, RAW, START, TEXT, names, tokenize, unescape

#: The elements that stay.
KNOWN_TAGS = names(
    "a abbr address article b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em "
    "figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s "
    "samp section small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr"
)
#: Raw-text elements whose content is not for readers.
NEVER_SHOWN = names("script style title iframe noembed noframes")
# Without them the words of neighbours would run together.
_SEPARATING = names("button details dialog fieldset form label legend option select summary textarea")


def reduce_html(document: str) -> str:
    """Return `document` without comments, without tags of unknown elements, and without what is never shown.

    Never raises; linear. The result may be read differently from the source only in broken documents.
    """
    kept: list[str] = []
    for token in tokenize(document):
        source = document[token.start : token.end]
        if token.kind == TEXT:
            # A "<" that is text must not become markup through what is cut out behind it.
            kept.append(source.replace("<", "&lt;"))
        elif token.kind == RAW and token.name not in NEVER_SHOWN:
            kept.append(escape(unescape(source) if token.name == "textarea" else source))
        elif token.kind in {START, END} and token.name in KNOWN_TAGS:
            kept.append(source)
        elif token.kind in {START, END} and token.name in _SEPARATING:
            kept.append(" ")
    return "".join(kept)
