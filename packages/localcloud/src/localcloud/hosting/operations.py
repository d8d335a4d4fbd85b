"""Operations on models, endpoints and batch transform."""

from localcloud.core.cloud import Operations
from localcloud.core.operations import of
from localcloud.hosting import async_invocation, capacity, endpoint, invocation, model, transform

OPERATIONS: Operations = {
    **of(
        "sagemaker",
        {
            "UpdateEndpointWeightsAndCapacities": capacity.update_weights_and_capacities,
            "CreateEndpoint": endpoint.create_endpoint,
            "UpdateEndpoint": endpoint.update_endpoint,
            "DescribeEndpoint": endpoint.describe_endpoint,
            "ListEndpoints": endpoint.list_endpoints,
            "DeleteEndpoint": endpoint.delete_endpoint,
            "CreateModel": model.create_model,
            "DescribeModel": model.describe_model,
            "ListModels": model.list_models,
            "DeleteModel": model.delete_model,
            "CreateEndpointConfig": model.create_endpoint_config,
            "DescribeEndpointConfig": model.describe_endpoint_config,
            "ListEndpointConfigs": model.list_endpoint_configs,
            "DeleteEndpointConfig": model.delete_endpoint_config,
            "CreateTransformJob": transform.create_transform_job,
            "DescribeTransformJob": transform.describe_transform_job,
            "ListTransformJobs": transform.list_transform_jobs,
            "StopTransformJob": transform.stop_transform_job,
        },
    ),
    **of(
        "sagemaker-runtime",
        {
            "InvokeEndpoint": invocation.invoke_endpoint,
            "InvokeEndpointAsync": async_invocation.invoke_endpoint_async,
        },
    ),
}
