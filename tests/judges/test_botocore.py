"""What is sent to AWS, beside AWS's models: those of the pinned botocore and of the newest."""

import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
import regex
from botocore.model import Shape

from contract.tuning import STRATEGIES, resolve
from localcloud.http.acceptance import compiled_pattern
from localcloud.http.constraints import check
from shared.run import fill, tags
from shared.training_request import training_job_request
from tests.infra.test_requests import AT_RUN_TIME, RUN
from tests.judges.calls import Call, calls, operations
from tests.judges.conftest import Variant
from tests.judges.executions import CONTEXT, answers
from tests.judges.models import NEWEST, PINNED, Models
from tests.judges.node import judged_by

GATE = {
    "passed": False,
    "missed": ["accuracy 0.5 is below 0.6"],
    "metrics": {"accuracy": 0.5, "macro_f1": 0.4},
}

PROMOTED = {
    **RUN,
    "features": "",
    "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/serving:1",
    "promoted_from": {
        "environment": "staging",
        "run": "run-7",
        "version": 7,
        "package": "arn:aws:sagemaker:us-east-1:123456789012:model-package/reviews-staging/7",
        "code": "s3://theirs/code/0a",
        "sha256": "0a" * 32,
    },
    "rolled_back_to": {"version": 3},
}


@pytest.fixture(scope="module", params=[PINNED, NEWEST])
def models(request: pytest.FixtureRequest) -> Models:
    return Models(request.param)


def sent(definition: dict[str, Any], load: Callable[..., ModuleType]) -> dict[str, dict[str, Any]]:
    """The requests of the functions, made by their own code, by operation and what they are for."""
    states, event = definition["States"], {"run": RUN, "attempt": 1, **AT_RUN_TIME}
    payloads = {
        name: state.get("Arguments", {}).get("Payload", {}) for name, state in states.items()
    }
    deploy, tagged = payloads["DeployEndpoint"], {"Tags": tags(RUN)}

    def filled(name: str) -> dict[str, Any]:
        return {**fill(deploy[name], RUN, **AT_RUN_TIME), **tagged}

    def of_job(state: str, folder: str, base_model: str) -> Any:
        run = {**RUN, "base_model": base_model}
        return load(folder).processing_job_request(run, payloads[state]["request"], 1)

    evaluation = {**event, "request": payloads["StartEvaluation"]["request"]}
    registration = {**event, **payloads["RegisterModel"], "run": RUN, "gate": GATE, **AT_RUN_TIME}
    name, package = definition_name(payloads), load("register_model").model_package_request
    return {
        "CreateProcessingJob by a name": of_job(
            "StartProcessing", "start_processing", "roberta-base"
        ),
        "CreateProcessingJob": of_job("StartProcessing", "start_processing", "s3://data/base/"),
        **trainings(payloads, load),
        "CreateProcessingJob of an evaluation": load("start_evaluation").processing_job_request(
            evaluation, "s3://artefacts/runs/run-0/training/model.tar.gz"
        ),
        "CreateModelPackage": package(registration),
        "CreateModelPackage of a promotion and of a rollback": package(
            {**registration, "run": PROMOTED}
        ),
        "CreateModel": filled("model"),
        "CreateEndpointConfig": filled("endpoint_config"),
        "CreateEndpoint": {"EndpointName": name, "EndpointConfigName": "new", **tagged},
        "UpdateEndpoint": {"EndpointName": name, "EndpointConfigName": "new", **deploy["update"]},
    }


def trainings(payloads: dict[str, Any], load: Callable[..., ModuleType]) -> dict[str, Any]:
    """The requests of the step Train: one job, or several of a tuning job."""
    found: dict[str, Any] = {}
    for what, base_model in (("by a name", "roberta-base"), ("", "s3://data/base/")):
        template, run = payloads["StartTraining"]["request"], {**RUN, "base_model": base_model}
        made = training_job_request(run, template, "reviews-dev-train-run-1-1")
        found[f"CreateTrainingJob {what}".strip()] = made
    template, types = (payloads["StartTuning"][name] for name in ("request", "instance_types"))
    make = load("start_tuning").tuning_job_request
    for strategy in STRATEGIES:
        search = {"job": "reviews-dev-abcde", **resolve({"strategy": strategy}, RUN["training"])}
        made = make({**RUN, "tuning": search}, template, types, "reviews-dev-abcde1")
        found[f"CreateHyperParameterTuningJob by {strategy}"] = made
    return found


def definition_name(payloads: dict[str, Any]) -> str:
    return str(payloads["RegisterModel"]["request"]["ModelPackageGroupName"])


def test_every_request_keeps_all_constraints(
    variants: list[Variant], load: Callable[..., ModuleType], models: Models
) -> None:
    for variant in variants:
        for what, request in sent(variant.definition(), load).items():
            assert not re.search(r"\{\w+\}", str(request)), (variant.name, what)
            operation = models.service("sagemaker").operation_model(what.partition(" ")[0])
            check(request, operation.input_shape)


def test_texts_match_the_patterns_that_only_java_has(
    variants: list[Variant], load: Callable[..., ModuleType], models: Models
) -> None:
    """Such as that of tags, with classes of Unicode: `check` passes over them."""
    unread = []
    for variant in variants:
        for what, request in sent(variant.definition(), load).items():
            operation = models.service("sagemaker").operation_model(what.partition(" ")[0])
            for text, pattern in texts(request, operation.input_shape):
                if compiled_pattern(pattern) is None:
                    unread.append(pattern)
                    assert regex.fullmatch(pattern, text), (what, text, pattern)
    assert unread


def texts(value: Any, shape: Shape) -> Iterator[tuple[str, str]]:
    """Every text of the request for which there is a pattern, and that."""
    if shape.type_name == "structure":
        for name, item in value.items():
            yield from texts(item, shape.members[name])
    elif shape.type_name == "list":
        for item in value:
            yield from texts(item, shape.member)
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from texts(key, shape.key)
            yield from texts(item, shape.value)
    elif isinstance(value, str) and "pattern" in shape.metadata:
        yield value, shape.metadata["pattern"]


def test_the_state_machines_own_calls_are_operations(
    variants: list[Variant], models: Models
) -> None:
    walks = {
        variant.name: {
            "definition": variant.definition(),
            "input": {},
            "context": CONTEXT,
            "answers": answers(),
        }
        for variant in variants
    }
    for name, end in judged_by("walk.js", walks).items():
        for state, arguments in end["arguments"].items():
            resource = walks[name]["definition"]["States"][state]["Resource"]
            _, _, call = resource.partition(":::aws-sdk:")
            if call:
                service, _, action = call.partition(":")
                operation = action[0].upper() + action[1:]
                check(arguments, models.service(service).operation_model(operation).input_shape)


@pytest.mark.parametrize("folder", ["lambdas", "ml_code"])
def test_every_call_in_the_code_is_an_operation_with_its_members(
    folder: str, models: Models
) -> None:
    known = operations(models)
    found = list(calls(folder, set(known)))
    assert found
    assert [
        call for call in found if not any(_takes(shape, call) for shape in known[call.method])
    ] == []


def _takes(operation: Any, call: Call) -> bool:
    shape = operation.input_shape
    members = set(shape.members) if shape else set()
    required = set(shape.required_members) if shape else set()
    return call.arguments <= members and (call.is_open or required <= call.arguments)
