"""Files that the browser sends, kept on this machine for as long as they are needed."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from reviews.client.errors import InvalidArgument


@asynccontextmanager
async def received(request: Request, name: str) -> AsyncIterator[Path]:
    """The body of the request as a file of this name, in a folder of its own.

    Raises InvalidArgument where it cannot be kept, such as without space.
    """
    with tempfile.TemporaryDirectory(prefix="reviews-console-") as folder:
        path = Path(folder) / name
        try:
            await _write(request, path)
        except OSError as error:
            raise InvalidArgument(f"{name}: cannot be kept in {folder}: {error}") from error
        yield path


async def drain(body: AsyncIterator[bytes]) -> None:
    """Reads the rest: a browser that is still sending it would not read an answer."""
    async for _ in body:
        pass


async def _write(request: Request, path: Path) -> None:
    body = request.stream()
    try:
        with path.open("wb") as file:
            async for chunk in body:
                await run_in_threadpool(file.write, chunk)
    finally:
        await drain(body)
