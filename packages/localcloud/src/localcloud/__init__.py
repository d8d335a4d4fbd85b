"""An embedded AWS: ministack with a SageMaker service that really runs jobs, without Docker."""
