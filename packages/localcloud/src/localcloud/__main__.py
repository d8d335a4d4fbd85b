"""The command line of the embedded AWS: python -m localcloud COMMAND."""

import argparse
import logging
import os
import shlex
import signal
import sys
from pathlib import Path

from localcloud import sdk_startup, server, service
from localcloud.core.address import Address, ServerError, client_environment, without_account
from localcloud.core.loopback import no_proxy
from localcloud.faults import commands as faults
from localcloud.faults.client import FaultClient
from localcloud.faults.fault import FaultError
from localcloud.iam import enforcement, sessions

_DATA_DIR = "REVIEWS_DATA_DIR"  # which the command line `reviews` reads, too


def main(arguments: list[str] | None = None) -> int:
    """The program. Without `arguments` it takes those of the command line and may change the
    environment of its process."""
    if arguments is None:
        leave_account_and_proxy()
    parsed = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    try:
        return int(_COMMANDS[parsed.command](parsed))
    except (ServerError, FaultError) as error:
        print(f"localcloud: {error}", file=sys.stderr)
        return 1


def leave_account_and_proxy() -> None:
    """No process that is started here must need a real account or a proxy."""
    variables = without_account(os.environ) | no_proxy(os.environ)
    os.environ.clear()
    os.environ.update(variables)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m localcloud", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in {
        "serve": "serve in the foreground until Ctrl-C",
        "start": "serve in the background; returns when ready",
        "stop": "end the server and every process it has started",
        "clear": "remove what a stopped server left in its folder",
        "env": "print the variables that make AWS clients use the server",
        "exec": "run a command with these variables: exec -- CMD...",
        "iam": "enforce the policies of roles, or not (as from the start), or tell which",
        "faults": "errors and delays of AWS, on demand: add, list, clear, log",
    }.items():
        command = commands.add_parser(name, help=text)
        command.add_argument(
            "--data-dir",
            type=Path,
            default=os.environ.get(_DATA_DIR) or server.DEFAULT_DATA_DIR,
            help=f"folder of the server's state (default: {_DATA_DIR}, %(default)s)",
        )
        if name in ("serve", "start"):
            command.add_argument("--port", type=int, default=0, help="0 is any free port")
        if name in ("env", "exec"):
            command.add_argument(
                "--role",
                help="with a session of this role, as in a notebook of SageMaker; made if missing",
            )
        if name == "exec":
            command.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- CMD")
        if name == "iam":
            command.add_argument("action", choices=("enforce", "relax", "status"))
        if name == "faults":
            faults.configure(command)
    return parser


def _serve(parsed: argparse.Namespace) -> int:
    service.serve(parsed.data_dir, parsed.port)
    return 0


def _start(parsed: argparse.Namespace) -> int:
    # As an exception, so that a server that is not ready yet is ended too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    print(f"The embedded AWS is ready at {server.start(parsed.data_dir, parsed.port).endpoint_url}")
    return 0


def _stop(parsed: argparse.Namespace) -> int:
    stopped = server.stop(parsed.data_dir)
    print("The embedded AWS is stopped." if stopped else "No embedded AWS is running here.")
    return 0


def _clear(parsed: argparse.Namespace) -> int:
    server.clear(parsed.data_dir)
    return 0


def _running(parsed: argparse.Namespace) -> Address:
    address = Address.read(parsed.data_dir)
    if address is None:
        start = [sys.executable, "-m", "localcloud", "start"]
        if parsed.data_dir != server.DEFAULT_DATA_DIR:
            start += [f"--data-dir={parsed.data_dir}"]
        raise ServerError(
            f"no embedded AWS is running for {parsed.data_dir}; start it with: {shlex.join(start)}"
        )
    return address


def _environment(parsed: argparse.Namespace) -> dict[str, str]:
    """The variables of a client, with the folder `sdk_startup` first in PYTHONPATH, which only the
    SageMaker SDK needs."""
    address = _running(parsed)
    variables = client_environment(address, parsed.data_dir)
    if parsed.role:
        variables |= sessions.variables(address.endpoint_url, parsed.role)
    return variables | {"PYTHONPATH": sdk_startup.python_path(os.environ.get("PYTHONPATH"))}


def _env(parsed: argparse.Namespace) -> int:
    for name, value in _environment(parsed).items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def _exec(parsed: argparse.Namespace) -> int:
    command = parsed.argv[1:] if parsed.argv[:1] == ["--"] else parsed.argv
    if not command:
        raise ServerError("exec needs a command: python -m localcloud exec -- CMD...")
    environment = {**os.environ, **_environment(parsed)}
    try:
        os.execvpe(command[0], command, environment)  # noqa: S606 - that is what exec is for
    except OSError as error:
        raise ServerError(f"cannot run {command[0]}: {error.strerror}") from error


def _iam(parsed: argparse.Namespace) -> int:
    url = _running(parsed).endpoint_url
    if parsed.action == "enforce":
        enforcement.enforce(url)
    elif parsed.action == "relax":
        enforcement.relax(url)
    print("IAM is enforced." if enforcement.is_enforced(url) else "IAM is not enforced.")
    return 0


def _faults(parsed: argparse.Namespace) -> int:
    faults.run(parsed, FaultClient(_running(parsed).endpoint_url, parsed.data_dir))
    return 0


_COMMANDS = {
    "serve": _serve,
    "start": _start,
    "stop": _stop,
    "clear": _clear,
    "env": _env,
    "exec": _exec,
    "iam": _iam,
    "faults": _faults,
}

if __name__ == "__main__":
    sys.exit(main())
