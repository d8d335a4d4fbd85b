"""The JSON bodies of requests."""

import json
from typing import Any

from starlette.requests import Request

from reviews.client.errors import InvalidArgument

_NAMES = {str: '"..."', bool: "true", int: "1"}


async def body_of(request: Request, **wanted: type) -> dict[str, Any]:
    """The values of these names and types in the body, which is a JSON object with all of them.

    Raises InvalidArgument for others.
    """
    try:
        document = json.loads(await request.body())
    except ValueError:
        document = None
    if isinstance(document, dict) and all(
        type(document.get(name)) is kind for name, kind in wanted.items()
    ):
        return {name: document[name] for name in wanted}
    example = ", ".join(f'"{name}": {_NAMES[kind]}' for name, kind in wanted.items())
    raise InvalidArgument(f"Send {{{example}}}.")
