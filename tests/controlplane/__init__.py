"""A real Kubernetes control plane on loopback, whose nodes and pods KWOK plays.

``build`` makes the programs from three small Go modules, ``plane`` starts and stops them, and
``stages`` says what becomes of a pod by the tag of its image.

What it cannot show: no container runs. Probes, pulls and logs are told by the stages, not
seen; ``kubectl logs`` says the same for every pod, also for one that never started; ``exec`` does
not work; a pod's own grace period does not pass before it is gone.
"""
