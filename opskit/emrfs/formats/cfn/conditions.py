"""CloudFormation's conditions: true, false, or None where only a deployment can tell."""

from collections.abc import Callable, Mapping
from typing import Any

from opskit.emrfs.arns import PLACEHOLDER
from opskit.emrfs.formats.cfn.names import written


class Conditions:
    """The section `Conditions`, each worked out once; `plain` fills in the values."""

    def __init__(self, source: Mapping[str, Any], plain: Callable[[Any], Any]) -> None:
        self._source = source
        self._plain = plain
        self._known: dict[str, bool | None] = {}

    def holds(self, name: object) -> bool | None:
        """Whether the condition of that name is true; None also for one in a circle."""
        if not isinstance(name, str) or name not in self._source:
            return None
        if name not in self._known:
            self._known[name] = None
            self._known[name] = self._of(self._source[name])
        return self._known[name]

    def _of(self, source: Any) -> bool | None:
        if not isinstance(source, dict) or len(source) != 1:
            return None
        ((name, argument),) = source.items()
        if name == "Condition":
            return self.holds(argument)
        if not isinstance(argument, list):
            return None
        if name == "Fn::Equals":
            return self._equal(argument)
        inner = [self._of(each) for each in argument]
        if name == "Fn::Not":
            return None if inner[:1] in ([None], []) else not inner[0]
        if name in ("Fn::And", "Fn::Or"):
            decisive = name == "Fn::Or"
            return decisive if decisive in inner else None if None in inner else not decisive
        return None

    def _equal(self, argument: list[Any]) -> bool | None:
        if len(argument) != 2:
            return None
        one, other = (written(self._plain(each)) for each in argument)
        if one == other:
            return True
        return None if PLACEHOLDER.search(one) or PLACEHOLDER.search(other) else False
