"""The lists that a watch needs, followed by threads which put what they hear into one queue."""

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from opskit.clients.kube import Cluster
from opskit.clients.kubeerrors import UnreachableError
from opskit.clients.kubewatch import Change, Feed, Listed, Trouble
from opskit.errors import OpskitError
from opskit.rollout import present
from opskit.rollout.targets import Target
from opskit.rollout.watch.feeds import Scope, feeds

#: For how long a cluster that does not answer is asked for the first time.
_CONTACT_SECONDS = 30.0
#: How many changes are taken at once.
_AT_ONCE = 2000

#: What is heard: first the lists that will be followed, then what happens to each of them.
#: Trouble without a list is one before there are any.
Heard = tuple[Scope | None, Change | list[Scope]]


class Following:
    """Only these threads ask the cluster: whoever takes what they hear never waits for it."""

    def __init__(
        self,
        cluster: Cluster,
        targets: Sequence[Target],
        silence: float,
        *,
        sought: Sequence[Target] = (),
    ) -> None:
        """`sought` are those targets that may never have been there: NotThereError then."""
        self._cluster = cluster
        self._targets = targets
        self._sought = sought
        self._silence = silence
        self._queue: queue.Queue[Heard | BaseException] = queue.Queue()
        self._feeds: list[Feed] = []
        self._seen: set[Scope] = set()
        _in_thread(self._contact)

    def stop(self) -> None:
        """End it; what has been heard may still be taken."""
        for feed in self._feeds:
            feed.stop()

    def take(self, seconds: float) -> Iterator[Heard]:
        """All that has come, after waiting so long for something to come.

        Raises what the cluster answered when the targets were asked for.
        """
        seconds = max(0.0, seconds)
        for _ in range(_AT_ONCE):
            try:
                item = self._queue.get(timeout=seconds)
            except queue.Empty:
                return
            if isinstance(item, BaseException):
                raise item
            if isinstance(item[1], list):
                self._follow(item[1])
            yield item
            seconds = 0.0

    def _contact(self) -> None:
        """Find out what has to be followed; a server that is away is asked for half a minute."""
        end = time.monotonic() + _CONTACT_SECONDS
        while True:
            try:
                if len(self._sought) < present.MANY:
                    present.check(self._cluster, self._sought)
                self._queue.put((None, feeds(self._cluster, self._targets)))
                return
            except UnreachableError as error:
                if error.lasting or time.monotonic() > end:
                    self._queue.put(error)
                    return
                self._queue.put((None, Trouble(error, final=False)))
            except BaseException as error:  # raised by the thread that waits for it
                self._queue.put(error)
                return
            time.sleep(1)

    def _follow(self, scopes: Sequence[Scope]) -> None:
        for scope in scopes:
            feed = Feed(self._cluster, scope.path, scope.query, silence=self._silence)
            self._feeds.append(feed)
            _in_thread(self._pump, scope, feed)

    def _pump(self, scope: Scope, feed: Feed) -> None:
        try:
            for change in feed.changes():
                if isinstance(change, Listed) and scope.needed:
                    self._seek(scope, change)
                self._queue.put((scope, change))
        except present.NotThereError as error:
            self._queue.put(error)
        except Exception as error:  # a thread that ends silently would leave the watch waiting
            trouble = OpskitError(f"{type(error).__name__}: {error}", where=self._cluster.name)
            self._queue.put((scope, Trouble(trouble, final=True)))

    def _seek(self, scope: Scope, listed: Listed) -> None:
        """Where many are sought, the first list tells whether they are there: no other is asked.

        Raises NotThereError, which names all that are not.
        """
        if len(self._sought) < present.MANY or scope in self._seen:
            return
        self._seen.add(scope)
        there = {each["metadata"]["name"] for each in listed.objects}
        here = (scope.namespace, scope.plural)
        if any(
            (each.namespace, each.kind.plural) == here and each.name not in there
            for each in self._sought
        ):
            present.check(self._cluster, self._sought)


def _in_thread(work: Callable[..., None], *args: object) -> None:
    threading.Thread(target=work, args=args, daemon=True).start()
