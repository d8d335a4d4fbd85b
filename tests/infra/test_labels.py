"""Other classes than those by stars, from the settings to the requests of the jobs."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest
from aws_cdk import Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Template

import preprocess
from common.rated_labels import parse
from infra import requests
from infra.monitoring import Monitoring
from infra.setting_error import SettingsError
from infra.settings import Columns, Recipe, Settings, settings_for
from infra.settings.labels import Label, Labels
from localcloud.http.constraints import check
from tests.infra.conftest import Synthesised, plain
from tests.infra.synthesis import synthesise

(DEV,) = settings_for("dev")
GERMAN = Labels(
    classes=[
        Label(name="schlecht", sentiment=-1),
        Label(name="gut", ratings=["gut", "Sehr gut"], sentiment=1),
    ],
    left_out=["weiß nicht"],
)
TOPICS = Labels(classes=[Label(name=f"topic_{at}_of_twenty") for at in range(20)])
TWO = [Label(name="bad", ratings=[1, 2]), Label(name="good", ratings=[4, 5])]


def with_labels(labels: Labels) -> Settings:
    columns = Columns(text="Text", rating="Bewertung", title="")
    return replace(DEV, columns=columns, labels=labels, recipe=Recipe(star_spread=0))


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    return Synthesised({"dev": synthesise(tmp_path_factory.mktemp("cdk"), with_labels(GERMAN))})


# -- the argument ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "argument"),
    [
        (Labels(), "negative:-1=1,2/neutral:0=3/positive:1=4,5"),
        (GERMAN, "schlecht:-1/gut:1=gut,Sehr%20gut/=wei%C3%9F%20nicht"),
        (Labels(classes=TWO, left_out=[0]), "bad=1,2/good=4,5/=0"),
        (
            Labels(
                classes=[
                    Label(name="bad", ratings=range(-2, 3)),
                    Label(name="good", ratings=[9, 5, 6, 7]),
                ]
            ),
            "bad=-2..2/good=5..7,9",
        ),
    ],
)
def test_the_scripts_read_the_argument_as_it_was_meant(labels: Labels, argument: str) -> None:
    assert labels.argument == argument
    read = parse(argument)
    assert list(read.names) == labels.names
    assert list(read.sentiments) == labels.sentiments


def test_the_classes_of_ratings_are_those_of_the_settings() -> None:
    ratings = parse(GERMAN.argument).ratings
    assert [ratings.find(raw)[0] for raw in ("Schlecht", "sehr gut", "weiß nicht")] == [0, 1, -1]


@pytest.mark.parametrize("labels", [Labels(), GERMAN, TOPICS], ids=["stars", "german", "topics"])
def test_sagemaker_and_every_shell_take_the_argument(labels: Labels) -> None:
    processing = requests.processing(with_labels(labels))["AppSpecification"]
    assert accepted("CreateProcessingJob", "AppSpecification", processing)
    assert parsed_labels(processing["ContainerArguments"]) == labels.argument
    training = requests.training(with_labels(labels))["HyperParameters"]
    assert accepted("CreateTrainingJob", "HyperParameters", training)
    assert json.loads(training["labels"]) == labels.argument
    assert re.fullmatch(r"[\w%,./:=-]+", labels.argument, re.ASCII)


def accepted(operation: str, member: str, value: Any) -> bool:
    """Raises what AWS would say."""
    model = botocore.session.get_session().get_service_model("sagemaker")
    check(value, model.operation_model(operation).input_shape.members[member])
    return True


def parsed_labels(arguments: list[str]) -> str:
    """What preprocess.py makes of the arguments of a job."""
    words = [argument for argument in arguments if argument.startswith("--labels=")]
    needed = ["--base-model=x", "--event-time=2026-01-31"]
    return str(preprocess.parse_arguments([*needed, *words]).labels)


# -- what cannot be ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": "sehr gut"}, "label.name='sehr gut': allowed is a letter and up to 29 letters"),
        ({"name": "größe"}, "label.name='größe'"),
        ({"ratings": "gut"}, r"ratings='gut': allowed is a list, such as \["),
        ({"ratings": ["5"]}, "label.ratings of good='5': allowed is a whole number without quot"),
        ({"ratings": ["1..5"]}, "label.ratings of good='1..5'"),
        ({"ratings": [4.5]}, "ratings=4.5: allowed is a whole number"),
        ({"ratings": [True]}, "ratings=True: allowed is a whole number"),
        ({"ratings": [" "]}, "label.ratings of good=' '"),
        ({"ratings": range(5, 1)}, r"label.ratings of good=range\(5, 1\): allowed is a range of"),
        (
            {"ratings": range(10**12)},
            "label.ratings of good=.*: allowed is a range of 1 to 127",
        ),
        ({"sentiment": 2**70}, "label.sentiment of good=.*: allowed is -1000 to 1000"),
    ],
)
def test_a_class_that_cannot_be_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Label(**{"name": "good", **values})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"classes": TWO[:1]}, "labels.classes=1: allowed is 2 to 20 classes"),
        ({"classes": [*TOPICS.classes, *TWO]}, "labels.classes=22: allowed is 2 to 20 classes"),
        (
            {"classes": [Label(name="Gut"), Label(name="gut", ratings=["prima"])]},
            "labels.classes='gut': allowed is each name once, whatever its case",
        ),
        (
            {"classes": [Label(name="a", sentiment=0), Label(name="b")]},
            r"label.sentiment=\[0\]: allowed is one of each class, or none",
        ),
        (
            {"classes": [Label(name="a", sentiment=1), Label(name="b", sentiment=1)]},
            "labels.sentiments='1': allowed is a number of its own for each",
        ),
        (
            {"classes": [*TWO, Label(name="so_so")]},
            r"label.ratings=\[1, 2, 4, 5, 'so_so'\]: allowed is whole numbers alone, or texts",
        ),
        ({"classes": TWO, "left_out": ["none"]}, "allowed is whole numbers alone, or texts alone"),
        ({"classes": TWO, "left_out": [2]}, "labels.ratings='2': allowed is each rating once"),
        (
            {"classes": [Label(name="a"), Label(name="b", ratings=["A "])]},
            "labels.ratings='A ': allowed is each rating once, whatever its case",
        ),
        (
            {"classes": TWO, "left_out": [200]},
            r"label.ratings=\(1, 200\): allowed is at most 127 numbers",
        ),
        (
            {"classes": [Label(name="a", ratings=["long " * 50]), Label(name="b")]},
            "labels='a=long%20.*': allowed is what makes an argument of at most 247 characters",
        ),
        (
            {"classes": [Label(name=f"a{at}", ratings=[f"{at}x" * 70]) for at in range(10, 20)]},
            "labels='a10=10x.*': allowed is what makes an argument of at most 2000 characters",
        ),
    ],
)
def test_labels_that_cannot_be_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Labels(**values)


def test_stars_cannot_blur_where_ratings_are_texts() -> None:
    with pytest.raises(SettingsError, match=r"recipe.star_spread=0.7: allowed is 0, since ratings"):
        replace(DEV, labels=GERMAN)
    assert replace(DEV, labels=Labels(classes=TWO)).recipe.star_spread == 0.7


# -- what an environment with them is asked ----------------------------------------------------


def test_jobs_and_functions_get_the_labels(german: Synthesised) -> None:
    states = german.definition("dev")["States"]
    requested = [
        states[name]["Arguments"]["Payload"]["request"]
        for name in ("StartProcessing", "StartTraining")
    ]
    arguments = requested[0]["AppSpecification"]["ContainerArguments"]
    assert parsed_labels(arguments) == GERMAN.argument
    assert requested[1]["HyperParameters"]["labels"] == f'"{GERMAN.argument}"'
    functions = german.resources("dev", "Pipeline", "AWS::Lambda::Function").values()
    (prepare,) = [
        function["Properties"]["Environment"]["Variables"]
        for function in functions
        if function["Properties"].get("FunctionName") == "reviews-dev-prepare"
    ]
    assert prepare["LABELS"] == GERMAN.argument
    assert '"rating": "Bewertung"' in plain(prepare["COLUMNS"])


def test_the_alarm_of_the_class_mix_is_of_these_classes(german: Synthesised) -> None:
    alarms = german.resources("dev", "Pipeline", "AWS::CloudWatch::Alarm").values()
    assert of_the_mix(alarms) == {
        "reviews-dev-PredictedClasses": "IF(total >= 100, MAX([class0, class1]) / total, 0)"
    }
    filters = german.resources("dev", "Pipeline", "AWS::Logs::MetricFilter").values()
    assert {item["Properties"]["FilterPattern"] for item in filters} == {
        '[..., word="predicted", total, class_schlecht, class_gut]'
    }


def test_no_alarm_has_more_metrics_than_cloudwatch_takes() -> None:
    stack, settings = Stack(), with_labels(TOPICS)
    storage: Any = SimpleNamespace(key=kms.Key(stack, "Key"))
    topic = sns.Topic(stack, "Topic")
    Monitoring(stack, "Monitoring", settings=settings, storage=storage, topic=topic)
    found = Template.from_stack(stack).find_resources("AWS::CloudWatch::Alarm")
    alarms = of_the_mix(found.values())
    assert [name.rpartition("-")[2] for name in alarms] == [
        "PredictedClasses",
        "PredictedClasses2",
        "PredictedClasses3",
    ]
    assert [expression.count("class") for expression in alarms.values()] == [9, 9, 2]


def of_the_mix(alarms: Iterable[Any]) -> dict[str, str]:
    """Name → expression."""
    found = {}
    for alarm in alarms:
        metrics = alarm["Properties"].get("Metrics", [])
        assert sum("MetricStat" in metric for metric in metrics) <= 10
        for metric in metrics:
            if "Expression" in metric:
                found[alarm["Properties"]["AlarmName"]] = metric["Expression"]
    return dict(sorted(found.items()))
