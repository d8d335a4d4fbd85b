"""Pages of List operations: handlers return everything, the client sees MaxResults at a time.

A row of None takes a place in its page but is not returned: AWS filters after it has cut the page.
"""

import base64
import binascii
from functools import cache
from typing import Any

import botocore.session
from botocore.model import OperationModel

from localcloud.core.errors import ValidationException

_DEFAULT_SIZES = {
    "ListTags": 50,
    "DescribeScalableTargets": 50,
    "DescribeScalingPolicies": 50,
    "DescribeScalingActivities": 50,
    "ListServiceQuotas": 100,
    "ListAWSDefaultServiceQuotas": 100,
}
_DEFAULT_SIZE = 10  # of the other lists, by SageMaker's documentation


@cache
def _paginators(service: str) -> dict[str, Any]:
    loader = botocore.session.get_session().get_component("data_loader")
    paginators: dict[str, Any] = loader.load_service_model(service, "paginators-1")
    return paginators["pagination"]  # type: ignore[no-any-return]


def cut_page(
    model: OperationModel, request: dict[str, Any], output: dict[str, Any]
) -> dict[str, Any]:
    """One page of a list, with the token of the next; any other output is unchanged."""
    paginator = _paginators(model.service_model.service_name).get(model.name)
    if paginator is None or paginator["result_key"] not in output:
        return output
    key = paginator["result_key"]
    start = _offset(request.get(paginator["input_token"]))
    size = request.get("MaxResults") or _DEFAULT_SIZES.get(model.name, _DEFAULT_SIZE)
    rows = output[key]
    page = {**output, key: [row for row in rows[start : start + size] if row is not None]}
    if start + size < len(rows):
        page[paginator["output_token"]] = base64.b64encode(str(start + size).encode()).decode()
    return page


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError) as error:
        raise ValidationException(f"Invalid NextToken {token!r}") from error
