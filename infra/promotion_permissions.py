"""What the functions of a promotion or a rollback are allowed."""

from aws_cdk import aws_iam as iam

from contract import s3_keys
from infra.permissions import allow, arn
from infra.promotion import source_role_arns
from infra.scoring_permissions import ScoringPermissions


class PromotionPermissions(ScoringPermissions):
    """The statements for the role of each function, by the folder of the function in lambdas/."""

    def prepare(self) -> list[iam.PolicyStatement]:
        """Also to find the version of a rollback, whose evaluation becomes that of the run; to look
        at a model of another environment; and to find this environment's newest run, on whose test
        split that is evaluated."""
        settings = self._settings
        found = [
            *super().prepare(),
            *self.may_find_champion(),
            allow("s3:GetObject", "s3:PutObject", on=[self._of_runs(s3_keys.EVALUATION)]),
        ]
        if settings.promotion.sources:
            found.append(self._may_read_sources())
        if settings.promotion.evaluation:
            machine = arn(self._scope, "states", f"stateMachine:{settings.name}")
            found.append(allow("states:ListExecutions", on=[machine]))
        return found

    def copy_model(self) -> list[iam.PolicyStatement]:
        """What it writes is encrypted with the key of this environment's bucket."""
        written = (s3_keys.TRAINING, s3_keys.EVALUATION, s3_keys.SOURCE_DOCUMENTS)
        return [
            self._may_read_sources(),
            allow("s3:ListBucket", on=[self._storage.artefacts.bucket_arn]),
            # To see whether the code is there already.
            allow("s3:GetObject", on=[self._objects(s3_keys.CODE)]),
            allow(
                "s3:PutObject",
                "s3:AbortMultipartUpload",
                on=[
                    *(self._of_runs(folder) for folder in written),
                    self._document(s3_keys.RUN),
                    self._objects(s3_keys.CODE),
                ],
            ),
            # Decrypt is for uploads in parts (CreateMultipartUpload in botocore's model of S3).
            allow("kms:Decrypt", "kms:GenerateDataKey", on=[self._storage.key.key_arn]),
        ]

    def _may_read_sources(self) -> iam.PolicyStatement:
        return allow("sts:AssumeRole", on=source_role_arns(self._settings))
