"""Messages in the shapes in which AWS, Hadoop and others print them."""

import json

ACCOUNT = "111122223333"
SHADED = "com.amazon.ws.emr.hadoop.fs.shaded.com.amazonaws.services.s3.model.AmazonS3Exception"
TAIL = (
    "(Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 8B28; "
    "S3 Extended Request ID: puwS=), S3 Extended Request ID: puwS="
)
BARE = f"java.io.IOException: {SHADED}: Access Denied {TAIL}"


def session(role: str, name: str = "EmrFS-Session") -> str:
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}"


def enhanced(
    role: str,
    action: str,
    resource: str,
    because: str = "because no identity-based policy allows the {} action",
) -> str:
    """S3's message since 2024, and that of other services before."""
    reason = because.format(action)
    who = session(role, "i-0abc1234" if role == "Base" else "EmrFS-Session")
    return (
        f"{SHADED}: User: {who} is not authorized to perform: {action} on resource: "
        f'"{resource}" {reason} {TAIL}'
    )


def assume(asker: str, role: str) -> str:
    return (
        f"com.amazonaws.services.securitytoken.model.AWSSecurityTokenServiceException: User: "
        f"{session(asker, 'i-0abc1234')} is not authorized to perform: sts:AssumeRole on "
        f"resource: arn:aws:iam::{ACCOUNT}:role/{role} (Service: AWSSecurityTokenService; "
        "Status Code: 403; Error Code: AccessDenied; Request ID: 11; Proxy: null)"
    )


SPARK = f"""\
23/05/01 10:00:00 INFO SparkContext: Running Spark version 3.3.0
23/05/01 10:00:01 WARN TaskSetManager: Lost task 0.0 in stage 1.0 (TID 1): java.io.IOException: \
Could not read footer for file: s3://lake/raw/part-0.parquet
\tat org.apache.spark.sql.Foo.bar(Foo.scala:10)
Caused by: {SHADED}: Access Denied {TAIL}
\tat com.amazonaws.http.AmazonHttpClient.handle(AmazonHttpClient.java:1819)
\t... 30 more
23/05/01 10:00:02 INFO BlockManager: fine
"""
HIVE = f"FAILED: Execution Error, return code 1 from DDLTask. MetaException(message:{BARE})"
S3A = (
    "ls: s3a://lake/raw/x: getFileStatus on s3a://lake/raw/x: com.amazonaws.services.s3.model."
    "AmazonS3Exception: Forbidden (Service: Amazon S3; Status Code: 403; Error Code: 403 "
    "Forbidden; Request ID: Q7; S3 Extended Request ID: =):403 Forbidden"
)
SDK2 = (
    "software.amazon.awssdk.services.s3.model.S3Exception: Access Denied (Service: S3, Status "
    "Code: 403, Request ID: Q8, Extended Request ID: x)"
)
TRINO = (
    "io.trino.spi.TrinoException: Error opening Hive split s3://lake/raw/f.orc (offset=0, "
    "length=42): Access Denied (Service: Amazon S3; Status Code: 403)"
)
TRINO_LIST = "io.trino.spi.TrinoException: Failed to list directory: s3://lake/raw/\n" + (
    f"Caused by: {SHADED}: Access Denied {TAIL}"
)
CLI = (
    "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied for "
    "s3://lake/raw/x"
)
XML = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
KMS = (
    "com.amazonaws.services.s3.model.AmazonS3Exception: The ciphertext refers to a customer "
    "master key that does not exist, does not exist in this region, or you are not allowed to "
    "access. (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied) s3://lake/raw/x"
)
HDFS = 'Permission denied: user=ana, access=WRITE, inode="/user":hdfs:hdfs:drwxr-xr-x'
ACCESS_LOG = (
    f"79a59df lake [06/Feb/2024:00:00:38 +0000] 10.0.0.1 {session('Eng')} 3E57427F3 "
    'REST.GET.OBJECT raw/a%2520b "GET /lake/raw/a%20b HTTP/1.1" 403 AccessDenied 243 - 7 - "-"'
)
ACCESS_LOG_LIST = (
    f"79a59df lake [06/Feb/2024:00:00:38 +0000] 10.0.0.1 {session('Eng')} 3E57427F3 "
    'REST.GET.BUCKET - "GET /lake?list-type=2&prefix=raw%2F HTTP/1.1" 403 AccessDenied 243 - 7'
)
TRAIL = {
    "eventSource": "s3.amazonaws.com",
    "eventName": "GetObject",
    "errorCode": "AccessDenied",
    "errorMessage": "Access Denied",
    "userIdentity": {"type": "AssumedRole", "arn": session("Eng")},
    "requestParameters": {"bucketName": "lake", "key": "raw/x"},
}
TRAIL_TEXT = json.dumps({"Records": [TRAIL, {**TRAIL, "errorCode": None}]})
