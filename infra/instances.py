"""Properties of SageMaker's instance types on which requests depend.

The families with local disks agree with EC2's DescribeInstanceTypes as moto 5.2.5 records it, which
lacks dl1, p2, p3 and p6e-gb200 (30 November 2026).
"""

# They encrypt their local disks, and SageMaker refuses a volume key for them: VolumeKmsKeyId in
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
LOCAL_DISK = frozenset(
    (
        "c5d", "c6gd", "c6id", "c7gd", "c8gd", "dl1", "g4dn", "g5", "g6", "g6e", "g7", "g7e",
        "i3en", "m5d", "m6gd", "m6id", "m7gd", "m8gd", "p3dn", "p4d", "p4de", "p5", "p5e", "p5en",
        "p6-b200", "p6-b300", "p6e-gb200", "r5d", "r6gd", "r6id", "r7gd", "r8gd", "trn1", "trn1n",
        "trn2",
    )
)  # fmt: skip
# Kepler and Volta: CUDA 13, in AWS's PyTorch 2.13 image, supports Turing and newer, by NVIDIA's
# release notes, which https://github.com/pytorch/pytorch/issues/157517 quotes.
BEFORE_CUDA_13 = frozenset(("p2", "p3", "p3dn"))
# AWS Graviton: the images of infra/images.py are for x86-64.
_ARM_GENERATIONS = ("6g", "7g", "8g", "9g")
# Accelerators that need other builds of PyTorch than these images have.
_OTHER_ACCELERATORS = ("dl", "inf", "trn")


def family(instance_type: str) -> str:
    """ml.g5.xlarge -> g5"""
    return instance_type.split(".")[1]


def has_gpu(instance_type: str) -> bool:
    """Whether it has GPUs of NVIDIA."""
    return family(instance_type)[0] in "gp"


def has_local_disk(instance_type: str) -> bool:
    """Whether it has local disks, beside or instead of an EBS volume."""
    return family(instance_type) in LOCAL_DISK


def is_other_architecture(instance_type: str) -> bool:
    """Whether it needs images for another architecture: Arm, Inferentia, Trainium, Gaudi."""
    name = family(instance_type)
    return name.startswith(_OTHER_ACCELERATORS) or name[1:].startswith(_ARM_GENERATIONS)
