"""The design in a file as it holds wherever the file is used.

A template of CloudFormation is deployed with other values of its parameters as well, so here they
have no defaults: what depends on them is a placeholder.
"""

from opskit.emrfs import load
from opskit.emrfs.formats import cloudformation
from opskit.emrfs.load import Source
from opskit.emrfs.model import Design
from opskit.errors import InputError
from opskit.nodes import MapNode

_HINT = (
    "'aws emr describe-security-configuration' prints what was deployed; optimize that, and carry "
    "the steps over by hand"
)


def read(source: Source) -> Design:
    """The design; InputError for what cannot be read, or where only a deployment tells which
    mappings there are.
    """
    design = load.usable(load.parse(source))
    if design.format == cloudformation.NAME:
        try:
            return load.usable(_without_defaults(source))
        except InputError as error:
            message = f"the mappings depend on the parameters of the template: {error}"
            raise InputError(message, where=error.where, hint=_HINT) from None
    if design.format.startswith("terraform") and b"var." in source.data:
        design.notes.append("variables have the values that are known here; others may differ")
    return design


def _without_defaults(source: Source) -> Design:
    document = source.document()
    root = document.root
    parameters = root.items.get("Parameters") if isinstance(root, MapNode) else None
    if parameters is not None and isinstance(parameters[1], MapNode):
        for _, parameter in parameters[1].items.values():
            if isinstance(parameter, MapNode):
                parameter.items.pop("Default", None)
    return cloudformation.read(document, source.part)
