"""The JVM that hosts the brokers: started, asked over its stdin and stdout, and ended."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.rig.distributions import classpath, host_classes

STOP_SECONDS = 5.0
JVM_OPTIONS = (
    "-Djava.net.preferIPv4Stack=true",
    "-Xmx512m",
    "-Xss512k",
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
    "-Dorg.slf4j.simpleLogger.log.org.apache.activemq.network=debug",
)


class HostError(Exception):
    """The JVM answered with an error (a chain of Java exceptions), or no longer answers."""


class Jvm:
    """``java/Host.java`` of one ActiveMQ version, running with ``folder`` as its working folder.

    Its stderr and its log are the file ``broker.log`` in there. It ends with its stdin, so also
    when this process is killed.
    """

    def __init__(self, version: str, folder: Path, env: Mapping[str, str] | None = None) -> None:
        path = os.pathsep.join(map(str, [host_classes(version), *classpath(version)]))
        self.log_file = folder / "broker.log"
        with self.log_file.open("wb") as log:
            self._process = subprocess.Popen(
                ["java", *JVM_OPTIONS, "-cp", path, "Host"],
                cwd=folder,
                env={**os.environ, **(env or {})},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
            )
        self._answers: queue.Queue[str | None] = queue.Queue()
        self._turn = threading.Lock()
        self._broken = ""
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def pid(self) -> int:
        """The process id of the JVM."""
        return self._process.pid

    def ask(self, command: str, *, seconds: float = 30.0, **arguments: Any) -> Any:
        """The result of one command; HostError when it fails or takes longer than ``seconds``."""
        with self._turn:
            if self._broken:
                raise HostError(self._broken)
            answer = json.loads(self._exchange({"command": command, **arguments}, seconds))
        if "error" in answer:
            raise HostError(answer["error"])
        return answer["result"]

    def stop(self) -> None:
        """End the JVM: at the end of its stdin, else terminated, else killed."""
        assert self._process.stdin is not None
        for end in (self._process.stdin.close, self._process.terminate, self._process.kill):
            try:
                end()
                self._process.wait(STOP_SECONDS)
                return
            except (subprocess.TimeoutExpired, BrokenPipeError):
                continue

    def _exchange(self, request: dict[str, Any], seconds: float) -> str:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            # A late answer would be taken for the next command's: no more questions.
            self._broken = f"no answer to {request['command']!r} within {seconds:g} s"
        except (BrokenPipeError, ValueError):
            self._broken = "the JVM has ended"
        else:
            if answer is not None:
                return answer
            self._broken = f"the JVM ended during {request['command']!r}; see {self.log_file}"
        raise HostError(self._broken)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as answers:
            for line in answers:
                self._answers.put(line)
        self._answers.put(None)
