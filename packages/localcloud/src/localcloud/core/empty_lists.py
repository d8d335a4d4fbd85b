"""Lists of what nobody can make here, and so has none, as in a new account.

Refused, not ignored: what would make the things that they list, so they are always empty. Left out
are lists that are not empty in a new account: hubs, resource catalogs and metadata of models, which
AWS fills, and groups of lineage, of which each account has one.
"""

from collections.abc import Mapping

from localcloud.core.cloud import Handler

# The operation, and the member of its answer that is the list.
EMPTY_LISTS: Mapping[str, str] = {
    "ListAIBenchmarkJobs": "AIBenchmarkJobs",
    "ListAIRecommendationJobs": "AIRecommendationJobs",
    "ListAIWorkloadConfigs": "AIWorkloadConfigs",
    "ListAlgorithms": "AlgorithmSummaryList",
    "ListAppImageConfigs": "AppImageConfigs",
    "ListApps": "Apps",
    "ListAutoMLJobs": "AutoMLJobSummaries",
    "ListClusterSchedulerConfigs": "ClusterSchedulerConfigSummaries",
    "ListClusters": "ClusterSummaries",
    "ListCodeRepositories": "CodeRepositorySummaryList",
    "ListCompilationJobs": "CompilationJobSummaries",
    "ListComputeQuotas": "ComputeQuotaSummaries",
    "ListDataQualityJobDefinitions": "JobDefinitionSummaries",
    "ListDeviceFleets": "DeviceFleetSummaries",
    "ListDevices": "DeviceSummaries",
    "ListDomains": "Domains",
    "ListEdgeDeploymentPlans": "EdgeDeploymentPlanSummaries",
    "ListEdgePackagingJobs": "EdgePackagingJobSummaries",
    "ListFlowDefinitions": "FlowDefinitionSummaries",
    "ListHumanTaskUis": "HumanTaskUiSummaries",
    "ListImages": "Images",
    "ListInferenceComponents": "InferenceComponents",
    "ListInferenceExperiments": "InferenceExperiments",
    "ListInferenceRecommendationsJobs": "InferenceRecommendationsJobs",
    "ListLabelingJobs": "LabelingJobSummaryList",
    "ListMlflowApps": "Summaries",
    "ListMlflowTrackingServers": "TrackingServerSummaries",
    "ListModelBiasJobDefinitions": "JobDefinitionSummaries",
    "ListModelCards": "ModelCardSummaries",
    "ListModelExplainabilityJobDefinitions": "JobDefinitionSummaries",
    "ListModelQualityJobDefinitions": "JobDefinitionSummaries",
    "ListMonitoringExecutions": "MonitoringExecutionSummaries",
    "ListMonitoringSchedules": "MonitoringScheduleSummaries",
    "ListNotebookInstanceLifecycleConfigs": "NotebookInstanceLifecycleConfigs",
    "ListNotebookInstances": "NotebookInstances",
    "ListOptimizationJobs": "OptimizationJobSummaries",
    "ListPartnerApps": "Summaries",
    "ListPipelines": "PipelineSummaries",
    "ListProjects": "ProjectSummaryList",
    "ListSpaces": "Spaces",
    "ListStudioLifecycleConfigs": "StudioLifecycleConfigs",
    "ListSubscribedWorkteams": "SubscribedWorkteams",
    "ListTrainingPlans": "TrainingPlanSummaries",
    "ListUserProfiles": "UserProfiles",
    "ListWorkforces": "Workforces",
    "ListWorkteams": "Workteams",
}


def _empty(member: str) -> Handler:
    return lambda _cloud, _request: {member: []}


HANDLERS: Mapping[str, Handler] = {name: _empty(member) for name, member in EMPTY_LISTS.items()}
