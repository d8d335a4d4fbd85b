"""Scalable targets and their policies in the store."""

from pathlib import Path

from localcloud.core.cloud import Cloud
from localcloud.core.state import Store
from localcloud.hosting import scalable_target


def test_targets_and_policies_are_kept_and_go_with_their_endpoint(tmp_path: Path) -> None:
    def cloud() -> Cloud:
        return Cloud("http://127.0.0.1:1", tmp_path, Store(tmp_path / "state.sqlite"))

    for endpoint in ("one", "one-more"):
        resource = scalable_target.resource_id(endpoint, "v")
        cloud().store.put(scalable_target.TARGET, resource, {"ResourceId": resource})
        scalable_target.put_policy(cloud(), {"ResourceId": resource, "PolicyName": "p"})
    scalable_target.deregister_endpoint(cloud(), "one")
    assert scalable_target.find(cloud(), "endpoint/one/variant/v") is None
    assert scalable_target.find(cloud(), "endpoint/one-more/variant/v")
    assert [policy["ResourceId"] for policy in scalable_target.policies(cloud())] == [
        "endpoint/one-more/variant/v"
    ]
