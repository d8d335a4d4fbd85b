"""The only package that knows ministack's inside: where our SageMaker service is plugged in.

ministack has no plug-in interface, so this reaches for its tables, with one module for each of its
services. The version is pinned, and `install` fails loudly when one of the tables has moved.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

from localcloud.core.cloud import Cloud
from localcloud.ministack import (
    cloudformation,
    encryption,
    faults,
    iam,
    lambda_functions,
    s3,
    sagemaker,
    sagemaker_tasks,
    tagging,
    trino,
)
from localcloud.ministack import cloudwatch as alarms
from localcloud.ministack import stepfunctions as executions
from localcloud.ministack.data_plane import DataPlane
from localcloud.ministack.seam import SeamError

__all__ = ["MINISTACK", "SeamError", "configure", "install"]

MINISTACK = "1.5.33"


def configure(port: int, data_dir: Path) -> None:
    """ministack reads its settings from the environment while it is imported."""
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


def install(cloud: Cloud) -> Any:
    """Plugs SageMaker into ministack; returns its ASGI application."""
    found = version("ministack")
    if found != MINISTACK:
        raise SeamError(f"ministack {found} is installed; localcloud needs {MINISTACK}")
    from ministack import app
    from ministack.core import router
    from ministack.services import (
        athena,
        cloudwatch,
        glue,
        lambda_svc,
        resource_groups,
        stepfunctions,
    )
    from ministack.services import s3 as s3_objects
    from ministack.services import tagging as resource_tags
    from ministack.services.cloudformation import handlers, provisioners, stacks

    try:
        threads = ThreadPoolExecutor(64, thread_name_prefix="sagemaker")
        sagemaker.serve(cloud, app, router, threads)
        sagemaker.offer_to_state_machines(stepfunctions)
        executions.improve(stepfunctions, app)
        sagemaker_tasks.offer(cloud, app, stepfunctions)
        tagging.offer(cloud, resource_tags, resource_groups)
        lambda_functions.name_errors(lambda_svc)
        alarms.judge_alarms(cloudwatch, provisioners)
        s3.keep_bucket_tags(provisioners)
        s3.default_bucket_key(app)
        encryption.keep_keys(provisioners)
        trino.install(athena, glue, s3_objects, cloud.data_dir / "ministack" / "queries")
        cloudformation.provide_resources(cloud, provisioners, stacks)
        cloudformation.keep_what_failed_resources_need(stacks, handlers)
        application = faults.install(cloud, app, iam.install(cloud, app))
    except (AttributeError, KeyError) as error:
        raise SeamError(f"ministack {found} has moved {error}") from error
    return DataPlane(cloud, threads, lambda: app.AUTH, application)
