"""Condition keys: which of them a request carries, and which values cannot be told here.

IAM User Guide, "AWS global condition context keys"; Service Authorization Reference, pages on
Amazon S3, AWS STS and AWS KMS.
"""

from opskit.emrfs.iam.decision import Request

#: Keys that a `Request` has to give or to name as unknown: without either they are absent. Every
#: other key is unknown, unless it is given.
MODELLED = frozenset(
    {
        *("aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:currenttime"),
        *("aws:epochtime", "aws:federatedprovider", "aws:multifactorauthage"),
        *("aws:multifactorauthpresent", "aws:principalaccount", "aws:principalarn"),
        *("aws:principalisawsservice", "aws:principalorgid", "aws:principalorgpaths"),
        *("aws:principalservicename", "aws:principalservicenameslist", "aws:principaltype"),
        *("aws:referer", "aws:requestedregion", "aws:resourceaccount", "aws:resourceorgid"),
        *("aws:resourceorgpaths", "aws:securetransport", "aws:sourceaccount", "aws:sourcearn"),
        *("aws:sourceidentity", "aws:sourceip", "aws:sourceorgid", "aws:sourceorgpaths"),
        *("aws:sourcevpc", "aws:sourcevpce", "aws:tagkeys", "aws:tokenissuetime"),
        *("aws:useragent", "aws:userid", "aws:username", "aws:viaawsservice"),
        *("aws:vpcsourceip", "kms:calleraccount", "kms:viaservice"),
        *("s3:accesspointnetworkorigin", "s3:authtype", "s3:dataaccesspointaccount"),
        *("s3:dataaccesspointarn", "s3:delimiter", "s3:max-keys", "s3:prefix"),
        *("s3:resourceaccount", "s3:signatureage", "s3:signatureversion", "s3:tlsversion"),
        *("s3:versionid", "s3:x-amz-acl", "s3:x-amz-copy-source", "s3:x-amz-grant-full-control"),
        *("s3:x-amz-grant-read", "s3:x-amz-grant-read-acp", "s3:x-amz-grant-write"),
        *("s3:x-amz-grant-write-acp", "s3:x-amz-metadata-directive"),
        *("s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"),
        *("s3:x-amz-server-side-encryption-customer-algorithm", "s3:x-amz-storage-class"),
        *("s3:x-amz-website-redirect-location", "s3:x-amz-content-sha256"),
        *("sts:durationseconds", "sts:externalid", "sts:rolesessionname", "sts:sourceidentity"),
        *("sts:transitivetagkeys",),
    }
)
#: Keys whose second part is free, and which a request carries only when it is given.
FAMILIES = ("aws:requesttag/", "s3:requestobjecttag/")


def values(request: Request, key: str) -> tuple[str, ...] | None:
    """The values of a key in a request: empty where it is absent, None where it is not known."""
    name = key.lower()
    given = request.context.get(name)
    if given is not None:
        return given
    if name in request.unknown:
        return None
    return () if name in MODELLED or name.startswith(FAMILIES) else None
