"""Whether a rollout is complete, has failed, or goes on: rules over what the API says.

`judging.judge` is the whole of it; the other modules hold the symptoms, one subject each.
"""
