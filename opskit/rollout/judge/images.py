"""Images that cannot be had: what the kubelet says of them.

The reasons are the kubelet's (pkg/kubelet/images/types.go); which words mean that there is no such
image, or that it may not be read, are those of containerd and of the registries.
"""

import re
from collections.abc import Iterator

from opskit.findings import Rule, Severity
from opskit.rollout.judge.situation import Situation, State, Symptom, states, symptom

_PULLING = ("ErrImagePull", "ImagePullBackOff")
_MISSING = re.compile(
    r"not found|manifest unknown|does not exist|name unknown|no such (?:image|manifest)|"
    r"no match for platform|repository name not known",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"denied|unauthorized|authorization failed|no basic auth credentials|forbidden|"
    r"authentication required|40[13] ",
    re.IGNORECASE,
)
_TEMPORARY = re.compile(
    r"timeout|timed out|connection re|no such host|toomanyrequests|too many requests|429|50[0234] |"
    r"temporary failure|i/o|EOF|TLS handshake",
    re.IGNORECASE,
)
#: What the container runtime's protocol puts in front of an error.
_RPC = re.compile(r"rpc error: code = \w+ desc = ")
_DOCS = "https://kubernetes.io/docs/concepts/containers/images/"


@symptom(
    Rule(
        "ROL101",
        Severity.ERROR,
        "the image's name is not valid",
        "The kubelet cannot parse the name of the image, and will never start the container.",
        "correct the image: 'opskit rollout preflight IMAGE --offline' says what is wrong with it",
        _DOCS,
    )
)
def invalid_name(situation: Situation) -> Iterator[Symptom]:
    for state in states(situation.judged):
        if state.waiting.get("reason") == "InvalidImageName":
            yield _of(state, _said(state), situation.now)


@symptom(
    Rule(
        "ROL102",
        Severity.ERROR,
        "the image does not exist",
        "The registry has no such repository, tag or platform: no pod will ever start.",
        "push the image, or correct its name; 'opskit rollout preflight' looks beforehand",
        _DOCS,
    )
)
def missing(situation: Situation) -> Iterator[Symptom]:
    for state, text in _pulling(situation):
        if _missing(text):
            yield _of(state, text, situation.now)


@symptom(
    Rule(
        "ROL103",
        Severity.ERROR,
        "the image may not be pulled",
        "The registry refuses the node: no pull secret, the wrong one, or one that has expired.",
        "give the pod's service account a pull secret for this registry, or the nodes' role access",
        _DOCS + "#using-a-private-registry",
    )
)
def denied(situation: Situation) -> Iterator[Symptom]:
    for state, text in _pulling(situation):
        if _denied(text) and not _missing(text):
            yield _of(state, text, situation.now)


@symptom(
    Rule(
        "ROL104",
        Severity.ERROR,
        "the image is not on the node and may not be pulled",
        "imagePullPolicy is Never, and the node does not have the image.",
        "load the image onto the nodes, or set imagePullPolicy to IfNotPresent",
        _DOCS + "#image-pull-policy",
    )
)
def never_pulled(situation: Situation) -> Iterator[Symptom]:
    for state in states(situation.judged):
        if state.waiting.get("reason") == "ErrImageNeverPull":
            yield _of(state, _said(state), situation.now)


@symptom(
    Rule(
        "ROL111",
        Severity.ERROR,
        "the image cannot be pulled",
        "Pulls fail for another reason than that the image is missing: a registry or a network "
        "that does not answer. That may pass, so it is waited for.",
        "check the registry and the network of the node; --pull-grace sets how long to wait",
        _DOCS + "#imagepullbackoff",
    )
)
def pull_fails(situation: Situation) -> Iterator[Symptom]:
    for state, text in _pulling(situation):
        if _missing(text) or _denied(text):
            continue
        since = situation.memory.since(situation.now, "pull", state.uid, state.name)
        yield _of(state, text, since + situation.policy.pull_grace)


def _missing(text: str) -> bool:
    return bool(_MISSING.search(text)) and not _TEMPORARY.search(text)


def _denied(text: str) -> bool:
    return bool(_DENIED.search(text)) and not _TEMPORARY.search(text)


def _pulling(situation: Situation) -> Iterator[tuple[State, str]]:
    """The containers whose image is not there, with the fullest text about it.

    A back-off often says no more than that; why stands in the event of the failed pull.
    """
    for state in states(situation.judged):
        if state.waiting.get("reason") not in _PULLING:
            continue
        text = _said(state)
        if not (_missing(text) or _denied(text)):
            image = str(state.spec.get("image"))
            events = [
                str(event.get("message"))
                for event in situation.events_of(state.uid)
                if event.get("reason") == "Failed" and "pull" in str(event.get("message"))
                if image in str(event.get("message"))
            ]
            text = events[-1] if events else text
        yield state, text


def _said(state: State) -> str:
    text = str(state.waiting.get("message") or state.waiting.get("reason"))
    return _RPC.sub("", text)


def _of(state: State, text: str, fatal_at: float) -> Symptom:
    image = state.spec.get("image")
    message = text if str(image) in text else f"{image}: {text}"
    reason = state.waiting["reason"]
    return Symptom(message, reason, state.pod_name, state.name, fatal_at)
