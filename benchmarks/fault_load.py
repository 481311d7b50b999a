"""A light load of reads and writes that goes on while things are broken, and what came of it."""

import contextlib
import random
import secrets
import threading
import time
from collections import Counter
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
    reads : Counter
        Answers to reads, by their status.
    failed_reads : list of str
        Path and status of each read that was answered with 500 or more.
    cut_off : int
        Requests whose connection was lost, as by a process that was killed; each was sent again.
    accepted : dict
        Each event that was answered with 2xx: its id, and how often it was told to be recorded now.
    retries : int
        Writes that were sent again with the same id.
    unanswered : set of str
        Events that had no 2xx when the load ended.
    """

    reads: Counter[int] = field(default_factory=Counter[int])
    failed_reads: list[str] = field(default_factory=list[str])
    cut_off: int = 0
    accepted: dict[str, int] = field(default_factory=dict[str, int])
    retries: int = 0
    unanswered: set[str] = field(default_factory=set[str])


@contextlib.contextmanager
def visitors(
    address: str, paths: Sequence[str], products: Sequence[str], shoppers: Sequence[str]
) -> Generator[Answers]:
    """Read and write until the block ends; a write is sent until it is accepted."""
    answers = Answers()
    lock = threading.Lock()
    is_over = threading.Event()

    def read() -> None:
        chosen = random.Random()  # noqa: S311  (which page is read is no secret)
        with _client(address) as client:
            while not is_over.wait(_PAUSE):
                path = chosen.choice(paths)
                try:
                    status = client.get(path).status_code
                except httpx.TransportError:
                    with lock:
                        answers.cut_off += 1
                    continue
                with lock:
                    answers.reads[status] += 1
                    if status >= _SERVER_ERROR:
                        answers.failed_reads.append(f"{path}: {status}")

    def write() -> None:
        chosen = random.Random()  # noqa: S311
        with _client(address) as client:
            while not is_over.wait(_PAUSE):
                _send(client, chosen, products, shoppers, answers, lock, is_over)

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    threads += [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def _send(
    client: httpx.Client,
    chosen: random.Random,
    products: Sequence[str],
    shoppers: Sequence[str],
    answers: Answers,
    lock: threading.Lock,
    is_over: threading.Event,
) -> None:
    """Send one event, again and again with the same id, until it is accepted or all is over."""
    event = {
        "event_id": f"fault-{secrets.token_hex(8)}",
        "kind": chosen.choice(["view", "purchase"]),
        "product_id": chosen.choice(products),
        "shopper_id": chosen.choice(shoppers),
    }
    event_id = event["event_id"]
    with lock:
        answers.unanswered.add(event_id)
    while True:
        try:
            answer = client.post("/v1/events", json=event)
        except httpx.TransportError:
            with lock:
                answers.cut_off += 1
        else:
            if answer.is_success:
                with lock:
                    answers.unanswered.discard(event_id)
                    answers.accepted[event_id] = int(answer.json()["recorded"])
                return
        if is_over.is_set():
            return
        time.sleep(_RETRY_PAUSE)
        with lock:
            answers.retries += 1


def _client(address: str) -> httpx.Client:
    # Each request over a connection of its own: a killed process takes few of them with it.
    return httpx.Client(
        base_url=address, timeout=_TIMEOUT, limits=httpx.Limits(max_keepalive_connections=0)
    )
