"""The trained model as ONNX files, in fp32 and with 8-bit weights."""

import logging
import warnings
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from serving.torch_models import auto_class
from training.exported_layers import use_exported_layers

_OPSET = 17


def export_onnx(folder: Path, target: Path) -> None:
    """Writes the model of an artefact folder to the file `target`, with weights in fp32.

    The input is input_ids [1, tokens] of one text, the output is logits [1, classes]. Since nothing
    is padded, there is no mask.
    """
    model = auto_class(str(folder)).from_pretrained(folder, attn_implementation="eager")
    use_exported_layers(model)
    ids = torch.tensor([[1, 2, 3, 4]])
    with warnings.catch_warnings():
        # Tracing warns that other shapes may compute otherwise. Tests compare other shapes.
        warnings.simplefilter("ignore")
        # dynamo=False: tracing takes a quarter of the other exporter's time, makes a faster graph
        # and needs no onnxscript.
        torch.onnx.export(
            _Logits(model.eval()),
            (ids,),
            str(target),
            input_names=["input_ids"],
            output_names=["logits"],
            dynamic_axes={"input_ids": {1: "tokens"}},
            opset_version=_OPSET,
            dynamo=False,
        )


def quantise_onnx(exported: Path, target: Path) -> None:
    """Writes an exported model with 8-bit weights to the file `target`.

    Dynamic quantisation: activations become 8-bit integers when they are computed.
    """
    logging.disable(logging.WARNING)  # advice to preprocess the model, which made nothing faster
    try:
        # reduce_range: processors without VNNI would saturate at 8 bits, and the endpoint's
        # may be another one than this.
        quantize_dynamic(
            exported,
            target,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            # Of the tensors whose type it cannot infer: the results of ONNX Runtime's operators.
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    finally:
        logging.disable(logging.NOTSET)


class _Logits(torch.nn.Module):
    """The model with a tensor as its output, in place of an object of transformers."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self._model = model

    def forward(self, input_ids: Any) -> Any:
        return self._model(input_ids=input_ids, attention_mask=None).logits
