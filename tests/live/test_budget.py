"""A chore takes no more than its share of the time, whatever it costs."""

import pytest

from vaelab.live import budget
from vaelab.live.budget import Budget


@pytest.mark.parametrize(("share", "interval", "cost"), [(0.1, 0.14, 0.05), (0.15, 0.3, 0.5), (0.05, 5.0, 0.01)])
def test_a_chore_keeps_to_its_share_and_its_interval(monkeypatch, share, interval, cost):
    now = [1000.0]
    monkeypatch.setattr(budget.time, "monotonic", lambda: now[0])
    chore, spent, starts = Budget(share, interval), 0.0, []
    for _ in range(20_000):
        if chore.overdue >= 0:
            starts.append(now[0])
            with chore.spend():
                now[0] += cost
            spent += cost
        now[0] += 0.01
    gaps = [later - earlier for earlier, later in zip(starts, starts[1:], strict=False)][1:]
    assert min(gaps) >= interval - 1e-6
    assert spent / (now[0] - 1000) <= share + 0.01
    assert max(gaps) <= max(interval, cost / share) + 0.02  # And does not come more rarely than it may.


def test_what_compiling_costs_is_not_held_against_a_chore(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(budget.time, "monotonic", lambda: now[0])
    chore = Budget(0.1, 0.14)
    with chore.spend():
        now[0] += 3.0
    assert chore.overdue >= 0


def test_a_chore_can_be_put_off(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(budget.time, "monotonic", lambda: now[0])
    chore = Budget(0.05, 5.0)
    chore.postpone()
    assert chore.overdue < 0
    now[0] = 5.0
    assert chore.overdue >= 0
