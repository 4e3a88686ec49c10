"""The resources that a block stands for: with `count` and `for_each`, several."""

from collections.abc import Iterator
from typing import NamedTuple

from opskit.emrfs.formats.tf.expressions import Scope, evaluate
from opskit.emrfs.formats.tf.hcl import Block
from opskit.emrfs.formats.tf.values import Value, pairs

MAX_INSTANCES = 10_000


class Instance(NamedTuple):
    """One resource or data source; with `count` and `for_each` a block stands for several. It is
    not `certain` where only Terraform can tell how many there are, which may be none.
    """

    block: Block
    scope: Scope
    key: str | int | None = None
    certain: bool = True

    @property
    def address(self) -> str:
        """As Terraform calls it: `aws_iam_role.x`."""
        data = "data." if self.block.type == "data" else ""
        return data + ".".join(self.block.labels)


def expanded(block: Block, scope: Scope) -> Iterator[Instance]:
    """The resources of a block; one where their number is not known."""
    over, count = block.attributes.get("for_each"), block.attributes.get("count")
    if over is not None:
        listed = pairs(evaluate(over, scope))
        if listed is None:
            yield Instance(block, scope, certain=False)
            return
        for key, each in listed[:MAX_INSTANCES]:
            if isinstance(key.content, int):  # a list counts as a set of its texts
                key = each
            names = {"each": Value({"key": key, "value": each}, each.location)}
            yield Instance(block, scope.with_names(**names), key.text)
        return
    number = evaluate(count, scope).content if count is not None else None
    if not isinstance(number, int) or isinstance(number, bool):
        yield Instance(block, scope, certain=count is None)
        return
    for index in range(min(number, MAX_INSTANCES)):
        names = {"count": Value({"index": Value(index, block.location)}, block.location)}
        yield Instance(block, scope.with_names(**names), index)
