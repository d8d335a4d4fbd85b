"""Templates with example values in place of CloudFormation's intrinsic functions."""

import re
from collections.abc import Mapping
from typing import Any

Template = Mapping[str, Any]
ACCOUNT, REGION = "123456789012", "us-east-1"
_PSEUDO_PARAMETERS = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::URLSuffix": "amazonaws.com",
}
_HERE = f"{REGION}:{ACCOUNT}"
# Each type's ARN and the property that has its name. As documented under "Return values" in
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
_ARNS = {
    "AWS::IAM::Role": (f"arn:aws:iam::{ACCOUNT}:role/{{}}", "RoleName"),
    "AWS::KMS::Key": (f"arn:aws:kms:{_HERE}:key/{{}}", "KeyId"),
    "AWS::Lambda::Function": (f"arn:aws:lambda:{_HERE}:function:{{}}", "FunctionName"),
    "AWS::Logs::LogGroup": (f"arn:aws:logs:{_HERE}:log-group:{{}}:*", "LogGroupName"),
    "AWS::S3::Bucket": ("arn:aws:s3:::{}", "BucketName"),
    "AWS::SNS::Topic": (f"arn:aws:sns:{_HERE}:{{}}", "TopicName"),
    "AWS::StepFunctions::StateMachine": (
        f"arn:aws:states:{_HERE}:stateMachine:{{}}",
        "StateMachineName",
    ),
}
# Of what gets its id when it is made.
_EXAMPLES = {
    "AWS::EC2::SecurityGroup": "sg-0123456789abcdef0",
    "AWS::EC2::Subnet": "subnet-0123456789abcdef0",
}
_REF_IS_ARN = ("AWS::SNS::Topic", "AWS::StepFunctions::StateMachine")


class Resolver:
    """Resolves one template of an environment; `stacks` are all of them, by stack name."""

    def __init__(self, template: Template, stacks: Mapping[str, Template]) -> None:
        self._resources, self._stacks = template["Resources"], stacks

    def resolve(self, value: Any) -> Any:
        match value:
            case {"Ref": name}:
                return self._reference(name)
            case {"Fn::GetAtt": [name, attribute]}:
                return self._attribute(name, attribute)
            case {"Fn::Join": [separator, parts]}:
                return separator.join(self.resolve(part) for part in parts)
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([^}]+)\}", lambda found: _PSEUDO_PARAMETERS[found[1]], text)
            case {"Fn::GetStackOutput": {"StackName": stack, "OutputName": name}}:
                other = self._stacks[stack]
                return Resolver(other, self._stacks).resolve(other["Outputs"][name]["Value"])
            case dict():
                return {name: self.resolve(item) for name, item in value.items()}
            case list():
                return [self.resolve(item) for item in value]
        return value

    def _reference(self, name: str) -> str:
        if name in _PSEUDO_PARAMETERS:
            return _PSEUDO_PARAMETERS[name]
        kind = self._resources[name]["Type"]
        if kind in _REF_IS_ARN:
            return self._arn(name)
        if kind in _ARNS:
            return self._name(name)
        return _EXAMPLES.get(kind, name)

    def _attribute(self, name: str, attribute: str) -> str:
        if attribute == "Arn":
            return self._arn(name)
        return _EXAMPLES.get(self._resources[name]["Type"], f"{name}.{attribute}")

    def _arn(self, name: str) -> str:
        pattern, _ = _ARNS[self._resources[name]["Type"]]
        return pattern.format(self._name(name))

    def _name(self, name: str) -> str:
        resource = self._resources[name]
        _, named_by = _ARNS[resource["Type"]]
        return str(self.resolve(resource.get("Properties", {}).get(named_by, name)))
