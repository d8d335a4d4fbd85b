"""What a contributor has to edit for a wish is in as few places as CONTRIBUTING.md says."""

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from contract.features import SCHEMA
from contract.hyperparameters import TRAINING
from tests.layout.walks import ROOT, Edit, changed_copy, places, run

FEATURE = (
    Edit(
        file="contract/features.py",
        before='SPLIT_TYPE = Feature("',
        new='WORDS = Feature("words", INTEGRAL)\n',
    ),
    Edit(file="contract/features.py", before="        SPLIT_TYPE,\n", new="        WORDS,\n"),
    Edit(file="ml_code/preparing/features.py", before=")\nfrom preparing", new="    WORDS,\n"),
    Edit(
        file="ml_code/preparing/features.py",
        before="        SPLIT_TYPE: splits,\n",
        new="        WORDS: [len(text.split()) for text in texts],\n",
    ),
)
WHERE_A_FEATURE_IS = """
import json, tempfile
from pathlib import Path
import numpy as np, pyarrow.parquet as pq
from tokenizers import Tokenizer, models, pre_tokenizers
from common.feature_files import FeatureFile
from common.rated_labels import BY_STARS, parse
from common.rows import read_rows
from infra.settings import settings_for
from preparing.features import FeatureTask, make_features
from reviews.client.features.queries import dataset_query
from tools import assembly

folder = Path(tempfile.mkdtemp())
tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "good": 1}, unk_token="[UNK]"))
tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
tokenizer.save(str(folder / "tokenizer.json"))
(folder / "texts").write_text("so good\\n")
files = {}
for kind in ("csv", "parquet"):
    made = make_features(FeatureTask(
        texts_file=folder / "texts", splits=np.zeros(1, np.int8),
        rating_indices=np.full(1, 4, np.int8), labels=parse(BY_STARS),
        tokenizer=folder / "tokenizer.json", max_length=8, event_time="now", file_format=kind,
    ))
    files[kind] = folder / kind / f"part.{kind}"
    with FeatureFile(files[kind], kind) as file:
        file.append(made.parts["train"])
    read_rows(folder / kind, parse(BY_STARS))
drawn = assembly.read(assembly.synthesise("dev", folder / "cdk"))
(group,) = [
    one["Properties"] for stack in drawn for one in stack.resources.values()
    if one["Type"] == "AWS::SageMaker::FeatureGroup"
]
print(json.dumps({
    "csv": files["csv"].read_text().splitlines(),
    "parquet": str(pq.read_schema(files["parquet"]).field("words").type),
    "group": group["FeatureDefinitions"],
    "name": group["FeatureGroupName"],
    "table": group["OfflineStoreConfig"]["DataCatalogConfig"]["TableName"],
    "query": dataset_query("table"),
    "settings": settings_for("dev")[0].feature_group,
}))
"""
HYPERPARAMETER = (
    Edit(
        file="contract/hyperparameters.py",
        before="    star_spread: float = ",
        new=(
            '    rdrop: float = _hyperparameter(0.25, "weight of R-Drop", Bounds(low=0, high=4))\n'
        ),
    ),
)
WHERE_A_HYPERPARAMETER_IS = """
import json
from infra import requests
from infra.settings import settings_for

import train
from contract.execution_input import check_input
from contract.hyperparameters import TRAINING, Hyperparameters
from reviews.client.runs.run_input import parse_fields
from tools import settings_reference

def refused(call, *arguments):
    try:
        call(*arguments)
    except Exception as error:
        return str(error)

(dev,) = settings_for("dev")
places = {"SM_MODEL_DIR": "m", "SM_CHANNEL_TRAIN": "t", "SM_CHANNEL_VALIDATION": "v"}
read = lambda text: train.parse_arguments([f"--rdrop={text}"], places)
print(json.dumps({
    "settings": dev.recipe.rdrop,
    "setting refused": refused(lambda: type(dev.recipe)(rdrop=5)),
    "input": check_input({"reviews": "s3://b/k", "training": {"rdrop": 1}})["training"],
    "input refused": refused(
        check_input, {"reviews": "s3://b/k", "training": {"rdrop": 5}}
    ),
    "--set": parse_fields(["training.rdrop=1"]),
    "--set refused": refused(parse_fields, ["training.rdrop=5"]),
    "hyperparameter": requests.training(dev)["HyperParameters"]["rdrop"],
    "argument": Hyperparameters(
        **{name: getattr(read("0.5"), name) for name in TRAINING}
    ).rdrop,
    "argument refused": refused(read, "5"),
    "docs": settings_reference.render(),
}))
"""
# Where a name stands for something else than the feature or the hyperparameter.
OTHER_MEANINGS = {
    # The inputs of a model, by transformers and in ONNX.
    "input_ids": {"ml_code/serving/engines.py", "ml_code/training/onnx_export.py"},
    # Columns of Amazon's exports.
    "review_body": {"ml_code/reading/columns.py", "ml_code/reading/delimited.py"},
    "star_rating": {"ml_code/reading/columns.py", "ml_code/reading/delimited.py"},
    "sentiment": {
        "ml_code/reading/classes.py",  # of a class in --labels
        "ml_code/reading/columns.py",  # a column of an export
        "ml_code/serving/",  # of an answer of the endpoint
        "reviews/client/endpoint/invocation.py",
    },
    "date": {"tools/write_story.py"},  # on which the story was run
    "split_type": {"infra/jobs/scoring_job.py"},  # how a transform job splits an object
    "seed": {"ml_code/evaluate.py"},  # of the bootstrap
    "weight_decay": {"ml_code/training/optimiser.py"},  # AdamW's own name for it
    "precision": {
        "ml_code/evaluating/",  # and recall
        "ml_code/training/trainer.py",  # the one that was chosen, in a checkpoint
        "reviews/cli/run_views.py",
    },
}
CODE = ("infra", "lambdas", "ml_code", "reviews", "tools")


def test_a_feature_column_is_edited_in_two_places_the_schema_and_where_its_value_is(
    tmp_path: Path,
) -> None:
    found = run(changed_copy(tmp_path, *FEATURE), WHERE_A_FEATURE_IS)
    assert places(*FEATURE) == 2
    header, row = found["csv"]
    assert dict(zip(header.split(",")[-2:], row.split(",")[-2:], strict=True)) == {
        "words": "2",
        "split_type": "train",
    }
    assert found["parquet"] == "int64"
    assert {"FeatureName": "words", "FeatureType": "Integral"} in found["group"]
    assert found["name"] == found["settings"] != f"reviews-dev-{SCHEMA.version}"
    assert found["table"] == found["name"].replace("-", "_")
    assert '"review_body", "words", "split_type"' in found["query"]


def test_a_hyperparameter_is_edited_in_one_place_beside_its_use(tmp_path: Path) -> None:
    copy = changed_copy(tmp_path, *HYPERPARAMETER)
    found = run(copy, WHERE_A_HYPERPARAMETER_IS)
    assert places(*HYPERPARAMETER) == 1
    allowed = "a number from 0 to 4"
    assert (found["settings"], found["argument"]) == (0.25, 0.5)
    assert found["setting refused"] == f"recipe.rdrop=5.0: allowed is {allowed}"
    assert found["input"] == {"rdrop": 1}
    assert found["input refused"] == f"training.rdrop: 5 must be {allowed}"
    assert found["--set"] == {"training": {"rdrop": 1}}
    assert found["--set refused"] == f"--set training.rdrop=5: 5 must be {allowed}"
    assert found["hyperparameter"].strip('"') == "{rdrop}"
    assert found["argument refused"] == f"argument error: argument --rdrop: 5 must be {allowed}"
    assert f"| `rdrop` | `float` | `0.25` | weight of R-Drop; {allowed} |" in found["docs"]


@cache
def literals() -> Mapping[str, set[str]]:
    """File → its constant texts, of the code beside contract/."""
    return {
        path.relative_to(ROOT).as_posix(): {
            node.value
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        for folder in CODE
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def files_with(name: str) -> list[str]:
    """Those that have the name, or the argument of this name, as a text."""
    argument = name.replace("_", "-")
    names = {name, argument, f"--{argument}"}
    return [file for file, texts in literals().items() if names & texts]


@pytest.mark.parametrize("name", [*SCHEMA.names, *TRAINING])
def test_a_name_of_the_contract_is_written_nowhere_else(name: str) -> None:
    others = tuple(OTHER_MEANINGS.get(name, ()))
    assert [file for file in files_with(name) if not file.startswith(others)] == []


def test_every_other_meaning_is_still_there() -> None:
    gone = [
        f"{name} in {place}"
        for name, others in OTHER_MEANINGS.items()
        for place in others
        if not any(file.startswith(place) for file in files_with(name))
    ]
    assert gone == []
