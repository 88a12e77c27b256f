"""How long a search takes, for words that stand everywhere and nowhere, the more tickets there are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.urls import reverse

from benchmarks.corpus_fill import OLD_WORD, TEAM_WORD, Corpus
from benchmarks.counting import Counter
from benchmarks.fill import BusyDesk
from benchmarks.queries import getting, signed_in
from benchmarks.report import Times, print_growth, times_of
from wagtail_helpdesk.search import finding

LIMIT = 26


def measure_search(desk: BusyDesk, sizes: Iterable[int], repeat: int) -> None:
    """Fill the database to each size, and print the times of the searches at each of them."""
    corpus = Corpus(desk)
    found: dict[int, dict[str, Times]] = {}
    notes: dict[str, str] = {}
    for size in sorted(sizes):
        start = time.perf_counter()
        corpus.fill(size)
        print(f"{size} tickets: filled in {time.perf_counter() - start:.0f} s", flush=True)
        runs = dict(_searches(corpus))
        notes = {name: _note(run) for name, run in runs.items()}
        found[size] = times_of(runs, repeat)
    print_growth("Search", "search", found, {"found, queries": notes})


def _searches(corpus: Corpus) -> Iterable[tuple[str, Callable[[], Any]]]:
    words = corpus.words
    last = 3 * (10 + corpus.size // 5)
    texts = {
        "a word of every second message": f"{words[0]} ",
        "common": f"{words[40]} ",
        "one in a hundred": f"{words[1500]} ",
        "one in a thousand": f"{words[12_000]} ",
        "rare": f"{words[-1]} ",
        "one only": f"unique{last}",
        "none": "nothingofthekind",
        "beginning of a word": words[300][:3],
        "two common words": f"{words[5]} {words[60]}",
        "a phrase": f'"{words[3]} {words[4]}"',
        "common, of long ago": OLD_WORD,
        "common, of one team": TEAM_WORD,
        "common, one agent's": f"{words[0]} assignee:agent{corpus.desk.teams[0].pk}x1",
        "common, open ones": f"{words[0]} is:open",
        "common, starred (none)": f"{words[0]} is:starred",
        "common, a year ago": f"{words[0]} before:1y",
        "from an address": f"from:customer{corpus.size // 7}@example",
        "open ones of one agent": f"is:open assignee:agent{corpus.desk.teams[0].pk}x1",
    }
    people = {"manager": corpus.desk.manager, "agent": corpus.desk.agent, "small team": corpus.small_agent}
    for role, user in people.items():
        for name, text in texts.items():
            yield f"{role}, {name}", _searching(user, text)
    client = signed_in(corpus.desk.manager)
    address = reverse("helpdesk_inbox:results", args=["closed"])
    for name in ("common", "rare"):
        yield f"whole answer, {name}", getting(client, f"{address}?q={texts[name].strip()}")


def _searching(user: Any, text: str) -> Callable[[], finding.Found]:
    def run() -> finding.Found:
        return finding.search(user, finding.understand(text), limit=LIMIT)

    return run


def _note(run: Callable[[], Any]) -> str:
    with Counter() as counter:
        answer = run()
    return f"{len(answer.places) if answer else '-'}, {counter.reads}"
