"""How to train: every knob of the training loop, with what it means."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """`batch_size` rows per process go through the model at once; an optimiser step takes
    `accumulation_steps` such passes, of all processes together."""

    epochs: int
    batch_size: int
    learning_rate: float
    accumulation_steps: int = 1
    warmup_share: float = 0.1  # of all steps
    weight_decay: float = 0.01
    star_spread: float = 0.0  # how far stars blur into their neighbours: targets.py
    label_smoothing: float = 0.0
    balanced_loss: bool = False  # each class weighs the same, however many rows it has
    clip_norm: float = 1.0
    patience: int = 0  # epochs without a better validation macro-F1 before the end; 0: no limit
    checkpoint_seconds: float = 60.0  # between two; more if saving took over 2 % of the time
    head_rate_factor: float = 1.0  # the fresh classifier learns so many times as fast
    precision: str = "auto"
    compiled: bool = False  # by torch.compile
    seed: int = 42
