"""An expert's training: Hugging Face's Trainer, tuned for this machine. The peer of train.py.

The Trainer is what most people fine-tune encoders with. An expert pads each batch to its longest
text and groups texts of similar length, and keeps whatever of precision, optimiser, workers and
`torch.compile` is faster here: each is tried for a few steps, one after the other, and counts with
the time that it needs before the first steps. Batch size, rate, warm-up and epochs are those of our
recipe.

expert_training.py FEATURES BASE_MODEL EPOCHS RATE MAX_LENGTH prints JSON in its last line.
"""

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    set_seed,
)

_SEED, _BATCH = 42, 32
_WARM_UP, _TRIED_STEPS = 3, 10
# In the order in which they are tried; the first of each is where the search begins.
_OPTIONS: dict[str, tuple[Any, ...]] = {
    "bf16": (False, True),
    "optim": ("adamw_torch", "adamw_torch_fused"),
    "dataloader_num_workers": (0, 2),
    "torch_compile": (False, *([True] if shutil.which("g++") else [])),
}


class _Clock(TrainerCallback):
    """When the training began, and when each step ended."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        self.times.append(time.perf_counter())

    def on_step_end(self, *_: Any, **__: Any) -> None:
        self.times.append(time.perf_counter())

    def estimate(self, steps: int) -> float:
        """Seconds of a training of so many steps."""
        first = self.times[_WARM_UP] - self.times[0]
        return first + (self.times[-1] - self.times[_WARM_UP]) / _TRIED_STEPS * (steps - _WARM_UP)


class _Training:
    """The data, and what all trainings on them have in common."""

    def __init__(self, features: Path, base_model: str, **recipe: Any) -> None:
        self._base_model, self._max_length = base_model, recipe.pop("max_length")
        self._recipe = recipe
        self._tokenizer = AutoTokenizer.from_pretrained(base_model)
        self._train, self._validation, self._test = (
            self._read(features / name) for name in ("train", "validation", "test")
        )
        self.steps = recipe["num_train_epochs"] * -(-len(self._train) // _BATCH)

    def tuned(self) -> dict[str, Any]:
        """The options with the lowest estimated time."""
        best = {name: values[0] for name, values in _OPTIONS.items()}
        shortest = self._estimate(best)
        for name, values in _OPTIONS.items():
            for value in values[1:]:
                seconds = self._estimate(best | {name: value})
                print(f"{name}={value}: {seconds:.0f} s, best until now {shortest:.0f}", flush=True)
                if seconds < shortest:
                    best, shortest = best | {name: value}, seconds
        return best

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        trainer = self._trainer(options)
        trained = trainer.train().metrics
        # Grouped by length, too, so that only label_ids have the order of the predictions.
        found = trainer.predict(self._validation + self._test)
        correct = np.argmax(found.predictions, -1) == found.label_ids
        return {
            "samples": trained["train_samples_per_second"],
            "accuracy": float(correct.mean()),
            "options": {name: str(value) for name, value in options.items()},
        }

    def _estimate(self, options: dict[str, Any]) -> float:
        clock = _Clock()
        self._trainer(options, max_steps=_WARM_UP + _TRIED_STEPS, callback=clock).train()
        return clock.estimate(self.steps)

    def _trainer(
        self, options: dict[str, Any], max_steps: int = -1, callback: TrainerCallback | None = None
    ) -> Trainer:
        set_seed(_SEED)
        model = AutoModelForSequenceClassification.from_pretrained(self._base_model, num_labels=3)
        arguments = TrainingArguments(
            output_dir=tempfile.mkdtemp(),
            per_device_train_batch_size=_BATCH,
            per_device_eval_batch_size=_BATCH,
            train_sampling_strategy="group_by_length",
            warmup_steps=0.1,  # of all steps, as it is below 1
            max_steps=max_steps,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            use_cpu=not torch.cuda.is_available(),
            dataloader_pin_memory=torch.cuda.is_available(),
            seed=_SEED,
            **self._recipe,
            **options,
        )
        return Trainer(
            model=model,
            args=arguments,
            train_dataset=self._train,
            data_collator=DataCollatorWithPadding(self._tokenizer),
            callbacks=[callback] if callback else None,
        )

    def _read(self, folder: Path) -> list[dict[str, Any]]:
        frame = pd.concat(pd.read_csv(path) for path in sorted(folder.glob("*.csv")))
        encoded = self._tokenizer(
            frame["review_body"].tolist(), truncation=True, max_length=self._max_length
        )
        return [
            {"input_ids": ids, "labels": label}
            for ids, label in zip(encoded["input_ids"], frame["label_id"], strict=True)
        ]


def main(features: str, base_model: str, epochs: str, rate: str, max_length: str) -> None:
    training = _Training(
        Path(features),
        base_model,
        num_train_epochs=int(epochs),
        learning_rate=float(rate),
        max_length=int(max_length),
    )
    print(json.dumps(training.run(training.tuned())), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
