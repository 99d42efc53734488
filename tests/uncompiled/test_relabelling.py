"""Sites have no number that matters: relabelled, with the keys of luck, they do the same.

A site's index and its posts' slots are part of the keys of its draws, so other numbers are other
luck. Here the generator is given the old numbers in place of the new ones, and the histories of
the two must be the same site for site and post for post. Transfers are off in this exact form: a
transfer comes from a place in a list of posts that is ordered by site, so a new order of sites is
other luck there that no exchange of keys undoes.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from oracle.cases import random_doses, random_parameters, random_system

from imr_sim.model import rng
from imr_sim.model.batch import Batch, Setting
from imr_sim.model.parameters import NAMES
from imr_sim.system.system import Ties

MONTHS = 24


def relabelled(system, order):
    """The same system with site `order[i]` in place i, and the staff in their new order."""
    rank = np.argsort(order)  # new index of each old site
    staff = np.argsort(rank[system.site], kind="stable")  # old number of each new one
    number = np.argsort(staff)
    layers = {}
    for name, ties in system.ties.items():
        tellers = np.repeat(np.arange(system.n_staff), ties.degree)
        pairs = np.column_stack([number[tellers], number[ties.indices]])
        pairs = pairs[np.lexsort(pairs.T[::-1])]
        starts = np.concatenate(
            [[0], np.cumsum(np.bincount(pairs[:, 0], minlength=system.n_staff))]
        )
        layers[name] = Ties(starts, pairs[:, 1].astype(np.int32))
    return dataclasses.replace(
        system,
        sites=system.sites.iloc[order].reset_index(drop=True),
        site=rank[system.site[staff]],
        role=system.role[staff],
        smi=system.smi[staff],
        ties=layers,
    ), staff


def old_numbers(monkeypatch, order, old_world):
    """Let the generator see, of each new site, word and post, the number that it had."""
    words = np.concatenate(
        [np.arange(old_world.site_word[s], old_world.site_word[s + 1]) for s in order]
    )
    philox = rng.philox

    def with_old_numbers(c0, c1, *rest):
        entity, chunk, decision = int(c0), int(c1) >> 24, int(c1) >> 16 & 0xFF
        if chunk > 0:
            entity = words[entity]
        elif decision >= rng.LEADER:
            entity = order[entity]
        else:
            entity = words[entity // 64] * 64 + entity % 64
        return philox(np.uint64(entity), c1, *rest)

    monkeypatch.setattr(rng, "philox", with_old_numbers)


def history(system, values, seed, doses):
    setting = Setting.of(system, seed, "2006-01", 1)
    row = np.array([[values[name] for name in NAMES]])
    batch = Batch(setting, row, np.zeros(1, int), np.zeros(1, int))
    records = [batch.advance(1, month) for month in doses]
    slot = setting.slot
    people = (batch.state.flags[0][:, slot // 64] >> (slot % 64).astype(np.uint64)).T
    return np.concatenate(records, axis=1)[0], people & np.uint64(1), setting.world


@settings(max_examples=4)
@given(some.integers(0, 1000), some.permutations(range(8)))
def test_sites_under_other_numbers_have_the_same_histories(number, shuffled):
    system = random_system(number)
    order = np.array([s for s in shuffled if s < system.n_sites])
    values = {**random_parameters("lively", number), "transfer_share": 0.0}
    rng_of_doses = np.random.default_rng(number)
    doses = [random_doses(rng_of_doses, system.n_sites) for _ in range(MONTHS)]
    record, people, world = history(system, values, number, doses)
    other, staff = relabelled(system, order)
    with pytest.MonkeyPatch.context() as patch:
        old_numbers(patch, order, world)
        again, same_people, _ = history(other, values, number, [d[:, order] for d in doses])
    assert record["aware"].any() and record["status"].any()
    for name in record.dtype.names:
        np.testing.assert_array_equal(again[name], record[name][:, order], err_msg=name)
    np.testing.assert_array_equal(same_people, people[staff])
