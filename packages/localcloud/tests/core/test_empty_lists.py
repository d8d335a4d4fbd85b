"""Lists of what nobody can make here."""

from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from localcloud.composition import OPERATIONS
from localcloud.core.empty_lists import EMPTY_LISTS
from worlds.wire_client import client_of, new_cloud

# The operations that would make what a list has. Teams are subscribed to in the Marketplace.
MAKERS: dict[str, tuple[str, ...]] = {
    "ListAIBenchmarkJobs": ("CreateAIBenchmarkJob",),
    "ListAIRecommendationJobs": ("CreateAIRecommendationJob",),
    "ListAIWorkloadConfigs": ("CreateAIWorkloadConfig",),
    "ListAlgorithms": ("CreateAlgorithm",),
    "ListAppImageConfigs": ("CreateAppImageConfig",),
    "ListApps": ("CreateApp",),
    "ListAutoMLJobs": ("CreateAutoMLJob", "CreateAutoMLJobV2"),
    "ListClusterSchedulerConfigs": ("CreateClusterSchedulerConfig",),
    "ListClusters": ("CreateCluster",),
    "ListCodeRepositories": ("CreateCodeRepository",),
    "ListCompilationJobs": ("CreateCompilationJob",),
    "ListComputeQuotas": ("CreateComputeQuota",),
    "ListDataQualityJobDefinitions": ("CreateDataQualityJobDefinition",),
    "ListDeviceFleets": ("CreateDeviceFleet",),
    "ListDevices": ("RegisterDevices",),
    "ListDomains": ("CreateDomain",),
    "ListEdgeDeploymentPlans": ("CreateEdgeDeploymentPlan",),
    "ListEdgePackagingJobs": ("CreateEdgePackagingJob",),
    "ListFlowDefinitions": ("CreateFlowDefinition",),
    "ListHumanTaskUis": ("CreateHumanTaskUi",),
    "ListImages": ("CreateImage",),
    "ListInferenceComponents": ("CreateInferenceComponent",),
    "ListInferenceExperiments": ("CreateInferenceExperiment",),
    "ListInferenceRecommendationsJobs": ("CreateInferenceRecommendationsJob",),
    "ListLabelingJobs": ("CreateLabelingJob",),
    "ListMlflowApps": ("CreateMlflowApp",),
    "ListMlflowTrackingServers": ("CreateMlflowTrackingServer",),
    "ListModelBiasJobDefinitions": ("CreateModelBiasJobDefinition",),
    "ListModelCards": ("CreateModelCard",),
    "ListModelExplainabilityJobDefinitions": ("CreateModelExplainabilityJobDefinition",),
    "ListModelQualityJobDefinitions": ("CreateModelQualityJobDefinition",),
    "ListMonitoringExecutions": ("CreateMonitoringSchedule",),
    "ListMonitoringSchedules": ("CreateMonitoringSchedule",),
    "ListNotebookInstanceLifecycleConfigs": ("CreateNotebookInstanceLifecycleConfig",),
    "ListNotebookInstances": ("CreateNotebookInstance",),
    "ListOptimizationJobs": ("CreateOptimizationJob",),
    "ListPartnerApps": ("CreatePartnerApp",),
    "ListPipelines": ("CreatePipeline",),
    "ListProjects": ("CreateProject",),
    "ListSpaces": ("CreateSpace",),
    "ListStudioLifecycleConfigs": ("CreateStudioLifecycleConfig",),
    "ListSubscribedWorkteams": (),
    "ListTrainingPlans": ("CreateTrainingPlan",),
    "ListUserProfiles": ("CreateUserProfile",),
    "ListWorkforces": ("CreateWorkforce",),
    "ListWorkteams": ("CreateWorkteam",),
}


@pytest.mark.parametrize("name", EMPTY_LISTS)
def test_a_list_of_what_nobody_can_make_is_empty(name: str, tmp_path: Path) -> None:
    model = botocore.session.get_session().get_service_model("sagemaker")
    assert set(MAKERS[name]) <= set(model.operation_names)
    assert [maker for maker in MAKERS[name] if ("sagemaker", maker) in OPERATIONS] == []
    client = client_of(new_cloud(tmp_path))
    answer = getattr(client, xform_name(name))()
    assert answer[EMPTY_LISTS[name]] == []
    assert "NextToken" not in answer


def test_a_list_takes_the_filters_of_its_model_and_no_others(tmp_path: Path) -> None:
    client = client_of(new_cloud(tmp_path))
    assert (
        client.list_monitoring_schedules(EndpointName="reviews")["MonitoringScheduleSummaries"]
        == []
    )
    with pytest.raises(ClientError) as raised:
        client.list_monitoring_schedules(EndpointName="not a name")
    assert raised.value.response["Error"]["Code"] == "ValidationException"
