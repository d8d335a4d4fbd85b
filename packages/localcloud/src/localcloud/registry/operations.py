"""Operations of the model registry."""

from localcloud.core.cloud import Operations
from localcloud.core.operations import of
from localcloud.registry import group, package

OPERATIONS: Operations = of(
    "sagemaker",
    {
        "CreateModelPackageGroup": group.create_model_package_group,
        "DescribeModelPackageGroup": group.describe_model_package_group,
        "ListModelPackageGroups": group.list_model_package_groups,
        "DeleteModelPackageGroup": group.delete_model_package_group,
        "CreateModelPackage": package.create_model_package,
        "DescribeModelPackage": package.describe_model_package,
        "BatchDescribeModelPackage": package.batch_describe_model_package,
        "ListModelPackages": package.list_model_packages,
        "UpdateModelPackage": package.update_model_package,
        "DeleteModelPackage": package.delete_model_package,
    },
)
