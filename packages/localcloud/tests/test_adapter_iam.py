"""Enforced IAM through real clients: what roles, functions, jobs and state machines may do."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.__main__ import main
from localcloud.iam.decisions import used
from localcloud.server import LocalCloud
from tests.integration import least_privilege
from worlds.execution_world import SKLEARN
from worlds.iam_world import POLICY, IamWorld, Person, allow, not_allowed, refusal
from worlds.waiting import until

PLACE = "us-east-1:000000000000"
SAGEMAKER = f"arn:aws:sagemaker:{PLACE}"
BUCKET, SECRET = "plain", "encrypted"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IamWorld]:
    with LocalCloud(data_dir=tmp_path_factory.mktemp("cloud")) as cloud:
        world = IamWorld(cloud)
        s3 = world.owner.client("s3")
        for bucket in (BUCKET, SECRET):
            s3.create_bucket(Bucket=bucket)
            s3.put_object(Bucket=bucket, Key="data/file.txt", Body=b"text")
        with cloud.enforce_iam():
            yield world


@pytest.fixture(scope="module")
def key(world: IamWorld) -> str:
    """The key of the encrypted bucket, with an object in it."""
    arn: str = world.owner.client("kms").create_key()["KeyMetadata"]["Arn"]
    s3 = world.owner.client("s3")
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}
    s3.put_bucket_encryption(
        Bucket=SECRET,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]},
    )
    s3.put_object(Bucket=SECRET, Key="data/file.txt", Body=b"text")
    return arn


def test_iam_is_enforced_only_on_demand(
    world: IamWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    person, folder = world.person(), ["--data-dir", str(world.cloud.data_dir)]
    assert main(["iam", "relax", *folder]) == 0
    person.client("s3").list_buckets()
    assert main(["iam", "enforce", *folder]) == 0
    assert main(["iam", "status", *folder]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "IAM is not enforced.",
        "IAM is enforced.",
        "IAM is enforced.",
    ]
    with pytest.raises(ClientError) as caught:
        person.client("s3").list_buckets()
    assert refusal(caught.value) == (
        "AccessDenied",
        not_allowed(person, "s3:ListAllMyBuckets", '"*"'),
    )


def test_the_person_at_the_keyboard_may_do_everything(world: IamWorld, key: str) -> None:
    s3 = world.owner.client("s3")
    assert s3.get_object(Bucket=SECRET, Key="data/file.txt")["Body"].read() == b"text"
    world.owner.client("sagemaker").list_models()
    roles = {decision.role for decision in world.cloud.iam_decisions()}
    assert "" not in roles


# -- S3 and its keys -------------------------------------------------------------------------------


def test_a_role_reads_and_writes_where_it_may(world: IamWorld) -> None:
    person = world.person(allow("s3:GetObject", on=f"arn:aws:s3:::{BUCKET}/data/*"))
    s3 = person.client("s3")
    assert s3.get_object(Bucket=BUCKET, Key="data/file.txt")["Body"].read() == b"text"
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket=BUCKET, Key="data/new.txt", Body=b"")
    resource = f'"arn:aws:s3:::{BUCKET}/data/new.txt"'
    assert refusal(caught.value) == (
        "AccessDenied",
        not_allowed(person, "s3:PutObject", resource),
    )


def test_only_who_may_list_learns_that_an_object_is_missing(world: IamWorld) -> None:
    reading = allow("s3:GetObject", on=f"arn:aws:s3:::{BUCKET}/*")
    person = world.person(reading)
    with pytest.raises(ClientError) as caught:
        person.client("s3").get_object(Bucket=BUCKET, Key="missing")
    bucket = f'"arn:aws:s3:::{BUCKET}"'
    assert refusal(caught.value) == ("AccessDenied", not_allowed(person, "s3:ListBucket", bucket))
    world.permit(person.role, reading, allow("s3:ListBucket", on=f"arn:aws:s3:::{BUCKET}"))
    with pytest.raises(ClientError) as caught:
        person.client("s3").get_object(Bucket=BUCKET, Key="missing")
    assert refusal(caught.value)[0] == "NoSuchKey"


def test_an_encrypted_object_needs_its_key(world: IamWorld, key: str) -> None:
    objects = allow("s3:*", on=[f"arn:aws:s3:::{name}/*" for name in (SECRET, BUCKET)])
    person = world.person(objects)
    s3, place = person.client("s3"), {"Bucket": SECRET, "Key": "data/file.txt"}
    for action, call in (
        ("kms:Decrypt", lambda: s3.get_object(**place)),
        ("kms:GenerateDataKey", lambda: s3.put_object(**place, Body=b"text")),
        ("kms:GenerateDataKey", lambda: s3.create_multipart_upload(**place)),
        ("kms:Decrypt", lambda: s3.copy_object(Bucket=BUCKET, Key="copy", CopySource=place)),
    ):
        with pytest.raises(ClientError) as caught:
            call()
        assert refusal(caught.value) == ("AccessDenied", not_allowed(person, action, key))
    through_s3 = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    world.permit(person.role, objects, allow("kms:*", on=key, **through_s3))
    s3.put_object(**place, Body=b"text")
    assert s3.get_object(**place)["Body"].read() == b"text"


def test_a_bucket_that_wants_tls_is_open_on_loopback(world: IamWorld) -> None:
    owner, name = world.owner.client("s3"), "tls-only"
    owner.create_bucket(Bucket=name)
    deny = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": f"arn:aws:s3:::{name}/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [deny]}
    owner.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    person = world.person(allow("s3:PutObject", on=f"arn:aws:s3:::{name}/*"))
    person.client("s3").put_object(Bucket=name, Key="key", Body=b"")


def test_a_bucket_policy_can_refuse_what_a_role_may_do(world: IamWorld) -> None:
    owner, name = world.owner.client("s3"), "closed"
    owner.create_bucket(Bucket=name)
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{name}/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [deny]}
    owner.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    person = world.person(allow("s3:PutObject", on=f"arn:aws:s3:::{name}/*"))
    with pytest.raises(ClientError) as caught:
        person.client("s3").put_object(Bucket=name, Key="key", Body=b"")
    assert refusal(caught.value)[1].endswith("with an explicit deny in a resource-based policy")


# -- SageMaker -------------------------------------------------------------------------------------


def job(name: str, role: str, **changes: Any) -> dict[str, Any]:
    cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5}
    return {
        "ProcessingJobName": name,
        "RoleArn": role,
        "AppSpecification": {"ImageUri": SKLEARN, "ContainerEntrypoint": ["true"]},
        "ProcessingResources": {"ClusterConfig": cluster},
        **changes,
    }


def ended(person: Person, name: str) -> dict[str, Any]:
    sagemaker = person.client("sagemaker")
    description: dict[str, Any] = until(
        lambda: sagemaker.describe_processing_job(ProcessingJobName=name),
        lambda job: job["ProcessingJobStatus"] not in ("InProgress", "Stopping"),
    )
    return description


def test_a_job_needs_the_right_to_create_to_tag_and_to_pass_its_role(world: IamWorld) -> None:
    person, role = world.person(), world.role()
    name = world.name("job")
    arn, tags = f"{SAGEMAKER}:processing-job/{name}", [{"Key": "environment", "Value": "local"}]
    passing = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    rights = [
        (allow("sagemaker:CreateProcessingJob", on=arn), "sagemaker:CreateProcessingJob", arn),
        (allow("sagemaker:AddTags", on=arn), "sagemaker:AddTags", arn),
        (allow("iam:PassRole", on=role, **passing), "iam:PassRole", role),
    ]
    sagemaker, given = person.client("sagemaker"), []
    for statement, action, resource in rights:
        with pytest.raises(ClientError) as caught:
            sagemaker.create_processing_job(**job(name, role, Tags=tags))
        assert refusal(caught.value) == (
            "AccessDeniedException",
            not_allowed(person, action, resource),
        )
        given.append(statement)
        world.permit(person.role, *given)
    created = sagemaker.create_processing_job(**job(name, role, Tags=tags))
    assert created["ProcessingJobArn"] == arn


def test_to_list_knows_no_resources(world: IamWorld) -> None:
    person = world.person(allow("sagemaker:ListModels", on=f"{SAGEMAKER}:model/*"))
    with pytest.raises(ClientError) as caught:
        person.client("sagemaker").list_models()
    message = not_allowed(person, "sagemaker:ListModels", "*")
    assert refusal(caught.value) == ("AccessDeniedException", message)


def test_a_job_fails_when_its_role_may_not_pull_the_image(world: IamWorld) -> None:
    role, name = world.role(allow("ecr:GetAuthorizationToken")), world.name("job")
    world.owner.client("sagemaker").create_processing_job(**job(name, role))
    session = f"arn:aws:sts::000000000000:assumed-role/{role.rpartition('/')[2]}/{name}"
    assert ended(world.owner, name)["FailureReason"] == (
        f"ClientError: User: {session} is not authorized to perform: "
        "ecr:BatchCheckLayerAvailability on resource: "
        "arn:aws:ecr:us-east-1:683313688378:repository/sagemaker-scikit-learn because no "
        "identity-based policy allows the ecr:BatchCheckLayerAvailability action"
    )


def test_a_job_reads_with_its_role(world: IamWorld) -> None:
    role, name = world.role(allow("ecr:*", "logs:*", "s3:ListBucket")), world.name("job")
    source = {
        "S3Uri": f"s3://{BUCKET}/data",
        "LocalPath": "/opt/ml/processing/input",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
    }
    inputs = [{"InputName": "data", "S3Input": source}]
    world.owner.client("sagemaker").create_processing_job(
        **job(name, role, ProcessingInputs=inputs)
    )
    reason = ended(world.owner, name)["FailureReason"]
    assert reason.startswith("ClientError: Data download failed: 403")


def test_a_record_needs_its_group(world: IamWorld) -> None:
    owner, name = world.owner.client("sagemaker"), world.name("group")
    owner.create_feature_group(
        FeatureGroupName=name,
        RecordIdentifierFeatureName="id",
        EventTimeFeatureName="time",
        FeatureDefinitions=[
            {"FeatureName": "id", "FeatureType": "String"},
            {"FeatureName": "time", "FeatureType": "Fractional"},
        ],
        OnlineStoreConfig={"EnableOnlineStore": True},
    )
    arn = f"{SAGEMAKER}:feature-group/{name}"
    person = world.person(allow("sagemaker:PutRecord", on=arn))
    runtime = person.client("sagemaker-featurestore-runtime")
    record = [
        {"FeatureName": "id", "ValueAsString": "1"},
        {"FeatureName": "time", "ValueAsString": "1"},
    ]
    until(
        lambda: owner.describe_feature_group(FeatureGroupName=name),
        lambda group: group["FeatureGroupStatus"] == "Created",
    )
    runtime.put_record(FeatureGroupName=name, Record=record)
    with pytest.raises(ClientError) as caught:
        runtime.get_record(FeatureGroupName=name, RecordIdentifierValueAsString="1")
    message = not_allowed(person, "sagemaker:GetRecord", arn)
    assert refusal(caught.value) == ("AccessDeniedException", message)


# -- Athena, Glue, Logs, SNS ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def table(world: IamWorld) -> str:
    world.owner.client("s3").put_object(Bucket=BUCKET, Key="table/part.csv", Body=b"1\n2\n")
    glue = world.owner.client("glue")
    glue.create_database(DatabaseInput={"Name": "base"})
    storage = {
        "Columns": [{"Name": "n", "Type": "int"}],
        "Location": f"s3://{BUCKET}/table/",
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.OpenCSVSerde"},
    }
    glue.create_table(
        DatabaseName="base", TableInput={"Name": "numbers", "StorageDescriptor": storage}
    )
    return "numbers"


def query(person: Person) -> tuple[str, dict[str, Any]]:
    athena = person.client("athena")
    started = athena.start_query_execution(
        QueryString="SELECT count(*) FROM numbers",
        QueryExecutionContext={"Database": "base"},
        ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/results/"},
    )
    identity = started["QueryExecutionId"]
    status = until(
        lambda: athena.get_query_execution(QueryExecutionId=identity)["QueryExecution"]["Status"],
        lambda status: status["State"] in ("SUCCEEDED", "FAILED"),
    )
    return identity, status


def test_a_query_reads_and_writes_with_the_rights_of_its_caller(
    world: IamWorld, table: str
) -> None:
    group = allow("athena:*", on=f"arn:aws:athena:{PLACE}:workgroup/primary")
    catalog = [f"arn:aws:glue:{PLACE}:{name}" for name in ("catalog", "database/base")]
    tables = [*catalog, f"arn:aws:glue:{PLACE}:table/base/{table}"]
    steps = [
        ("glue:GetDatabase", allow("glue:GetDatabase", on=catalog)),
        ("glue:GetTable", allow("glue:GetTable", "glue:GetPartitions", on=tables)),
        ("s3:ListBucket", allow("s3:ListBucket", on=f"arn:aws:s3:::{BUCKET}")),
        ("s3:GetObject", allow("s3:GetObject", on=f"arn:aws:s3:::{BUCKET}/table/*")),
        ("s3:GetBucketLocation", allow("s3:GetBucketLocation", on=f"arn:aws:s3:::{BUCKET}")),
        ("s3:PutObject", allow("s3:PutObject", on=f"arn:aws:s3:::{BUCKET}/results/*")),
    ]
    person, given = world.person(group), [group]
    for action, statement in steps:
        _, status = query(person)
        assert status["State"] == "FAILED"
        assert f"is not authorized to perform: {action} on" in status["StateChangeReason"]
        given.append(statement)
        world.permit(person.role, *given)
    identity, status = query(person)
    assert status["State"] == "SUCCEEDED"
    athena = person.client("athena")
    with pytest.raises(ClientError) as caught:
        athena.get_query_results(QueryExecutionId=identity)
    file = f'"arn:aws:s3:::{BUCKET}/results/{identity}.csv"'
    message = not_allowed(person, "s3:GetObject", file)
    assert refusal(caught.value) == ("AccessDeniedException", message)
    given.append(allow("s3:GetObject", on=f"arn:aws:s3:::{BUCKET}/results/*"))
    world.permit(person.role, *given)
    rows = athena.get_query_results(QueryExecutionId=identity)["ResultSet"]["Rows"]
    assert rows[1]["Data"] == [{"VarCharValue": "2"}]


def test_a_table_belongs_to_a_database_and_a_catalog(world: IamWorld, table: str) -> None:
    base = f"arn:aws:glue:{PLACE}"
    person = world.person(allow("glue:GetTable", on=[f"{base}:catalog", f"{base}:table/base/*"]))
    with pytest.raises(ClientError) as caught:
        person.client("glue").get_table(DatabaseName="base", Name=table)
    message = not_allowed(person, "glue:GetTable", f"{base}:database/base")
    assert refusal(caught.value) == ("AccessDeniedException", message)


def test_a_log_group_is_known_by_what_is_in_it(world: IamWorld) -> None:
    owner, group = world.owner.client("logs"), "/aws/test/group"
    owner.create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:{PLACE}:log-group:{group}"
    person = world.person(allow("logs:CreateLogStream", on=f"{arn}:*"))
    logs = person.client("logs")
    logs.create_log_stream(logGroupName=group, logStreamName="one")
    with pytest.raises(ClientError) as caught:
        logs.delete_log_stream(logGroupName=group, logStreamName="one")
    message = not_allowed(person, "logs:DeleteLogStream", f"{arn}:log-stream:one")
    assert refusal(caught.value) == ("AccessDeniedException", message)


def test_an_encrypted_topic_needs_its_key(world: IamWorld, key: str) -> None:
    owner = world.owner.client("sns")
    topic = owner.create_topic(Name="news", Attributes={"KmsMasterKeyId": key})["TopicArn"]
    person = world.person()
    sns = person.client("sns")
    with pytest.raises(ClientError) as caught:
        sns.publish(TopicArn=topic, Message="text")
    message = not_allowed(person, "SNS:Publish", topic)
    assert refusal(caught.value) == ("AuthorizationError", message)
    world.permit(person.role, allow("sns:Publish", on=topic))
    with pytest.raises(ClientError) as caught:
        sns.publish(TopicArn=topic, Message="text")
    message = not_allowed(person, "kms:GenerateDataKey", key)
    assert refusal(caught.value) == ("KMSAccessDenied", message)
    keys = allow("kms:GenerateDataKey", "kms:Decrypt", on=key)
    world.permit(person.role, allow("sns:Publish", on=topic), keys)
    assert sns.publish(TopicArn=topic, Message="text")["MessageId"]


# -- functions and state machines ------------------------------------------------------------------

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


# -- what was decided ------------------------------------------------------------------------------


def test_decisions_tell_which_statements_are_used(world: IamWorld) -> None:
    objects = allow("s3:GetObject", "s3:PutObject", on=f"arn:aws:s3:::{BUCKET}/*")
    person = world.person(allow("s3:ListBucket"), objects)
    person.client("s3").get_object(Bucket=BUCKET, Key="data/file.txt")
    with pytest.raises(ClientError):
        person.client("s3").delete_object(Bucket=BUCKET, Key="data/file.txt")
    mine = [entry for entry in world.cloud.iam_decisions() if entry.role == person.role]
    assert used(mine) == {(person.role, f"{POLICY}#1", "s3:GetObject")}
    assert [(entry.action, entry.allowed, entry.reason) for entry in mine] == [
        ("s3:GetObject", True, ""),
        ("s3:DeleteObject", False, "no statement allows it"),
    ]


def test_a_statement_can_be_taken_away_from_a_role_of_a_stack(world: IamWorld) -> None:
    iam, cloudformation = world.owner.client("iam"), world.owner.client("cloudformation")
    rights = [allow("s3:ListBucket"), allow("s3:Get*", "s3:PutObject")]
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
        "Action": "sts:AssumeRole",
    }
    policy = {"Version": "2012-10-17", "Statement": rights}
    role = {
        "RoleName": "of-a-stack",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [{"PolicyName": POLICY, "PolicyDocument": policy}],
    }
    resources = {"Role": {"Type": "AWS::IAM::Role", "Properties": role}}
    cloudformation.create_stack(
        StackName="roles",
        TemplateBody=json.dumps({"Resources": resources}),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="roles", WaiterConfig={"Delay": 1}
    )
    found = least_privilege.statements(cloudformation, iam, "roles")
    assert [(entry.role, entry.name) for entry in found] == [
        ("of-a-stack", f"{POLICY}#0"),
        ("of-a-stack", f"{POLICY}#1"),
    ]
    arn = iam.get_role(RoleName="of-a-stack")["Role"]["Arn"]
    s3 = world.assume(arn).client("s3")
    with least_privilege.without(iam, found[1]), pytest.raises(ClientError, match="s3:GetObject"):
        s3.get_object(Bucket=BUCKET, Key="data/file.txt")
    s3.get_object(Bucket=BUCKET, Key="data/file.txt")
    assert least_privilege.statements(cloudformation, iam, "roles") == found
    idle = least_privilege.unused(found, world.cloud.iam_decisions())
    assert [(entry.number, action) for entry, action in idle] == [
        (0, "s3:ListBucket"),
        (1, "s3:PutObject"),
    ]
