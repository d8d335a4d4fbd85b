"""The form of every alarm of an environment: above a threshold, and told to the topic."""

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.settings import Settings


def add_alarm(
    scope: Construct,
    name: str,
    metric: cloudwatch.IMetric,
    *,
    settings: Settings,
    topic: sns.ITopic,
    description: str,
    threshold: float = 0,
    periods: int = 1,
    missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
) -> str:
    """Adds an alarm that goes off when the metric is above the threshold for so many periods;
    returns its name in CloudWatch."""
    full_name = f"{settings.name}-{name}"
    alarm = cloudwatch.Alarm(
        scope,
        name,
        alarm_name=full_name,
        alarm_description=description,
        metric=metric,
        threshold=threshold,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluation_periods=periods,
        treat_missing_data=missing,
    )
    alarm.add_alarm_action(actions.SnsAction(topic))
    return full_name
