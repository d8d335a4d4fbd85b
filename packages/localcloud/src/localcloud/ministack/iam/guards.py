"""What services require of their caller besides the action itself: keys, the catalog, listing."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

from localcloud.core.cloud import ACCESS_KEY
from localcloud.iam.authorization import RequiredAction
from localcloud.ministack.iam import resources
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Handler, Patch, Response, names
from localcloud.ministack.s3 import KEY_HEADER

Headers = dict[str, str]
Query = dict[str, list[str]]


class Guards:
    """Wraps handlers of ministack, which serve requests whose own action is allowed."""

    def __init__(self, ministack: Ministack) -> None:
        self._ministack = ministack

    def caller(self, headers: Headers, query: Query) -> str | None:
        """The access key of a role's session; None for the root, and while IAM is not enforced."""
        if not self._ministack.is_enforced:
            return None
        key: str = self._ministack.router.extract_access_key_id(headers, query)
        return None if self._ministack.evaluator.is_root_access_key(key) else key

    def denial(self, caller: str, required: Iterable[RequiredAction]) -> str | None:
        return self._ministack.authorization.denial(caller, required)

    def refuse(self, service: str, message: str, code: str = "") -> Response:
        response: Response = self._ministack.iam_actions.access_denied_response(
            service, "", "", str(uuid4()), message=message, error_code=code
        )
        return response

    # -- the services --------------------------------------------------------------------------

    def catalog(self, serve: Handler) -> Handler:
        """An action on a table or a database is required on each level of the catalog."""

        def required(*request: Any) -> Iterable[RequiredAction]:
            _, _, headers, body, _ = request
            return resources.catalog_actions(self._ministack, headers, body)

        return self._guard(serve, "glue", required)

    def topics(self, serve: Handler) -> Handler:
        """Publishing to an encrypted topic requires its KMS key."""

        def required(*request: Any) -> Iterable[RequiredAction]:
            return self._publishing(self._ministack.app._routing_params(*request))

        return self._guard(serve, "sns", required, "KMSAccessDenied")

    def _guard(
        self,
        serve: Handler,
        service: str,
        required: Callable[..., Iterable[RequiredAction]],
        code: str = "",
    ) -> Handler:
        """Refuses a request whose caller is denied an action that `required` names for it."""

        async def guarded(
            method: str, path: str, headers: Headers, body: bytes, query: Query
        ) -> Response:
            caller = self.caller(headers, query)
            if caller:
                denial = self.denial(caller, required(method, path, headers, body, query))
                if denial:
                    return self.refuse(service, denial, code)
            return await serve(method, path, headers, body, query)

        return guarded

    def objects(self, serve: Handler) -> Handler:
        """Objects require their KMS key, and a missing object s3:ListBucket to be reported."""

        async def guarded(
            method: str, path: str, headers: Headers, body: bytes, query: Query
        ) -> Response:
            caller = self.caller(headers, query)
            if caller is None:
                return await serve(method, path, headers, body, query)
            action = self._ministack.iam_actions._s3_action(method, path, query)
            required = [
                *self._writing(method, action, path, headers, query),
                *await self._copying(serve, action, headers),
            ]
            denial = self.denial(caller, required)
            if denial:
                return self.refuse("s3", denial)
            response = await serve(method, path, headers, body, query)
            return self._reading(caller, method, action, path, response)

        return guarded

    def _reading(
        self, caller: str, method: str, action: str | None, path: str, response: Response
    ) -> Response:
        if action not in ("GetObject", "GetObjectVersion"):
            return response
        status, headers, _ = response
        required: list[RequiredAction] = []
        if status == 404:  # without s3:ListBucket, a missing object is a 403
            required = [RequiredAction("s3:ListBucket", f"arn:aws:s3:::{path.split('/')[1]}")]
        elif method == "GET":
            required = self._use_of_key("s3", _lower(headers).get(KEY_HEADER), "Decrypt")
        denial = self.denial(caller, required)
        return self.refuse("s3", denial) if denial else response

    async def _copying(
        self, serve: Handler, action: str | None, headers: Headers
    ) -> list[RequiredAction]:
        source = headers.get("x-amz-copy-source", "").partition("?")[0].lstrip("/")
        if action != "PutObject" or not source:
            return []
        own = own_request(self._ministack, "s3")
        _, found, _ = await serve("HEAD", f"/{source}", own, b"", {})
        return self._use_of_key("s3", _lower(found).get(KEY_HEADER), "Decrypt")

    def _writing(
        self, method: str, action: str | None, path: str, headers: Headers, query: Query
    ) -> list[RequiredAction]:
        """The actions on the key that PutObject requires. A part requires none:
        CreateMultipartUpload did."""
        if action != "PutObject" or "uploadId" in query:
            return []
        kept, _ = self._ministack.s3._resolve_sse_write_headers(headers, path.split("/")[1])
        operations = ("GenerateDataKey", "Decrypt") if method == "POST" else ("GenerateDataKey",)
        return self._use_of_key("s3", (kept or {}).get(KEY_HEADER), *operations)

    def _publishing(self, form: dict[str, Any]) -> list[RequiredAction]:
        def value(name: str) -> str:
            found = form.get(name, "")
            return str(found[0] if isinstance(found, list) else found)

        if value("Action") not in ("Publish", "PublishBatch"):
            return []
        topic = self._ministack.sns._topics.get(value("TopicArn")) or {}
        key = topic.get("attributes", {}).get("KmsMasterKeyId")
        return self._use_of_key("sns", key, "GenerateDataKey", "Decrypt")

    def _use_of_key(self, service: str, key: str | None, *operations: str) -> list[RequiredAction]:
        """Operations of KMS that a service performs for its caller; none without a key."""
        context = {"kms:ViaService": f"{service}.{self._ministack.region}.amazonaws.com"}
        return [RequiredAction(f"kms:{one}", key, context) for one in operations if key]


def own_request(ministack: Ministack, service: str, access_key: str = ACCESS_KEY) -> Headers:
    """The header of a request made within this process, where no signature is checked."""
    scope = f"20260101/{ministack.region}/{service}/aws4_request"
    return {"authorization": f"AWS4-HMAC-SHA256 Credential={access_key}/{scope}"}


def _lower(headers: Headers) -> Headers:
    return {name.lower(): value for name, value in headers.items()}


# -- patches -------------------------------------------------------------------------------------


def guard_catalog(ministack: Ministack, serve: Handler) -> Handler:
    return Guards(ministack).catalog(serve)


def guard_topics(ministack: Ministack, serve: Handler) -> Handler:
    return Guards(ministack).topics(serve)


def guard_objects(ministack: Ministack, serve: Handler) -> Handler:
    return Guards(ministack).objects(serve)


_CALLER = names("core.router", "extract_access_key_id")
PATCHES = (
    Patch(
        target="app:SERVICE_HANDLERS[s3]",
        make=guard_objects,
        why="encrypted objects require their key, and a missing object requires s3:ListBucket",
        upstream="IAM: S3 requires no permissions on keys, and answers 404 without s3:ListBucket",
        test="ministack/iam/test_objects.py::test_an_encrypted_object_needs_its_key",
        uses=(
            *_CALLER,
            *names("core.iam_actions", "_s3_action"),
            *names("services.s3", "_resolve_sse_write_headers"),
        ),
    ),
    Patch(
        target="app:SERVICE_HANDLERS[sns]",
        make=guard_topics,
        why="publishing to an encrypted topic requires its key",
        upstream="IAM: SNS requires no permissions on keys",
        test="ministack/iam/test_services.py::test_an_encrypted_topic_needs_its_key",
        uses=(*_CALLER, *names("app", "_routing_params"), *names("services.sns", "_topics")),
    ),
    Patch(
        target="app:SERVICE_HANDLERS[glue]",
        make=guard_catalog,
        why="a table requires permissions on its database and the catalog, too",
        upstream="IAM: Glue requires permissions on the table alone",
        test="ministack/iam/test_queries.py::test_a_table_belongs_to_a_database_and_a_catalog",
        uses=_CALLER,
    ),
)
