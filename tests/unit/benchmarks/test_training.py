"""The made-up shop of the training benchmark has groups of taste, and its drawing the figures."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from benchmarks.training import Measured, draw, exponent, generate, main, read_measured


def test_shoppers_keep_to_a_few_groups_in_which_few_products_sell_most() -> None:
    history, texts = generate(2000, 40_000)
    assert history.shape == (2000, 2000)
    assert len(history) == 40_000
    assert (np.diff(history.shoppers) >= 0).all()
    is_same = np.diff(history.shoppers) == 0
    assert (np.diff(history.times)[is_same] >= 0).all()
    groups = np.array([len(np.unique(part % 10)) for part in history.products.reshape(2000, 20)])
    assert groups.mean() < 7
    counts = np.sort(np.bincount(history.products, minlength=2000))[::-1]
    assert counts[:200].sum() > 0.4 * counts.sum()
    of_groups = np.bincount(history.products % 10)
    assert of_groups[0] > 2.5 * of_groups.mean()
    assert 4 * np.median(counts) < counts.mean() * 4 < counts[20]
    near = texts.vectors @ texts.vectors[:1].T
    assert near[10:2000:10].mean() > 0.3 > abs(near[1:2000:10].mean())
    again, _ = generate(2000, 40_000)
    assert np.array_equal(again.products, history.products)


def test_the_exponent_is_the_slope_of_the_logarithms(tmp_path: Path) -> None:
    measured = [Measured(n, 20 * n, n**1.1 / 2, n**1.1 / 2, n, 300.0) for n in (1000, 3000, 10_000)]
    power = exponent(measured, [one.seconds for one in measured])
    assert power == pytest.approx(1.1)
    draw(measured, power, tmp_path / "growth.svg")
    assert "minutes, power 1.10" in (tmp_path / "growth.svg").read_text()


def test_sizes_that_a_file_has_are_not_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "training.jsonl"
    before = [Measured(n, 3 * n // 20 * 20, n / 100, 0.0, n / 50, 300.0) for n in (1010, 5000)]
    file.write_text("".join(json.dumps(asdict(one)) + "\n" for one in before))
    options = ["--sizes", "1010,5000,150", "--events", "3", "--measured", str(file)]
    monkeypatch.setattr(sys, "argv", ["training", *options])
    main()
    printed = capsys.readouterr().out
    assert "1,010 products,      3,020 events: fitted in    10.1 s" in printed
    assert [one.products for one in read_measured(file).values()] == [1010, 5000, 150]
    assert not read_measured(tmp_path / "missing.jsonl")
