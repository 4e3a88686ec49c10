"""From denials to mappings and layers."""

import json
from typing import Any

import pytest

from opskit.emrfs.denied.denial import Layer
from opskit.emrfs.denied.explain import Asked, Explainer
from opskit.emrfs.denied.merge import merged
from opskit.emrfs.denied.read import read
from opskit.emrfs.denied.verdict import Explained, Verdict, exit_code
from opskit.emrfs.denied.words import fields, sentences
from opskit.emrfs.iam.policy import parse
from opskit.emrfs.model import Design
from opskit.emrfs.prefixes import path
from opskit.errors import ExitCode
from tests.emrfs.denied import messages as m
from tests.emrfs.rules.rule_designs import ACCOUNT, BASE, ENG, allow, deny, policy, roles, trust

KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234"
OTHERS = trust({"AWS": f"arn:aws:iam::{ACCOUNT}:role/Other"}, Action="kms:*", Resource="*")
LAKE = ["arn:aws:s3:::lake", "arn:aws:s3:::lake/*"]
RAW = "arn:aws:s3:::lake/raw/x"
PEOPLE = {"users": {"ana": ["eng"], "bob": ["staff"]}}


def lake(**more: Any) -> Design:
    """Engineers read the bucket lake."""
    return roles(**{"eng": policy(allow("s3:*", LAKE)), "directory": PEOPLE, **more})


def explained(design: Design, text: str, **asked: Any) -> Explained:
    if "place" in asked:
        asked["place"] = path(asked["place"])
    [seen] = read(text)
    return Explainer(design, Asked(**asked)).explain(seen)


def test_the_roles_own_policy_lacks_it() -> None:
    found = explained(lake(), m.enhanced("Eng", "s3:GetObject", "arn:aws:s3:::other/k"))
    assert (found.verdict, found.layer) == (Verdict.EXPLAINED, Layer.IDENTITY)
    assert [each.index for each in found.mappings] == [0]
    assert found.users == ("ana",)
    assert '"arn:aws:s3:::other/*"' in found.fix


@pytest.mark.parametrize("user", ["", "ana"])
def test_a_request_without_credentials_is_nobodys(user: str) -> None:
    because = "because no resource-based policy allows the {} action"
    text = m.enhanced("Eng", "s3:GetObject", RAW, because)
    text = text.replace(m.session("Eng"), "anonymous")
    found = explained(lake(), text, user=user)
    assert (found.verdict, found.layer) == (Verdict.EXPLAINED, Layer.RESOURCE)
    assert (found.role, found.mappings, found.users, found.candidates) == (None, (), (), ())
    assert "carried no credentials" in found.why
    event = json.dumps({**m.TRAIL, "userIdentity": {}, "errorMessage": text})
    assert explained(lake(), event, user=user).why == found.why
    bare = explained(lake(), text.replace(because.format("s3:GetObject"), ""), user=user)
    assert bare.verdict is Verdict.UNTOLD


def test_a_statement_denies() -> None:
    design = lake(eng=policy(allow("s3:*", LAKE), deny("s3:Get*", f"{LAKE[0]}/raw/*")))
    because = "with an explicit deny in an identity-based policy"
    found = explained(design, m.enhanced("Eng", "s3:GetObject", RAW, because))
    assert found.layer is Layer.IDENTITY
    assert found.iam is not None
    assert found.iam.statement is not None
    assert found.iam.statement.index == 1
    assert found.iam.statement.location is not None
    assert "narrow the denial" in found.fix


@pytest.mark.parametrize("said", [True, False])
def test_the_bucket_policy_denies(said: bool) -> None:
    statement = {**deny("s3:*", f"{LAKE[0]}/*"), "Principal": "*"}
    design = lake(buckets={"lake": {"policy": policy(statement)}})
    because = "with an explicit deny in a resource-based policy" if said else ""
    found = explained(design, m.enhanced("Eng", "s3:GetObject", RAW, because))
    assert (found.verdict, found.layer) == (Verdict.EXPLAINED, Layer.RESOURCE)


def test_the_boundary_does_not_allow() -> None:
    design = lake()
    design.roles[ENG].boundary = parse(policy(allow("s3:ListBucket", "*")), "limit")
    found = explained(design, m.enhanced("Eng", "s3:GetObject", RAW, ""))
    assert (found.verdict, found.layer) == (Verdict.EXPLAINED, Layer.BOUNDARY)
    assert "the permissions boundary of Eng" in found.fix


def encrypted() -> Design:
    return lake(buckets={"lake": {"key": KEY}}, keys={KEY: {"policy": OTHERS}})


@pytest.mark.parametrize(
    "text",
    [
        m.enhanced("Eng", "kms:Decrypt", KEY),
        m.enhanced("Eng", "s3:GetObject", RAW, ""),
    ],
)
def test_the_key(text: str) -> None:
    found = explained(encrypted(), text)
    assert (found.verdict, found.layer) == (Verdict.EXPLAINED, Layer.KEY)
    assert KEY in found.fix


def test_the_key_of_a_message_that_names_none_is_the_buckets() -> None:
    found = explained(encrypted(), m.KMS, user="ana")
    assert (found.verdict, found.layer) == (Verdict.EXPLAINED, Layer.KEY)
    assert explained(lake(), m.KMS, user="ana").missing


def test_who_falls_to_the_base_role() -> None:
    found = explained(lake(), m.enhanced("Base", "s3:GetObject", RAW))
    assert (found.verdict, found.layer, found.fallback) == (
        Verdict.EXPLAINED,
        Layer.MAPPING,
        True,
    )
    assert found.users == ("bob", "(anyone else)")
    told = explained(lake(), m.BARE, user="bob", place="s3://lake/raw/x")
    assert told.layer is Layer.MAPPING
    assert any("passed over: mappings[0]" in note for note in told.notes)


def test_the_base_role_where_all_are_mapped_differs_from_the_file() -> None:
    mappings = [{"role": "Eng", "prefixes": ["s3://lake/"]}]
    found = explained(lake(mappings=mappings), m.enhanced("Base", "s3:GetObject", RAW))
    assert found.verdict is Verdict.DIFFERS
    assert "verify --live" in found.fix


def test_an_order_that_keeps_the_better_role_away() -> None:
    mappings = [{"role": "Weak", "groups": ["staff"]}, {"role": "Eng", "users": ["bob"]}]
    weak = {"trust": trust(), "permissions": []}
    both = {"Weak": weak, "Base": {"permissions": []}}
    both["Eng"] = {"trust": trust(), "permissions": [policy(allow("s3:*", "*"))]}
    design = roles(mappings=mappings, roles=both, directory=PEOPLE)
    found = explained(design, m.TRINO, user="bob")
    assert found.layer is Layer.IDENTITY
    assert any("mappings[1] (Eng) would allow s3:GetObject" in note for note in found.notes)


@pytest.mark.parametrize(
    ("eng_trust", "layer"),
    [
        (trust({"Service": "ec2.amazonaws.com"}), Layer.TRUST),
        (trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), Layer.BASE),
    ],
)
def test_a_role_that_cannot_be_assumed(eng_trust: dict[str, Any], layer: Layer) -> None:
    design = lake(eng_trust=eng_trust)
    found = explained(design, m.assume("Base", "Eng"))
    assert (found.verdict, found.layer) == (Verdict.EXPLAINED, layer)
    bare = explained(design, m.BARE, user="ana", place="s3://lake/raw/x")
    assert (bare.verdict, bare.layer) == (Verdict.EXPLAINED, layer)


def test_another_instance_profile_asks() -> None:
    found = explained(lake(), m.assume("EMR_EC2_DefaultRole", "Eng"))
    assert (found.verdict, found.layer) == (Verdict.EXPLAINED, Layer.TRUST)
    assert "the instance profile of Base" in found.fix


@pytest.mark.parametrize(
    "text",
    [
        m.enhanced("Eng", "s3:GetObject", RAW),
        m.assume("Base", "Eng"),
        m.ACCESS_LOG,
        m.TRAIL_TEXT,
    ],
)
def test_the_file_says_allow(text: str) -> None:
    found = explained(lake(), text)
    assert found.verdict is Verdict.DIFFERS
    assert "the file says allow" in found.why
    assert "verify --live" in found.fix
    assert exit_code([found]) is ExitCode.UNKNOWN


@pytest.mark.parametrize(
    ("because", "layer"),
    [
        ("because no VPC endpoint policy allows the {} action", Layer.ENDPOINT),
        ("with an explicit deny in a service control policy", Layer.ORGANIZATION),
        ("because no session policy allows the {} action", Layer.SESSION),
    ],
)
def test_layers_that_no_file_describes_are_taken_from_the_message(
    because: str, layer: Layer
) -> None:
    found = explained(lake(), m.enhanced("Eng", "s3:GetObject", RAW, because))
    assert (found.verdict, found.layer) == (Verdict.EXPLAINED, layer)
    base = explained(lake(), m.enhanced("Base", "s3:GetObject", RAW, because))
    assert (base.verdict, base.layer) == (Verdict.EXPLAINED, layer)


def test_aws_and_the_file_name_different_layers() -> None:
    because = "with an explicit deny in a resource-based policy"
    text = m.enhanced("Eng", "s3:GetObject", "arn:aws:s3:::other/k", because)
    statement = {**allow("s3:*", "arn:aws:s3:::other/*"), "Principal": {"AWS": BASE}}
    found = explained(lake(buckets={"other": {"policy": policy(statement)}}), text)
    assert (found.verdict, found.layer) == (Verdict.DIFFERS, Layer.RESOURCE)


def test_policies_that_are_not_known_leave_the_message() -> None:
    design = lake()
    design.roles[ENG].permissions = None
    found = explained(design, m.enhanced("Eng", "s3:GetObject", RAW))
    assert (found.verdict, found.layer) == (Verdict.EXPLAINED, Layer.IDENTITY)
    assert '"s3:GetObject"' in found.fix
    assert explained(design, m.enhanced("Eng", "s3:GetObject", RAW, "")).verdict is Verdict.UNTOLD


def test_a_role_that_is_not_in_the_file() -> None:
    found = explained(lake(), m.enhanced("Stranger", "s3:GetObject", RAW))
    assert found.verdict is Verdict.DIFFERS
    assert "neither mapped here nor the base role" in found.why


def test_a_user_whom_the_file_gives_another_role() -> None:
    found = explained(lake(), m.enhanced("Eng", "s3:PutObject", "arn:aws:s3:::o/k"), user="bob")
    assert any("the file gives bob Base here (no mapping), not Eng" in each for each in found.notes)


def test_an_old_message_gives_candidates_never_a_guess() -> None:
    found = explained(lake(), m.BARE, place="s3://other/x")
    assert (found.verdict, found.role) == (Verdict.UNTOLD, None)
    assert [(each.role and each.role.name, each.users) for each in found.candidates] == [
        ("Eng", ("ana",)),
        ("Base", ("bob", "(anyone else)")),
    ]
    assert found.missing == ("the user: --user NAME (and --group)",)
    assert len(explained(lake(), m.BARE).missing) == 2


def test_a_role_that_cannot_be_assumed_is_a_candidate_too() -> None:
    design = lake(eng_trust=trust({"Service": "ec2.amazonaws.com"}))
    first = explained(design, m.TRINO).candidates[0]
    assert (first.role and first.role.name, first.denied) == ("Eng", ("s3:GetObject",))


def test_an_action_that_is_not_said_is_asked_for_where_it_matters() -> None:
    design = lake(eng=policy(allow(["s3:GetObject", "s3:ListBucket"], LAKE)))
    found = explained(design, m.BARE, user="ana", place="s3://lake/raw/x")
    assert found.verdict is Verdict.UNTOLD
    assert "--action" in found.missing[0]
    told = explained(design, m.BARE, user="ana", place="s3://lake/raw/x", action="s3:PutObject")
    assert (told.verdict, told.layer) == (Verdict.EXPLAINED, Layer.IDENTITY)
    anything = explained(design, m.BARE, user="ana", place="s3://other/x")
    assert anything.verdict is Verdict.EXPLAINED


def test_groups_that_are_given() -> None:
    found = explained(lake(), m.TRINO, user="new", groups=("eng",))
    assert found.role is not None
    assert found.role.name == "Eng"


def test_one_cause_is_told_once() -> None:
    text = "\n".join(
        m.enhanced("Eng", "s3:GetObject", f"arn:aws:s3:::other/k{i}") for i in range(50)
    )
    explainer = Explainer(lake())
    [found] = merged([explainer.explain(each) for each in read(text)])
    assert found.seen.count == 50
    assert "50 times" in next(iter(sentences([found])))


def merged_of(design: Design, texts: list[str], **asked: Any) -> list[Explained]:
    explainer = Explainer(design, Asked(**asked))
    return merged([explainer.explain(each) for each in read("\n".join(texts))])


def other(count: int) -> list[str]:
    return [
        m.enhanced("Eng", "s3:GetObject", f"arn:aws:s3:::other/d{number}/k")
        for number in range(count)
    ]


def test_places_with_one_answer_are_listed_and_the_change_covers_all() -> None:
    [found] = merged_of(lake(), [*other(3), *other(1)])
    assert found.seen.count == 4
    [told] = fields([found])["denials"]
    assert told["paths"] == [f"s3://other/d{number}/k" for number in range(3)]
    assert told["path_count"] == 3
    lines = list(sentences([found]))
    assert "s3://other/d0/k and 2 more places (line 1, 4 times)" in lines[0]
    assert lines[1] == "places: s3://other/d0/k, s3://other/d1/k, s3://other/d2/k"
    [change] = [line for line in lines if line.startswith("change: ")]
    assert change.startswith("change: if that is meant, add to a policy of Eng: {")
    for number in range(3):
        assert f'"arn:aws:s3:::other/d{number}/*"' in change
    assert told["fix"] == change.removeprefix("change: ")


def test_what_is_cut_for_people_is_whole_in_json() -> None:
    [found] = merged_of(lake(), other(1200))
    [told] = fields([found])["denials"]
    assert (told["count"], told["path_count"], len(told["paths"])) == (1200, 1200, 1000)
    assert "other/d1199/*" in told["fix"]
    lines = list(sentences([found]))
    assert "places: " in lines[1]
    assert lines[1].endswith(" and 1195 more")
    assert lines[-1] == "and the same for 1190 more resources: -o json has all of them"
    assert "other/d10/*" not in lines[-2]


def test_another_answer_is_not_merged() -> None:
    design = lake(eng=policy(allow("s3:*", LAKE), deny("s3:*", "arn:aws:s3:::other/d1/*")))
    found = merged_of(design, other(3))
    assert [(each.seen.count, len(each.places)) for each in found] == [(2, 2), (1, 1)]
    keys = [m.enhanced("Eng", "kms:Decrypt", f"{KEY[:-1]}{number}") for number in range(2)]
    assert len(merged_of(lake(), keys)) == 2


def test_notes_on_many_places_name_none_of_them() -> None:
    mappings = [{"role": "Eng", "prefixes": ["s3://lake/"]}]
    texts = [m.TRINO.replace("s3://lake/raw", f"s3://other/d{number}") for number in range(2)]
    [found] = merged_of(lake(mappings=mappings), texts, user="bob")
    assert len(found.places) == 2
    [note] = [note for note in found.notes if note.startswith("passed over")]
    assert "each place is not below" in note


def test_only_a_culprit_is_named_as_the_statement() -> None:
    because = "with an explicit deny in a service control policy"
    found = explained(lake(), m.enhanced("Eng", "s3:GetObject", RAW, because))
    assert found.iam is not None
    assert found.iam.statement is not None
    assert not [line for line in sentences([found]) if "statement" in line]
    differs = explained(lake(), m.enhanced("Eng", "s3:GetObject", RAW))
    [line] = [line for line in sentences([differs]) if "statement" in line]
    assert line.startswith("the file's statement: ")
    assert line.endswith(": allow")
    design = lake(eng=policy(allow("s3:*", LAKE), deny("s3:Get*", RAW)))
    denied = explained(design, m.enhanced("Eng", "s3:GetObject", RAW, ""))
    assert [line for line in sentences([denied]) if line.startswith("statement: ")]
    both = explained(design, m.enhanced("Eng", "s3:GetObject", RAW, because))
    assert "find the Deny in a policy of the organization" in both.fix
    assert "the file denies it too: if that is meant, narrow the denial" in both.fix


@pytest.mark.parametrize(
    "text",
    [
        m.enhanced("Eng", "s3:GetObject", "arn:aws:s3:::other/k"),
        m.enhanced("Eng", "kms:Decrypt", KEY),
    ],
)
def test_a_change_that_gives_access_says_if_that_is_meant(text: str) -> None:
    found = explained(encrypted(), text)
    assert found.fix.startswith("if that is meant, add to ")


def test_fields_have_all_that_the_sentences_have() -> None:
    found = explained(lake(), m.enhanced("Eng", "s3:GetObject", "arn:aws:s3:::other/k"))
    [told] = fields([found])["denials"]
    assert told["role"] == ENG
    assert told["mappings"][0]["index"] == 0
    assert told["iam"]["decision"] == "implicit-deny"
    assert told["layer"] == "identity-policy"
    assert BASE not in str(told["principal"])


@pytest.mark.parametrize(
    ("place", "because", "fix"),
    [
        (RAW, "with an explicit deny in a resource-based policy", "find the Deny"),
        (RAW, "because no resource-based policy allows the {} action", "allow it in the bucket"),
        ("arn:aws:s3:::other/k", "with an explicit deny in a resource-based policy", "the file"),
    ],
)
def test_of_a_bucket_policy_that_the_file_has_not_aws_is_believed(
    place: str, because: str, fix: str
) -> None:
    found = explained(lake(), m.enhanced("Eng", "s3:GetObject", place, because))
    assert (found.verdict, found.layer) == (Verdict.EXPLAINED, Layer.RESOURCE)
    assert fix in found.fix


def test_the_base_role_and_a_bucket_policy_that_the_file_has_not() -> None:
    because = "with an explicit deny in a resource-based policy"
    found = explained(lake(), m.enhanced("Base", "s3:GetObject", RAW, because))
    assert (found.verdict, found.layer) == (Verdict.EXPLAINED, Layer.RESOURCE)


def test_an_allow_is_no_cure_for_an_explicit_deny() -> None:
    because = "with an explicit deny in an identity-based policy: arn:aws:iam::1:policy/x"
    found = explained(lake(), m.enhanced("Eng", "s3:GetObject", "arn:aws:s3:::other/k", because))
    assert (found.verdict, found.layer) == (Verdict.DIFFERS, Layer.IDENTITY)
    assert "the file has no such Deny" in found.why
    assert "Allow" not in found.fix


def test_the_layer_that_aws_names_is_told_where_the_file_allows() -> None:
    because = "because no permissions boundary allows the {} action"
    found = explained(lake(), m.enhanced("Eng", "s3:GetObject", RAW, because))
    assert (found.verdict, found.layer) == (Verdict.DIFFERS, Layer.BOUNDARY)
    assert "the permissions boundary does not allow it" in found.why


@pytest.mark.parametrize("kind", ["ACLs", "policies"])
def test_block_public_access(kind: str) -> None:
    because = f"because public {kind} are prevented by the Block setting in S3 Block Public Access."
    found = explained(lake(), m.enhanced("Eng", "s3:PutObject", RAW, because))
    assert (found.verdict, found.layer) == (Verdict.EXPLAINED, Layer.PUBLIC)


def test_an_action_that_is_not_evaluated_leaves_the_others_explained() -> None:
    """AWS's own examples have calls in the place of actions."""
    because = "because no identity-based policy allows the {} action"
    known = m.enhanced("Eng", "s3:GetObject", "arn:aws:s3:::other/k", because)
    copy = m.enhanced("Eng", "s3:CopyObject", "arn:aws:s3:::other/k", because)
    unsaid = m.enhanced("Eng", "s3:CopyObject", RAW, "")
    explainer = Explainer(lake(), Asked())
    found = [explainer.explain(seen) for seen in read("\n".join((known, copy, unsaid)))]
    assert [each.verdict for each in found] == [
        Verdict.EXPLAINED,
        Verdict.EXPLAINED,
        Verdict.UNTOLD,
    ]
    assert "s3:CopyObject is not evaluated here" in found[2].why
