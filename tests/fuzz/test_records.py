"""Records of the Feature Store, by its four ways of writing and reading."""

import json
from typing import Any

from hypothesis import strategies as st

from localcloud.core.cloud import Cloud
from localcloud.http.wire import HttpRequest
from tests.fuzz.cases import fuzz
from tests.fuzz.isolated_cloud import GROUP, answered
from tests.fuzz.values import address_texts, changed, documents, texts
from worlds.feature_world import record

MOMENTS = st.sampled_from(
    ["2026-01-02T03:04:05Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1.5"]
)
VALUES = MOMENTS | texts | documents
RECORDS = changed(record("a"), VALUES)
DURATION = changed({"Unit": "Weeks", "Value": 1})
ENTRY = {"FeatureGroupName": GROUP, "Record": record("a"), "TargetStores": ["OnlineStore"]}
PLACE = f"/FeatureGroup/{GROUP}"
WRITES = st.one_of(
    st.tuples(st.just("PUT"), st.just(PLACE), st.builds(dict, Record=RECORDS)),
    st.tuples(
        st.just("PUT"), st.just(PLACE), st.builds(dict, Record=RECORDS, TtlDuration=DURATION)
    ),
    st.tuples(
        st.just("POST"),
        st.just("/BatchWriteRecord"),
        changed({"Entries": [ENTRY, ENTRY], "TtlDuration": {"Unit": "Days", "Value": 2}}, VALUES),
    ),
    st.tuples(
        st.just("POST"),
        st.just("/BatchGetRecord"),
        changed(
            {
                "Identifiers": [
                    {
                        "FeatureGroupName": GROUP,
                        "RecordIdentifiersValueAsString": ["a", "b"],
                        "FeatureNames": ["score"],
                    }
                ],
                "ExpirationTimeResponse": "Enabled",
            },
            VALUES,
        ),
    ),
    st.tuples(st.just("POST"), st.just(f"{PLACE}/ListRecords"), changed({"MaxResults": 2}, VALUES)),
)


@fuzz("feature records", few=80, many=6_000, call=WRITES)
def test_records_are_written_and_read_by_the_rules(cloud: Cloud, call: Any) -> None:
    method, path, body = call
    answered(cloud, HttpRequest(method, path, {}, {}, json.dumps(body).encode()))
    everything = HttpRequest("GET", PLACE, {}, {"RecordIdentifierValueAsString": ["a"]}, b"")
    assert answered(cloud, everything).status == 200


@fuzz(
    "feature records",
    few=40,
    many=3_000,
    method=st.sampled_from(["GET", "DELETE"]),
    identity=address_texts | st.just("a"),
    moment=MOMENTS | address_texts,
    more=st.dictionaries(
        st.sampled_from(["FeatureName", "TargetStores", "DeletionMode", "ExpirationTimeResponse"]),
        st.lists(
            st.sampled_from(["score", "OnlineStore", "HardDelete", "Enabled"]) | address_texts,
            min_size=1,
        ),
        max_size=3,
    ),
)
def test_records_are_deleted_by_the_rules(
    cloud: Cloud, method: str, identity: str, moment: str, more: dict[str, list[str]]
) -> None:
    query = {"RecordIdentifierValueAsString": [identity], "EventTime": [moment], **more}
    answered(cloud, HttpRequest(method, PLACE, {}, query, b""))
