"""Runs a command that finds the folder of its instance at /opt/ml, as in a container.

A program of its own, for Linux: `python container_root.py FOLDER COMMAND …`. It imports nothing but
the standard library, and becomes the command. What it mounts is seen by the command and by what
that starts, and by nobody else. A user namespace allows this to everybody; the user stays the same
in it. See user_namespaces(7) and mount_namespaces(7).

Not emulated: the rest of a container's file system.
"""

import ctypes
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_ROOT = Path("/opt/ml")
_NEW_MOUNTS, _NEW_USER = 0x00020000, 0x10000000  # CLONE_NEWNS, CLONE_NEWUSER
_BIND, _RECURSIVE, _PRIVATE = 0x1000, 0x4000, 0x40000  # MS_BIND, MS_REC, MS_PRIVATE
_PROBE_SECONDS = 20


@cache
def is_available() -> bool:
    """Whether this machine lets a command have its own /opt/ml; tried once.

    It needs Linux, a folder /opt, and root or user namespaces, which some systems do not allow.
    """
    if sys.platform != "linux":
        return False
    with tempfile.TemporaryDirectory() as folder:
        probe = Path(folder, "probe")
        probe.mkdir()
        remove = f"import os; os.rmdir({str(_ROOT / probe.name)!r})"
        subprocess.run(
            _mounted(folder, [sys.executable, "-I", "-S", "-c", remove]),
            capture_output=True,
            timeout=_PROBE_SECONDS,
            check=False,
        )
        return not probe.exists()


def at_root(folder: Path, command: Sequence[str]) -> list[str]:
    """The command line that runs a command with `folder` as its /opt/ml, where that is possible.

    The first part of the command is a path.
    """
    return _mounted(str(folder), command) if is_available() else list(command)


def _mounted(folder: str, command: Sequence[str]) -> list[str]:
    return [sys.executable, "-I", "-S", __file__, folder, *command]


def mount_root(folder: str) -> None:
    """Makes `folder` what this process has at /opt/ml. Raises OSError."""
    working = Path.cwd()
    _enter_namespaces()
    _mount("none", Path("/"), "", _PRIVATE | _RECURSIVE)
    if not _ROOT.is_dir():
        _make_root()
    _mount(folder, _ROOT, "", _BIND | _RECURSIVE)
    os.chdir(working)  # it may be below what a mount has hidden


def _enter_namespaces() -> None:
    """Moves this process into new namespaces, in which it may mount."""
    user, group = os.getuid(), os.getgid()
    try:
        _call("unshare", _NEW_MOUNTS)  # root needs no other user namespace, and may change owners
    except PermissionError:
        _call("unshare", _NEW_MOUNTS | _NEW_USER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def _make_root() -> None:
    """A new /opt with what is in the old one, and the folder /opt/ml: the old one is root's."""
    parent = _ROOT.parent
    old = os.open(parent, os.O_PATH | os.O_DIRECTORY)
    names = [path.name for path in parent.iterdir()]
    _mount("tmpfs", parent, "tmpfs", 0)
    for name in names:
        source, target = Path(f"/proc/self/fd/{old}", name), parent / name
        if source.is_symlink():
            target.symlink_to(source.readlink())
            continue
        if source.is_dir():
            target.mkdir()
        else:
            target.touch()
        _mount(str(source), target, "", _BIND | _RECURSIVE)
    _ROOT.mkdir()
    os.close(old)


def _mount(source: str, target: Path, kind: str, flags: int) -> None:
    options = ctypes.c_ulong(flags), None
    _call("mount", source.encode(), bytes(target), kind.encode(), *options)


def _call(function: str, *arguments: object) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, function)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{function}: {os.strerror(number)}")


if __name__ == "__main__":
    mount_root(sys.argv[1])
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - the job's own command
