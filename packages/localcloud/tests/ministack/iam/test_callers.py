"""Enforced IAM: what functions and state machines may do."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from worlds.enforced_iam import BUCKET, PLACE, SAGEMAKER
from worlds.iam_world import IamWorld, allow, not_allowed, refusal
from worlds.waiting import until

READ = f"""
s3 = boto3.client("s3")
return s3.get_object(Bucket="{BUCKET}", Key="data/file.txt")["Body"].read().decode()
"""


def test_a_function_has_the_rights_of_its_role(world: IamWorld) -> None:
    role = world.role()
    function = world.function(role, READ)
    lambda_ = world.owner.client("lambda")
    answer = json.load(lambda_.invoke(FunctionName=function)["Payload"])
    assert "is not authorized to perform: s3:GetObject on resource" in answer["errorMessage"]
    name = role.rpartition("/")[2]
    world.permit(name, allow("s3:GetObject", on=f"arn:aws:s3:::{BUCKET}/data/*"))
    assert json.load(lambda_.invoke(FunctionName=function)["Payload"]) == "text"
    group = f"/aws/lambda/{function.rpartition(':')[2]}"
    logs = world.owner.client("logs")
    assert not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    stream = f"arn:aws:logs:{PLACE}:log-group:{group}:*"
    world.permit(name, allow("logs:CreateLogStream", "logs:PutLogEvents", on=stream))
    lambda_.invoke(FunctionName=function)
    assert logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]


def run(world: IamWorld, role: str, **state: Any) -> dict[str, Any]:
    """One execution of a state machine with a single task."""
    states = world.owner.client("stepfunctions")
    definition = {"StartAt": "Do", "States": {"Do": {"Type": "Task", "End": True, **state}}}
    machine = states.create_state_machine(
        name=world.name("machine"), definition=json.dumps(definition), roleArn=role
    )
    started = states.start_execution(stateMachineArn=machine["stateMachineArn"])
    description: dict[str, Any] = until(
        lambda: states.describe_execution(executionArn=started["executionArn"]),
        lambda execution: execution["status"] != "RUNNING",
    )
    return description


@pytest.mark.parametrize("pattern", ["", ".waitForTaskToken"])
def test_a_state_machine_invokes_only_what_its_role_may(world: IamWorld, pattern: str) -> None:
    role, function = world.role(), world.function(world.role(), "return 'done'")
    payload = {"token.$": "$$.Task.Token"} if pattern else {}
    task: dict[str, Any] = {
        "Resource": f"arn:aws:states:::lambda:invoke{pattern}",
        "Parameters": {"FunctionName": function, "Payload": payload},
    }
    execution = run(world, role, **task)
    assert (execution["status"], execution["error"]) == ("FAILED", "Lambda.AWSLambdaException")
    session = f"arn:aws:sts::000000000000:assumed-role/{role.rpartition('/')[2]}"
    name = execution["executionArn"].rpartition(":")[2]
    assert execution["cause"].startswith(
        f"User: {session}/{name} is not authorized to perform: lambda:InvokeFunction on resource: "
        f"{function} because no identity-based policy allows the lambda:InvokeFunction action "
        "(Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; Request ID: "
    )
    if not pattern:
        world.permit(role.rpartition("/")[2], allow("lambda:InvokeFunction", on=function))
        assert run(world, role, **task)["status"] == "SUCCEEDED"


def test_a_state_machine_calls_sagemaker_with_its_role(world: IamWorld) -> None:
    role = world.role()
    arn = f"{SAGEMAKER}:processing-job/none"
    task = {
        "Resource": "arn:aws:states:::aws-sdk:sagemaker:describeProcessingJob",
        "Parameters": {"ProcessingJobName": "none"},
    }
    execution = run(world, role, **task)
    assert execution["error"] == "SageMaker.SageMakerException"
    assert f"to perform: sagemaker:DescribeProcessingJob on resource: {arn}" in execution["cause"]
    world.permit(role.rpartition("/")[2], allow("sagemaker:DescribeProcessingJob", on=arn))
    assert "Could not find requested job" in run(world, role, **task)["cause"]


def test_a_task_that_waits_for_a_job_needs_its_rule_and_its_tags(world: IamWorld) -> None:
    role, job = world.role(), f"{SAGEMAKER}:processing-job/awaited"
    application = {"ImageUri": "sagemaker-scikit-learn", "ContainerEntrypoint": ["true"]}
    resources = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
    task = {
        "Resource": "arn:aws:states:::sagemaker:createProcessingJob.sync",
        "Parameters": {
            "ProcessingJobName": "awaited",
            "RoleArn": role,
            "AppSpecification": application,
            "ProcessingResources": {"ClusterConfig": resources},
        },
    }
    rule = f"arn:aws:events:{PLACE}:rule/StepFunctionsGetEventsForSageMakerProcessingJobsRule"
    events = allow("events:PutTargets", "events:PutRule", "events:DescribeRule", on=rule)
    execution = run(world, role, **task)
    assert execution["error"] == "States.Runtime"
    assert f"to perform: events:PutTargets on resource: {rule}" in execution["cause"]
    world.permit(role.rpartition("/")[2], events)
    execution = run(world, role, **task)
    assert execution["error"] == "SageMaker.AmazonSageMakerException"
    assert f"to perform: sagemaker:CreateProcessingJob on resource: {job}" in execution["cause"]
    world.permit(role.rpartition("/")[2], events, allow("sagemaker:CreateProcessingJob", on=job))
    execution = run(world, role, **task)
    assert f"to perform: sagemaker:AddTags on resource: {job}" in execution["cause"]


def test_a_state_machine_publishes_with_its_role(world: IamWorld, key: str) -> None:
    owner = world.owner.client("sns")
    topic = owner.create_topic(Name="ends", Attributes={"KmsMasterKeyId": key})["TopicArn"]
    publish, use = allow("sns:Publish", on=topic), allow("kms:*", on=key)
    task = {
        "Resource": "arn:aws:states:::aws-sdk:sns:publish",
        "Parameters": {"TopicArn": topic, "Message": "text"},
    }
    role = world.role()
    execution = run(world, role, **task)
    assert execution["error"] == "Sns.AuthorizationErrorException"
    assert f"is not authorized to perform: SNS:Publish on resource: {topic}" in execution["cause"]
    world.permit(role.rpartition("/")[2], publish)
    execution = run(world, role, **task)
    assert execution["error"] == "Sns.KmsAccessDeniedException"
    world.permit(role.rpartition("/")[2], publish, use)
    assert run(world, role, **task)["status"] == "SUCCEEDED"


def test_an_execution_is_described_by_who_may(world: IamWorld) -> None:
    done = run(world, world.role(), Type="Pass")
    arn = done["executionArn"]
    person = world.person(allow("states:DescribeExecution", on=arn))
    states = person.client("stepfunctions")
    assert states.describe_execution(executionArn=arn)["status"] == "SUCCEEDED"
    with pytest.raises(ClientError) as caught:
        states.stop_execution(executionArn=arn)
    message = not_allowed(person, "states:StopExecution", arn)
    assert refusal(caught.value) == ("AccessDeniedException", message)


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:states:::sns:publish",
        "arn:aws:states:::states:startExecution",
        "arn:aws:states:::states:startExecution.sync",
    ],
)
def test_a_task_that_cannot_be_authorized_is_refused(world: IamWorld, resource: str) -> None:
    role = world.role(allow("sns:Publish", "states:StartExecution"))
    ended = run(world, role, Resource=resource, Arguments={})
    assert (ended["status"], ended["error"]) == ("FAILED", "States.Runtime")
    assert "cannot be authorized by localcloud" in ended["cause"]
