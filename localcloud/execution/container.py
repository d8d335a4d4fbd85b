"""Entry point of a training "container": AWS's own toolkit, told which port is free.

Run as `python -P container.py` in the job's environment (-P keeps this folder's modules out of the
program's import path). The toolkit fixes port 7777 for torch.distributed, because a container has a
network of its own; several jobs on one machine need one each.
"""

import os

from sagemaker_training import torch_distributed, trainer


def main() -> None:
    port = os.environ["LOCALCLOUD_MASTER_PORT"]
    torch_distributed.MASTER_PORT = port
    if os.environ.get("SAGEMAKER_TRAINING_MODULE"):
        from sagemaker_pytorch_container import training  # type: ignore[import-untyped]

        training.MASTER_PORT = port
    trainer.train()


if __name__ == "__main__":
    main()
