"""How fast the images of thousands of documents are edited, against PyYAML reading them."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from opskit.rollout.edit.plan import plan
from tests.bench.measure import Ratio, ratio

DOCUMENTS = 10_000

_MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-{number}
  labels: {{app: web, team: "shop"}}
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web # behind the balancer
          image: registry.example.com/shop/web:1.4.{patch}
          ports:
            - containerPort: 8080
          resources:
            requests: {{cpu: 100m, memory: 128Mi}}
            limits: {{memory: 256Mi}}
          readinessProbe:
            httpGet: {{path: /healthz, port: 8080}}
"""


def ratios() -> Iterator[Ratio]:
    with TemporaryDirectory() as temporary:
        file = Path(temporary, "all.yaml")
        text = "---\n".join(
            _MANIFEST.format(number=number, patch=number % 50) for number in range(DOCUMENTS)
        )
        file.write_text(text, encoding="utf-8")

        def edit() -> None:
            (edited,) = plan([file], ["web=registry.example.com/shop/web:1.5.0"])
            assert len(edited.changes) == DOCUMENTS
            edited.save()
            file.write_text(text, encoding="utf-8")

        def compose() -> None:
            with file.open(encoding="utf-8") as stream:
                for _ in yaml.compose_all(stream, yaml.CSafeLoader):
                    pass

        yield ratio(
            "edit of 10,000 documents, every one changed",
            edit,
            "PyYAML's C parser composing them",
            compose,
            1.5,
            5,
        )
