"""Turnover alone brings the share of aware staff to that of the labour market, exactly."""

from __future__ import annotations

import numpy as np
import worlds

HISTORIES, STAFF = 400, 100


def run(months, first_aware=0, sizes=(STAFF,), **values):
    values = {"turnover_other": 1.8, **values}
    batch = worlds.histories(worlds.world(sizes), worlds.silent(**values), HISTORIES, seed=6)
    if first_aware:
        worlds.inform(batch, np.arange(first_aware))
    return batch.advance(months)["aware"].sum(axis=2) / int(np.sum(sizes))


def within_4_errors(shares, expected):
    error = np.sqrt(expected * (1 - expected) / (HISTORIES * STAFF))
    return abs(shares.mean() - expected) < 4 * error


def test_hires_from_outside_bring_the_share_that_knows_to_that_outside():
    leave = -np.expm1(-1.8 / 12)
    shares = run(80, transfer_share=0, external_aware=0.2, external_experienced=0.1)
    for month in (1, 6, 24, 80):
        expected = 0.3 * (1 - (1 - leave) ** month)
        assert within_4_errors(shares[:, month - 1], expected), month


def test_staff_are_independent_so_that_their_number_is_binomial():
    share = run(80, transfer_share=0, external_aware=0.3)[:, -1]
    assert np.isclose(share.var(), 0.3 * 0.7 / STAFF, rtol=0.3)


def test_knowledge_that_nobody_brings_leaves_with_the_people():
    leave = -np.expm1(-1.8 / 12)
    shares = run(36, first_aware=STAFF, transfer_share=0)
    assert within_4_errors(shares[:, -1], (1 - leave) ** 36)


def test_transfers_carry_knowledge_but_neither_make_nor_lose_it_on_average():
    shares = run(36, first_aware=30, sizes=(50, 50), transfer_share=1, transfer_same_visn=0.5)
    error = shares[:, -1].std(ddof=1) / np.sqrt(HISTORIES)
    assert abs(shares[:, -1].mean() - 0.3) < 4 * error
    assert shares[:, -1].std() > 0.05  # it drifts in each history


def test_where_there_is_no_other_medical_center_posts_are_filled_from_outside():
    alone = run(80, transfer_share=1, external_aware=0.3)
    assert within_4_errors(alone[:, -1], 0.3)


def test_hires_who_know_balance_with_those_who_forget():
    leave, forget = -np.expm1(-1.8 / 12), -np.expm1(-1.2 / 12)
    shares = run(80, transfer_share=0, external_aware=0.3, forgetting=1.2)
    stays = (1 - leave) * (1 - forget)  # whoever leaves this month does not also forget
    expected = leave * 0.3 / (1 - stays)
    assert within_4_errors(shares[:, -1], expected)
