"""What a state gets when a step fails, and the reason that people are told then."""

from tests.judges.executions import (
    PACKAGE,
    TUNED,
    TUNING_ENDED,
    Answer,
    endpoint,
    failed,
    payload,
    processing,
    raised,
    training,
    tuning,
)

NO_TYPE = (
    "The cause could not be determined because Lambda did not return an error type. Returned "
    'payload: {"errorMessage":"2026-01-31T12:00:00.000Z 1 Task timed out after 120.00 seconds"}'
)
REFUSED = 'Could not find "it". (Service: SageMaker, Status Code: 400, Request ID: 1)'
MISSED = {
    "passed": False,
    "missed": ["accuracy 0.5 is below 0.6", "macro_f1 0.4 is below 0.6"],
    "metrics": {"accuracy": 0.5, "macro_f1": 0.4},
}
REJECTED = {"arn": PACKAGE, "version": 3, "status": "Rejected"}
NO_MACHINES = "CapacityError: Unable to provision requested ML compute capacity."
REASONS: dict[str, tuple[dict[str, list[Answer]], str]] = {
    "a function's exception": (
        {"Prepare": [raised("BadInput", "reviews=1: wrong")]},
        "reviews=1: wrong",
    ),
    "an exception with quotes and lines": (
        {"Prepare": [raised("BadInput", 'a "b"\n\\c\té')]},
        'a "b"\n\\c\té',
    ),
    "an exception about errorMessage": (
        {"Prepare": [raised("BadInput", '{"errorMessage": "inner"}')]},
        '{"errorMessage": "inner"}',
    ),
    "an exception without a message": ({"Prepare": [raised("KeyError", "")]}, "KeyError"),
    "an exception that Lambda cut": (
        {"Prepare": [failed("BadInput", raised("BadInput", "x" * 90)["error"]["Cause"][:50])]},
        '{"errorMessage": "' + "x" * 32,
    ),
    "an exception whose stack was cut": (
        {"Prepare": [failed("BadInput", raised("BadInput", "short")["error"]["Cause"][:60])]},
        raised("BadInput", "short")["error"]["Cause"][:60],
    ),
    "an error without a type": ({"Prepare": [failed("Lambda.Unknown", NO_TYPE)]}, NO_TYPE),
    "no message at all": ({"Prepare": [failed("X", '{"errorMessage": null}')]}, "X"),
    "a timeout": ({"Prepare": [failed("States.Timeout")]}, "States.Timeout"),
    "an empty cause": ({"Prepare": [failed("States.Timeout", "")]}, "States.Timeout"),
    "AWS's own no": ({"DescribeTraining": [failed("SageMaker.X", REFUSED)]}, REFUSED),
    "a message of the script": (
        {
            "DescribeProcessing": [
                processing("Failed", ExitMessage="no rows", FailureReason="AlgorithmError: Exit 1")
            ]
        },
        "no rows",
    ),
    "an empty message of the script": (
        {
            "DescribeProcessing": [
                processing("Failed", ExitMessage="", FailureReason="AlgorithmError: Exit 1")
            ]
        },
        "AlgorithmError: Exit 1",
    ),
    "a stopped processing": (
        {"DescribeEvaluation": [processing("Stopped")]},
        "the evaluation job was stopped",
    ),
    "a failed training": ({"DescribeTraining": [training("Failed", FailureReason="a")]}, "a"),
    "an empty reason": (
        {"DescribeTraining": [training("Stopped", SecondaryStatus="Stopped", FailureReason="")]},
        "the training job was stopped",
    ),
    "a training that took too long": (
        {"DescribeTraining": [training("Stopped", SecondaryStatus="MaxRuntimeExceeded")]},
        "the training job was stopped: MaxRuntimeExceeded",
    ),
    "a message of the script, and AWS's own failure": (
        {
            "DescribeProcessing": [
                processing("Failed", ExitMessage="row 7", FailureReason="InternalServerError: x")
            ]
        },
        "row 7 (InternalServerError: x)",
    ),
    "a search without a model": (
        {
            "Prepare": [payload(TUNED)],
            "DescribeTuning": [tuning("Failed")],
            "EndTuning": [payload({**TUNING_ENDED, "model_data": "", "reason": "no memory"})],
        },
        "no memory",
    ),
    "a search that was deleted": (
        {"Prepare": [payload(TUNED)], "DescribeTuning": [tuning("Deleting")]},
        "the tuning job was deleted",
    ),
    "a search that does not start": (
        {"Prepare": [payload(TUNED)], "StartTuning": [failed("States.Timeout")]},
        "States.Timeout",
    ),
    "a search that is not looked at": (
        {"Prepare": [payload(TUNED)], "DescribeTuning": [failed("SageMaker.X", REFUSED)]},
        REFUSED,
    ),
    "a search that does not end": (
        {"Prepare": [payload(TUNED)], "EndTuning": [raised("E", "no bucket")]},
        "no bucket",
    ),
    "no capacity": (
        {"DescribeTraining": [training("Failed", FailureReason=NO_MACHINES)]},
        NO_MACHINES,
    ),
    "a model below the gate": (
        {"CheckGate": [payload(MISSED)], "RegisterModel": [payload(REJECTED)]},
        "accuracy 0.5 is below 0.6; macro_f1 0.4 is below 0.6; registered as version 3, rejected",
    ),
    "one rule missed": (
        {
            "CheckGate": [payload({**MISSED, "missed": MISSED["missed"][:1]})],
            "RegisterModel": [payload(REJECTED)],
        },
        "accuracy 0.5 is below 0.6; registered as version 3, rejected",
    ),
    "a no": (
        {"AskApproval": [{"result": {"approved": False, "comment": "too slow"}}]},
        "version 3 was not approved: too slow",
    ),
    "a no without a comment": (
        {"AskApproval": [{"result": {"approved": False}}]},
        "version 3 was not approved: ",
    ),
    "an answer that says nothing": (
        {"AskApproval": [{"result": {}}]},
        "version 3 was not approved: ",
    ),
    "an answer that is none": (
        {"AskApproval": [{"result": "yes"}]},
        "version 3 was not approved: ",
    ),
    "nobody answers": (
        {"AskApproval": [failed("States.Timeout")]},
        "nobody answered within 604800 s",
    ),
    "the question fails": ({"AskApproval": [failed("Boom", "no topic")]}, "no topic"),
    "an endpoint that fails": (
        {"DescribeEndpoint": [endpoint("Failed", FailureReason="no disk")]},
        "no disk",
    ),
    "an endpoint that others changed": (
        {"DescribeEndpoint": [endpoint("InService", "theirs")]},
        "another execution put theirs in service",
    ),
}
