"""Tries all readers on the collection and prints how many of the known answers each gets right."""

from __future__ import annotations

import base64
import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import environments
from benchmarks.corpus.cases import Case, as_bytes, read_cases, reply_parts
from benchmarks.corpus.reply_readers import TEXT_ALONE
from benchmarks.corpus.scores import NOTHING, score_mail, score_reply, score_report
from benchmarks.report import print_table
from wagtail_helpdesk.conversations.html_text import html_to_text

OURS = "wagtail_helpdesk"
#: What stands as the answer of these cases is only the output of one of the readers: they count for crashes and time.
NO_KNOWN_ANSWERS = "ikvk/imap_tools"
PROJECT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Marks:
    """How one reader did: of each category, how many were right and how many there are."""

    right: dict[str, list[bool]] = field(default_factory=dict)
    crashes: int = 0
    slowest: float = 0.0
    missed: dict[str, list[str]] = field(default_factory=dict)

    def take(self, case: Case, scores: Iterable[tuple[str, bool]]) -> None:
        """Count the scores of one case."""
        for category, right in scores:
            self.right.setdefault(category, []).append(right)
            if not right:
                self.missed.setdefault(category, []).append(str(case["id"]))


def measure_corpus(folder: Path, *, show_missed: bool = False) -> None:
    """Print a table for mails, for reports and for replies; with ``show_missed``, which answers were not ours."""
    for kind, title in (("mail", "Mails"), ("report", "Reports"), ("reply", "Replies")):
        cases = read_cases(folder, {"mail": "mails", "report": "reports", "reply": "replies"}[kind])
        readers = importlib.import_module(f"benchmarks.corpus.{kind}_readers").READERS
        marks = {name: _try(kind, name, cases) for name in readers}
        _print(f"{title}: right answers in percent ({len(cases)} cases)", marks)
        if show_missed:
            for category, ids in marks[OURS].missed.items():
                print(f"\nnot ours, {category}: {', '.join(ids)}")


def _try(kind: str, name: str, cases: Sequence[Case]) -> Marks:
    marks = Marks()
    arguments = [_arguments(kind, name, case) for case in cases]
    for case, outcome in zip(cases, _answers(kind, name, arguments), strict=True):
        marks.crashes += "error" in outcome
        marks.slowest = max(marks.slowest, outcome["seconds"])
        if not str(case["source"]).startswith(NO_KNOWN_ANSWERS):
            marks.take(case, _SCORES[kind](case, outcome.get("answer", NOTHING[kind])))
    return marks


def _arguments(kind: str, name: str, case: Case) -> list[Any]:
    if kind != "reply":
        return [{"base64": base64.b64encode(as_bytes(case["raw"])).decode()}]
    text, html = reply_parts(case)
    return [text or html_to_text(html), ""] if name in TEXT_ALONE else [text, "" if text else html]


def _answers(kind: str, name: str, arguments: Sequence[list[Any]]) -> Iterator[dict[str, Any]]:
    """Run the reader in its environment. CalledProcessError where it cannot be run at all."""
    python = sys.executable if name == OURS else environments.parsers()
    done = subprocess.run(
        [python, "-m", "benchmarks.corpus.answer", kind, name],
        input="".join(json.dumps(one) + "\n" for one in arguments),
        stdout=subprocess.PIPE,
        # The others' warnings and log lines are not what is measured; ours would be a fault to see.
        stderr=None if name == OURS else subprocess.DEVNULL,
        cwd=PROJECT,
        text=True,
        check=True,
    )
    return map(json.loads, done.stdout.splitlines())


def _score_reply(case: Case, answer: dict[str, str]) -> Iterator[tuple[str, bool]]:
    text, html = reply_parts(case)
    shown = answer["text"] if "text" in answer else html_to_text(answer["html"])
    return score_reply(case, text or html_to_text(html), shown)


_SCORES: dict[str, Callable[[Case, dict[str, Any]], Iterable[tuple[str, bool]]]] = {
    "mail": score_mail,
    "report": score_report,
    "reply": _score_reply,
}


def _print(title: str, marks: dict[str, Marks]) -> None:
    categories = marks[OURS].right
    rows = [
        (f"{category} ({len(of_ours)})", *(_percent(one.right.get(category, [])) for one in marks.values()))
        for category, of_ours in categories.items()
    ]
    rows.append(("crashed or stopped", *(str(one.crashes) for one in marks.values())))
    rows.append(("slowest, in seconds", *(f"{one.slowest:.2f}" for one in marks.values())))
    print_table(title, ("", *marks), rows)


def _percent(right: Sequence[bool]) -> str:
    return f"{100 * sum(right) / len(right):.1f}" if right else "-"
