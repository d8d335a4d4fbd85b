"""A fake AWS for the console: runs with logs and reports, features, and an endpoint."""

import io
import json
import math
import tarfile
from typing import Any

from evaluating.evaluation_page import render as evaluation_page
from reviews.client.aws.stack_outputs import StackOutputs
from tests.fake_aws import FakeAws, Refused
from tests.reviews.worlds import recorded_runs
from tests.reviews.worlds.history import DEFINITION, NOON
from tests.reviews.worlds.recorded_runs import RecordedRun
from training.profile_page import render as profile_page

MACHINE = "arn:aws:states:us-east-1:000000000001:stateMachine:reviews-dev"
OUTPUTS = StackOutputs(
    state_machine_arn=MACHINE,
    data_bucket="data",
    artefact_bucket="artefacts",
    feature_group="reviews-dev",
    endpoint_name="reviews-dev",
    athena_work_group="reviews-dev",
    glue_database="reviews_dev",
    glue_table="reviews_dev_1a2b3c",
    base_model="roberta-base",
)
SYNTAX_ERROR = "line 1:1: mismatched input 'SELEKT'. Expecting: 'ALTER', 'ANALYZE', 'SELECT'"
COLUMNS = ["review_id", "date", "sentiment", "label_id", "star_rating", "input_ids", "review_body"]
_WORDS = {"love": 2.5, "perfectly": 1.5, "wonderful": 1.5, "terrible": -3.0, "boxy": -0.6}
_PROFILE = {
    "findings": ["Data loading takes 1.2% of the time; it is no bottleneck."],
    "steps": 240,
    "step_ms": {"mean": 281.0, "p50": 276.5, "p95": 341.2, "p99": 402.9},
    "step_histogram": {"counts": [12, 160, 60, 8], "edges_ms": [200.0, 250.0, 300.0, 350.0, 410.0]},
    "data_loading_share": 0.012,
    "samples": [
        {"second": 2.0 * at, "cpu_percent": 91 + at % 5, "memory_mb": 1450 + 3 * at}
        for at in range(30)
    ],
    "operators": [{"name": "aten::addmm", "ms": 412.5, "share": 0.61, "calls": 216}],
}


class AwsWorld(FakeAws):
    """An environment `dev` with some runs, their logs and reports, features and an endpoint."""

    def __init__(self, *recorded: RecordedRun) -> None:
        self.runs = list(recorded) or [
            recorded_runs.running(),
            recorded_runs.succeeded(),
            recorded_runs.failed(),
        ]
        self.calls: list[str] = []
        self.queries: list[str] = []
        self.row_count = 20
        self.has_endpoint = True
        self.logs = {  # by a part of the job's name
            "-train-too-few": recorded_runs.FAILED_LOG,
            "-train-": list(recorded_runs.TRAINING_LOG),
            "-evaluate-": recorded_runs.EVALUATION_LOG,
            "-process-": recorded_runs.PROCESSING_LOG,
        }
        self.objects = {
            key: content
            for run in self.runs
            if run.status == "SUCCEEDED"
            for key, content in _reports(run.name).items()
        }

    def on_call(self, operation: str) -> None:
        self.calls.append(operation)

    def run(self, arn: str) -> RecordedRun:
        for run in self.runs:
            if arn.endswith(f":{run.name}"):
                return run
        raise Refused("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")

    # -- Step Functions ------------------------------------------------------------------------

    def list_executions(
        self, stateMachineArn: str, maxResults: int = 100, nextToken: str = "0"
    ) -> dict[str, Any]:
        if not nextToken.isdigit():
            raise Refused("InvalidToken", f"Invalid Token: '{nextToken}'")
        start = int(nextToken)
        shown = self.runs[start : start + maxResults]
        executions = [
            {
                "executionArn": arn_of(run),
                "stateMachineArn": stateMachineArn,
                "name": run.name,
                "status": run.status,
                "startDate": run.started,
                **{key: at for key, at in run.described().items() if key == "stopDate"},
            }
            for run in shown
        ]
        has_more = start + maxResults < len(self.runs)
        return {
            "executions": executions,
            **({"nextToken": str(start + maxResults)} if has_more else {}),
        }

    def describe_execution(self, executionArn: str) -> dict[str, Any]:
        run = self.run(executionArn)
        return {
            "executionArn": executionArn,
            "stateMachineArn": MACHINE,
            "name": run.name,
            "status": run.status,
            "startDate": run.started,
            "redriveStatus": "REDRIVABLE" if run.status == "FAILED" else "NOT_REDRIVABLE",
            **run.described(),
        }

    def describe_state_machine_for_execution(self, executionArn: str) -> dict[str, Any]:
        return {
            "stateMachineArn": MACHINE,
            "name": "reviews-dev",
            "definition": DEFINITION,
            "roleArn": "arn:aws:iam::000000000001:role/states",
            "updateDate": self.run(executionArn).started,
        }

    def get_execution_history(
        self,
        executionArn: str,
        reverseOrder: bool = False,
        nextToken: str = "0",
        maxResults: int = 100,
    ) -> dict[str, Any]:
        assert maxResults == 100
        start, events = int(nextToken), self.run(executionArn).history.events
        events = events[::-1] if reverseOrder else events
        more = {"nextToken": str(start + 100)} if start + 100 < len(events) else {}
        return {"events": events[start : start + 100], **more}

    # -- CloudWatch Logs -----------------------------------------------------------------------

    def describe_log_streams(self, logGroupName: str, logStreamNamePrefix: str) -> dict[str, Any]:
        stream = f"{logStreamNamePrefix}algo-1-1764000000"
        return {"logStreams": [{"logStreamName": stream}]}

    def get_log_events(
        self, logGroupName: str, logStreamName: str, startFromHead: bool, nextToken: str = "f/0"
    ) -> dict[str, Any]:
        assert startFromHead
        lines = next(lines for part, lines in self.logs.items() if part in logStreamName)
        start = int(nextToken.removeprefix("f/"))
        events = [{"timestamp": 0, "message": line, "ingestionTime": 0} for line in lines[start:]]
        return {"events": events, "nextForwardToken": f"f/{len(lines)}"}

    # -- S3 ------------------------------------------------------------------------------------

    def list_objects_v2(self, Bucket: str, Prefix: str, **_: Any) -> dict[str, Any]:
        keys = sorted(key for key in self.objects if key.startswith(Prefix))
        return {"Contents": [{"Key": key, "Size": len(self.objects[key])} for key in keys]}

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        assert Bucket == OUTPUTS.artefact_bucket
        if Key not in self.objects:
            raise Refused("NoSuchKey", "The specified key does not exist.")
        return {"Body": io.BytesIO(self.objects[Key]), "LastModified": NOON}

    # -- Athena --------------------------------------------------------------------------------

    def start_query_execution(self, QueryString: str, **_: Any) -> dict[str, Any]:
        self.queries.append(QueryString)
        return {"QueryExecutionId": str(len(self.queries) - 1)}

    def get_query_execution(self, QueryExecutionId: str) -> dict[str, Any]:
        status = {"State": "SUCCEEDED"}
        if "SELEKT" in self.queries[int(QueryExecutionId)]:
            status = {"State": "FAILED", "StateChangeReason": SYNTAX_ERROR}
        return {"QueryExecution": {"Status": status}}

    def get_query_results(self, QueryExecutionId: str, NextToken: str = "0") -> dict[str, Any]:
        columns, rows = self._rows(self.queries[int(QueryExecutionId)])
        start, lines = int(NextToken), [columns, *rows]
        info = [{"Name": name, "Type": "varchar"} for name in columns]
        shown = [
            {"Data": [{"VarCharValue": cell} for cell in line]}
            for line in lines[start : start + 1000]
        ]
        more = {"NextToken": str(start + 1000)} if start + 1000 < len(lines) else {}
        return {"ResultSet": {"Rows": shown, "ResultSetMetadata": {"ColumnInfo": info}}, **more}

    def _rows(self, sql: str) -> tuple[list[str], list[list[str]]]:
        if "count(*)" in sql:
            return ["split_type", "sentiment", "reviews"], [["test", "-1", "105"]]
        ids = "[101, " + ", ".join(str(2000 + at) for at in range(120)) + ", 102]"
        text = "Soft, warm and true to size; the <colour> is lovely."
        row = ["2026-11-24T12:00:00.000Z", "1", "2", "5", ids, text]
        return COLUMNS, [[f"review-{number}", *row] for number in range(self.row_count)]

    # -- the endpoint --------------------------------------------------------------------------

    def invoke_endpoint(self, EndpointName: str, Body: bytes, **_: Any) -> dict[str, Any]:
        if not self.has_endpoint:
            raise Refused("ValidationError", f"Endpoint {EndpointName} of account 1 not found.")
        texts = [json.loads(line)["features"][0] for line in Body.decode().split("\n")]
        answers = "".join(json.dumps(_prediction(text)) + "\n" for text in texts)
        return {"Body": io.BytesIO(answers.encode()), "ContentType": "application/jsonlines"}


def arn_of(run: RecordedRun) -> str:
    return f"{MACHINE.replace('stateMachine', 'execution')}:{run.name}"


def _prediction(text: str) -> dict[str, Any]:
    """A classifier that knows some words."""
    score = sum(_WORDS.get(word.strip(",.!").lower(), 0.0) for word in text.split())
    weights = {"negative": math.exp(-score), "neutral": math.exp(0.2), "positive": math.exp(score)}
    total = sum(weights.values())
    probabilities = {label: weight / total for label, weight in weights.items()}
    label = max(probabilities, key=lambda name: probabilities[name])
    return {
        "label": label,
        "sentiment": {"negative": -1, "neutral": 0, "positive": 1}[label],
        "probability": probabilities[label],
        "probabilities": probabilities,
    }


def _reports(run: str) -> dict[str, bytes]:
    """S3's keys and contents, with pages as ml_code renders them."""
    job = f"runs/{run}/training/reviews-dev-train-{run}-1"
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        page = profile_page(_PROFILE).encode()
        member = tarfile.TarInfo("./profiler_report/profiler_report.html")
        member.size = len(page)
        tar.addfile(member, io.BytesIO(page))
    return {
        f"runs/{run}/evaluation/evaluation.html": evaluation_page(
            recorded_runs.EVALUATION
        ).encode(),
        **recorded_runs.evaluation_of(run),
        f"{job}/output/output.tar.gz": archive.getvalue(),
        f"{job}/output/model.tar.gz": b"weights",
    }
