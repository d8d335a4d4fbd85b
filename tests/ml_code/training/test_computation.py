import pytest
import torch

from training import computation
from training.batches import Batch
from training.computation import Computation, choose_computation
from training.process_group import ProcessGroup

CPU = ProcessGroup(rank=0, world_size=1, device=torch.device("cpu"))
GPU = ProcessGroup(rank=0, world_size=1, device=torch.device("cuda", 0))
SAMPLE = Batch(*(torch.ones(4, 6, dtype=torch.long) for _ in range(5)))


class Model(torch.nn.Module):
    """Notes of each pass the format that autocast asks for, and the kind of attention."""

    def __init__(self, *, has_kinds: bool = True) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(6, 3)
        self.passes: list[tuple[torch.dtype, str]] = []
        self.attention = "its own"
        self._supports_sdpa = has_kinds

    @property
    def base_model(self):
        return self

    def set_attn_implementation(self, name: str) -> None:
        self.attention = name

    def forward(self, input_ids, attention_mask):
        logits = self.layer(input_ids.float())
        self.passes.append((logits.dtype, self.attention))
        return type("Output", (), {"logits": logits})


@pytest.fixture
def cpuinfo(tmp_path, monkeypatch):
    def write(flags: str) -> None:
        (tmp_path / "cpuinfo").write_text(f"processor : 0\nflags : fpu {flags}\n")

    monkeypatch.setattr(computation, "_CPU_INFO", tmp_path / "cpuinfo")
    return write


@pytest.mark.parametrize(
    ("seconds", "precision", "attention"),
    [([0.1, 0.2, 0.3, 0.2], "fp32", "sdpa"), ([0.4, 0.5, 0.3, 0.2], "bf16", "eager")],
)
def test_the_fastest_computation_is_chosen_and_all_figures_are_told(
    cpuinfo, monkeypatch, capsys, seconds, precision, attention
) -> None:
    cpuinfo("avx2 avx512_bf16")
    measured = iter(seconds)
    monkeypatch.setattr(computation, "_shortest", lambda _: next(measured))
    model = Model()
    assert choose_computation("auto", model, SAMPLE, CPU) == Computation(precision, attention)
    assert model.attention == attention
    first, second, third, fourth = (f"{1000 * value:.1f}" for value in seconds)
    assert capsys.readouterr().out == (
        f"Training in {precision} with {attention}: 4 rows forward and backward took "
        f"{first} ms in fp32 with sdpa, {second} ms in fp32 with eager, "
        f"{third} ms in bf16 with sdpa, {fourth} ms in bf16 with eager\n"
    )


def test_the_model_itself_is_measured_each_way_and_left_without_gradients(
    cpuinfo, monkeypatch
) -> None:
    cpuinfo("amx_bf16")
    monkeypatch.setattr(computation, "_SECONDS", 0.0)
    model = Model()
    choose_computation("auto", model, SAMPLE, CPU)
    ways = [(f, a) for f in (torch.float32, torch.bfloat16) for a in ("sdpa", "eager")]
    assert model.passes == [way for way in ways for _ in range(2)]
    assert model.layer.weight.grad is None


def test_a_model_with_one_attention_on_a_processor_without_bfloat16_is_not_measured(
    cpuinfo, capsys
) -> None:
    cpuinfo("avx2 avx512f")
    model = Model(has_kinds=False)
    assert choose_computation("auto", model, SAMPLE, CPU) == Computation("fp32", "")
    assert (model.passes, model.attention) == ([], "its own")
    assert capsys.readouterr().out == ""


def test_bfloat16_that_a_gpu_emulates_does_not_count(monkeypatch) -> None:
    monkeypatch.setattr(
        torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation
    )
    assert choose_computation("auto", Model(), SAMPLE, GPU) == Computation("fp32", "sdpa")


@pytest.mark.parametrize("name", ["fp32", "bf16"])
def test_a_precision_that_is_wished_is_taken_unmeasured_with_fused_attention(name) -> None:
    model = Model()
    assert choose_computation(name, model, SAMPLE, CPU) == Computation(name, "sdpa")
    assert (model.passes, model.attention) == ([], "sdpa")
    assert choose_computation(name, Model(has_kinds=False), SAMPLE, CPU) == Computation(name, "")
