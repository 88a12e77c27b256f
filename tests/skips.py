"""Holds ``--forbid-skips``: where everything is installed, a skipped test is a test that was lost."""

from __future__ import annotations

import pytest

#: The real mails are not part of the project. A test that reads them says so with this word in its reason.
ALLOWED = "corpus"


class SkipGuard:
    """Collects the skips of a run and fails it when one of them is not allowed."""

    def __init__(self) -> None:
        self.skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if ALLOWED not in reason.lower():
            self.skipped.append(f"{report.nodeid}: {reason}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self.skipped and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.skipped:
            terminalreporter.section("skipped, which --forbid-skips refuses", red=True)
            for line in self.skipped:
                terminalreporter.line(line)
