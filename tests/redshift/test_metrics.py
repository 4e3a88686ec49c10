"""What is measured of a warehouse, and that Graphite has it."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parsed

from opskit.clients import graphite
from opskit.errors import UnknownError, UsageError
from opskit.output import Format, Measures, render_measures
from opskit.output.measures import Family, Sample
from opskit.redshift import metrics
from opskit.redshift.catalog import Engine
from tests.redshift import busy, carbon
from tests.rig.ports import free_ports

_MB = 1024 * 1024


def measured(rows: busy.Rows, engine: Engine = "provisioned", **more: tuple[str, ...]) -> Measures:
    return metrics.measure(*busy.look(rows, engine=engine, **more), name="prod")


def values(measures: Measures) -> dict[str, float]:
    """Each series as Graphite calls it, without the beginning."""
    lines = render_measures(measures, Format.GRAPHITE).splitlines()
    parts = [line.removeprefix("opskit.redshift.prod.").split() for line in lines]
    assert len({name for name, _, _ in parts}) == len(parts)
    return {name: float(value) for name, value, _ in parts}


@pytest.fixture(scope="module")
def night() -> Measures:
    return measured(busy.provisioned())


def test_the_figures_are_those_of_the_views(night: Measures) -> None:
    found = values(night)
    weights = [max(0, 12 - abs(hour - 3) * 2) + 1 for hour in range(24)]
    assert found["queue_wait_seconds.etl"] == 45 * sum(weights)
    assert found["queue_execution_seconds.dashboards"] == 90 * sum(weights)
    assert found["queue_longest_wait_seconds.etl"] == 45 * max(weights)
    assert found["commits"] == sum(weights)
    assert found["commit_wait_seconds"] == sum(3 * w * w for w in weights)
    assert found["commit_queue_longest"] == max(weights) - 1
    loads = weights[::3]
    assert found["loads"] == 24
    assert found["load_files"] == 4 * len(loads)
    assert found["load_bytes"] == 4 * 700_000_000 * sum(loads)
    # those whose bytes are not logged are not in the time
    speed = found["load_throughput_bytes_per_second"]
    assert speed == pytest.approx(4 * 700_000_000 * sum(loads) / (90 * sum(loads)))
    assert found["table_size_bytes.sales.orders"] == 912_384 * _MB
    assert found["table_unsorted_ratio.sales.orders"] == 0.415
    assert found["disk_used_bytes"] == 1_200_001 * _MB
    assert found["disk_used_ratio"] == 0.6000005


def test_tables_are_bounded_and_their_sum_is_of_all() -> None:
    found = values(measured(busy.provisioned(tables=60)))
    assert sum(name.startswith("table_size_bytes.") for name in found) == metrics.TABLES
    assert found["tables"] == 60
    assert found["tables_size_bytes"] > sum(
        value for name, value in found.items() if name.startswith("table_size_bytes.")
    )


def test_unsorted_means_nothing_without_a_sort_key() -> None:
    rows = busy.provisioned(tables=3)
    rows["svv_table_info"][0].update(sortkey1=None, sortkey_num=0)
    found = values(measured(rows))
    assert "table_unsorted_ratio.sales.orders" not in found
    assert "table_unsorted_ratio.mart.facts_00" in found


def test_what_could_not_be_looked_at_is_no_zero(night: Measures) -> None:
    looked = values(night)
    blind = values(measured(busy.provisioned(), refused=("queue-wait", "table-info")))
    assert looked["query_answered.table-info"] == 1
    assert looked["rule_findings.RSH020"] == 2
    assert looked["rule_findings.RSH021"] == 0
    assert blind["query_answered.table-info"] == 0
    assert blind["findings.unknown"] >= 1
    assert not {"rule_findings.RSH020", "rule_findings.RSH021", "tables"} & blind.keys()
    assert not any(name.startswith("queue_") for name in blind)
    assert "commits" in blind


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_a_quiet_warehouse_has_zeros_and_one_of_nulls_nothing(engine: Engine) -> None:
    quiet = values(measured({}, engine))
    assert quiet["commits"] == quiet["loads"] == quiet["tables"] == 0
    nulls: busy.Rows = {view: [{}] for view in ("svv_table_info", "sys_load_history")}
    if engine == "provisioned":
        nulls = {view: [{}] for view in busy.provisioned()}
    found = values(measured(nulls, engine))
    assert found["tables"] == 1
    assert not any(name.startswith(("table_", "disk_")) for name in found)


def test_the_same_warehouse_gives_the_same_bytes(night: Measures) -> None:
    again = measured(busy.provisioned())
    for fmt in (Format.OPENMETRICS, Format.GRAPHITE, Format.GRAPHITE_TAGGED):
        assert render_measures(night, fmt) == render_measures(again, fmt)


def test_prometheus_reads_it_all(night: Measures) -> None:
    families = list(parsed(render_measures(night, Format.OPENMETRICS)))
    names = [family.name for family in families]
    assert len(set(names)) == len(names) > 30
    for family in families:
        unit = family.name.rpartition("_")[2]
        assert family.unit or unit not in ("seconds", "bytes", "ratio")
        assert family.documentation
        assert family.samples


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[carbon.Carbon]:
    with carbon.running(tmp_path_factory.mktemp("carbon")) as found:
        yield found


@pytest.mark.parametrize("fmt", [Format.GRAPHITE, Format.GRAPHITE_TAGGED])
def test_a_real_carbon_has_every_value(
    receiver: carbon.Carbon, fmt: Format, night: Measures
) -> None:
    """Its files keep values near the present only, so the present is what they get."""
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    lines = render_measures(replace(night, time=now), fmt)
    graphite.send(("127.0.0.1", receiver.port), lines.encode())
    sent = {series: float(value) for series, value, _ in map(str.split, lines.splitlines())}
    assert len(sent) == lines.count("\n") > 100
    assert receiver.values(list(sent), int(lines.split()[2])) == sent


def test_hostile_names_reach_carbon_as_series_of_their_own(receiver: carbon.Carbon) -> None:
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    names = ["a b", "a_b", "../../etc", "~x", "ü\u202e", "x;y=z", 'q{a="b"}']
    family = Family("hostile", "x", [Sample(n + 1, {"n": each}) for n, each in enumerate(names)])
    for fmt in (Format.GRAPHITE, Format.GRAPHITE_TAGGED):
        lines = render_measures(Measures("hostile", now, [family]), fmt)
        graphite.send(("127.0.0.1", receiver.port), lines.encode())
        series, _, at = zip(*map(str.split, lines.splitlines()), strict=True)
        assert list(receiver.values(series, int(at[0])).values()) == [1, 2, 3, 4, 5, 6, 7]
        assert all(receiver.folder in receiver.file(s).resolve().parents for s in series)


def listener(serve: Callable[[socket.socket], None]) -> int:
    """A port that takes one connection, for `serve` to treat."""
    server = socket.create_server(("127.0.0.1", 0))

    def take() -> None:
        connection, _ = server.accept()
        server.close()
        with connection:
            serve(connection)

    threading.Thread(target=take, daemon=True).start()
    port: int = server.getsockname()[1]
    return port


def test_nobody_there_is_told_and_nothing_was_sent() -> None:
    [port] = free_ports(1)
    with pytest.raises(UnknownError, match="cannot connect: Connection refused") as caught:
        graphite.send(("127.0.0.1", port), b"x 1 2\n")
    assert caught.value.exit_code == 3
    assert "nothing was sent" in caught.value.hint


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70])
def test_a_host_without_an_address_is_told(host: str) -> None:
    with pytest.raises(UnknownError, match="cannot connect"):
        graphite.send((host, 2003), b"x 1 2\n")


def test_a_receiver_that_reads_nothing_is_told() -> None:
    done = threading.Event()
    port = listener(lambda connection: bool(done.wait(20)))
    with pytest.raises(UnknownError, match="not all was taken: no answer in time"):
        graphite.send(("127.0.0.1", port), b"x 1 2\n" * 2_000_000, send_seconds=0.3)
    done.set()


def test_a_receiver_that_leaves_in_the_middle_is_told() -> None:
    port = listener(lambda connection: bool(connection.recv(10)))
    with pytest.raises(UnknownError, match="not all was taken"):
        graphite.send(("127.0.0.1", port), b"x 1 2\n" * 2_000_000)


def test_all_arrives_before_it_counts_as_sent() -> None:
    got: list[bytes] = []

    def read(connection: socket.socket) -> None:
        while data := connection.recv(65536):
            got.append(data)

    port = listener(read)
    data = b"x 1 2\n" * 100_000
    graphite.send(("127.0.0.1", port), data)
    assert b"".join(got) == data


def test_addresses() -> None:
    assert graphite.address("graphite.example:2003") == ("graphite.example", 2003)
    assert graphite.address("[::1]:2003") == ("::1", 2003)


@pytest.mark.parametrize(
    "text", ["", "host", "host:", ":2003", "host:0", "host:65536", "::1:2003", "h:2003x", "h:²"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no HOST:PORT"):
        graphite.address(text)


def test_serverless_loads_are_summed_and_what_is_not_logged_is_left_out() -> None:
    at = {"user_id": 100, "start_time": busy.NOW.replace(minute=0)}
    loads = [
        {
            **at,
            "query_id": 1,
            "source_file_count": 3,
            "source_file_bytes": 600,
            "duration": 2_000_000,
        },
        {
            **at,
            "query_id": 2,
            "source_file_count": 0,
            "source_file_bytes": 0,
            "duration": 9_000_000,
        },
    ]
    found = values(measured({"sys_load_history": loads}, "serverless"))
    assert (found["loads"], found["load_files"], found["load_bytes"]) == (2, 3, 600)
    assert found["load_seconds"] == 11
    assert found["load_throughput_bytes_per_second"] == 300
