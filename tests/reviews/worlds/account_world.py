"""What an account is asked for before a deployment: who asks, quotas, Lake Formation."""

from typing import Any

from tests.fake_aws import FakeAws, Refused


class AccountWorld(FakeAws):
    """Without `quotas` nobody may read them."""

    def __init__(self) -> None:
        super().__init__()
        self.quotas: dict[str, float] = {}  # that were applied to the account
        self.default_quotas: dict[str, float] = {}
        self.are_quotas_adjustable = True

    def get_caller_identity(self) -> dict[str, Any]:
        return {"Arn": "arn:aws:iam::123456789012:user/me", "Account": "123456789012"}

    def get_data_lake_settings(self) -> dict[str, Any]:
        """Those of a new account."""
        everybody = {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}
        default = [{"Principal": everybody, "Permissions": ["ALL"]}]
        names = ("CreateDatabaseDefaultPermissions", "CreateTableDefaultPermissions")
        return {"DataLakeSettings": dict.fromkeys(names, default)}

    def list_service_quotas(self, ServiceCode: str, MaxResults: int) -> dict[str, Any]:
        if not self.quotas:
            raise Refused("AccessDeniedException", "not authorized to perform ListServiceQuotas")
        return self._quotas(self.quotas)

    def list_aws_default_service_quotas(self, ServiceCode: str, MaxResults: int) -> dict[str, Any]:
        return self._quotas(self.default_quotas)

    def _quotas(self, values: dict[str, float]) -> dict[str, Any]:
        more = {"Adjustable": self.are_quotas_adjustable}
        return {
            "Quotas": [
                {"QuotaName": name, "QuotaCode": f"L-{number}", "Value": value, **more}
                for number, (name, value) in enumerate(values.items())
            ]
        }
