"""What an organisation brings along is checked before a deployment."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from infra import key_policy
from infra.settings import Network, Organisation, Settings
from reviews.client.aws.connection import find_settings
from reviews.client.checks import guards
from reviews.client.checks.findings import Finding, Verdict
from reviews.client.environment import Environment
from reviews.client.errors import WrongAccount
from tests.fake_aws import FakeAws, Refused

ACCOUNT, VPC = "123456789012", "vpc-0123456789abcdef0"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/01234567-89ab-cdef-0123-456789abcdef"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/limits"
GUARDED = replace(
    find_settings("dev"),
    organisation=Organisation(permissions_boundary="limits", kms_key=KEY),
    network=Network(vpc=VPC, subnets=("subnet-1", "subnet-2")),
)


class Account(FakeAws):
    """One in which everything is as it should be."""

    def __init__(self) -> None:
        self.boundaries = [BOUNDARY]
        self.key = {"KeyState": "Enabled", "KeyUsage": "ENCRYPT_DECRYPT"}
        self.key |= {"KeySpec": "SYMMETRIC_DEFAULT"}
        self.policy = key_policy.statements(GUARDED, ACCOUNT)
        self.key_of_the_data = ""  # not deployed yet
        self.subnets = {"subnet-1": (VPC, "us-east-1a"), "subnet-2": (VPC, "us-east-1b")}

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/me"}

    def get_policy(self, PolicyArn: str) -> dict[str, Any]:
        if PolicyArn not in self.boundaries:
            raise Refused("NoSuchEntity", f"Policy {PolicyArn} was not found.")
        return {"Policy": {"Arn": PolicyArn}}

    def describe_key(self, KeyId: str) -> dict[str, Any]:
        if not self.key:
            raise Refused("NotFoundException", f"Key '{KeyId}' does not exist")
        return {"KeyMetadata": {"KeyId": KeyId.rpartition("/")[2], **self.key}}

    def get_bucket_encryption(self, Bucket: str) -> dict[str, Any]:
        if not self.key_of_the_data:
            raise Refused("NoSuchBucket", "The specified bucket does not exist")
        assert Bucket == f"reviews-dev-data-{ACCOUNT}-us-east-1"
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self.key_of_the_data}
        rules = [{"ApplyServerSideEncryptionByDefault": default}]
        return {"ServerSideEncryptionConfiguration": {"Rules": rules}}

    def get_key_policy(self, KeyId: str, PolicyName: str) -> dict[str, str]:
        return {"Policy": json.dumps({"Version": "2012-10-17", "Statement": self.policy})}

    def describe_subnets(self, SubnetIds: list[str]) -> dict[str, Any]:
        if missing := [one for one in SubnetIds if one not in self.subnets]:
            message = f"The subnet ID '{missing[0]}' does not exist"
            raise Refused("InvalidSubnetID.NotFound", message)
        return {
            "Subnets": [
                dict(zip(("SubnetId", "VpcId", "AvailabilityZone"), (one, *place), strict=True))
                for one, place in self.subnets.items()
            ]
        }


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    made = Account()
    monkeypatch.setattr(Environment, "client", lambda _self, service: made.client(service))
    return made


def findings(settings: Settings = GUARDED) -> Iterator[Finding]:
    environment = Environment("dev")
    environment.settings = settings
    for check in guards.of(settings).values():
        yield check(environment)


def missing() -> list[Finding]:
    found = [finding for finding in findings() if finding.verdict is Verdict.MISSING]
    assert all(finding.blocks and finding.fix for finding in found)
    return found


def test_what_the_settings_do_not_name_is_not_checked() -> None:
    assert guards.of(find_settings("dev")) == {}


def test_what_is_there_is_fine(account: Account) -> None:
    assert [(found.check, found.verdict.value, found.found) for found in findings()] == [
        ("Permissions boundary", "fine", BOUNDARY),
        ("KMS key", "fine", KEY),
        ("VPC", "fine", f"{VPC}, 2 subnets in us-east-1a, us-east-1b"),
    ]


def test_a_boundary_that_does_not_exist_is_missing(account: Account) -> None:
    account.boundaries = []
    (found,) = missing()
    assert found.found == f"there is no policy {BOUNDARY}"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"KeyState": "PendingDeletion"}, "KeyState is PendingDeletion, not Enabled"),
        ({"KeyUsage": "SIGN_VERIFY"}, "KeyUsage is SIGN_VERIFY, not ENCRYPT_DECRYPT"),
        ({"KeySpec": "RSA_2048"}, "KeySpec is RSA_2048, not SYMMETRIC_DEFAULT"),
    ],
)
def test_a_key_that_cannot_encrypt_is_named(
    account: Account, changes: dict[str, str], problem: str
) -> None:
    account.key |= changes
    (found,) = missing()
    assert found.found == problem


def test_a_key_that_does_not_exist_is_named(account: Account) -> None:
    account.key = {}
    (found,) = missing()
    assert found.found == f"there is no key {KEY}"


def test_what_is_encrypted_keeps_its_key(account: Account) -> None:
    account.key_of_the_data = KEY
    assert missing() == []
    account.key_of_the_data = KEY.replace("01234567", "76543210")
    (found,) = missing()
    assert found.found == (
        f"reviews-dev-data-{ACCOUNT}-us-east-1 has the key {account.key_of_the_data}, with which "
        "alone its objects can be read"
    )


def test_a_key_policy_must_let_the_services_use_the_key(account: Account) -> None:
    account.policy = account.policy[:1]
    (found,) = missing()
    assert "logs.us-east-1.amazonaws.com may not kms:Encrypt, kms:Decrypt" in found.found
    assert "cloudwatch.amazonaws.com may not kms:Decrypt, kms:GenerateDataKey*" in found.found


@pytest.mark.parametrize(
    ("principal", "actions"),
    [({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:*"), ({"AWS": ACCOUNT}, ["kms:*"])],
)
def test_the_policy_of_a_new_key_lets_the_account_decide(
    account: Account, principal: dict[str, str], actions: Any
) -> None:
    first = {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*"}
    account.policy = [first, *account.policy[1:]]
    assert missing() == []
    account.policy = account.policy[1:]
    assert f"arn:aws:iam::{ACCOUNT}:root may not kms:CreateGrant" in missing()[0].found


def test_the_policy_of_another_accounts_key_cannot_be_read(account: Account) -> None:
    theirs = KEY.replace(ACCOUNT, "210987654321")
    organisation = replace(GUARDED.organisation, kms_key=theirs)
    account.policy = []
    found = {one.check: one for one in findings(replace(GUARDED, organisation=organisation))}
    assert found["KMS key"].verdict is Verdict.FINE
    assert found["KMS key"].found == f"{theirs}, whose policy only its own account can read"


def test_subnets_are_of_the_vpc_and_in_two_zones(account: Account) -> None:
    account.subnets["subnet-2"] = (VPC, "us-east-1a")
    assert missing()[0].found == f"{VPC}, 2 subnets in us-east-1a"
    account.subnets["subnet-2"] = ("vpc-1", "us-east-1b")
    assert missing()[0].found == f"subnet-2 not in {VPC}"
    del account.subnets["subnet-2"]
    assert missing()[0].found == "one of subnet-1, subnet-2 does not exist in us-east-1"


def test_credentials_of_another_account_are_refused_before_anything_else(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = Environment("dev")
    environment.settings = replace(GUARDED, account="999999999999")
    monkeypatch.setattr(Environment, "_account", ACCOUNT)
    with pytest.raises(WrongAccount, match="belongs to the account 999999999999, and these cred"):
        environment.check_account()
    environment.settings = replace(GUARDED, account=ACCOUNT)
    environment.check_account()
