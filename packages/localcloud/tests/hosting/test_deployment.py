from localcloud.hosting.deployment import capture_summary, desire, retain
from worlds.served_model import variant

CAPTURE = {"InitialSamplingPercentage": 7, "DestinationS3Uri": "s3://b/c"}
RUNNING = {
    "EndpointConfigName": "old",
    "ProductionVariants": [variant("a", "m", 3.0, instances=4), variant("b", "m")],
    "DataCaptureConfig": CAPTURE,
}
NEW = {"EndpointConfigName": "new", "ProductionVariants": [variant("a", "n"), variant("c", "n")]}


def test_retained_are_counts_weights_and_capture_of_the_variants_that_stay() -> None:
    assert retain(NEW, RUNNING) == {
        "EndpointConfigName": "new",
        "ProductionVariants": [variant("a", "n", 3.0, instances=4), variant("c", "n")],
        "DataCaptureConfig": CAPTURE,
    }


def test_excluded_properties_come_from_the_new_configuration() -> None:
    kept = retain(NEW, RUNNING, ["DesiredWeight"])
    assert kept["ProductionVariants"][0] == variant("a", "n", 1.0, instances=4)


def test_wishes_change_what_they_name() -> None:
    wishes = [{"VariantName": "b", "DesiredInstanceCount": 2}]
    after = desire(RUNNING, wishes)["ProductionVariants"]
    assert after == [variant("a", "m", 3.0, instances=4), variant("b", "m", instances=2)]


def test_a_capture_configuration_is_summed_up() -> None:
    assert capture_summary(NEW) == {}
    assert capture_summary(RUNNING)["DataCaptureConfig"] == {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": 7,
        "DestinationS3Uri": "s3://b/c",
        "KmsKeyId": "",
    }
