"""Names of attached files, as others chose them, made safe to show and to save under."""

import re
import unicodedata
from collections.abc import Sequence

MAX_NAME_CHARACTERS = 150
_MAX_EXTENSION = 20

# Windows takes these for devices, with any extension.
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{device}{number}" for device in ("com", "lpt") for number in "0123456789¹²³"}
)
_FORBIDDEN = re.compile(r'[<>:"|?*]')
# Control, format (bidi and zero-width among them), surrogate, private use and unassigned characters; line separators.
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

#: Opening such a file runs it, or something in it: Windows, Office with macros, disk images, shortcuts, macOS, Linux.
_PROGRAM_ENDINGS = (
    "ade adp app appimage application appref-ms appx bash bat cab chm class cmd com command cpl desktop diagcab dll "
    "dmg docm dotm elf exe gadget hlp hta htm html img inf ins iso jar jnlp js jse ksh lnk mam mde mht mhtml msc msh "
    "msi msix msp mst ocx one pif pl potm ppam pps ppsm pptm prg ps1 psc1 psd1 psm1 py pyw reg rpm scf scr sct "
    "settingcontent-ms sh shb shtml sldm slk svg sys url vb vbe vbs vhd vhdx vxd website wim ws wsc wsf wsh xbap xhtml "
    "xlam xll xlsb xlsm xltm xnk zsh"
)
_PROGRAMS = frozenset(_PROGRAM_ENDINGS.split())


def is_dangerous(name: str) -> bool:
    """Tell whether a file of this name may start a program when it is opened. No safety: a warning for people."""
    return name.rpartition(".")[2].strip().lower() in _PROGRAMS if "." in name else False


def clean_file_name(name: str, *, fallback: str = "file") -> str:
    """Return a name that hides nothing and goes nowhere, at most 150 characters long, keeping the extension.

    The part after the last slash or backslash, without unseen characters (so that no extension can be disguised), dots
    at its start, and dots or spaces at its end. A name of a Windows device gets a "_" in front. Where nothing is left,
    `fallback` is returned as it is. Never raises.
    """
    name = re.split(r"[/\\]", name)[-1]
    seen = "".join(character for character in name if unicodedata.category(character) not in _UNSEEN_CATEGORIES)
    seen = unicodedata.normalize("NFC", _FORBIDDEN.sub("_", seen))
    base = " ".join(seen.split()).lstrip(". ").rstrip(". ")
    if not base.strip("._- "):
        return fallback
    if base.split(".")[0].rstrip().lower() in _RESERVED:
        base = f"_{base}"
    return _shortened(base, MAX_NAME_CHARACTERS)


def number_duplicates(names: Sequence[str]) -> list[str]:
    """Return the names in order, with " (2)", " (3)" before the extension of those that came before.

    Names that differ in case only count as equal, and a number that is itself taken is passed over.
    """
    taken: set[str] = set()
    next_number: dict[str, int] = {}
    wanted = {name.casefold() for name in names}
    result = []
    for name in names:
        unique, key = name, name.casefold()
        if key in taken:
            number = next_number.get(key, 2)
            while (unique := _numbered(name, number)).casefold() in taken | wanted:
                number += 1
            next_number[key] = number + 1
        taken.add(unique.casefold())
        result.append(unique)
    return result


def _split_extension(name: str) -> tuple[str, str]:
    """Return name and extension; an extension without a stem, or a very long one, is none."""
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension) > _MAX_EXTENSION:
        return name, ""
    return stem, dot + extension


def _shortened(name: str, length: int) -> str:
    if len(name) <= length:
        return name
    stem, extension = _split_extension(name)
    return stem[: length - len(extension)].rstrip(". ") + extension


def _numbered(name: str, number: int) -> str:
    stem, extension = _split_extension(name)
    mark = f" ({number})"
    return _shortened(stem + extension, MAX_NAME_CHARACTERS - len(mark)).removesuffix(extension) + mark + extension
