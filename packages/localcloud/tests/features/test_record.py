"""Records: what is kept online and for how long, in batches, and as raw HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.server import LocalCloud
from worlds.errors import error
from worlds.feature_world import (
    Client,
    clients,
    found,
    online_group,
    put,
    record,
)
from worlds.waiting import until

GROUP = "strict"


@pytest.fixture(scope="module")
def client(cloud: LocalCloud) -> Client:
    make = clients(cloud.data_dir)
    online_group(make, GROUP)
    return make


def test_the_latest_event_time_wins_online(client: Client) -> None:
    runtime = online_group(client, "latest")
    for hour, sentiment in ((9, "1"), (8, "-1"), (9, "0")):  # the last one is not later
        put(client, "latest", record("a", hour=hour, sentiment=sentiment))
    answer = found(runtime, "latest", "a", FeatureNames=["sentiment"])
    assert answer["Record"] == [{"FeatureName": "sentiment", "ValueAsString": "1"}]


def test_a_late_deletion_leaves_the_newer_record_and_a_hard_one_fails(client: Client) -> None:
    runtime = online_group(client, "late")
    put(client, "late", record("a", hour=9))
    late = {
        "FeatureGroupName": "late",
        "RecordIdentifierValueAsString": "a",
        "EventTime": "2026-01-02T09:04:05.678Z",
    }
    runtime.delete_record(**late)
    with pytest.raises(ClientError) as raised:
        runtime.delete_record(**late, DeletionMode="HardDelete")
    assert error(raised) == (
        "ValidationException",
        "EventTime must be later than that of the existing record, 2026-01-02T09:04:05.678Z",
    )
    assert "Record" in found(runtime, "late", "a")


@pytest.mark.parametrize("mode", ["SoftDelete", "HardDelete"])
def test_a_deleted_record_is_gone_and_only_a_soft_one_leaves_a_trace(
    client: Client, mode: str
) -> None:
    name = f"deleted-{mode.lower()}"
    runtime = online_group(client, name)
    put(client, name, record("a"))
    put(client, name, record("b"))
    runtime.delete_record(
        FeatureGroupName=name,
        RecordIdentifierValueAsString="a",
        EventTime="2026-01-03T00:00:00Z",
        DeletionMode=mode,
    )
    answer = runtime.batch_get_record(
        Identifiers=[{"FeatureGroupName": name, "RecordIdentifiersValueAsString": ["a", "b"]}]
    )
    assert [item["RecordIdentifierValueAsString"] for item in answer["Records"]] == ["b"]
    assert "Record" not in found(runtime, name, "a")
    kept = runtime.list_records(FeatureGroupName=name)["RecordIdentifiers"]
    every = runtime.list_records(FeatureGroupName=name, IncludeSoftDeletedRecords=True)
    assert kept == ["b"]
    assert every["RecordIdentifiers"] == (["a", "b"] if mode == "SoftDelete" else ["b"])


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"sentiment": "1.5"}, "'sentiment' is Integral, not '1.5'"),
        ({"sentiment": str(2**63)}, "'sentiment' is Integral of 64 bits"),
        ({"score": "many"}, "'score' is Fractional, not 'many'"),
        ({"event_time": "2026-01-02 03:04:05"}, "yyyy-MM-dd"),
        ({"unknown": "1"}, "'unknown' is not in the group's definitions"),
        ({"review_id": ""}, "RecordIdentifierFeatureName 'review_id' is missing"),
    ],
)
def test_a_bad_value_is_refused(client: Client, changes: dict[str, str], part: str) -> None:
    with pytest.raises(ClientError) as raised:
        put(client, GROUP, record("a", **changes))
    code, message = error(raised)
    assert code == "ValidationError"
    assert part in message


def test_a_group_has_to_exist_and_can_be_named_by_its_arn(client: Client) -> None:
    runtime = client("sagemaker-featurestore-runtime")
    arn = client("sagemaker").describe_feature_group(FeatureGroupName=GROUP)["FeatureGroupArn"]
    put(client, arn, record("by-arn"))
    assert "Record" in found(runtime, arn, "by-arn")
    message = "Resource Not Found: Amazon SageMaker can't find a FeatureGroup with name nothing"
    with pytest.raises(ClientError) as raised:
        put(client, "nothing", record("a"))
    assert error(raised) == ("ValidationError", message)
    with pytest.raises(ClientError) as raised:
        found(runtime, "nothing", "a")
    assert error(raised) == ("ResourceNotFound", message)


# -- time to live --------------------------------------------------------------------------------


def now(**difference: float) -> str:
    moment = datetime.now(UTC) + timedelta(**difference)
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"


def test_a_record_lives_as_long_as_it_or_else_its_group_says(client: Client) -> None:
    name = "mortal"
    hour = {"Unit": "Hours", "Value": 1}
    runtime = online_group(client, name, TtlDuration=hour)
    put(client, name, record("over", event_time=now(hours=-2)))
    put(client, name, record("by-group", event_time="2999-01-02T03:04:05Z"))
    runtime.put_record(
        FeatureGroupName=name,
        Record=record("by-itself", event_time="2999-01-02T03:04:05.500Z"),
        TtlDuration={"Unit": "Days", "Value": 2},
    )
    assert "Record" not in found(runtime, name, "over")
    assert "ExpiresAt" not in found(runtime, name, "by-group")
    enabled = {"ExpirationTimeResponse": "Enabled"}
    assert found(runtime, name, "by-group", **enabled)["ExpiresAt"] == "2999-01-02T04:04:05Z"
    names = ["over", "by-group", "by-itself"]
    batch = runtime.batch_get_record(
        Identifiers=[{"FeatureGroupName": name, "RecordIdentifiersValueAsString": names}],
        **enabled,
    )
    assert [item["ExpiresAt"] for item in batch["Records"]] == [
        "2999-01-02T04:04:05Z",
        "2999-01-04T03:04:05.500Z",
    ]


def test_an_update_changes_the_life_of_later_records(client: Client) -> None:
    name, sagemaker = "changing", client("sagemaker")
    runtime = online_group(client, name)

    def update(**duration: Any) -> None:
        config = {"TtlDuration": duration}
        sagemaker.update_feature_group(FeatureGroupName=name, OnlineStoreConfig=config)

    def end(identity: str) -> str | None:
        put(client, name, record(identity, event_time="2999-01-02T03:04:05Z"))
        ending: str | None = found(runtime, name, identity, ExpirationTimeResponse="Enabled").get(
            "ExpiresAt"
        )
        return ending

    assert end("before") is None
    update(Unit="Minutes", Value=30)
    group = sagemaker.describe_feature_group(FeatureGroupName=name)
    assert group["OnlineStoreConfig"]["TtlDuration"] == {"Unit": "Minutes", "Value": 30}
    assert end("with") == "2999-01-02T03:34:05Z"
    update()
    assert end("without") is None
    with pytest.raises(ClientError) as raised:
        update(Unit="Minutes")
    assert error(raised) == ("ValidationException", "TtlDuration needs both Unit and Value")
    with pytest.raises(ClientError) as raised:
        sagemaker.update_feature_group(FeatureGroupName=name)
    assert error(raised) == (
        "ValidationException",
        "Give one of FeatureAdditions and OnlineStoreConfig at a time",
    )


def test_an_expired_record_is_removed(client: Client) -> None:
    runtime = online_group(client, "removed", TtlDuration={"Unit": "Hours", "Value": 1})
    put(client, "removed", record("a", event_time=now(hours=-2)))
    # An older version would lose against one that is still there.
    older = record("a", event_time=now(hours=-3))

    def put_older() -> dict[str, Any]:
        runtime.put_record(
            FeatureGroupName="removed", Record=older, TtlDuration={"Unit": "Days", "Value": 9}
        )
        return found(runtime, "removed", "a")

    assert "Record" in until(put_older, lambda answer: "Record" in answer)


# -- batches -------------------------------------------------------------------------------------


def test_a_batch_keeps_what_is_good_and_names_what_is_not(client: Client) -> None:
    runtime = online_group(client, "batch")
    bad = {"FeatureGroupName": "batch", "Record": record("bad", score="many")}
    day = {"Unit": "Days", "Value": 1}
    answer = runtime.batch_write_record(
        Entries=[
            {"FeatureGroupName": "batch", "Record": record("a", event_time=now())},
            bad,
            {"FeatureGroupName": "batch", "Record": record("b", event_time="2999-01-02T03:04:05Z")},
        ],
        TtlDuration=day,
    )
    assert answer["UnprocessedEntries"] == []
    (problem,) = answer["Errors"]
    assert problem == {
        "Entry": bad,
        "ErrorCode": "ValidationError",
        "ErrorMessage": "Feature 'score' is Fractional, not 'many'",
    }
    assert "Record" in found(runtime, "batch", "a")
    last = found(runtime, "batch", "b", ExpirationTimeResponse="Enabled")
    assert last["ExpiresAt"] == "2999-01-03T03:04:05Z"


def test_identifiers_come_in_pages(client: Client) -> None:
    runtime = online_group(client, "pages")
    for number in range(5):
        put(client, "pages", record(f"r{number}"))
    pages, token = [], {}
    while not pages or token:
        page = runtime.list_records(FeatureGroupName="pages", MaxResults=2, **token)
        pages.append(page["RecordIdentifiers"])
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else {}
    assert pages == [["r0", "r1"], ["r2", "r3"], ["r4"]]


def test_an_update_of_parts_of_a_record_is_refused(client: Client) -> None:
    with pytest.raises(ClientError) as raised:
        client("sagemaker-featurestore-runtime").update_record(
            FeatureGroupName=GROUP,
            RecordIdentifierValueAsString="a",
            Features=[{"FeatureName": "score", "ValueAsString": "1"}],
        )
    assert error(raised) == (
        "UnknownOperationException",
        "UpdateRecord is not supported by the embedded AWS",
    )
