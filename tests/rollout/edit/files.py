"""Files to edit, and what editing makes of them."""

from pathlib import Path

from opskit.rollout.edit.edited import Edited
from opskit.rollout.edit.plan import plan

DEPLOYMENT = """\
# the shop
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      initContainers:
      - name: schema
        image: 'shop/schema:7'
      containers:
        - name: web   # behind the balancer
          image:   shop/web:1.4.2   # pinned
        - {name: proxy, image: "envoy:1.30"}
"""


def edited(folder: Path, text: str | bytes, *images: str, name: str = "a.yaml", **more) -> Edited:
    """What `NAME=IMAGE` makes of one file."""
    data = text.encode() if isinstance(text, str) else text
    (folder / name).write_bytes(data)
    (found,) = plan([folder / name], images, **more)
    return found


def after(folder: Path, text: str, *images: str, name: str = "a.yaml", **more) -> str:
    return edited(folder, text, *images, name=name, **more).after.decode()


def lines(folder: Path, text: str, *images: str, name: str = "a.yaml", **more) -> list[str]:
    """The lines of the text afterwards that were not in it before, without indentation."""
    new = after(folder, text, *images, name=name, **more).splitlines()
    return [line.strip() for line in new if line not in text.splitlines()]
