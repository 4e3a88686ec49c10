"""Messages over STOMP, through a client that has nothing to do with the brokers' own code.

The versions with a STOMP transport are in ``STOMP_VERSIONS``. ``Fleet.send`` and
``Fleet.subscribe`` do the same over OpenWire, and so for every version.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import stomp  # type: ignore[import-untyped]
from stomp.utils import Frame  # type: ignore[import-untyped]

STOMP_VERSIONS = ("5.17.2", "5.18.3", "6.1.7")
"""5.19.1 is run from modules, and its STOMP module is not published."""
CONNECT_SECONDS = 10.0


class Inbox(stomp.ConnectionListener):  # type: ignore[misc]
    """Bodies as they arrive, the receipts that came, and what the broker complained about."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._bodies: list[str] = []
        self._receipts: set[str] = set()
        self.errors: list[str] = []

    def on_message(self, frame: Frame) -> None:
        """Called by stomp.py in its own thread."""
        with self._changed:
            self._bodies.append(frame.body)
            self._changed.notify_all()

    def on_receipt(self, frame: Frame) -> None:
        """Called by stomp.py in its own thread."""
        with self._changed:
            self._receipts.add(frame.headers["receipt-id"])
            self._changed.notify_all()

    def on_error(self, frame: Frame) -> None:
        """Called by stomp.py in its own thread."""
        with self._changed:
            self.errors.append(f"{frame.headers.get('message', '')} {frame.body}".strip())
            self._changed.notify_all()

    def receive(self, count: int, timeout: float) -> list[str]:
        """All bodies so far, once ``count`` have come or ``timeout`` s have passed."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._bodies) >= count, timeout)
            return list(self._bodies)

    def confirm(self, receipt: str, timeout: float) -> None:
        """Wait for a receipt; RuntimeError when the broker complained or stayed silent."""
        with self._changed:
            self._changed.wait_for(lambda: receipt in self._receipts or self.errors, timeout)
            if receipt not in self._receipts:
                raise RuntimeError(f"the broker confirmed nothing: {self.errors or 'no answer'}")


def send(
    port: int,
    destination: str,
    bodies: Sequence[str],
    user: str | None = None,
    password: str | None = None,
    timeout: float = 30.0,
) -> None:
    """Send persistent text messages to ``/queue/X`` or ``/topic/X``; the last is confirmed.

    A connection's messages are handled in order, so one receipt stands for all of them.
    """
    with _connected(port, user, password) as (connection, inbox):
        receipt = uuid.uuid4().hex
        for position, body in enumerate(bodies, 1):
            headers = {"persistent": "true"}
            if position == len(bodies):
                headers["receipt"] = receipt
            connection.send(destination, body, headers=headers)
        if bodies:
            inbox.confirm(receipt, timeout)


@contextmanager
def subscribed(
    port: int, destination: str, user: str | None = None, password: str | None = None
) -> Iterator[Inbox]:
    """An inbox that the broker has confirmed: what is sent from now on arrives in it."""
    with _connected(port, user, password) as (connection, inbox):
        receipt = uuid.uuid4().hex
        connection.subscribe(destination, id="1", ack="auto", headers={"receipt": receipt})
        inbox.confirm(receipt, CONNECT_SECONDS)
        yield inbox


def drain(
    port: int,
    destination: str,
    count: int,
    user: str | None = None,
    password: str | None = None,
    timeout: float = 30.0,
) -> list[str]:
    """Bodies taken from a queue: all that had come when there were ``count``, or at the end."""
    with subscribed(port, destination, user, password) as inbox:
        return inbox.receive(count, timeout)


@contextmanager
def _connected(
    port: int, user: str | None, password: str | None
) -> Iterator[tuple[stomp.Connection12, Inbox]]:
    # Without a content-length ActiveMQ makes a text message of it, otherwise a bytes message.
    connection = stomp.Connection12([("127.0.0.1", port)], auto_content_length=False)
    inbox = Inbox()
    connection.set_listener("inbox", inbox)
    connection.connect(user, password, wait=True)
    try:
        yield connection, inbox
    finally:
        _disconnect(connection)


def _disconnect(connection: stomp.Connection12) -> None:
    if connection.is_connected():
        connection.disconnect()
    deadline = time.monotonic() + CONNECT_SECONDS
    while connection.is_connected() and time.monotonic() < deadline:
        time.sleep(0.01)
