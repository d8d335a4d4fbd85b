"""What `reviews run --set` is given."""

import json

from hypothesis import strategies as st

from contract.execution_input import GROUPS, InvalidInput, check_input
from reviews.client.errors import InvalidArgument
from reviews.client.runs.run_input import FIELDS, parse_fields
from tests.fuzz.cases import fuzz
from tests.fuzz.values import deep_json, documents, texts

NAMES = st.sampled_from(
    [*FIELDS, *(f"{group}.{name}" for group, names in GROUPS.items() for name in names)]
)
VALUES = (
    st.sampled_from(["3", "1e-4", "processing", "training", "true", "NaN", "-Infinity", "1e999"])
    | texts
    | deep_json
    | documents.map(json.dumps)
)
SETTINGS = st.builds(lambda name, value: f"{name}={value}", NAMES | texts, VALUES) | texts


@fuzz(
    "command line",
    few=60,
    many=6_000,
    settings=st.lists(SETTINGS, max_size=3),
)
def test_settings_are_read_or_refused(settings: list[str]) -> None:
    try:
        document = parse_fields(settings)
    except InvalidArgument as error:
        assert str(error).startswith("--set ")
        return
    json.dumps(document, allow_nan=False)
    try:
        check_input({"reviews": "s3://data/reviews.csv", **document})
    except InvalidInput as error:
        assert not str(error).startswith("training.")  # said at once, not by a failed execution
