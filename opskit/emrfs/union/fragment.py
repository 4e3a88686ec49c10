"""What is put into an `emrfs.yaml` for the unions: mappings and roles."""

from collections.abc import Sequence
from typing import Any

from opskit.emrfs.build.roles import trust_in
from opskit.emrfs.model import Design
from opskit.emrfs.union.plan import Union


def fragment(design: Design, unions: Sequence[Union]) -> dict[str, Any]:
    """The entries of `mappings`, in the order to put them in, and of `roles`.

    A union that does not fit, or that nobody is known for, has no entry.
    """
    usable = [each for each in unions if each.fits and each.users]
    base = design.base_role
    arn = "" if base is None or base.arn.is_placeholder else str(base.arn)
    return {
        "mappings": [{"role": each.role, "users": list(each.users)} for each in usable],
        "roles": {
            each.role: {**({"trust": trust_in(arn)} if arn else {}), "permissions": each.documents}
            for each in unions
            if each.fits
        },
    }


def files(design: Design, unions: Sequence[Union]) -> dict[str, str]:
    """The fragment, and the policies as files that the AWS CLI takes."""
    import yaml

    from opskit.emrfs.build.iam import text

    whole = fragment(design, unions)
    made = {"emrfs.fragment.yaml": yaml.safe_dump(whole, sort_keys=False, width=1_000_000)}
    for name, role in whole["roles"].items():
        if "trust" in role:
            made[f"{name}.trust.json"] = text(role["trust"])
        for number, document in enumerate(role["permissions"], 1):
            made[f"{name}-{number}.json"] = text(document)
    return made
