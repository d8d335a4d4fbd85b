"""AWS::Budgets::Budget of CloudFormation, on ministack's AWS Budgets.

Not emulated: costs. Everything here is free, so the actual spend of a budget stays 0, and no alarm
is sent.
"""

from typing import Any

from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names

_KIND = "AWS::Budgets::Budget"
Properties = dict[str, Any]


def name_what_replaces(_ministack: Ministack) -> tuple[str, ...]:
    return ("NotificationsWithSubscribers",)


def handle_budgets(ministack: Ministack) -> dict[str, Any]:
    """`Ref` is the name. A budget of another name replaces the old one, and so do other alarms:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-budgets-budget.html
    """
    service, provisioners = ministack.budgets, ministack.provisioners

    def create(logical_id: str, properties: Properties, stack: str) -> Any:
        name = properties["Budget"].get("BudgetName")
        name = name or provisioners._physical_name(stack, logical_id, max_len=100)
        _do(service._create_budget, _request(properties, name))
        return name, {}

    def update(name: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Any:
        replaced = provisioners._rename_replacement(
            name, old, new, stack, logical_id, _named(new), _named(old), create, delete
        )
        if replaced:
            return replaced
        _do(service._update_budget, {"NewBudget": _request(new, name)["Budget"]})
        return name, {}

    def delete(name: str, _properties: Properties) -> None:
        if name in service._budgets:
            _do(service._delete_budget, {"BudgetName": name})

    return {"create": create, "update": update, "delete": delete, "update_with_logical_id": True}


def _named(properties: Properties) -> str | None:
    name: str | None = properties["Budget"].get("BudgetName")
    return name


def _request(properties: Properties, name: str) -> Properties:
    """CreateBudget's, in which amounts are texts and thresholds numbers; templates have both."""
    budget = {**properties["Budget"], "BudgetName": name}
    if limit := budget.get("BudgetLimit"):
        budget["BudgetLimit"] = {**limit, "Amount": str(limit["Amount"])}
    alarms = [
        {**one, "Notification": _with_number(one["Notification"])}
        for one in properties.get("NotificationsWithSubscribers", [])
    ]
    tags = properties.get("ResourceTags", [])
    return {"Budget": budget, "NotificationsWithSubscribers": alarms, "ResourceTags": tags}


def _with_number(notification: Properties) -> Properties:
    return {**notification, "Threshold": float(notification["Threshold"])}


def _do(operation: Any, request: Properties) -> None:
    """Raises ValueError with the service's refusal, which fails the resource."""
    status, _, body = operation(request)
    if status != 200:
        raise ValueError(f"{_KIND}: {body.decode()}")


_REFUSED = "CloudFormation: AWS::Budgets::Budget is refused, though its service is there"
_PROVISIONERS = "services.cloudformation.provisioners"
PATCHES = (
    Patch(
        target=f"{_PROVISIONERS}:_RESOURCE_HANDLERS[{_KIND}]",
        make=handle_budgets,
        why="a template may have budgets",
        upstream=_REFUSED,
        test="ministack/test_budgets.py::test_a_stack_makes_a_budget_changes_its_amount_and_deletes_it",
        uses=(
            *names(_PROVISIONERS, "_physical_name", "_rename_replacement"),
            *names(
                "services.budgets",
                "_budgets",
                "_create_budget",
                "_update_budget",
                "_delete_budget",
            ),
        ),
        is_new=True,
    ),
    Patch(
        target=f"{_PROVISIONERS}:_REPLACING_PROPERTIES[{_KIND}]",
        make=name_what_replaces,
        why="other alarms of a budget replace it",
        upstream=_REFUSED,
        test="ministack/test_budgets.py::test_other_alarms_need_another_name",
        is_new=True,
    ),
)
