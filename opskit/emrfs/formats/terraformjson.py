"""Terraform's JSON: `.tf.json` files, with those beside them, and `terraform show -json`."""

from opskit.documents import Document
from opskit.emrfs.formats import terraform
from opskit.emrfs.formats.tf import tfjson
from opskit.emrfs.formats.tf.beside import Beside, siblings
from opskit.emrfs.model import Design

NAME = terraform.NAME


def recognises(document: Document) -> bool:
    return tfjson.recognises(document)


def read(document: Document) -> Design:
    """The design; InputError where there is no configuration with role mappings."""
    is_module = document.name.lower().endswith(".tf.json")
    beside = siblings(document.name) if is_module else Beside([], [], [])
    return terraform.design_of(tfjson.body(document), document.name, beside)
