"""A light load of reads and writes that goes on while things are broken, and what came of it."""

import contextlib
import random
import secrets
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

import httpx

READERS = 3
WRITERS = 2
# Between two requests of one visitor, in seconds: the load is light.
_PAUSE = 0.05
_RETRY_PAUSE = 0.2
_TIMEOUT = 30.0
_SERVER_ERROR = 500


@dataclass
class Answers:
    """What visitors got.

    Attributes
    ----------
    reads : int
        Reads that were answered.
    failed_reads : list of str
        Path and status of each read that was answered with 500 or more.
    cut_off : int
        Requests whose connection was lost, as by a process that was killed; each was sent again.
    accepted, unanswered : set of str
        Ids of the events that were answered with 2xx, and of those that had none at the end.
    retries : int
        Writes that were sent again with the same id.
    """

    reads: int = 0
    failed_reads: list[str] = field(default_factory=list[str])
    cut_off: int = 0
    accepted: set[str] = field(default_factory=set[str])
    unanswered: set[str] = field(default_factory=set[str])
    retries: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_over: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def visitors(
    address: str, paths: Sequence[str], products: Sequence[str], shoppers: Sequence[str]
) -> Generator[Answers]:
    """Read and write until the block ends; a write is sent until it is accepted."""
    answers = Answers()

    def read() -> None:
        chosen = random.Random()  # noqa: S311  (which page is read is no secret)
        with _client(address) as client:
            while not answers.is_over.wait(_PAUSE):
                path = chosen.choice(paths)
                try:
                    status = client.get(path).status_code
                except httpx.TransportError:
                    with answers.lock:
                        answers.cut_off += 1
                    continue
                with answers.lock:
                    answers.reads += 1
                    if status >= _SERVER_ERROR:
                        answers.failed_reads.append(f"{path}: {status}")

    def write() -> None:
        chosen = random.Random()  # noqa: S311
        with _client(address) as client:
            while not answers.is_over.wait(_PAUSE):
                event = {
                    "event_id": f"fault-{secrets.token_hex(8)}",
                    "kind": chosen.choice(["view", "purchase"]),
                    "product_id": chosen.choice(products),
                    "shopper_id": chosen.choice(shoppers),
                }
                _send(client, event, answers)

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    threads += [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        answers.is_over.set()
        for thread in threads:
            thread.join()


def _send(client: httpx.Client, event: dict[str, str], answers: Answers) -> None:
    """Send an event, again and again with the same id, until it is accepted or all is over."""
    event_id = event["event_id"]
    with answers.lock:
        answers.unanswered.add(event_id)
    while True:
        try:
            is_accepted = client.post("/v1/events", json=event).is_success
        except httpx.TransportError:
            is_accepted = False
            with answers.lock:
                answers.cut_off += 1
        if is_accepted:
            with answers.lock:
                answers.unanswered.discard(event_id)
                answers.accepted.add(event_id)
        if is_accepted or answers.is_over.is_set():
            return
        time.sleep(_RETRY_PAUSE)
        with answers.lock:
            answers.retries += 1


def _client(address: str) -> httpx.Client:
    # Each request over a connection of its own: a killed process takes few of them with it.
    return httpx.Client(
        base_url=address, timeout=_TIMEOUT, limits=httpx.Limits(max_keepalive_connections=0)
    )
