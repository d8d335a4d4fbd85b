"""The evaluation of policies for what localcloud's own services require of their caller."""

from localcloud.iam.authorization import EvaluatePolicies, RequiredAction
from localcloud.ministack.iam.denials import denial_message
from localcloud.ministack.modules import Ministack


def policy_evaluation(ministack: Ministack) -> EvaluatePolicies:
    """The evaluation by ministack, in the form that Authorization asks it."""
    evaluator, actions = ministack.evaluator, ministack.iam_actions

    def evaluate(access_key: str, required: RequiredAction, region: str) -> str | None:
        # Policies of resources, and keys, are those of the account and the region.
        with ministack.responses.request_scope(ministack.account, region):
            service, resource = required.action.partition(":")[0], required.resource
            if service == "kms":
                found = _key_arn(ministack, resource)
                if found is None:  # AWS's own key, which everybody in the account may use
                    return None
                resource = found
            denied = evaluator.enforce(
                access_key,
                required.action,
                service,
                region,
                resource_arn=resource,
                service_context=dict(required.context),
            )
        if denied is None or isinstance(denied, evaluator.AuthError):
            return denied and str(denied.message)
        if denied.resource_policy_arn:
            text: str = actions._resource_policy_denial(
                service, required.action, denied.principal_arn, resource
            )
            return text
        explicit = denied.decision == "Deny"
        return denial_message(
            actions, service, required.action, denied.principal_arn, resource, explicit
        )

    return evaluate


def _key_arn(ministack: Ministack, key: str) -> str | None:
    """The ARN of a key by ARN, id or alias; None for AWS's own keys."""
    if "alias/aws/" in key:
        return None
    record = ministack.kms._resolve_key(key)
    if record:
        return str(record["Arn"])
    return key if key.startswith("arn:") else ministack.arn("kms", f"key/{key}")
