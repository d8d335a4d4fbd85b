"""A training job and an endpoint, with the SageMaker SDK. Nothing here knows of localcloud."""

import sagemaker
from sagemaker.deserializers import JSONDeserializer
from sagemaker.serializers import JSONSerializer
from sagemaker.sklearn import SKLearn

estimator = SKLearn(
    entry_point="iris.py",
    framework_version="1.4-2",
    instance_type="ml.m5.large",
    instance_count=1,
    role=sagemaker.get_execution_role(),
    metric_definitions=[{"Name": "accuracy", "Regex": "accuracy=([0-9.]+)"}],
)
estimator.fit()
print(estimator.training_job_analytics.dataframe()[["metric_name", "value"]])

predictor = estimator.deploy(
    initial_instance_count=1,
    instance_type="ml.m5.large",
    serializer=JSONSerializer(),
    deserializer=JSONDeserializer(),
)
print("species:", predictor.predict([[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]]))
predictor.delete_endpoint()
