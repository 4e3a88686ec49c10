"""Role mappings and IAM once more, in the plainest way that works.

It is written apart from `opskit.emrfs.iam`: it reads the JSON of policies, walks every list from
the front and turns patterns into regular expressions (never give it a hostile one). Answers are
True, False and None for what cannot be told. Of the package it takes data classes alone. Property
tests compare both, and the benchmark measures against it. KMS keys are left out.
"""

import re
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any

from opskit.emrfs.iam.decision import Request
from opskit.emrfs.iam.policy import Policy
from opskit.emrfs.model import Design, Kind, Role

SESSION = "EmrFS-Session"
#: Keys that are absent where a request neither gives them nor calls them unknown.
ABSENT = (
    *("s3:prefix", "s3:delimiter", "s3:max-keys", "s3:x-amz-acl", "s3:x-amz-storage-class"),
    *("s3:x-amz-server-side-encryption", "sts:externalid", "sts:rolesessionname"),
    *("aws:username", "aws:userid", "aws:principalarn", "aws:principalaccount", "aws:tagkeys"),
    *("aws:principalorgid", "aws:sourceip", "aws:sourcevpce", "aws:securetransport"),
    *("aws:currenttime", "aws:sourceaccount", "aws:principaltype", "kms:viaservice"),
)


# --- mappings


def mapping(design: Design, user: str, groups: list[str], text: str) -> int | None:
    """The index of the mapping that decides for `bucket/key`; None for the base role."""
    for each in design.mappings:
        for identifier in each.identifiers:
            if each.kind is Kind.USER and identifier.text == user:
                return each.index
            if each.kind is Kind.GROUP:
                counted = groups[:1] if design.groups == "primary" else groups
                if identifier.text in counted:
                    return each.index
            if each.kind is Kind.PREFIX and covers(identifier.text, text, design.prefix_match):
                return each.index
    return None


def covers(written: str, text: str, match: str) -> bool:
    """Whether a prefix, as written, covers `bucket/key`."""
    prefix = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://", "", written)
    body = re.sub(r"[*/]*$", "", prefix)
    ends = "/" in prefix[len(body) :]
    if match == "path":
        return text == body or text.startswith(body + "/")
    return text.startswith(body + "/" if ends else body)


# --- three values


def both(answers: list[bool | None]) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True


def either(answers: list[bool | None]) -> bool | None:
    if True in answers:
        return True
    return None if None in answers else False


def opposite(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


# --- texts


def fits(pattern: str, text: str) -> bool:
    """`*` and `?`; \1, \2 and \3 are the characters `*`, `?` and `$`, taken as they are."""
    expression = ""
    for char in pattern:
        if char == "*":
            expression += ".*"
        elif char == "?":
            expression += "."
        else:
            expression += re.escape({"\1": "*", "\2": "?", "\3": "$"}.get(char, char))
    return re.fullmatch(expression, text, re.DOTALL) is not None


def plain(text: str) -> str:
    return text.replace("*", "\1").replace("?", "\2").replace("$", "\3")


def filled(text: str, version: str, request: Request, wild: bool) -> tuple[str, bool] | None:
    """A text with its variables replaced, and whether all were known; None for an absent one."""
    found, known = "", True
    while text:
        variable = re.match(r"\$\{([^{}]*)\}", text)
        if variable is None:
            found += text[0] if wild else plain(text[0])
            text = text[1:]
            continue
        text = text[variable.end() :]
        inner = variable[1]
        if version != "2012-10-17":
            found += plain(variable[0])
        elif inner in ("*", "?", "$"):
            found += plain(inner)
        else:
            key, _, default = inner.partition(",")
            values = value_of(request, key.strip())
            if values == () and not default:
                return None
            if values == ():
                found += plain(default.strip()[1:-1])
            elif values is None or len(values) != 1:
                found += "*"
                known = False
            else:
                found += plain(values[0])
    return found, known


def value_of(request: Request, key: str) -> tuple[str, ...] | None:
    """() for an absent key, None for one that is not known."""
    key = key.lower()
    if key in request.context:
        return request.context[key]
    if key in request.unknown or key not in ABSENT:
        return None
    return ()


# --- conditions


def condition(
    operator: str, key: str, listed: list[str], version: str, request: Request
) -> bool | None:
    values = value_of(request, key)
    if operator == "Null":
        if values is None:
            return None
        if values == ("",):
            return None
        return either([(value == "true") == (not values) for value in listed])
    quantifier, _, name = operator.rpartition(":")
    optional = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    negated = "Not" in name
    name = name.replace("Not", "")
    if (name not in COMPARE and name not in TEXTS) or values is None:
        return None
    missing: bool | None = optional or negated or quantifier == "ForAllValues"
    if quantifier == "ForAnyValue":
        missing = None if optional else False
    if not values:
        return missing
    if len(values) > 1 and not quantifier:
        return None
    answers = []
    for value in values:
        answer = either([one(name, each, value, version, request, negated) for each in listed])
        answers.append(opposite(answer) if negated else answer)
    told = either(answers) if quantifier == "ForAnyValue" else both(answers)
    if quantifier and values == ("",) and told != missing:
        return None
    return told


TEXTS = ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike")


def one(
    name: str, asked: str, value: str, version: str, request: Request, negated: bool
) -> bool | None:
    if name not in TEXTS:
        return COMPARE[name](asked, value)
    wild = name not in ("StringEquals", "StringEqualsIgnoreCase")
    pattern = filled(asked, version, request, wild)
    if pattern is None:
        return None if negated else False
    text, known = pattern
    if name == "StringEqualsIgnoreCase":
        answer = fits(text.lower(), value.lower())
    elif name.startswith("Arn"):
        parts, given = text.split(":", 5), value.split(":", 5)
        answer = len(parts) == len(given) == 6 and all(map(fits, parts, given))
        answer = answer or (text == "*" and len(given) == 6)
    else:
        answer = fits(text, value)
    return None if answer and not known else answer


def boolean(asked: str, value: str) -> bool | None:
    if {asked.lower(), value.lower()} <= {"true", "false"}:
        return asked.lower() == value.lower()
    return None


def address(asked: str, value: str) -> bool | None:
    try:
        return ip_address(value) in ip_network(asked, strict=False)
    except ValueError:
        return None


def numbers(test: str) -> Any:
    def compare(asked: str, value: str) -> bool | None:
        try:
            return order(test, float(value), float(asked))
        except ValueError:
            return None

    return compare


def dates(test: str) -> Any:
    def moment(text: str) -> float:
        if text.isdigit():
            return float(text)
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()

    def compare(asked: str, value: str) -> bool | None:
        try:
            return order(test, moment(value), moment(asked))
        except ValueError:
            return None

    return compare


def order(test: str, left: float, right: float) -> bool:
    return {
        "Equals": left == right,
        "LessThan": left < right,
        "LessThanEquals": left <= right,
        "GreaterThan": left > right,
        "GreaterThanEquals": left >= right,
    }[test]


TESTS = ("Equals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
COMPARE: dict[str, Any] = {
    "Bool": boolean,
    "BinaryEquals": lambda asked, value: asked == value,
    "IpAddress": address,
    **{f"Numeric{test}": numbers(test) for test in TESTS},
    **{f"Date{test}": dates(test) for test in TESTS},
}


# --- statements


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def applies(
    statement: dict[str, Any], version: str, request: Request, kind: str, way: str
) -> bool | None:
    """Whether a statement applies; `way` is how it has to name the caller, empty for any."""
    answers: list[bool | None] = [wanted(statement, kind)]
    actions = [
        fits(each.lower(), request.action.lower())
        for each in as_list(statement.get("Action", statement.get("NotAction")))
    ]
    answers.append(any(actions) if "Action" in statement else not any(actions))
    if kind != "identity":
        answers.append(names(statement, request, way))
    if kind != "trust" and {"Resource", "NotResource"} & statement.keys():
        answers.append(reaches(statement, version, request))
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            answers.append(condition(operator, key, as_list(values), version, request))
    return both(answers)


def wanted(statement: dict[str, Any], kind: str) -> bool | None:
    """None for elements that are unknown or have no place in a policy of this kind."""
    known = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal"}
    strange = statement.keys() - known - {"NotPrincipal", "Condition"}
    places = bool({"Resource", "NotResource"} & statement.keys())
    people = bool({"Principal", "NotPrincipal"} & statement.keys())
    if strange or people != (kind != "identity") or places != (kind != "trust"):
        return None
    return True


def reaches(statement: dict[str, Any], version: str, request: Request) -> bool | None:
    negated = "NotResource" in statement
    answers: list[bool | None] = []
    for each in as_list(statement["NotResource" if negated else "Resource"]):
        pattern = filled(each, version, request, wild=True)
        if pattern is None:
            answers.append(None if negated else False)
        elif fits(pattern[0], request.resource):
            answers.append(True if pattern[1] else None)
        else:
            answers.append(False)
    return opposite(either(answers)) if negated else either(answers)


def names(statement: dict[str, Any], request: Request, way: str) -> bool | None:
    """Whether a statement names the caller as `account`, `role` or `session` (or in any way)."""
    if "Principal" not in statement and "NotPrincipal" not in statement:
        return None if way in ("", "session") else False
    negated = "NotPrincipal" in statement
    told: dict[str, list[bool | None]] = {"account": [], "role": [], "session": []}
    everyone = False
    written = statement["NotPrincipal" if negated else "Principal"]
    for kind, texts in ({"AWS": written} if isinstance(written, str) else written).items():
        for text in as_list(texts):
            if kind == "AWS":
                everyone = everyone or text == "*"
                for found, answer in principal(text, request).items():
                    told[found].append(answer)
    answers = {found: either(listed) for found, listed in told.items()}
    if not negated:
        return answers[way] if way else either(list(answers.values()))
    listed = list(answers.values())
    if everyone or listed == [True, True, True]:
        return False
    if way in ("account", "role"):
        return False
    return True if listed == [False, False, False] else None


def principal(text: str, request: Request) -> dict[str, bool | None]:
    account, name = request.principal.split(":")[4], request.principal.rpartition("/")[2]
    if text == "*":
        return {"session": True}
    if re.fullmatch(r"\d{12}", text):
        return {"account": text == account}
    if text.endswith(":root"):
        return {"account": text.split(":")[4] == account}
    if ":role/" in text:
        return {"role": text == request.principal}
    if ":assumed-role/" in text:
        _, role, session = text.rpartition(":")[2].split("/")
        if text.split(":")[4] != account or role != name:
            return {"session": False}
        return {"session": session == request.session if request.session else None}
    return {}


# --- decisions


def verdict(
    policies: list[Policy],
    request: Request,
    kind: str,
    way: str = "",
    bounded: bool | None = False,
) -> tuple[bool | None, bool | None]:
    """Whether the policies deny, and whether they allow in this way of naming the caller. A role
    that is `bounded` is denied by every NotPrincipal.
    """
    denies: list[bool | None] = []
    allows: list[bool | None] = []
    for policy in policies:
        for statement in as_list(policy.source.get("Statement", [])):
            if statement["Effect"] == "Deny":
                if kind != "identity" and "NotPrincipal" in statement and bounded:
                    statement = {**statement, "NotPrincipal": {"AWS": []}}
                answer = applies(statement, policy.version, request, kind, "")
                if kind != "identity" and "NotPrincipal" in statement and bounded is None:
                    other = {**statement, "NotPrincipal": {"AWS": []}}
                    if applies(other, policy.version, request, kind, "") != answer:
                        answer = None
                denies.append(answer)
            else:
                allows.append(applies(statement, policy.version, request, kind, way))
    return either(denies), either(allows)


def evaluate(
    request: Request,
    *,
    identity: list[Policy] | None,
    resource: list[Policy] | None = None,
    boundary: Policy | None = None,
    session: list[Policy] | None = None,
    same_account: bool | None = True,
    guarded: bool = False,
) -> str:
    """`allow`, `deny`, `implicit-deny` or `unknown`."""
    kind = "trust" if request.action == "sts:AssumeRole" else "resource"
    own = (None, None) if identity is None else verdict(identity, request, "identity")
    limits = [verdict([boundary], request, "identity")] if boundary is not None else []
    if session is not None:
        limits.append(verdict(session, request, "identity"))
    bounded = True if boundary is not None else None if identity is None else False
    given = {
        way: verdict(resource or [], request, kind, way, bounded)
        for way in ("account", "role", "session")
    }
    denied = either([own[0], given["role"][0], *(limit[0] for limit in limits)])
    if denied is True:
        return "deny"
    limited = both([limit[1] for limit in limits])
    needed = [given["role"][1], both([given["account"][1], own[1]]) if guarded else own[1]]
    within = either([given["session"][1], both([limited, either(needed)])])
    across = both([limited, own[1], either([answer for _, answer in given.values()])])
    allowed = within if same_account else across
    if same_account is None and within != across:
        allowed = None
    if allowed is False:
        return "implicit-deny"
    return "unknown" if allowed is None or denied is None else "allow"


def request_of(design: Design, role: Role, action: str, text: str) -> Request:
    """A call of S3 with the keys that are known of each."""
    bucket, _, key = text.partition("/")
    of_bucket = action in ("s3:ListBucket", "s3:GetBucketLocation")
    context = {
        "aws:principalarn": (str(role.arn),),
        "aws:principalaccount": (role.arn.account,),
        "aws:principaltype": ("AssumedRole",),
        "aws:securetransport": ("true",),
    }
    if action == "s3:ListBucket":
        context["s3:prefix"] = (key,)
    unknown = {"aws:sourceip", "aws:sourcevpce", "aws:principalorgid", "aws:currenttime"}
    unknown |= {"aws:userid"}
    if action == "s3:ListBucket":
        unknown |= {"s3:delimiter", "s3:max-keys"}
    if action == "s3:PutObject":
        unknown |= {"s3:x-amz-server-side-encryption", "s3:x-amz-acl", "s3:x-amz-storage-class"}
    base = design.base_role is not None and design.base_role.arn == role.arn
    return Request(
        str(role.arn),
        action,
        f"arn:{design.partition}:s3:::{bucket if of_bucket else text}",
        context,
        frozenset(unknown),
        "" if base else SESSION,
    )


def authorize(design: Design, role: Role, action: str, text: str) -> str:
    """What IAM decides about a role at `bucket/key`."""
    bucket = design.buckets.get(text.partition("/")[0])
    resource = [bucket.policy] if bucket is not None and bucket.policy is not None else []
    return evaluate(
        request_of(design, role, action, text),
        identity=None if role.permissions is None else list(role.permissions),
        resource=resource,
        boundary=role.boundary,
        same_account=bucket is None or bucket.account in ("", role.arn.account),
    )


def assumable(base: Role, role: Role) -> str:
    """Whether the base role can assume a role."""
    if role.trust is None:
        return "unknown"
    context = {
        "aws:principalarn": (str(base.arn),),
        "aws:principalaccount": (base.arn.account,),
        "aws:principaltype": ("AssumedRole",),
        "aws:securetransport": ("true",),
        "sts:rolesessionname": (SESSION,),
    }
    unknown = frozenset(("aws:sourceip", "aws:sourcevpce", "aws:principalorgid", "aws:userid"))
    request = Request(
        str(base.arn), "sts:AssumeRole", str(role.arn), context, unknown | {"aws:currenttime"}
    )
    return evaluate(
        request,
        identity=None if base.permissions is None else list(base.permissions),
        resource=[role.trust],
        boundary=base.boundary,
        same_account=base.arn.account == role.arn.account,
        guarded=True,
    )


def access(design: Design, user: str, groups: list[str], action: str, text: str) -> str:
    """The whole answer: the mapping, whether its role can be assumed, and what it may do."""
    index = mapping(design, user, groups, text)
    role = design.base_role if index is None else design.role_of(design.mappings[index])
    if role is None or design.base_role is None:
        return "unknown"
    assumed = "allow" if index is None else assumable(design.base_role, role)
    if assumed in ("deny", "implicit-deny"):
        return assumed
    found = authorize(design, role, action, text)
    return "unknown" if found == "allow" and assumed == "unknown" else found
