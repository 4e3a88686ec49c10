"""What a move would give to people who do not have it today."""

from collections.abc import Iterator

from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.iam.trust import assumable
from opskit.emrfs.model import Design, Role


def gained(design: Design, role: Role) -> Iterator[str]:
    """What people would get who have nothing today: a grant asks for no trust in the base role."""
    if design.base_role is None or role.trust is None:
        return
    found = assumable(design.base_role, role)
    if found.effect is Effect.UNKNOWN:
        yield (
            f"it is not known whether {role.name} can be assumed today ({found.why}); where it "
            "cannot, the grant is access that nobody has"
        )
    elif not found.allowed:
        yield (
            f"{role.name} cannot be assumed today ({found.why}), so nobody has this access: "
            "the grant gives it for the first time"
        )
