"""The stacks of an environment with their main resources, as a Mermaid flowchart."""

import textwrap
from collections.abc import Iterator
from typing import Any

from tools.assembly import Stack

_WIDTH = 24
# Type → title, and the property that tells several of them apart. Policies, log groups and the like
# are left out: they serve these.
_MAIN = {
    "AWS::KMS::Key": ("Key", ""),
    "AWS::S3::Bucket": ("Buckets", "BucketName"),
    "AWS::SageMaker::FeatureGroup": ("Feature Group", ""),
    "AWS::Glue::Database": ("Glue database", ""),
    "AWS::Athena::WorkGroup": ("Athena workgroup", ""),
    "AWS::EC2::VPC": ("Network", ""),
    "AWS::StepFunctions::StateMachine": ("State machine", ""),
    "AWS::Lambda::Function": ("Functions", "FunctionName"),
    "AWS::SageMaker::ModelPackageGroup": ("Model registry", ""),
    "AWS::SNS::Topic": ("Topic", ""),
    "AWS::CloudWatch::Alarm": ("Alarms", "AlarmName"),
    "AWS::CloudWatch::Dashboard": ("Dashboard", ""),
    "AWS::Scheduler::Schedule": ("Schedule", ""),
    "Custom::Leftovers": ("Removal of what executions made", ""),
}


def draw(stacks: list[Stack]) -> list[str]:
    """Arrows lead to the stacks that a stack needs."""
    lines = ["flowchart LR"]
    for stack in stacks:
        boxes = [f'{_id(stack)}{number}["{label}"]' for number, label in enumerate(_labels(stack))]
        lines += [f"subgraph {_id(stack)}[{stack.name}]", *boxes, "end"]
    ids = {stack.id: _id(stack) for stack in stacks}
    return lines + [f"{_id(stack)} --> {ids[need]}" for stack in stacks for need in stack.needs]


def _labels(stack: Stack) -> Iterator[str]:
    for kind, (title, names) in _MAIN.items():
        found = [item["Properties"] for item in stack.resources.values() if item["Type"] == kind]
        if found and names:
            listed = ", ".join(_name(item[names], stack) for item in found)
            yield "<br>".join([f"{title}:", *textwrap.wrap(listed, _WIDTH, break_on_hyphens=False)])
        elif found:
            yield title


def _name(value: Any, stack: Stack) -> str:
    """The name without the environment, and without account and region, which CDK joins to it."""
    name = value if isinstance(value, str) else value["Fn::Join"][1][0]
    return str(name).removeprefix(f"{_environment(stack)}-").strip("-")


def _environment(stack: Stack) -> str:
    return stack.name.rpartition("-")[0]


def _id(stack: Stack) -> str:
    return stack.name.rpartition("-")[2]
