"""A profile from the metrics of a bucket in CloudWatch: what is stored by class, for nothing.

S3 User Guide, "Metrics and dimensions": daily storage metrics with a StorageType for each class
and for what S3 adds to objects, and request metrics where a bucket has them switched on.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from opskit.clients.aws import answer
from opskit.errors import UnknownError
from opskit.storage.profile.model import Monthly, Profile
from opskit.storage.profile.storage_types import STAGING, cells

_NAMESPACE = "AWS/S3"
_DAY = 86_400
_BACK, _MONTH = 14, 30
_READS, _WRITES = ("GetRequests", "HeadRequests", "SelectRequests"), ("PutRequests", "PostRequests")
_REQUESTS = (*_READS, *_WRITES, "ListRequests", "DeleteRequests", "BytesDownloaded")

Points = dict[date, int]


def read(
    client: Any,
    bucket: str,
    *,
    region: str = "",
    say: Callable[[str], None] = lambda text: None,
    now: datetime | None = None,
) -> Profile:
    """The profile of a bucket by its newest daily metrics; `now` is UTC.

    UnknownError where there are none, or where CloudWatch refuses.
    """
    today = (now or datetime.now(UTC)).replace(hour=0, minute=0, second=0, microsecond=0)
    say(f"looking for the metrics of {bucket}")
    sizes = _series(client, bucket, "BucketSizeBytes", today)
    counts = _series(client, bucket, "NumberOfObjects", today)
    if not any(sizes.values()):
        raise UnknownError(
            f"CloudWatch has no storage metrics of the bucket {bucket!r}",
            where="CloudWatch",
            hint="they are in the bucket's region (--region), and come a day or two after the "
            "bucket's first objects",
        )
    day = _day(sizes)
    stored = {kind: points[day] for kind, points in sizes.items() if day in points}
    notes = _gaps(sizes, day)
    total = next((points[day] for points in counts.values() if day in points), None)
    made = tuple(cells(stored, total, notes))
    monthly = _monthly(client, bucket, today, notes)
    staged = sum(stored.get(kind, 0) for kind in STAGING)
    return Profile(
        stored=made,
        monthly=monthly,
        provider="aws",
        region=region or client.meta.region_name or "",
        source=f"CloudWatch metrics of {bucket}",
        taken_on=day,
        upload_bytes=staged,
        notes=tuple(notes),
    )


def _series(client: Any, bucket: str, name: str, today: datetime) -> dict[str, Points]:
    """The daily values of a metric by its storage type, of those that the bucket has."""
    found = [each for each in _listed(client, bucket, name) if "StorageType" in each]
    values = _values(
        client,
        [(name, {"BucketName": bucket, "StorageType": each["StorageType"]}) for each in found],
        "Average",
        today - timedelta(days=_BACK),
        today + timedelta(days=1),
    )
    return {each["StorageType"]: points for each, points in zip(found, values, strict=True)}


def _listed(client: Any, bucket: str, name: str) -> list[dict[str, str]]:
    """The dimensions of each metric of this name that the bucket has."""
    token: dict[str, str] = {}
    found: list[dict[str, str]] = []
    while True:
        page = answer(
            f"CloudWatch metrics of {bucket}",
            "it needs cloudwatch:ListMetrics",
            client.list_metrics,
            Namespace=_NAMESPACE,
            MetricName=name,
            Dimensions=[{"Name": "BucketName", "Value": bucket}],
            **token,
        )
        for metric in page["Metrics"]:
            found.append({each["Name"]: each["Value"] for each in metric["Dimensions"]})
        if not page.get("NextToken"):
            return [each for each in found if each.get("BucketName") == bucket]
        token = {"NextToken": page["NextToken"]}


def _values(
    client: Any,
    metrics: Sequence[tuple[str, Mapping[str, str]]],
    statistic: str,
    start: datetime,
    end: datetime,
) -> list[Points]:
    """The values of metrics, each with its dimensions, by day."""
    found: list[Points] = [{} for _ in metrics]
    queries = [
        _query(number, name, kinds, statistic) for number, (name, kinds) in enumerate(metrics)
    ]
    token: dict[str, str] = {}
    while queries:
        page = answer(
            "CloudWatch",
            "it needs cloudwatch:GetMetricData",
            client.get_metric_data,
            MetricDataQueries=queries,
            StartTime=start,
            EndTime=end,
            **token,
        )
        for series in page["MetricDataResults"]:
            points = found[int(series["Id"][1:])]
            for at, value in zip(series["Timestamps"], series["Values"], strict=True):
                points[at.date()] = round(value)
        if not page.get("NextToken"):
            break
        token = {"NextToken": page["NextToken"]}
    return found


def _query(number: int, name: str, kinds: Mapping[str, str], statistic: str) -> dict[str, Any]:
    dimensions = [{"Name": kind, "Value": value} for kind, value in kinds.items()]
    metric = {"Namespace": _NAMESPACE, "MetricName": name, "Dimensions": dimensions}
    stat = {"Metric": metric, "Period": _DAY, "Stat": statistic}
    return {"Id": f"m{number}", "MetricStat": stat}


def _day(sizes: Mapping[str, Points]) -> date:
    """The newest day, or the one before it if S3 has sent more of its values."""
    newest = max(day for points in sizes.values() for day in points)
    before = newest - timedelta(days=1)
    return max((newest, before), key=lambda day: sum(day in each for each in sizes.values()))


def _gaps(sizes: Mapping[str, Points], day: date) -> list[str]:
    """Notes of storage types without a value on the day."""
    found = []
    for kind, points in sorted(sizes.items()):
        if points and day not in points and any(points.values()):
            found.append(f"{kind} has no value of {day}; its last, of {max(points)}, is left out")
    return found


def _monthly(client: Any, bucket: str, today: datetime, notes: list[str]) -> Monthly:
    """The use of thirty days by request metrics, if the bucket has them."""
    chosen, why = _filter(client, bucket)
    if why:
        notes.append(f"how the bucket is used is not known: {why}")
        return Monthly()
    start = today - timedelta(days=_MONTH)
    kinds = {"BucketName": bucket, "FilterId": chosen}
    series = _values(client, [(name, kinds) for name in _REQUESTS], "Sum", start, today)
    days = [day for points in series for day in points]
    if not days:
        notes.append("how the bucket is used is not known: its request metrics have no values")
        return Monthly()
    covered = (today.date() - min(days)).days
    sums = {
        name: sum(points.values()) * _MONTH // covered
        for name, points in zip(_REQUESTS, series, strict=True)
    }
    notes.append(
        f"the use is that of {covered} days, by the request metrics of the filter {chosen!r}"
        + ("" if covered == _MONTH else ", brought to 30")
    )
    notes.append("what left to the internet is not known: egress is taken as 0; set it yourself")
    return Monthly(
        reads=sum(sums[name] for name in _READS),
        writes=sum(sums[name] for name in _WRITES),
        lists=sums["ListRequests"],
        deletes=sums["DeleteRequests"],
        retrieved=sums["BytesDownloaded"],
    )


def _filter(client: Any, bucket: str) -> tuple[str, str]:
    """The filter of request metrics that has the whole bucket, or why there is none."""
    listed = _listed(client, bucket, "AllRequests")
    filters = sorted({each["FilterId"] for each in listed if "FilterId" in each})
    if not filters:
        return "", "it has no request metrics switched on"
    if "EntireBucket" in filters:
        return "EntireBucket", ""
    if len(filters) > 1:
        names = ", ".join(filters)
        return "", f"its request metrics have the filters {names}, and none is EntireBucket"
    return filters[0], ""
