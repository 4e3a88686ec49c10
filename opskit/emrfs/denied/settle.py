"""AWS's word on a denial and the file's, brought together."""

from dataclasses import replace

from opskit.emrfs import remedies
from opskit.emrfs.denied.denial import Denial, Layer
from opskit.emrfs.denied.fault import Fault
from opskit.emrfs.denied.grant import Grant, for_s3, meant
from opskit.emrfs.denied.verdict import Explained, Verdict
from opskit.emrfs.iam.actions import known
from opskit.emrfs.iam.decision import Effect

#: Layers that the files read here do not describe: there AWS's word stands alone.
OUTSIDE = (Layer.ENDPOINT, Layer.ORGANIZATION, Layer.SESSION, Layer.PUBLIC)
VERIFY = "compare the file with what runs: 'opskit emrfs verify --live'"


def settled(found: Explained, denial: Denial, told: Fault | None, what: str) -> Explained:
    """A denial with its verdict; `what` says in words what was refused."""
    said, effect = denial.said, told.decision.effect if told is not None else Effect.UNKNOWN
    reason = f": {told.decision.why}" if told is not None and told.decision.why else ""
    how = "denies it" if denial.explicit else "does not allow it"
    alone = (*OUTSIDE, *(told.unseen if told is not None else ()))
    if said is not None and (said in alone or effect is Effect.UNKNOWN):
        grant = _lacking(found, denial, said)
        fix = grant.text() if grant is not None else _by_word(found, denial, said)
        if told is not None and told.denied:
            # another obstacle, which would stand when AWS's is gone
            fix, grant = f"{fix}; and the file denies it too: {told.fix}", None
        return replace(
            found,
            verdict=Verdict.EXPLAINED,
            layer=said,
            why=f"{what}: AWS says that {said.words} {how}",
            fix=fix,
            grant=grant,
        )
    if told is None or effect is Effect.UNKNOWN:
        why = f"it cannot be told whether {found.role.name if found.role else 'it'} may{reason}"
        return replace(found, why=why)
    if effect is Effect.ALLOW:
        aws = f"AWS says that {said.words} {how}, and " if said is not None else ""
        why = f"{aws}the file says allow{reason}: what runs differs from the file"
        return replace(
            found, verdict=Verdict.DIFFERS, layer=said or Layer.UNKNOWN, why=why, fix=VERIFY
        )
    layer = told.layer or Layer.UNKNOWN
    if said is not None and said is not layer and (denial.explicit or layer is not Layer.KEY):
        why = f"AWS names {said.words}, and the file {layer.words}: what runs differs"
        return replace(found, verdict=Verdict.DIFFERS, layer=said, why=why, fix=VERIFY)
    if said is layer and denial.explicit and effect is Effect.IMPLICIT_DENY:
        # an Allow that is added would change nothing
        why = f"AWS says that {said.words} {how}, and the file has no such Deny{reason}"
        return replace(found, verdict=Verdict.DIFFERS, layer=said, why=why, fix=VERIFY)
    return replace(
        found,
        verdict=Verdict.EXPLAINED,
        layer=layer,
        why=f"{what}{reason}",
        fix=told.fix,
        grant=told.grant,
    )


def anonymous(found: Explained) -> Explained:
    """A request without credentials: whoever it was, no role and no mapping bore on it."""
    denial, said = found.seen.denial, found.seen.denial.said
    why = "the request carried no credentials, and no role and no mapping decided"
    fix = "give the client credentials: AnonymousAWSCredentialsProvider or the like sends none"
    if said is None:
        return replace(found, why=why, fix=fix)
    how = "denies it" if denial.explicit else "does not allow it"
    why = f"{why}: AWS says that {said.words} {how}"
    return replace(found, verdict=Verdict.EXPLAINED, layer=said, why=why, fix=fix)


def _lacking(found: Explained, denial: Denial, said: Layer) -> Grant | None:
    """The statement that the role's own policy lacks, where only AWS's message tells it."""
    role, place = found.role, denial.place
    if denial.explicit or said is not Layer.IDENTITY or not known(denial.action):
        return None
    return for_s3(role, said, denial.action, place) if role is not None and place else None


def _by_word(found: Explained, denial: Denial, said: Layer) -> str:
    """What to change where only AWS's message tells it."""
    role = found.role
    if said is Layer.PUBLIC:
        return (
            "ask for no public ACL or policy (fs.s3.canned.acl); that setting is there to refuse it"
        )
    if denial.explicit:
        return meant(f"find the Deny in {said.words} and narrow it")
    if said is Layer.KEY and role is not None:
        mend = remedies.for_key(role, denial.target, writes=denial.action != "kms:Decrypt")
        return meant(mend)
    return meant(f"allow it in {said.words}")
