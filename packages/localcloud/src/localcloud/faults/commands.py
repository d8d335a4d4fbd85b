"""`python -m localcloud faults`: add, list, clear, log."""

import argparse
import json
from pathlib import Path

from localcloud.faults.client import FaultClient
from localcloud.faults.fault import KINDS, STATUSES, Fault

_OPTIONS = ("times", "matching", "share", "seed", "after", "seconds", "status")


def configure(command: argparse.ArgumentParser) -> None:
    """Adds the actions of `localcloud faults` to the command line."""
    actions = command.add_subparsers(dest="action", required=True)
    for name, text in {
        "add": "set a fault",
        "list": "the faults that are set, and how many calls they have seen and hit",
        "clear": "remove all faults; the log stays",
        "log": "what was injected, as lines of JSON",
    }.items():
        action = actions.add_parser(name, help=text)
        # The command has this option, too; a default here would override its value.
        action.add_argument("--data-dir", type=Path, default=argparse.SUPPRESS)
        if name == "add":
            _configure_add(action)


def _configure_add(action: argparse.ArgumentParser) -> None:
    action.add_argument("kind", help=", ".join(KINDS))
    action.add_argument(
        "call",
        metavar="TARGET",
        help="service:Operation, lambda:FUNCTION for kill and timeout, the name of a training job"
        " for interrupt, or featurestore:offline for slow",
    )
    action.add_argument(
        "times",
        type=int,
        nargs="?",
        help="how many calls are hit (default: 1, or without end with --share)",
    )
    action.add_argument("--matching", help="only calls with this text in their path or body")
    action.add_argument("--share", type=float, help="of so many calls, such as 0.01 for 1 %%")
    action.add_argument("--seed", type=int, help="makes the choice of --share the same each time")
    action.add_argument("--after", type=int, help="lets so many calls go well first")
    action.add_argument("--seconds", type=float, help="of slow: the delay; of kill: how far in")
    action.add_argument(
        "--status", type=int, help=f"of error: {' or '.join(map(str, STATUSES))} (default: 500)"
    )


def run(parsed: argparse.Namespace, client: FaultClient) -> None:
    """Performs one action. Raises FaultError for a fault that cannot be set."""
    match parsed.action:
        case "add":
            options = {name: getattr(parsed, name) for name in _OPTIONS}
            given = {name: value for name, value in options.items() if value is not None}
            number = client.add(parsed.kind, parsed.call, **given)
            print(f"Fault {number} is set." if number else f"{parsed.call} is interrupted.")
        case "list":
            for line in client.list():
                number, seen, hit = (line.pop(name) for name in ("number", "seen", "injected"))
                print(f"{number}: {Fault(**line)}; has seen {seen} calls and hit {hit}")
        case "clear":
            client.clear()
        case "log":
            for entry in client.log():
                print(json.dumps(entry))
