"""The addresses that stand for the instances of a training."""

import pytest

from localcloud.jobs.outcome import JobError
from localcloud.jobs.training_container import check_hosts, hosts

_OF_NO_MACHINE = "192.0.2.1"  # RFC 5737


def test_each_instance_has_an_address_of_its_own() -> None:
    assert hosts(3) == ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
    check_hosts(hosts(1))


def test_an_address_that_the_machine_has_not_fails_the_job_with_the_remedy() -> None:
    with pytest.raises(JobError) as raised:
        check_hosts([*hosts(1), _OF_NO_MACHINE])
    assert str(raised.value).startswith(f"ClientError: the instance at {_OF_NO_MACHINE} cannot be")
    assert f"sudo ifconfig lo0 alias {_OF_NO_MACHINE} up" in str(raised.value)
