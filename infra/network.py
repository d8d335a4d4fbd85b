"""The network of jobs and the endpoint: SageMaker's own, or subnets of a VPC."""

from aws_cdk import Aws
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.log_groups import log_group
from infra.service_roles import flow_log_group
from infra.settings import Settings
from infra.storage import Storage

_HTTPS = ec2.Port.tcp(443)
_ANYWHERE = ec2.Peer.any_ipv4()
# Between hosts that train together, whose traffic is encrypted by IPsec:
# https://docs.aws.amazon.com/sagemaker/latest/dg/train-encrypt.html
_BETWEEN_HOSTS = {
    "hosts that train together": ec2.Port.all_tcp(),
    "keys of their encryption": ec2.Port.udp(500),
    # ESP has no ports; CDK's own Port.esp() names some.
    "what they encrypt": ec2.Port(protocol=ec2.Protocol.ESP, string_representation="ESP"),
}
# The services that our code in jobs calls. SageMaker loads images and writes logs and metrics
# outside the VPC, and S3 is the only service that every job needs:
# https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html
_SERVICES = {
    "SageMakerApi": ec2.InterfaceVpcEndpointAwsService.SAGEMAKER_API,
    "FeatureStore": ec2.InterfaceVpcEndpointAwsService.SAGEMAKER_FEATURESTORE_RUNTIME,
}
_OBJECT_ACTIONS = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
)


class Network(Construct):
    """`subnets` and `security_groups` are ids; both are empty without a VPC."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        storage: Storage,
        flow_logs: iam.IRole | None,
    ) -> None:
        super().__init__(scope, id_)
        self._settings, self._storage = settings, storage
        self.subnets: list[str] = []
        self.security_groups: list[str] = []
        if settings.network.vpc == "new":
            vpc = self._make()
            self._log_flows(vpc, flow_logs)
            self._use(vpc, [subnet.subnet_id for subnet in vpc.isolated_subnets])
        elif settings.network.vpc:
            self._use(self._existing(), list(settings.network.subnets))

    def _existing(self) -> ec2.IVpc:
        network = self._settings.network
        # CDK needs zones only for subnets that it creates, and it creates none.
        return ec2.Vpc.from_vpc_attributes(
            self, "Existing", vpc_id=network.vpc, availability_zones=["unknown"]
        )

    def _make(self) -> ec2.Vpc:
        """A VPC of two zones without internet access; S3 and SageMaker have VPC endpoints."""
        isolated = ec2.SubnetConfiguration(
            name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=22
        )
        return ec2.Vpc(
            self,
            "Vpc",
            vpc_name=self._settings.name,
            max_azs=2,
            nat_gateways=0,
            subnet_configuration=[isolated],
            # It would need a custom resource of CDK, and nothing uses the default group.
            restrict_default_security_group=False,
        )

    def _log_flows(self, vpc: ec2.Vpc, role: iam.IRole | None) -> None:
        settings, key = self._settings, self._storage.key
        name = flow_log_group(settings)
        group = log_group(self, "Flows", settings=settings, key=key, name=name)
        destination = ec2.FlowLogDestination.to_cloud_watch_logs(group, role)
        vpc.add_flow_log("FlowLog", destination=destination)

    def _use(self, vpc: ec2.IVpc, subnets: list[str]) -> None:
        group = ec2.SecurityGroup(
            self,
            "Jobs",
            vpc=vpc,
            description="Jobs and endpoint: HTTPS out, and each other",
            allow_all_outbound=False,
        )
        group.add_egress_rule(_ANYWHERE, _HTTPS, "AWS, through endpoints or a gateway")
        for what, port in _BETWEEN_HOSTS.items():
            group.add_ingress_rule(group, port, what)
            group.add_egress_rule(group, port, what)
        self.subnets, self.security_groups = subnets, [group.security_group_id]
        if isinstance(vpc, ec2.Vpc):
            self._add_vpc_endpoints(vpc, group)

    def _add_vpc_endpoints(self, vpc: ec2.Vpc, jobs: ec2.SecurityGroup) -> None:
        """Adds the VPC endpoints, with a security group of their own: lambdas/cleanup waits until
        no network interface uses that of the jobs."""
        vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3).add_to_policy(
            self._only_own_buckets()
        )
        group = ec2.SecurityGroup(
            self,
            "VpcEndpoints",
            vpc=vpc,
            description="Interface endpoints: HTTPS from jobs and endpoint",
            allow_all_outbound=False,
        )
        group.add_ingress_rule(jobs, _HTTPS, "jobs and endpoint")
        for name, service in _SERVICES.items():
            vpc.add_interface_endpoint(name, service=service, security_groups=[group], open=False)

    def _only_own_buckets(self) -> iam.PolicyStatement:
        """Jobs cannot write data to a bucket of another account. Unlike with the default policy,
        they cannot reach Amazon Linux's package repositories either (train-vpc.html, above)."""
        return iam.PolicyStatement(
            principals=[iam.StarPrincipal()],  # an endpoint policy takes no {"AWS": "*"}
            actions=list(_OBJECT_ACTIONS),
            resources=["*"],
            conditions={"StringEquals": {"aws:ResourceAccount": Aws.ACCOUNT_ID}},
        )
