"""Fine-tunes a pretrained encoder on the prepared reviews.

train.py --base-model roberta-base --epochs 3 --batch-size 32 --learning-rate 2e-5

Folders come from SageMaker's SM_* variables. Under torchrun, or on several hosts, the processes
train one model together. Prints the lines that the job's metric definitions read.
"""

import json
import os
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from common.arguments import ArgumentParser, add_hyperparameters
from common.rated_labels import BY_STARS, RatedLabels, parse
from common.rows import read_rows
from common.script import run
from contract.hyperparameters import TRAINING, Hyperparameters
from contract.s3_keys import PROFILE
from reading.errors import UserError
from reading.ratings import Numbers
from training.artefact import save_artefact
from training.base_model import check_features, load_base
from training.checkpoints import Checkpoints
from training.process_group import ProcessGroup, explained_failures, join_process_group
from training.profiler import TrainingProfiler
from training.serving_export import export_for_serving
from training.trainer import Interrupted, Trainer
from training.used_tokens import UsedTokens
from training.wheels import gather

# oneDNN, and torch's layer above it, each keep code for every product of matrices of another size,
# 1,024 of them by default. Batches have a hundred different lengths, and with each the memory of a
# training in bf16 grew by 8 MB. Kept are the last 64.
_CODE_CACHES = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY")


def parse_arguments(arguments: Sequence[str], environment: Mapping[str, str]) -> Namespace:
    """Hyperparameters and folders; UserError names an argument that is wrong."""
    parser = ArgumentParser(description="Trains the review classifier.", allow_abbrev=False)
    folders = parser.add_argument_group("inputs and outputs")
    for name, variable in (
        ("--model-dir", "SM_MODEL_DIR"),
        ("--train-data", "SM_CHANNEL_TRAIN"),
        ("--validation-data", "SM_CHANNEL_VALIDATION"),
    ):
        default = environment.get(variable)
        folders.add_argument(name, type=Path, default=default, required=default is None)
    folders.add_argument(
        "--output-data-dir", type=Path, default=environment.get("SM_OUTPUT_DATA_DIR")
    )
    folders.add_argument("--checkpoint-dir", type=Path, default="/opt/ml/checkpoints")
    folders.add_argument(
        "--tuning",
        choices=("true", "false"),
        default="false",
        help="whether the jobs of a tuning job share the folder of checkpoints",
    )
    folders.add_argument("--base-model", default="roberta-base", help="hub name or folder")
    folders.add_argument(
        "--wheels", type=Path, default=environment.get("SM_CHANNEL_WHEELS"), help="for the endpoint"
    )
    folders.add_argument(
        "--serving-python", default="", help="of the endpoint, such as 3.12; empty: no wheels"
    )
    folders.add_argument("--labels", default=BY_STARS, help="as those of preprocess.py")
    add_hyperparameters(parser.add_argument_group("hyperparameters"), TRAINING.values())
    settings = parser.parse_args(list(arguments))
    # A base model that came as a channel from S3 wins over the name.
    settings.base_model = environment.get("SM_CHANNEL_BASE_MODEL", settings.base_model)
    return settings


def read_labels(settings: Namespace) -> RatedLabels:
    """Raises UserError for wrong labels, and for a spread where ratings have no order."""
    labels = parse(settings.labels)
    if settings.star_spread and not isinstance(labels.ratings, Numbers):
        raise UserError(
            f"--star-spread is {settings.star_spread}; it must be 0 where ratings are texts, which "
            "have no neighbours"
        )
    return labels


def main(arguments: Sequence[str]) -> None:
    settings = parse_arguments(arguments, os.environ)
    for variable in _CODE_CACHES:
        os.environ.setdefault(variable, "64")
    torch.manual_seed(settings.seed)
    labels = read_labels(settings)
    train, validation = (
        read_rows(folder, labels) for folder in (settings.train_data, settings.validation_data)
    )
    model, tokenizer = load_base(
        settings.base_model, labels, attention_dropout=settings.attention_dropout
    )
    check_features(model, train.ids + validation.ids)
    group = join_process_group(os.environ)
    try:
        if group.is_main:
            announce(settings, group, f"{len(train)} train and {len(validation)} validation", model)
        used = UsedTokens(model, train.ids + validation.ids)
        profiler = TrainingProfiler(group.device)
        chosen = Hyperparameters(**{name: getattr(settings, name) for name in TRAINING})
        checkpoints = open_checkpoints(settings, chosen)
        trainer = Trainer(
            model,
            chosen,
            labels=labels,
            train=used.renumbered(train),
            validation=used.renumbered(validation),
            group=group,
            checkpoints=checkpoints,
            profiler=profiler,
        )
        best_score = run_trainer(trainer, group)
        used.restore(model)
        if group.is_main:
            save_artefact(model, tokenizer, settings.model_dir, max_length=settings.max_length)
            take_wheels(settings)
            serving = export_for_serving(
                settings.model_dir, train, validation, quantise=settings.quantise
            )
            print(f"serving: {json.dumps(serving)}")
            if settings.output_data_dir is not None:
                profiler.write(settings.output_data_dir / PROFILE)
            checkpoints.remove_own()
            print(f"Best validation macro-F1: {best_score:.4f}", flush=True)
    finally:
        group.close()


def announce(settings: Namespace, group: ProcessGroup, rows: str, model: torch.nn.Module) -> None:
    print(f"settings: {json.dumps(vars(settings), default=str)}")
    print(
        f"{rows} rows, {group.world_size} process(es) on {group.device.type}, "
        f"{type(model).__name__}",
        flush=True,
    )


def open_checkpoints(settings: Namespace, chosen: Hyperparameters) -> Checkpoints:
    """The jobs of a tuning job share the folder, so that each has a file of its own there."""
    return Checkpoints(settings.checkpoint_dir, of=chosen if settings.tuning == "true" else None)


def run_trainer(trainer: Trainer, group: ProcessGroup) -> float:
    """The best validation macro-F1; UserError when the training was interrupted."""
    try:
        with explained_failures(group):
            return trainer.run()
    except Interrupted as interruption:
        raise UserError(str(interruption)) from interruption


def take_wheels(settings: Namespace) -> None:
    """Puts the packages of the endpoint into the artefact, if its Python is given.

    Where they cannot be downloaded, the endpoint installs them when it starts. In a network without
    a package index (with --wheels) it could not, so there UserError is raised.
    """
    if not settings.serving_python:
        return
    try:
        size = gather(settings.model_dir / "code", settings.serving_python, settings.wheels)
    except UserError as error:
        if settings.wheels is not None:
            raise
        print(f"The endpoint will ask the package index when it starts: {error}", flush=True)
    else:
        print(f"{size / 1e6:.0f} MB of wheels for the endpoint's Python {settings.serving_python}")


if __name__ == "__main__":
    sys.exit(run(main, sys.argv[1:]))
