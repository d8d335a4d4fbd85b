"""Entry point of a training "container": AWS's own toolkit, with a port that is free.

Run as `python -P training_entry_point.py` in the job's environment (-P keeps this folder's modules
out of the program's import path). The toolkit fixes port 7777 for torch.distributed, because a
container has a network of its own; several jobs on one machine need one each.

SIGTERM ends no process 1 of a container that has no handler, so the toolkit outlives it there and
hands on the script's last lines. Here it ends if no script has been started yet: nothing would be
lost, and on AWS it would only be waited for.
"""

import os
import signal
import sys

import psutil
from sagemaker_training import torch_distributed, trainer


def main() -> None:
    """Runs the toolkit."""
    # A handler, and not SIG_IGN, which the script would inherit.
    signal.signal(signal.SIGTERM, _outlive)
    port = os.environ["LOCALCLOUD_MASTER_PORT"]
    torch_distributed.MASTER_PORT = port
    if os.environ.get("SAGEMAKER_TRAINING_MODULE"):
        from sagemaker_pytorch_container import training  # type: ignore[import-untyped]

        training.MASTER_PORT = port
    trainer.train()


def _outlive(number: int, _frame: object) -> None:
    if not psutil.Process().children():
        sys.exit(128 + number)


if __name__ == "__main__":
    main()
