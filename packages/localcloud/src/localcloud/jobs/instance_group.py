"""The instances of a job: their programs are started, watched and ended together."""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from localcloud.core.cloud import Cloud
from localcloud.iam.role import Role
from localcloud.jobs import container_root
from localcloud.jobs.instance import Instance, mark
from localcloud.jobs.interpreter import make_environment, search_path
from localcloud.jobs.layout import Layout, make_temporary, unfound_path
from localcloud.jobs.logs import LogStream
from localcloud.jobs.memory import KILLED, memory_limit, out_of_memory
from localcloud.jobs.outcome import Ending, JobError
from localcloud.jobs.process import Program, base_environment

POLL_SECONDS = 0.1


class InstanceGroup:
    """Empty until `make`, and again after `drop`. `kind` and `name` are those of the job, which
    has `folder` for itself."""

    def __init__(self, cloud: Cloud, kind: str, name: str, folder: Path) -> None:
        self._cloud, self._kind, self._name, self._folder = cloud, kind, name, folder
        self._instances: list[Instance] = []
        self._temporaries: list[Path] = []

    def __iter__(self) -> Iterator[Instance]:
        return iter(self._instances)

    def __len__(self) -> int:
        return len(self._instances)

    def __getitem__(self, index: int) -> Instance:
        return self._instances[index]

    @property
    def hosts(self) -> list[str]:
        return [instance.host for instance in self]

    @property
    def programs(self) -> list[Program]:
        """Those that have been started."""
        return [instance.program for instance in self if instance.program]

    def make(self, role: Role, hosts: Sequence[str], log_group: str) -> None:
        """Makes a folder, a Python and a log stream for each host."""
        epoch = int(time.time() * 1000)
        logs = role.client("logs")
        for index, host in enumerate(hosts):
            folder = self._folder / f"algo-{index + 1}"
            stream = f"{self._name}/algo-{index + 1}-{epoch}"
            log = LogStream(logs, log_group, stream)
            self._instances.append(Instance(index, host, Layout(folder / "ml"), folder, log))

    def start(
        self,
        instance: Instance,
        command: Sequence[str],
        environment: dict[str, str],
        on_line: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Starts the program of an instance. Raises JobError if there is no such program."""

        def write(line: str) -> None:
            instance.log.write(line)
            if not container_root.is_available() and (hint := unfound_path(line)):
                instance.log.write(hint)
            on_line(line)

        binaries = make_environment(instance.folder / "python")
        temporary = make_temporary(self._cloud.data_dir)
        self._temporaries.append(temporary)
        own = {"PATH": search_path(binaries), "TMPDIR": str(temporary)}
        environment = base_environment() | own | environment
        # A name is looked up on the job's own PATH, not the server's.
        executable = shutil.which(command[0], path=environment["PATH"])
        if executable is None:
            raise JobError(f"AlgorithmError: {command[0]!r} is not an executable of the container")
        folder = instance.layout.make()
        instance.program = Program(
            container_root.at_root(folder, [executable, *command[1:]]),
            folder=folder,
            environment=environment,
            mark=mark(self._cloud, self._kind, self._name, str(instance.index)),
            on_line=write,
        )

    def ending(self) -> Ending | None:
        """How the programs have ended: all of them well, or one of them not; None before that."""
        codes = [program.exit_code for program in self.programs]
        for index, code in enumerate(codes):
            if code:
                return Ending("Failed", code, index)
        return Ending("Completed") if all(code == 0 for code in codes) else self._out_of_memory()

    def _out_of_memory(self) -> Ending | None:
        limit = memory_limit()
        if limit is None:
            return None
        for index, program in enumerate(self.programs):
            if reason := out_of_memory(program.pid, limit):
                return Ending("Failed", KILLED, index, reason)
        return None

    def terminate(self, grace_seconds: float, is_aborted: Callable[[], bool]) -> None:
        """Ends the programs with SIGTERM, and with SIGKILL after that time or once aborted."""
        for program in self.programs:
            program.terminate()
        deadline = time.monotonic() + grace_seconds
        # A shell ends at once, and the script that it has started may still be saving.
        while not all(program.ended for program in self.programs):
            if is_aborted() or time.monotonic() > deadline:
                break
            time.sleep(POLL_SECONDS)
        self.close_programs()

    def close_programs(self) -> None:
        for program in self.programs:
            program.close()

    def close(self) -> None:
        """Ends the programs and the logs."""
        self.close_programs()
        for instance in self:
            instance.log.close()

    def drop(self) -> None:
        """Removes the instances with all their files; what was logged and uploaded stays."""
        self.close()
        for folder in (self._folder, *self._temporaries):
            shutil.rmtree(folder, ignore_errors=True)
        self._instances, self._temporaries = [], []
