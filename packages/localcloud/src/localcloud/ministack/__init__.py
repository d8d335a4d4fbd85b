"""Configures, patches and serves ministack. No other package uses its private names.

`table` has every patch; each module beside it has the replacements of one subject and their rows.
"""

import os
from importlib.metadata import version
from pathlib import Path

from localcloud.core.regions import Regions
from localcloud.http.server import Asgi
from localcloud.ministack import patch
from localcloud.ministack.data_plane import DataPlane
from localcloud.ministack.faults.control import Control
from localcloud.ministack.faults.requests import lose_responses
from localcloud.ministack.iam.switch import Switch
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import PatchError
from localcloud.ministack.table import PATCHES

__all__ = ["MINISTACK", "Ministack", "PatchError", "check", "configure", "install"]

MINISTACK = "1.5.33"  # the version that the patches are written for


def configure(port: int, data_dir: Path) -> None:
    """Sets the environment variables that ministack reads when it is imported."""
    os.environ.update(
        {
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "STATE_DIR": str(data_dir / "ministack"),
            "PERSIST_STATE": "1",
            "S3_DATA_DIR": str(data_dir / "s3"),
            "S3_PERSIST": "1",
            # Listeners on fixed ports that nothing here uses.
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
        }
    )


def install(regions: Regions) -> Asgi:
    """Patches ministack for these regions; returns the ASGI application that serves all of it.

    Once in a process. Raises PatchError for another ministack, with what has moved in it.
    """
    check(version("ministack"))
    ministack = Ministack.load(regions)
    patch.apply(PATCHES, ministack)
    application = Switch(ministack).application(ministack.app.app)
    application = lose_responses(ministack.faults, application)
    application = Control(ministack).application(application)
    return DataPlane(regions, ministack.threads, lambda: ministack.is_enforced, application)


def check(installed: str) -> None:
    """Raises PatchError unless the ministack that is installed is the one of the patches."""
    moved = patch.moved(PATCHES)
    if installed != MINISTACK or moved:
        found = moved or ["nothing that a patch names: run the test of each row of the table"]
        raise PatchError(
            "\n- ".join(
                [f"ministack {installed} is installed, not {MINISTACK}. What has moved:", *found]
            )
        )
