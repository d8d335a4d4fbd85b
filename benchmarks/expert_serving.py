"""An expert's usual endpoint on CPUs: tokenizers, ONNX Runtime and `quantize_dynamic` as it comes.

Why an expert would choose so: it is what ONNX Runtime's own guide to quantising BERT does, it needs
neither torch nor transformers at the endpoint, texts are padded to the longest of a request alone,
and 8 bits are two to three times as fast as fp32. A worker has the cores divided by the number of
workers as threads, since more threads than cores slow each other down. The functions are those of
the inference toolkit; `app` is the same as a WSGI application. Errors of a client are not handled.
"""

import json
import os
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

MODEL_FILE = "model.onnx"


def model_fn(model_dir):
    tokenizer = Tokenizer.from_file(str(Path(model_dir, "tokenizer.json")))
    tokenizer.enable_truncation(128)
    tokenizer.enable_padding()
    workers = int(os.environ.get("SAGEMAKER_MODEL_SERVER_WORKERS", "1"))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = max(1, (os.cpu_count() or 1) // workers)
    return tokenizer, onnxruntime.InferenceSession(str(Path(model_dir, MODEL_FILE)), options)


def input_fn(body, _content_type):
    lines = body.decode() if isinstance(body, bytes) else body
    return [text for line in lines.splitlines() for text in json.loads(line)["features"]]


def predict_fn(texts, model):
    tokenizer, session = model
    encoded = tokenizer.encode_batch(texts)
    logits = session.run(
        None,
        {
            "input_ids": np.array([one.ids for one in encoded], dtype=np.int64),
            "attention_mask": np.array([one.attention_mask for one in encoded], dtype=np.int64),
        },
    )[0]
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def output_fn(predicted, _accept):
    answers = [{"label": int(row.argmax()), "score": float(row.max())} for row in predicted]
    return "".join(json.dumps(answer) + "\n" for answer in answers), "application/jsonlines"


def app(environ, start_response):
    """Loaded by gunicorn, once in each worker."""
    if environ["PATH_INFO"] == "/ping":
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]
    texts = input_fn(environ["wsgi.input"].read(), environ.get("CONTENT_TYPE"))
    body = output_fn(predict_fn(texts, _MODEL), None)[0].encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


if "SAGEMAKER_SERVING_MODULE" in os.environ:
    _MODEL = model_fn(Path(os.environ["SAGEMAKER_BASE_DIR"], "model"))
