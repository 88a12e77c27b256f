#!/usr/bin/env python3
"""Shows the helpdesk on a machine that has just Python: ``python3 example_site/demo.py``.

Makes a virtual environment and a database (example_site/data/), fills it with a demo desk, then runs the web server and
the worker until Ctrl-C. What was done in the demo is kept for the next run.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bootstrap

HERE = Path(__file__).resolve().parent
DATA = HERE / "data"
# Stands in DATA once the demo desk is complete; without it a first run was broken off.
LOADED = DATA / "loaded"
HOST = "127.0.0.1"
SECONDS_TO_START = 60
SECONDS_TO_STOP = 10
LOG_LINES_SHOWN = 20

WELCOME = """
The example site is running.

  Website       {address}/
  Admin         {address}/admin/
  Post office   {address}/post-office/   every mail that left; answer one, or write a new one

  Sign in as    admin     may do everything
                editor    writes and publishes articles
                manager   sees all teams
                bruno     agent
                carla     agent of another team
                lea       light agent: reads, and writes notes
  Password      helpdesk

  Logs          {logs}

Ctrl-C stops it. A next run goes on where this one ended; --reset starts anew.
"""


def main(arguments: list[str]) -> int:
    """Prepare and run the demo until it is interrupted; return the exit code."""
    options = parse(arguments)
    stop_on_signals()
    refuse_a_taken_port(options.port)
    environment = bootstrap.Environment(HERE / ".environment")
    try:
        environment.prepare(*bootstrap.project_with())
    except bootstrap.InstallationFailed as failure:
        sys.exit(f"The project could not be installed. pip says:\n{failure}")
    address = f"http://{HOST}:{options.port}"
    manage = [str(environment.python), str(HERE / "manage.py")]
    environ = bootstrap.clean_environ(DJANGO_SETTINGS_MODULE="config.settings", EXAMPLE_SITE_ADDRESS=address)
    load(manage, environ, address, reset=options.reset)
    return serve(manage, environ, address)


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(prog="example_site/demo.py", description="Run the example site with a demo desk.")
    parser.add_argument("--port", type=int, default=8000, help="the web server's port (default: 8000)")
    parser.add_argument("--reset", action="store_true", help="forget all that was done in earlier runs")
    return parser.parse_args(arguments)


def stop_on_signals() -> None:
    """Let a request to end, and a closed terminal, end the demo as Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), interrupt)


def refuse_a_taken_port(port: int) -> None:
    """SystemExit with a sentence when the web server could not listen on ``port``."""
    with socket.socket() as probe:
        if os.name == "posix":  # elsewhere this option would let two servers share the port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            sys.exit(f"Port {port} cannot be used ({error}). Is the demo running already? Else choose one: --port 8001")


def load(manage: list[str], environ: dict[str, str], address: str, *, reset: bool) -> None:
    """Bring the database up to date, and fill it where the demo desk is not there yet."""
    if reset or not LOADED.exists():
        shutil.rmtree(DATA, ignore_errors=True)
        DATA.mkdir(parents=True)
    bootstrap.say("Preparing the database ...")
    run_step([*manage, "migrate", "--verbosity", "0"], environ)
    if not LOADED.exists():
        bootstrap.say("Loading the demo desk ...")
        run_step([*manage, "load_demo"], environ)
        LOADED.touch()
    run_step([*manage, "use_address", address], environ)


def run_step(command: list[str], environ: dict[str, str]) -> None:
    """Run one command with its output shown. SystemExit when it fails."""
    if subprocess.run(command, cwd=HERE, env=environ, check=False).returncode:
        sys.exit(f"{command[2]} failed. If an older version of the project made the data, --reset helps.")


def serve(manage: list[str], environ: dict[str, str], address: str) -> int:
    """Run web server and worker until the demo is interrupted or one of them ends by itself, which is an error."""
    bootstrap.say("Starting web server and worker ...")
    commands = {
        "server": [*manage, "runserver", "--noreload", address.removeprefix("http://")],
        "worker": [*manage, "helpdesk_work"],
    }
    with running(commands, environ) as processes:
        wait_for_answer(address, processes)
        if not ended(processes):
            bootstrap.say(WELCOME.format(address=address, logs=DATA))
        while not ended(processes):
            time.sleep(0.3)
        for name in ended(processes):
            report_end(name, processes[name].returncode)
    return 1


@contextmanager
def running(commands: dict[str, list[str]], environ: dict[str, str]) -> Iterator[dict[str, subprocess.Popen]]:
    """Run the commands, each with a log of its own, for as long as the block runs."""
    processes: dict[str, subprocess.Popen] = {}
    try:
        for name, command in commands.items():
            with log_of(name).open("ab") as log:
                # A session of its own: Ctrl-C reaches only us, and we stop all that the command has started.
                processes[name] = subprocess.Popen(
                    command, cwd=HERE, env=environ, stdout=log, stderr=log, start_new_session=True
                )
        yield processes
    finally:
        stop(list(processes.values()))


def stop(processes: list[subprocess.Popen]) -> None:
    """Ask the processes to end, and end those that do not."""
    for process in processes:
        send(process, signal.SIGTERM)
    deadline = time.monotonic() + SECONDS_TO_STOP
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            send(process, getattr(signal, "SIGKILL", signal.SIGTERM))
            process.wait()


def send(process: subprocess.Popen, signal_number: int) -> None:
    """Send a signal to the process and all that it started."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal_number)
        else:
            process.terminate()


def ended(processes: dict[str, subprocess.Popen]) -> list[str]:
    """Return the names of the processes that run no more."""
    return [name for name, process in processes.items() if process.poll() is not None]


def wait_for_answer(address: str, processes: dict[str, subprocess.Popen]) -> None:
    """Return when the web server answers, whatever it says, or when a process has ended or time is up."""
    deadline = time.monotonic() + SECONDS_TO_START
    while not ended(processes) and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{address}/admin/login/", timeout=SECONDS_TO_START).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)


def log_of(name: str) -> Path:
    """Return the file that holds what a process said."""
    return DATA / f"{name}.log"


def report_end(name: str, code: int) -> None:
    """Say that a process ended by itself, with its last words."""
    last_words = log_of(name).read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:]
    bootstrap.say("\n".join([f"The {name} ended with code {code}. It said last:", *last_words]))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        bootstrap.say("\nStopped.")
