"""The Lambda function that rolls out for a pipeline, and says how it went only when it knows.

`handler` is the function's handler, for an action of category Invoke and provider Lambda. What to
roll out stands in the action's UserParameters (`parameters.Parameters`).
"""

from opskit.rollout.codepipeline.run import handler

__all__ = ["handler"]
