"""Adds to the artefact what serves on CPUs: ONNX with 8-bit weights if as good, else fp32.

On a CPU 8-bit weights answer about twice as fast as fp32 (docs/benchmarks.md). Neither needs
PyTorch at the endpoint.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from common.rows import Rows
from serving.engines import FP32_FILE, INT8_FILE, OnnxEngine
from training.calibration import calibrate
from training.int8_comparison import compare
from training.onnx_export import export_onnx, quantise_onnx

MAX_LOSS = 0.015  # of accuracy, with 95 % confidence


def export_for_serving(
    folder: Path, train: Rows, validation: Rows, *, quantise: bool = True
) -> dict[str, Any]:
    """Adds the 8-bit model to an artefact folder, or fp32 where 8 bits may cost too much.

    Then fits the temperature for what serves. Returns, for the log, which engine that is, the
    comparison, and the calibration.
    """
    fp32, int8 = folder / FP32_FILE, folder / INT8_FILE
    export_onnx(folder, fp32)
    comparison = _choose(fp32, int8, train, validation) if quantise else {}
    engine = OnnxEngine(int8 if int8.is_file() else fp32)
    calibration = calibrate(folder, engine, validation)
    return {"engine": engine.name, **comparison, **asdict(calibration)}


def _choose(fp32: Path, int8: Path, train: Rows, validation: Rows) -> dict[str, Any]:
    """Adds the 8-bit model and removes one of the two; returns what decided."""
    quantise_onnx(fp32, int8)
    comparison = compare(fp32.parent, train, validation)
    (fp32 if comparison.max_loss <= MAX_LOSS else int8).unlink()
    return {
        **asdict(comparison),
        "max_loss_95": round(comparison.max_loss, 4),
        "allowed_loss": MAX_LOSS,
    }
