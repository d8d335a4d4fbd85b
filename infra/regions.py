"""The regions to which an environment can be deployed.

CloudFormation there has every resource type of the templates, by AWS's own schemas of each region,
which cfn-lint brings along (tests/judges/test_resource_types.py). Elsewhere it would refuse the
template: "Unrecognized resource types: [AWS::SageMaker::FeatureGroup]" in Calgary, Hyderabad,
Melbourne and the Emirates, AWS::SageMaker::ModelPackageGroup in China. cfn-lint has no schemas of
Bahrain, and GovCloud has AWS's images in accounts that are not in infra/image_accounts.py.
"""

REGIONS = (
    "af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
    "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ca-central-1", "eu-central-1",
    "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3",
    "il-central-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
)  # fmt: skip
# As in eu-central-2: aws-cloudformation/cloudformation-coverage-roadmap, issue 2177.
WITHOUT_BUDGETS = (
    "af-south-1", "ap-east-1", "ap-northeast-3", "ap-southeast-3", "eu-central-2", "eu-north-1",
    "eu-south-1", "eu-south-2", "il-central-1",
)  # fmt: skip
