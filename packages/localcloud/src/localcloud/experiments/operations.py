"""Operations on experiments, trials, trial components and their metrics."""

from localcloud.core.cloud import Operations
from localcloud.core.operations import of
from localcloud.experiments import component, experiment, metrics, trial

OPERATIONS: Operations = {
    **of(
        "sagemaker",
        {
            "CreateTrialComponent": component.create_trial_component,
            "DescribeTrialComponent": component.describe_trial_component,
            "ListTrialComponents": component.list_trial_components,
            "UpdateTrialComponent": component.update_trial_component,
            "DeleteTrialComponent": component.delete_trial_component,
            "CreateExperiment": experiment.create_experiment,
            "DescribeExperiment": experiment.describe_experiment,
            "ListExperiments": experiment.list_experiments,
            "UpdateExperiment": experiment.update_experiment,
            "DeleteExperiment": experiment.delete_experiment,
            "CreateTrial": trial.create_trial,
            "DescribeTrial": trial.describe_trial,
            "ListTrials": trial.list_trials,
            "UpdateTrial": trial.update_trial,
            "DeleteTrial": trial.delete_trial,
            "AssociateTrialComponent": trial.associate_trial_component,
            "DisassociateTrialComponent": trial.disassociate_trial_component,
        },
    ),
    **of(
        "sagemaker-metrics",
        {
            "BatchPutMetrics": metrics.batch_put_metrics,
            "BatchGetMetrics": metrics.batch_get_metrics,
        },
    ),
}
