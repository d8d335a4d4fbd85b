"""Tables of operations. Each folder of services has one; `composition` combines them.

A handler has the name of its operation in snake case. What it gets and returns is described by the
operation in botocore's model of the service (botocore/data/SERVICE/*/service-2.json) and by the API
reference; `http.wire` has checked the request against the model. It raises errors of `core.errors`.
"""

from collections.abc import Mapping

from localcloud.core import empty_lists, tags
from localcloud.core.cloud import Handler, Operations


def of(service: str, handlers: Mapping[str, Handler]) -> Operations:
    """The table of one service, by botocore's name of the service."""
    return {(service, name): handler for name, handler in handlers.items()}


OPERATIONS: Operations = of(
    "sagemaker",
    {
        "AddTags": tags.add_tags,
        "ListTags": tags.list_tags,
        "DeleteTags": tags.delete_tags,
        **empty_lists.HANDLERS,
    },
)
