import pytest
import torch

from training import precision
from training.batches import Batch
from training.precision import choose_precision
from training.process_group import ProcessGroup

CPU = ProcessGroup(rank=0, world_size=1, device=torch.device("cpu"))
GPU = ProcessGroup(rank=0, world_size=1, device=torch.device("cuda", 0))
SAMPLE = Batch(*(torch.ones(4, 6, dtype=torch.long) for _ in range(5)))


class Model(torch.nn.Module):
    """Counts its passes by the format that autocast asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(6, 3)
        self.formats: list[torch.dtype] = []

    def forward(self, input_ids, attention_mask):
        logits = self.layer(input_ids.float())
        self.formats.append(logits.dtype)
        return type("Output", (), {"logits": logits})


@pytest.fixture
def cpuinfo(tmp_path, monkeypatch):
    def write(flags: str) -> None:
        (tmp_path / "cpuinfo").write_text(f"processor : 0\nflags : fpu {flags}\n")

    monkeypatch.setattr(precision, "_CPU_INFO", tmp_path / "cpuinfo")
    return write


@pytest.mark.parametrize(("seconds", "chosen"), [([0.2, 0.3], "fp32"), ([0.3, 0.2], "bf16")])
def test_the_faster_format_is_chosen_and_both_figures_are_told(
    cpuinfo, monkeypatch, capsys, seconds, chosen
) -> None:
    cpuinfo("avx2 avx512_bf16")
    of_formats = iter(seconds)
    monkeypatch.setattr(precision, "_shortest", lambda _: next(of_formats))
    assert choose_precision("auto", Model(), SAMPLE, CPU).name == chosen
    assert capsys.readouterr().out == (
        f"Training in {chosen}: 4 rows forward and backward took {1000 * seconds[0]} ms in fp32 "
        f"and {1000 * seconds[1]} ms in bf16\n"
    )


def test_the_model_itself_is_measured_in_each_format_and_left_without_gradients(
    cpuinfo, monkeypatch
) -> None:
    cpuinfo("amx_bf16")
    monkeypatch.setattr(precision, "_SECONDS", 0.0)
    model = Model()
    choose_precision("auto", model, SAMPLE, CPU)
    assert model.formats == [torch.float32] * 2 + [torch.bfloat16] * 2
    assert model.layer.weight.grad is None


def test_a_processor_without_bfloat16_is_not_measured(cpuinfo, capsys) -> None:
    cpuinfo("avx2 avx512f")
    model = Model()
    assert choose_precision("auto", model, SAMPLE, CPU).name == "fp32"
    assert model.formats == []
    assert capsys.readouterr().out == ""


def test_bfloat16_that_a_gpu_emulates_does_not_count(monkeypatch) -> None:
    monkeypatch.setattr(
        torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation
    )
    assert choose_precision("auto", Model(), SAMPLE, GPU).name == "fp32"


@pytest.mark.parametrize("name", ["fp32", "bf16"])
def test_a_format_that_is_wished_is_taken_unmeasured(name) -> None:
    model = Model()
    assert choose_precision(name, model, SAMPLE, CPU).name == name
    assert model.formats == []
