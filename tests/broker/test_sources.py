"""Paths of every kind read as one network."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from opskit.broker import versions
from opskit.broker.sources import read_network
from opskit.errors import InputError

TOPOLOGY = """
brokers:
  onprem: {engine: activemq, version: 5.17.2, endpoints: ["tcp://onprem:61616"]}
  cloud: {engine: amazon-mq, version: "5.18", endpoints: ["ssl://cloud:61617"]}
routes:
  - {from: onprem, to: cloud, queues: [Q]}
"""


def broker(name: str) -> str:
    return (
        f'<beans><broker brokerName="{name}"><networkConnectors>'
        '<networkConnector name="out" uri="static:(tcp://b:1)"/>'
        "</networkConnectors></broker></beans>"
    )


def names(*paths: Path | str) -> list[str]:
    return [broker.name for broker in read_network(paths).brokers]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_files_in_the_order_given(tmp_path: Path) -> None:
    one, two = write(tmp_path / "1.xml", broker("one")), write(tmp_path / "2.xml", broker("two"))
    assert names(two, str(one)) == ["two", "one"]


def test_a_file_named_twice_counts_once(tmp_path: Path) -> None:
    one = write(tmp_path / "1.xml", broker("one"))
    assert names(one, tmp_path / "." / "1.xml", tmp_path) == ["one"]
    assert names(tmp_path, one) == ["one"]


def test_a_folder_with_its_sub_folders(tmp_path: Path) -> None:
    write(tmp_path / "b" / "deep" / "x.xml", broker("deep"))
    write(tmp_path / "a" / "y.XML", broker("upper"))
    write(tmp_path / "z.xml", broker("top"))
    write(tmp_path / ".hidden" / "x.xml", broker("hidden"))
    write(tmp_path / ".hidden.xml", broker("hidden"))
    write(tmp_path / "notes.txt", broker("text"))
    assert names(tmp_path) == ["top", "upper", "deep"]


def test_a_folder_passes_over_what_has_nothing_to_do_with_brokers(tmp_path: Path) -> None:
    write(tmp_path / "broker.xml", broker("one"))
    write(tmp_path / "log4j2.xml", "<Configuration/>")
    write(tmp_path / "jetty.xml", "<beans><bean id='broker-console'/></beans>")
    write(tmp_path / "dtd.xml", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')
    write(tmp_path / "values.yaml", "brokers: 3")
    os.mkfifo(tmp_path / "pipe.xml")
    (tmp_path / "folder.xml").mkdir()
    assert names(tmp_path) == ["one"]


def test_a_link_that_leads_nowhere_is_not_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "broker.xml", broker("one"))
    (tmp_path / "gone.xml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match="no such file"):
        names(tmp_path)


def test_links_that_lead_to_each_other(tmp_path: Path) -> None:
    (tmp_path / "a.xml").symlink_to(tmp_path / "b.xml")
    (tmp_path / "b.xml").symlink_to(tmp_path / "a.xml")
    with pytest.raises(InputError, match="cannot read"):
        names(tmp_path)


def test_a_folder_follows_no_links_to_folders(tmp_path: Path) -> None:
    write(tmp_path / "a" / "one.xml", broker("one"))
    (tmp_path / "a" / "around").symlink_to(tmp_path / "a")
    assert names(tmp_path) == ["one"]


@pytest.mark.parametrize("name", ["topology.yaml", "topology.yml"])
def test_a_topology_in_a_folder(name: str, tmp_path: Path) -> None:
    write(tmp_path / name, TOPOLOGY)
    write(tmp_path / "one.xml", broker("one"))
    assert sorted(names(tmp_path)) == ["cloud", "one", "onprem"]


@pytest.mark.parametrize("name", ["any.yaml", "any.yml", "any", "any.txt"])
def test_a_topology_under_any_name(name: str, tmp_path: Path) -> None:
    network = read_network([write(tmp_path / name, TOPOLOGY)])
    assert [broker.name for broker in network.brokers] == ["onprem", "cloud"]
    assert [str(broker.version) for broker in network.brokers] == ["5.17.2", "5.18"]
    (connector,) = network.connectors
    assert [remote.name for remote in network.remotes(connector)] == ["cloud"]


def test_a_broker_file_under_any_name(tmp_path: Path) -> None:
    assert names(write(tmp_path / "activemq.conf", "\n  " + broker("one"))) == ["one"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_stdin_is_xml_or_a_topology(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(monkeypatch, ("\n" + broker("one")).encode(encoding))
    network = read_network(["-"])
    assert [b.name for b in network.brokers] == ["one"]
    assert network.brokers[0].location().file == "<stdin>"
    stdin(monkeypatch, TOPOLOGY.encode(encoding))
    assert names("-") == ["onprem", "cloud"]


def test_version_and_target_are_those_asked_for(tmp_path: Path) -> None:
    file = write(tmp_path / "1.xml", broker("one"))
    (found,) = read_network([file], version=versions.parse("5.17"), target="amazon-mq").brokers
    assert (str(found.version), found.target) == ("5.17", "amazon-mq")
    assert found.version_given
    (assumed,) = read_network([file]).brokers
    assert (str(assumed.version), assumed.target) == (versions.DEFAULT, "self-managed")
    assert not assumed.version_given


ALONE = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OPENWIRE = '<transportConnectors><transportConnector name="openwire"/></transportConnectors>'
LISTENING = OPENWIRE.replace("/>", ' uri="tcp://0.0.0.0:1"/>')


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (f"{ALONE}<broker/>", "amazon-mq"),
        (f"<broker>{OPENWIRE}</broker>", "amazon-mq"),
        ("<broker/>", "self-managed"),
        (ALONE.replace("yes", "no") + "<broker/>", "self-managed"),
        (f'{ALONE}<broker brokerName="b"/>', "self-managed"),
        (f"{ALONE}<beans><broker/></beans>", "self-managed"),
        (f"{ALONE}<broker>{LISTENING}</broker>", "self-managed"),
        (f"{ALONE}<networkConnectors/>", "self-managed"),
    ],
)
def test_without_a_target_the_shape_of_the_file_tells_it(
    text: str, target: str, tmp_path: Path
) -> None:
    file = write(tmp_path / "1.xml", text)
    assert [broker.target for broker in read_network([file]).brokers] == [target]
    (asked,) = read_network([file], target="self-managed").brokers
    assert asked.target == "self-managed"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.xml", "<beans/>", "configures no broker"),
        ("a.xml", "", "empty"),
        ("a.xml", "<broker>", "not well-formed"),
        ("a.xml", '<broker uri="x?a=1&b=2"/>', r"invalid token\); write &amp; for &"),
        ("a.xml", '<broker a="x & y"/>', "write &amp; for &"),
        ("a.xml", '<broker a="&amp;" b=1/>', r"invalid token\)$"),
        ("a.xml", "brokers: {}", "not well-formed"),
        ("a.yaml", "<broker/>", "expected"),
        ("a", "", "is empty"),
        ("a.yaml", "brokers: {}\nroutes: []\nmore: 1", "unknown key"),
    ],
)
def test_a_named_file_has_to_be_of_use(name: str, text: str, message: str, tmp_path: Path) -> None:
    file = write(tmp_path / name, text)
    with pytest.raises(InputError, match=message) as caught:
        read_network([file])
    assert caught.value.where.startswith(str(file))


def test_a_folder_has_to_hold_a_broker(tmp_path: Path) -> None:
    write(tmp_path / "log4j2.xml", "<Configuration/>")
    with pytest.raises(InputError, match="no broker file in this folder") as caught:
        read_network([tmp_path])
    assert caught.value.where == str(tmp_path)


def test_a_broken_broker_file_in_a_folder_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "one.xml", broker("one"))
    write(tmp_path / "two.xml", "<broker>")
    with pytest.raises(InputError, match="not well-formed") as caught:
        read_network([tmp_path])
    assert caught.value.where.startswith(str(tmp_path / "two.xml"))


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_network([tmp_path / "none.xml"])


def test_a_folder_that_may_not_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may list any, so that the refusal is made up."""
    write(tmp_path / "locked" / "one.xml", broker("one"))
    scandir = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(InputError, match="cannot list the folder: Permission denied") as caught:
        read_network([tmp_path])
    assert caught.value.where == str(tmp_path / "locked")
