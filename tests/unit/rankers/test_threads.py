"""Work in threads: results in order, few items ahead, and errors as they are."""

from collections.abc import Iterator
from threading import Barrier, Event

import pytest

from alsolike.rankers.spaces.threads import in_threads, stop_if_unwanted


def test_results_come_in_order_and_few_items_are_taken_ahead() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    for place, square in enumerate(in_threads(lambda number: number**2, items())):
        assert square == place**2
        assert len(taken) <= place + 9
    assert len(taken) == 1000


def test_nobody_waits_for_a_long_first_item_where_all_are_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    others_are_done = Event()

    def work(number: int) -> int:
        if not number:
            assert others_are_done.wait(30)
        elif number == 9:
            others_are_done.set()
        return number

    assert list(in_threads(work, range(10), ahead=10)) == list(range(10))


def test_an_error_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    done: list[int] = []

    def fail_at_three(number: int) -> int:
        done.append(number)
        return 1 // (3 - number)

    with pytest.raises(ZeroDivisionError):
        list(in_threads(fail_at_three, range(1000)))
    assert len(done) < 10


def test_two_cores_work_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    both = Barrier(2, timeout=30)
    assert sorted(in_threads(lambda _: both.wait(), range(2))) == [0, 1]


def test_an_error_ends_the_loops_within_other_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    has_begun, has_ended = Event(), Event()
    begun: list[int] = []

    def part(number: int) -> None:
        begun.append(number)
        has_begun.set()
        for _ in range(3000):
            stop_if_unwanted()
            has_ended.wait(0.01)
        pytest.fail("nobody stopped it")

    def work(item: str) -> None:
        if item == "fails":
            assert has_begun.wait(30)
            raise ArithmeticError
        list(in_threads(part, range(100)))

    with pytest.raises(ArithmeticError):
        list(in_threads(work, ["fails", "is long"], ahead=2))
    # No more than were begun before the error.
    assert 1 <= len(begun) <= 2


def test_outside_of_threads_nothing_is_unwanted() -> None:
    list(in_threads(abs, range(3)))
    stop_if_unwanted()
