"""Operations on endpoints; `rollout` does what they ask for.

Refused, not ignored: rolling updates, inference components.
"""

from localcloud.core import records
from localcloud.core.background import Background
from localcloud.core.cloud import Cloud
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record
from localcloud.hosting import deployment, endpoint_record, rollout, scalable_target
from localcloud.hosting.endpoint_record import DEPLOYED, KIND
from localcloud.hosting.fleet import Fleet
from localcloud.hosting.model import find_config
from localcloud.hosting.running import RunningEndpoints
from localcloud.hosting.traffic import Policy
from localcloud.jobs import service_quotas


def create_endpoint(cloud: Cloud, request: Record) -> Record:
    name = request["EndpointName"]
    deployed = deployment.describe(find_config(cloud, request["EndpointConfigName"]))
    _check_quotas(deployed)
    config = request.get("DeploymentConfig")
    _policy(config, deployed)  # the first deployment has no fleet to replace
    arn = endpoint_record.arn(cloud, name)
    record = {
        **request,
        "EndpointArn": arn,
        "EndpointStatus": "Creating",
        "LastDeploymentConfig": config,
        DEPLOYED: deployed,
    }
    taken = ValidationException(f'Cannot create already existing endpoint "{arn}".')
    records.create(cloud, KIND, name, record, taken)
    cloud.service(Background).run(rollout.put_in_service, cloud, name)
    return {"EndpointArn": arn}


def update_endpoint(cloud: Cloud, request: Record) -> Record:
    name, config = request["EndpointName"], request["EndpointConfigName"]
    record = endpoint_record.find(cloud, name)
    deployed = deployment.describe(find_config(cloud, config))
    if request.get("RetainAllVariantProperties"):
        excluded = request.get("ExcludeRetainedVariantProperties", [])
        names = [item["VariantPropertyType"] for item in excluded]
        if "DataCaptureConfig" in names:  # "Not currently supported", says the API reference
            raise ValidationException("VariantPropertyType DataCaptureConfig is not supported.")
        deployed = deployment.retain(deployed, record[DEPLOYED], names)
    if record["EndpointStatus"] == "InService" and record["EndpointConfigName"] == config:
        raise ValidationException(f"Cannot update endpoint to the same configuration {config!r}.")
    _check_scalable_targets(cloud, name, record[DEPLOYED], deployed)
    _check_quotas(deployed)
    routing = _deployment_config(request, record)
    policy = _policy(routing, deployed)
    endpoint_record.claim(cloud, name, LastDeploymentConfig=routing)
    cloud.service(Background).run(rollout.roll_out, cloud, name, deployed, policy)
    return {"EndpointArn": record["EndpointArn"]}


def _check_quotas(deployed: Record) -> None:
    for variant in deployed["ProductionVariants"]:
        if "InstanceType" in variant:
            count = variant["InitialInstanceCount"]
            service_quotas.check("endpoint", variant["InstanceType"], count)


def _deployment_config(request: Record, record: Record) -> Record | None:
    config: Record | None = request.get("DeploymentConfig")
    if not request.get("RetainDeploymentConfig"):
        return config
    if config is not None:
        raise ValidationException(
            "DeploymentConfig and RetainDeploymentConfig cannot be used together."
        )
    return record.get("LastDeploymentConfig")


def _policy(config: Record | None, deployed: Record) -> Policy:
    variants = deployed["ProductionVariants"]
    if config and any("ServerlessConfig" in variant for variant in variants):
        raise ValidationException("DeploymentConfig is not supported for serverless endpoints.")
    policy = Policy.parse(config or {})
    policy.check([variant.get("InitialInstanceCount", 1) for variant in variants])
    return policy


def _check_scalable_targets(cloud: Cloud, name: str, running: Record, new: Record) -> None:
    """Refuses an update that removes a scalable variant or changes its instance type."""
    for variant in running["ProductionVariants"]:
        after = deployment.variant_of(new, variant["VariantName"]) or {}
        changed = after.get("InstanceType") != variant.get("InstanceType")
        if changed and scalable_target.find(
            cloud, scalable_target.resource_id(name, variant["VariantName"])
        ):
            raise ValidationException(
                f'The variant(s) "{variant["VariantName"]}" must be deregistered as scalable '
                "targets with AWS Auto Scaling before they can be removed or have their instance "
                "type updated."
            )


def describe_endpoint(cloud: Cloud, request: Record) -> Record:
    name = request["EndpointName"]
    found = endpoint_record.find(cloud, name)
    record = {field: value for field, value in found.items() if value is not None}
    record |= deployment.capture_summary(record[DEPLOYED])
    record |= records.pick(record[DEPLOYED], deployment.ASYNC_CONFIG)
    running = cloud.service(RunningEndpoints)
    if pending := running.pending.get(name):
        record["PendingDeploymentSummary"] = _pending(pending)
    if traffic := running.traffic.get(name):
        record["ProductionVariants"] = [v.description() for v in traffic.fleet.variants]
    return record


def _pending(fleet: Fleet) -> Record:
    status = {"VariantStatus": [{"Status": fleet.stage, "StartTime": fleet.since}]}
    return {
        "EndpointConfigName": fleet.config_name,
        "StartTime": fleet.created,
        "ProductionVariants": [variant.description() | status for variant in fleet.variants],
    }


def list_endpoints(cloud: Cloud, request: Record) -> Record:
    found = records.select(
        cloud.store.list(KIND),
        request,
        name="EndpointName",
        status="EndpointStatus",
        summary=records.picker(
            "EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus"
        ),
    )
    return {"Endpoints": found}


def delete_endpoint(cloud: Cloud, request: Record) -> Record:
    name = request["EndpointName"]
    if endpoint_record.find(cloud, name)["EndpointStatus"] != "Deleting":
        endpoint_record.claim(cloud, name, "Deleting")
        scalable_target.deregister_endpoint(cloud, name)
        cloud.service(Background).run(_delete, cloud, name)
    return {}


def _delete(cloud: Cloud, name: str) -> None:
    traffic = cloud.service(RunningEndpoints).traffic.pop(name, None)
    if traffic:
        traffic.fleet.close()
    cloud.store.delete(KIND, name)
