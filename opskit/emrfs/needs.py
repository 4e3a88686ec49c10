"""What a base role needs of S3 for the cluster itself, which is no leak.

EMR Management Guide, "Service role for cluster EC2 instances (EC2 instance profile)": writes to
the log folder, and reads of bootstrap actions and of AWS's own buckets for EMR.
"""

import re
from dataclasses import dataclass, replace

from opskit.emrfs import samples
from opskit.emrfs.model import Design
from opskit.emrfs.prefixes import SCHEMES, scheme_of
from opskit.emrfs.reach import Reached

_URI = re.compile(r"s3[an]?://[^\s,'\"\]}]+", re.IGNORECASE)
#: AWS's buckets with EMR's own software, as `us-east-1.elasticmapreduce`.
_AWS = re.compile(r"(?:\*|[a-z0-9-]+)\.elasticmapreduce(?:/|$)")
_READS = frozenset(("s3:GetObject", "s3:GetObjectVersion"))
_PUTS = frozenset(("s3:PutObject",))
#: What a statement for the log folder may hold: writing in parts, and finding the bucket.
_LOGGING = frozenset(
    ("s3:putobject", "s3:abortmultipartupload", "s3:listmultipartuploadparts")
    + ("s3:listbucketmultipartuploads", "s3:getbucketlocation")
)


@dataclass(frozen=True, slots=True)
class Needs:
    """The log folder as `bucket/folder/`, empty where it is not known, and scripts' folders."""

    logs: str
    scripts: tuple[str, ...]

    @classmethod
    def of(cls, design: Design) -> "Needs":
        cluster = design.cluster
        if cluster is None:
            return cls("", ())
        logs = _text(cluster.log_uri)
        written = str(cluster.options.get("bootstrap-actions", ""))
        folders = (_text(each).rpartition("/")[0] + "/" for each in _URI.findall(written))
        # a script on top of a bucket is no reason to read the whole of it
        scripts = tuple(each for each in folders if each.count("/") > 1)
        return cls(f"{logs.rstrip('/')}/" if logs else "", scripts)

    def beyond(self, found: Reached) -> Reached | None:
        """What is reached without what is needed; None where nothing is left."""
        start = samples.head(found.pattern)
        if _AWS.match(found.pattern):
            needed = frozenset((*_READS, "s3:ListBucket"))
        elif self.logs and start.startswith(self.logs):
            needed = _PUTS
        elif start.startswith(self.scripts):
            needed = _READS
        else:
            return found
        actions = tuple(each for each in found.actions if each not in needed)
        unsure = tuple(each for each in found.unsure if each not in needed)
        return replace(found, actions=actions, unsure=unsure) if actions or unsure else None

    def may_be_logs(self, found: Reached) -> bool:
        """Whether this may be the log folder, where the design does not say which one it is: a
        statement that does no more than to put objects, into no mapped prefix.
        """
        if self.logs or found.everything or found.prefixes:
            return False
        written = [each.lower() for each in found.statement.actions or ("*",)]
        return _PUTS.issuperset((*found.actions, *found.unsure)) and _LOGGING.issuperset(written)


def _text(uri: str) -> str:
    scheme = scheme_of(uri)
    return uri[len(scheme) + 3 :] if scheme.lower() in SCHEMES else ""
