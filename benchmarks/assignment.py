"""What running experiments cost an answer: `python -m benchmarks.assignment`."""

import timeit

from alsolike.experiments.assignment import Arm, Experiment, given_arms

_ROUNDS = 100_000
_ARMS = (Arm("control", 0.5), Arm("new", 0.5, model="trained-2"))


def main() -> None:
    """Print the microseconds in which somebody's arms are found, for some running experiments."""
    for count in (1, 3, 10):
        running = [
            Experiment(f"e{n}", f"layer {n}", 0.0, 1.0, f"salt {n}", _ARMS, frozenset({"home"}))
            for n in range(count)
        ]
        units = iter(f"shopper:{n}" for n in range(5 * _ROUNDS))
        seconds = min(
            timeit.repeat(
                lambda running=running, units=units: given_arms(running, next(units), {}),
                number=_ROUNDS,
                repeat=5,
            )
        )
        print(f"{count:>2} experiments: {seconds / _ROUNDS * 1e6:.1f} µs")


if __name__ == "__main__":
    main()
