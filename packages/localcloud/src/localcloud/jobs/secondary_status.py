"""SecondaryStatusTransitions of a training job."""

import time
from collections.abc import Sequence
from typing import Any

_MESSAGES = {
    "Starting": "Starting the training job",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Interrupted": "The managed spot training instances were interrupted",
    "Uploading": "Uploading generated training model",
    "Stopping": "Stopping the training job",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
    "MaxWaitTimeExceeded": "Training job exceeded MaxWaitTimeInSeconds provided",
}


def enter(
    transitions: Sequence[dict[str, Any]], status: str, *, ended: bool = False
) -> dict[str, Any]:
    """The fields of a record whose job enters a secondary status; the one before it ends."""
    now = time.time()
    earlier = [{"EndTime": now, **transition} for transition in transitions]
    current = {"Status": status, "StartTime": now, "StatusMessage": _MESSAGES[status]}
    return {
        "SecondaryStatus": status,
        "SecondaryStatusTransitions": [*earlier, current | ({"EndTime": now} if ended else {})],
    }
