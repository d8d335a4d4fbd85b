"""A Python of the job's own, standing in for the container image's file system.

Every job gets a virtual environment that sees the server's packages but installs into itself: a
job's `pip install -r requirements.txt` is real, finds what is already there, and cannot change the
server or another job. Making one takes about 30 ms.
"""

import json
import os
import shutil
import sys
import sysconfig
import venv
from pathlib import Path

from localcloud import sdk_startup

_SDK = "localcloud_sdk"  # the module in which the SageMaker SDK learns an address
_SCRIPT = "#!{python}\nimport sys\nfrom {module} import main\nsys.exit(main())\n"
# Console scripts found on PATH would run the server's interpreter and miss the job's own packages.
_CONSOLE_SCRIPTS = {"pip": "pip._internal.cli.main", "torchrun": "torch.distributed.run"}


def make_environment(folder: Path) -> Path:
    """Creates the virtual environment and returns its `bin` folder."""
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    parent = sysconfig.get_path("purelib")
    scheme = {"base": str(folder), "platbase": str(folder)}
    own = Path(sysconfig.get_path("purelib", scheme="venv", vars=scheme))
    # addsitedir also reads the parent's .pth files, so that editable installs keep working. The
    # other line is not in PYTHONPATH, since a request may set that.
    shutil.copy(sdk_startup.MODULE, own / f"{_SDK}.py")
    (own / "server-packages.pth").write_text(
        f"import site; site.addsitedir({json.dumps(parent)})\nimport {_SDK}\n"
    )
    binaries = Path(sysconfig.get_path("scripts", scheme="venv", vars=scheme))
    for name, module in _CONSOLE_SCRIPTS.items():
        script = binaries / name
        script.write_text(_SCRIPT.format(python=binaries / "python", module=module))
        script.chmod(0o755)
    return binaries


def search_path(binaries: Path) -> str:
    """PATH of a job: its own Python, the server's tools, then the system's."""
    return os.pathsep.join([str(binaries), str(Path(sys.executable).parent), os.defpath])
