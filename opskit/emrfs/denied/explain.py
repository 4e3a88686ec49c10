"""From a denial to the mapping that gave the role, and to the layer of IAM at fault.

What the message does not say is taken from what was asked; where the role cannot be told, there
are candidates only. What AWS says in a message counts before what the file makes of it.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from opskit.emrfs.access import DEFAULT_ACTION
from opskit.emrfs.denied import fault
from opskit.emrfs.denied.denial import Denial, Layer, Seen
from opskit.emrfs.denied.fault import Fault, Judge
from opskit.emrfs.denied.settle import OUTSIDE, VERIFY, anonymous, settled
from opskit.emrfs.denied.verdict import Explained, Verdict
from opskit.emrfs.denied.who import Who
from opskit.emrfs.matrix import ACTIONS
from opskit.emrfs.model import Design, Role, RoleMapping
from opskit.emrfs.people import doubt, groups_for
from opskit.emrfs.prefixes import Path
from opskit.emrfs.resolve import matching, resolve

_PASSED_OVER = 5


class Asked(NamedTuple):
    """What the caller adds: a user, a place, an action. Groups of None are the directory's."""

    user: str = ""
    groups: tuple[str, ...] | None = None
    place: Path | None = None
    action: str = ""


class Explainer:
    """Explains the denials of one design."""

    def __init__(self, design: Design, asked: Asked | None = None) -> None:
        self._design = design
        self._asked = asked or Asked()
        self._judge = Judge(design)
        self._who = Who(design)

    def explain(self, seen: Seen) -> Explained:
        """What is behind one denial."""
        if seen.denial.anonymous:
            return anonymous(Explained(seen))
        asked = self._asked
        given = Denial("", place=asked.place, action=asked.action, user=asked.user)
        denial = seen.denial.filled(given)
        found = Explained(replace(seen, denial=denial))
        role, mapping, found = self._role(denial, found)
        if denial.service == "sts":
            return self._assume(denial, role, found)
        if role is None:
            return self._candidates(denial, found)
        if mapping is not None and denial.principal is None:
            refused = self._assume(denial, role, found)
            if refused.layer is not Layer.UNKNOWN:
                return refused
        return self._access(denial, role, found)

    def _role(
        self, denial: Denial, found: Explained
    ) -> tuple[Role | None, RoleMapping | None, Explained]:
        """The role: for STS the one that was to be assumed; else the one that was refused."""
        expected, mapping, notes = self._expected(denial)
        if denial.service == "sts" and denial.target:
            role: Role | None = self._design.role(denial.target)
        elif denial.service != "sts" and denial.principal is not None:
            role = self._who.role(denial.principal)
        else:
            role = expected
        if role is None:
            return None, None, found
        fallback = self._who.is_base(role)
        mappings = self._who.mappings(role, denial.place)
        users = self._who.users(() if fallback and not mappings else mappings, denial.place)
        if expected is not None and expected.arn != role.arn:
            by = mapping.label if mapping is not None else "no mapping"
            notes = (
                f"the file gives {denial.user} {expected.name} here ({by}), not {role.name}",
                *notes,
            )
        elif mapping is not None:
            mappings = (mapping,)
        return (
            role,
            mapping,
            replace(
                found,
                role=role,
                fallback=fallback,
                mappings=mappings,
                users=(denial.user,) if denial.user else users if fallback or mappings else (),
                notes=notes,
            ),
        )

    def _expected(self, denial: Denial) -> tuple[Role | None, RoleMapping | None, tuple[str, ...]]:
        """The role that the file gives a known user at a known place, and its mapping."""
        if not denial.user or denial.place is None:
            return None, None, ()
        groups = groups_for(self._design, denial.user, self._asked.groups)
        unsure = doubt(self._design, denial.user, self._asked.groups)
        notes = (unsure,) if unsure else ()
        hit = resolve(self._design, denial.user, groups, denial.place).hit
        if hit is None:
            return self._design.base_role, None, notes
        return self._design.role_of(hit.mapping), hit.mapping, notes

    def _assume(self, denial: Denial, role: Role | None, found: Explained) -> Explained:
        """A role that could not be assumed."""
        base = self._design.base_role
        asker = base
        if denial.service == "sts" and denial.principal is not None:
            asker = self._who.role(denial.principal)
        if role is None or asker is None:
            return replace(found, missing=tuple(_lacking(denial, asker is None)))
        told = fault.assume(asker, role)
        if denial.service != "sts" and not told.denied:
            return found
        found = replace(found, iam=told.decision)
        if base is not None and asker.arn != base.arn:
            note = f"{asker.name} asked for it, and the base role of the file is {base.name}"
            found = replace(found, notes=(note, *found.notes))
            launch = f"launch the cluster with the instance profile of {base.name}"
            told = replace(told, fix=f"{launch}; or {told.fix}" if told.fix else launch)
        if not found.mappings:
            note = f"no mapping of the file names {role.name}"
            found = replace(found, notes=(note, *found.notes))
        return settled(found, denial, told, f"{asker.name} cannot assume {role.name}")

    def _access(self, denial: Denial, role: Role, found: Explained) -> Explained:
        """A role that was refused something in S3, or a KMS key."""
        told, missing = self._told(denial, role)
        found = replace(found, iam=told.decision if told else None, missing=missing)
        if told is None and denial.said is None:
            return found
        notes = (*found.notes, *self._order(denial, found))
        if told is not None and not denial.action:
            notes = (*notes, "which action it was is not said: none is allowed here")
        found = replace(found, notes=notes)
        if not found.fallback and not found.mappings:
            note = f"{role.name} is neither mapped here nor the base role of the file"
            return replace(
                found, verdict=Verdict.DIFFERS, why=note, fix=VERIFY, layer=Layer.MAPPING
            )
        if not found.fallback or found.mappings:
            return settled(found, denial, told, f"{role.name} may not do it")
        return self._fallen(denial, role, told, found)

    def _order(self, denial: Denial, found: Explained) -> Iterator[str]:
        """For a known user: why nothing matched, or what comes too late."""
        place = denial.place
        if not denial.user or place is None:
            return
        groups = groups_for(self._design, denial.user, self._asked.groups)
        told = resolve(self._design, denial.user, groups, place)
        if told.hit is None:
            skipped = told.skipped[:_PASSED_OVER]
            yield from (f"passed over: {each.mapping.label}: {each.why}" for each in skipped)
            if len(told.skipped) > len(skipped):
                yield f"and {len(told.skipped) - len(skipped)} more mappings"
            return
        action = denial.action if denial.action.startswith("s3:") else DEFAULT_ACTION
        for mapping in self._design.mappings[told.hit.mapping.index + 1 :]:
            identifier = matching(self._design, mapping, denial.user, groups, place)
            if identifier is None or mapping in found.mappings:
                continue
            role = self._design.role_of(mapping)
            if self._judge.s3(role, action, place).decision.allowed:
                yield (
                    f"{mapping.label} ({role.name}) would allow {action} and matches "
                    f"{identifier.text}, but {told.hit.mapping.label} stands above it"
                )
                return

    def _fallen(
        self, denial: Denial, role: Role, told: Fault | None, found: Explained
    ) -> Explained:
        """The base role was used, and refused."""
        what = f"no mapping matched, and the base role {role.name} may not do it"
        done = settled(found, denial, told, what)
        if done.verdict is Verdict.UNTOLD:
            return done
        mapped = denial.place is not None and not self._who.users((), denial.place)
        if mapped and not denial.user and done.verdict is Verdict.EXPLAINED:
            why = "the base role was used, and the file maps everybody here to another role"
            return replace(done, verdict=Verdict.DIFFERS, why=why, fix=VERIFY)
        if done.verdict is Verdict.DIFFERS or done.layer in (
            *OUTSIDE,
            *(told.unseen if told is not None else ()),
        ):
            return done
        whom = denial.user or "whoever needs it"
        return replace(
            done,
            layer=Layer.MAPPING,
            grant=None,
            fix=f"map {whom}, a group or the prefix to a role that may; giving the base role more "
            "opens it to everybody",
        )

    def _told(self, denial: Denial, role: Role) -> tuple[Fault | None, tuple[str, ...]]:
        """What the file says of it, where enough is known; else what is missing."""
        if denial.service == "kms":
            return self._key(denial, role)
        if denial.place is None:
            return None, ("the place: --path s3://bucket/folder/object",)
        if denial.action:
            return self._judge.s3(role, denial.action, denial.place), ()
        faults = [self._judge.s3(role, action, denial.place) for action in ACTIONS]
        if all(each.denied for each in faults) and len({each.layer for each in faults}) == 1:
            return faults[0], ()
        return None, ("the action: --action s3:GetObject or the like",)

    def _key(self, denial: Denial, role: Role) -> tuple[Fault | None, tuple[str, ...]]:
        key = denial.target
        bucket = self._design.buckets.get(denial.place.bucket) if denial.place else None
        if not key and bucket is not None:
            key = bucket.key
        if key.count(":") != 5:
            return None, ("the ARN of the key, under 'key' of its bucket",)
        action = denial.action if denial.action.startswith("kms:") else "kms:Decrypt"
        return fault.use(self._design, role, action, key), ()

    def _candidates(self, denial: Denial, found: Explained) -> Explained:
        """The message names no role, and no user is known."""
        missing = tuple(_lacking(denial, self._design.base_role is None))
        if denial.place is None:
            return replace(found, missing=missing)
        actions = [denial.action] if denial.action.startswith("s3:") else list(ACTIONS)
        listed = self._who.candidates(self._judge, denial.place, actions)
        why = "" if listed else "the file lets everybody do this here"
        verdict = Verdict.UNTOLD if listed else Verdict.DIFFERS
        fix = "" if listed else VERIFY
        return replace(found, candidates=listed, missing=missing, why=why, verdict=verdict, fix=fix)


def _lacking(denial: Denial, no_base: bool) -> Iterator[str]:
    if no_base:
        yield "the base role: this file does not name it"
    if denial.principal is None and not denial.user:
        yield "the user: --user NAME (and --group)"
    if denial.place is None:
        yield "the place: --path s3://bucket/folder/object"
