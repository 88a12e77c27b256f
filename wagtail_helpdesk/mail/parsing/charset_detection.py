"""The statistical guess at a character set: the last resort for bytes that nothing else explains."""

from __future__ import annotations

from dataclasses import dataclass, field

import charset_normalizer

from .charset_labels import codec_for

try:
    import chardet
except ImportError:
    # The better detector is an extra of the installation; charset-normalizer is always there.
    chardet = None

_SAMPLE = 64 * 1024
_SHORTEST = 8

#: What mails without a stated charset are written in. Each further candidate costs more wrong guesses than it wins.
_CANDIDATES = [
    *("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874"),
    *("cp866", "iso8859_2", "gb18030", "big5hkscs", "cp932", "euc_jp", "cp949"),
]
#: Sets that share most letters with windows-1252, so that short western text is often taken for them.
_NEIGHBOURS = frozenset({"cp1250", "cp1254", "cp1257", "cp1258", "iso8859_2", "iso8859_10", "iso8859_15", "mac_roman"})
_WESTERN = frozenset(
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿŒœ¡¿«»ºª°§£€·…•™®©"
    "\xa0\xb4\u2013\u2014\u2018\u2019\u201c\u201d\u201e"
)


@dataclass(slots=True)
class Detector:
    """Guesses for the pieces of one mail, with a bound on the bytes that it may spend on them."""

    budget: int = 4 * _SAMPLE
    #: The codec that a person chose for the words of the mail: whatever it declares, nothing else is tried.
    chosen: str | None = None
    seen: dict[bytes, str | None] = field(default_factory=dict)

    def guess(self, data: bytes) -> str | None:
        """Return the codec that fits ``data`` best, or None where there is no good guess or nothing left to spend."""
        sample = data[:_SAMPLE]
        if len(sample) < _SHORTEST or len(sample) > self.budget:
            return None
        if sample not in self.seen:
            self.budget -= len(sample)
            self.seen[sample] = _guess(sample)
        return self.seen[sample]


def _guess(sample: bytes) -> str | None:
    codec = codec_for(_label(sample))
    if codec in _NEIGHBOURS and _reads_western(sample):
        return "cp1252"
    return codec


def _label(sample: bytes) -> str:
    if chardet is not None:
        return chardet.detect(sample)["encoding"] or ""
    best = charset_normalizer.from_bytes(sample, cp_isolation=_CANDIDATES).best()
    return best.encoding.replace("_", "-") if best else ""


def _reads_western(sample: bytes) -> bool:
    return all(char < "\x80" or char in _WESTERN for char in set(sample.decode("cp1252", "replace")))
