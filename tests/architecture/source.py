"""The package's own source, read for the tests on how the house is built."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "wagtail_helpdesk"


@dataclass(frozen=True)
class Module:
    """One module: its dotted name, where it is and what it says."""

    name: str
    path: Path
    tree: ast.Module

    def imports(self) -> Iterator[str]:
        """Yield the dotted name of all that is imported, anywhere in the module."""
        package = self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
                origin = ".".join([*above, *([node.module] if node.module else [])])
                yield from (f"{origin}.{alias.name}" for alias in node.names)

    def names(self) -> Iterator[str]:
        """Yield each name that is used, as ``name`` and as ``something.name``."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name):
                yield node.id
            elif isinstance(node, ast.Attribute):
                yield node.attr

    def keywords_and_strings(self) -> Iterator[str]:
        """Yield the names of keyword arguments, and all strings: what a lookup can be written in."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.keyword) and node.arg:
                yield node.arg
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


@cache
def modules() -> tuple[Module, ...]:
    """Return all modules of the package, migrations included."""
    return tuple(
        Module(dotted_name(path), path, ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(PACKAGE.rglob("*.py"))
    )


def dotted_name(path: Path) -> str:
    """Return the name under which Python imports the file."""
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_migration(module: Module) -> bool:
    """Return whether the module is a migration."""
    return module.path.parent.name == "migrations" and module.path.name != "__init__.py"


def is_within(name: str, package: str) -> bool:
    """Return whether the dotted ``name`` is ``package`` or something in it."""
    return name == package or name.startswith(f"{package}.")
