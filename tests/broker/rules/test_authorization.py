"""BRK025: what an authorization map has to grant a bridge."""

from typing import Any

from opskit.findings import Severity
from tests.broker.rules.marked import broker, connector, fires_at_the_marks

W, E = Severity.WARNING, Severity.ERROR


def guarded(*entries: str, groups: str = "bridges", user: str = "u", mark: str = "") -> str:
    users = (
        "<simpleAuthenticationPlugin><users>"
        f'<authenticationUser username="{user}" password="x" groups="{groups}"/>'
        "</users></simpleAuthenticationPlugin>"
    )
    allowed = "".join(
        f'<authorizationEntry topic="{topic}" read="{group}" write="{group}" admin="{group}"/>'
        for topic, _, group in (entry.partition("=") for entry in entries)
    )
    return (
        f"<plugins>{users}{mark}<authorizationPlugin><map><authorizationMap>"
        f'<authorizationEntries><authorizationEntry queue="&gt;" read="{groups}"/>{allowed}'
        "</authorizationEntries></authorizationMap></map></authorizationPlugin></plugins>"
    )


def pair(policy: str, rest: str = 'userName="u"') -> list[str]:
    return [broker("a", connector("b", rest)), broker("b", body=policy)]


ALL = "ActiveMQ.Advisory.&gt;"
CASES: list[tuple[str, str, list[str], dict[str, Any], set[Severity]]] = [
    ("025", "nothing", pair(guarded(mark="¦")), {}, {W}),
    ("025", "consumers only", pair(guarded("ActiveMQ.Advisory.Consumer.&gt;=bridges", mark="¦")),
     {}, {W}),
    ("025", "another group", pair(guarded(f"{ALL}=admins", mark="¦")), {}, {W}),
    ("025", "the remote user", pair(guarded(f"{ALL}=admins", user="r", mark="¦"),
     'userName="x" remoteUserName="r"'), {}, {W}),
    ("025", "advisories", pair(guarded(f"{ALL}=x, bridges")), {}, set()),
    ("025", "all topics", pair(guarded("&gt;=bridges")), {}, set()),
    ("025", "everybody", pair(guarded("&gt;=*")), {}, set()),
    ("025", "groups unknown", pair(guarded(f"{ALL}=admins", user="other")), {}, set()),
    ("025", "a placeholder", pair(guarded(f"{ALL}=${{GROUP}}")), {}, set()),
    ("025", "pushed only needs no consumers",
     pair(guarded("ActiveMQ.Advisory.Connection=bridges"), 'userName="u" staticBridge="true"'),
     {}, set()),
    ("025", "its own duplex", [broker("a", connector("x", 'duplex="true" userName="u"'),
     body=guarded(mark="¦"))], {}, {W}),
    ("025", "no bridge leads here", [broker("a", connector("x", 'userName="u"'), body=guarded())],
     {}, set()),
    ("025", "no authorization", pair(""), {}, set()),
]  # fmt: skip


test_it_fires_at_the_marks = fires_at_the_marks(CASES)
