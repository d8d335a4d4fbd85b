"""The roles that SageMaker's jobs and endpoints run with: one each."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.settings import Settings

# The accounts of AWS's own container images are one per region and framework.
_PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
_REPOSITORIES = ("sagemaker-scikit-learn", "pytorch-training", "pytorch-inference")


class JobRoles(Construct):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        data: s3.IBucket,
        artefacts: s3.IBucket,
    ) -> None:
        super().__init__(scope, id_)
        self.processing = self._role("Processing")
        self.training = self._role("Training")
        self.serving = self._role("Serving")
        for role in (self.processing, self.training):
            data.grant_read(role)
            artefacts.grant_read_write(role)
        artefacts.grant_read(self.serving, "runs/*")
        self.processing.add_to_policy(
            iam.PolicyStatement(
                actions=["sagemaker:PutRecord", "sagemaker:DescribeFeatureGroup"],
                resources=[
                    Stack.of(self).format_arn(
                        service="sagemaker",
                        resource="feature-group",
                        resource_name=settings.name,
                    )
                ],
            )
        )

    @property
    def all(self) -> list[iam.Role]:
        return [self.processing, self.training, self.serving]

    def _role(self, id_: str) -> iam.Role:
        role = iam.Role(self, id_, assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        stack = Stack.of(self)
        for statement in (
            iam.PolicyStatement(
                actions=[
                    "logs:CreateLogGroup",
                    "logs:CreateLogStream",
                    "logs:DescribeLogStreams",
                    "logs:PutLogEvents",
                ],
                resources=[stack.format_arn(service="logs", resource="log-group:/aws/sagemaker/*")],
            ),
            # These two know no resources.
            iam.PolicyStatement(actions=["cloudwatch:PutMetricData"], resources=["*"]),
            iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]),
            iam.PolicyStatement(
                actions=_PULL,
                resources=[
                    f"arn:{stack.partition}:ecr:{stack.region}:*:repository/{name}"
                    for name in _REPOSITORIES
                ],
            ),
        ):
            role.add_to_policy(statement)
        return role
