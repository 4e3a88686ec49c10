"""The matrix of access, against a naive interpreter in the same run."""

import random
from collections.abc import Iterator

from opskit.emrfs.arns import RoleArn
from opskit.emrfs.iam import policy
from opskit.emrfs.matrix import Person, matrix
from opskit.emrfs.model import Design, Directory, Identifier, Kind, Role, RoleMapping
from opskit.emrfs.prefixes import Path
from tests.bench.measure import Ratio, seconds
from tests.emrfs import naive

USERS, PATHS, MAPPINGS = 5_000, 200, 1_000
ACTION = "s3:GetObject"
#: Pairs that the naive interpreter is asked about: it needs no more to show its pace.
SAMPLE = 300
ACCOUNT = "111122223333"


def design() -> Design:
    """Mappings of all three kinds in turn, each with a role of its own: a bucket to write, a shared
    folder to read, and something denied.
    """
    made = Design("bench", "emrfs", [], account=ACCOUNT)
    trust = policy.parse(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/base"},
            },
        },
        "trust",
    )
    base = RoleArn.parse("base", partition="aws", account=ACCOUNT)
    made.base_role = Role(base, permissions=())
    for number in range(MAPPINGS):
        kind = (Kind.USER, Kind.GROUP, Kind.PREFIX)[number % 3]
        name = {
            Kind.USER: f"user{number}",
            Kind.GROUP: f"group{number}",
            Kind.PREFIX: f"s3://bucket-{number % 50}/area/{number}/",
        }[kind]
        arn = RoleArn.parse(f"role{number}", partition="aws", account=ACCOUNT)
        made.mappings.append(RoleMapping(number, str(arn), kind, (Identifier(name),)))
        made.roles[str(arn)] = Role(arn, trust=trust, permissions=(_permissions(number),))
    return made


def _permissions(number: int) -> policy.Policy:
    bucket = f"arn:aws:s3:::bucket-{number % 50}"
    statements = [
        {"Effect": "Allow", "Action": "s3:*", "Resource": [bucket, f"{bucket}/area/{number}/*"]},
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:ListBucket"],
            "Resource": ["arn:aws:s3:::shared", "arn:aws:s3:::shared/public/*"],
        },
        {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::*/secret/*"},
    ]
    return policy.parse({"Version": "2012-10-17", "Statement": statements}, f"role{number}")


def people() -> list[Person]:
    """Users, most in three groups of which one is mapped."""
    chance = random.Random(1)
    return [
        Person(f"user{number}", ("staff", f"group{chance.randrange(MAPPINGS)}", f"g{number % 7}"))
        for number in range(USERS)
    ]


def ratios() -> Iterator[Ratio]:
    made, users = design(), people()
    paths = [Path(f"bucket-{n % 50}", f"area/{n * 5}/part-{n}") for n in range(PATHS)]
    made.directory = Directory({person.user: person.groups for person in users})
    fast = min(seconds(lambda: matrix(made, users, paths, [ACTION])) for _ in range(5))
    cells = USERS * PATHS
    yield Ratio("matrix, 500,000 decisions", fast * 500_000 / cells, "a second", 1.0, 1.0)
    chance = random.Random(2)
    asked = [(chance.choice(users), chance.choice(paths)) for _ in range(SAMPLE)]

    def walk() -> None:
        for person, path in asked:
            naive.access(made, person.user, list(person.groups), ACTION, path.text)

    slow = min(seconds(walk) for _ in range(3)) / SAMPLE
    fifty = 50 * fast / cells
    yield Ratio("matrix, 50 decisions", fifty, "one of a naive interpreter", slow, 1.0)
