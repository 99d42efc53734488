"""Luck: the published generator, digits that mean what they say, no key used twice."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy import stats

from imr_sim.model import rng, rules

WORD = 2**32
NOT_DECISIONS = ("DIGITS", "DIGITS_MAX", "CHUNK", "BLOCK")


def plain_philox(counter, key):
    """Philox-4x32-10 as published (doi 10.1145/2063384.2063405), in whole numbers."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 // WORD) ^ c1 ^ k0, p1 % WORD, (p0 // WORD) ^ c3 ^ k1, p0 % WORD
        k0, k1 = (k0 + 0x9E3779B9) % WORD, (k1 + 0xBB67AE85) % WORD
    return c0, c1, c2, c3


def plain_words(seed, replicate, draw, month, decision, chunk, entity):
    code = month + decision * 2**16 + chunk * 2**24
    return plain_philox((entity, code, replicate, draw), (seed % WORD, seed // WORD))


def plain_prefix(seed, replicate, draw, month, decision, slot):
    """The leading eight binary digits of a post's uniform, as a number from 0 to 255."""
    prefix = 0
    for chunk in range(1, 5):
        x = plain_words(seed, replicate, draw, month, decision, chunk, slot // 64)
        for word in (x[0] + x[1] * WORD, x[2] + x[3] * WORD):
            prefix = 2 * prefix + (word >> slot % 64) % 2
    return prefix


def plain_uniform(seed, replicate, draw, month, decision, slot):
    """u = (digits + v) / 256, exactly."""
    v = Fraction(2 * plain_words(seed, replicate, draw, month, decision, 0, slot)[0] + 1, 2 * WORD)
    return (plain_prefix(seed, replicate, draw, month, decision, slot) + v) / 256


KNOWN_ANSWERS = [  # the authors' kat_vectors: counter, key, output
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((WORD - 1,) * 4, (WORD - 1,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "output"), KNOWN_ANSWERS)
def test_the_generator_gives_the_published_answers(counter, key, output):
    words = [np.uint64(x) for x in (*counter, *key)]
    assert tuple(int(x) for x in rng.philox(*words)) == output
    assert plain_philox(counter, key) == output


keys = some.fixed_dictionaries(
    {
        "seed": some.integers(0, 2**64 - 1),
        "replicate": some.integers(0, 10**6),
        "draw": some.integers(0, 10**6),
        "month": some.integers(0, 2**16 - 1),
        "decision": some.integers(0, 255),
    }
)


def digits_of(key, first, n):
    digits = np.zeros((rng.DIGITS, n), np.uint64)
    luck = rng.luck_of(key["seed"], key["replicate"], key["draw"])
    rng.leading_digits(luck, key["month"], key["decision"], first, n, digits)
    return luck, digits


def sorted_digits_of(key, word):
    luck, digits = digits_of(key, word, 1)
    nothing = np.zeros(1, np.uint64)
    rng.keep_possible(digits, nothing, nothing, nothing, nothing.copy(), 1)
    return luck, digits


@settings(max_examples=60, deadline=None)
@given(keys, some.integers(0, 5000), some.integers(0, 63), some.data())
def test_an_event_happens_exactly_when_the_uniform_lies_below_its_probability(key, word, bit, data):
    luck, digits = sorted_digits_of(key, word)
    slot = 64 * word + bit
    u = plain_uniform(slot=slot, **key)
    near = [
        0.0,
        1.0,
        float(u),
        np.nextafter(float(u), 1),
        np.nextafter(float(u), 0),
        int(u * 256) / 256,
    ]
    for p in [*near, data.draw(some.floats(0, 1))]:
        happens = rng.happens(luck, key["month"], key["decision"], slot, digits, 0, bit, float(p))
        assert happens == (u < Fraction(float(p)))


@settings(max_examples=60, deadline=None)
@given(
    keys,
    some.integers(0, 5000),
    some.floats(0, 1),
    some.floats(0, 1),
    some.integers(0, 2**64 - 1),
)
def test_whoever_cannot_be_ruled_out_by_the_digits_is_looked_at(key, word, bound, other, which):
    _, digits = digits_of(key, word, 1)
    levels, others = (np.array([rng.level_of(b)], np.uint64) for b in (bound, other))
    posts = np.array([rng.ALL])
    rng.keep_possible(digits, levels, others, np.array([which], np.uint64), posts, 1)
    possible = int(posts[0])
    for bit in range(0, 64, 7):
        prefix = plain_prefix(slot=64 * word + bit, **key)
        assert rng.leading(digits, 0, bit) == prefix
        own_bound = bound if which >> bit & 1 else other
        assert bool(possible >> bit & 1) == (prefix <= min(int(own_bound * 256), 255))


@settings(max_examples=30, deadline=None)
@given(keys, some.integers(0, 5000), some.integers(1, 40))
def test_digits_do_not_depend_on_how_many_words_are_drawn_together(key, first, n):
    _, together = digits_of(key, first, n)
    _, alone = digits_of(key, first + n - 1, 1)
    assert (together[:, -1] == alone[:, 0]).all()


@settings(max_examples=60, deadline=None)
@given(keys, some.integers(0, WORD - 1))
def test_uniforms_are_strictly_between_0_and_1_and_as_defined(key, entity):
    luck = rng.luck_of(key["seed"], key["replicate"], key["draw"])
    got = rng.uniforms(luck, key["month"], key["decision"], entity)
    words = plain_words(chunk=0, entity=entity, **key)
    assert got == tuple((x + 0.5) / WORD for x in words)
    assert 0 < min(got) and max(got) < 1


def test_no_two_purposes_share_a_key():
    numbers = [
        value
        for name, value in vars(rng).items()
        if name.isupper() and isinstance(value, int) and name not in NOT_DECISIONS
    ]
    numbers += [rng.FACTORS + 1, rng.FACTORS + 2, rng.FACTORS + 3]
    assert len(numbers) > 20
    assert len(set(numbers)) == len(numbers)
    assert 0 < min(numbers) and max(numbers) < 2**8


def test_month_decision_and_chunk_never_run_into_each_other():
    months, decisions, chunks = (0, 1, 2**15, 2**16 - 1), (0, 1, 128, 255), (0, 1, 4, 255)
    codes = {int(rng._code(*c)) for c in itertools.product(months, decisions, chunks)}
    assert len(codes) == 4**3
    assert max(codes) == WORD - 1


N = 40_000


def table(histories=1, entities=N, *, seed=3, month=24_050, decision=rng.HEAR, draw=0, replicate=0):
    key = np.array([seed, 0], np.uint64)
    replicates = np.asarray(replicate, np.uint64) + np.zeros(histories, np.uint64)
    draws = np.asarray(draw, np.uint64) + np.zeros(histories, np.uint64)
    return rng.uniform_table(key, replicates, draws, month, decision, entities)


def along(what):
    """Uniforms that are neighbours in one part of the key."""
    if what == "entities":
        return table()[0]
    if what in ("replicates", "draws"):
        return table(N, 1, **{what[:-1]: np.arange(N)})[:, 0]
    if what == "months":
        return np.concatenate([table(1, 1, month=m)[0] for m in range(N // 2)])
    if what == "seeds":
        return np.concatenate([table(1, 1, seed=s)[0] for s in range(N // 2)])
    return np.stack([table(1, N // 200, decision=d)[0] for d in range(200)]).T.ravel()


@pytest.mark.parametrize(
    "what", ["entities", "months", "decisions", "replicates", "draws", "seeds"]
)
def test_neighbours_in_the_key_have_unrelated_uniform_luck(what):
    u = along(what)
    assert stats.kstest(u, "uniform").pvalue > 1e-3
    counts = np.bincount((u * 64).astype(int), minlength=64)
    assert stats.chisquare(counts).pvalue > 1e-3
    for lag in (1, 2, 64):
        assert abs(np.corrcoef(u[:-lag], u[lag:])[0, 1]) < 4 / np.sqrt(len(u))


def test_digits_are_fair_and_unrelated_to_each_other_and_to_the_rest_of_the_uniform():
    key = {"seed": 11, "replicate": 2, "draw": 5, "month": 24_100, "decision": rng.LEAVE}
    _, digits = digits_of(key, 0, 400)
    posts = np.arange(400 * 64)
    bits = (digits[:, posts // 64] >> (posts % 64).astype(np.uint64) & np.uint64(1)).astype(float)
    v = rng.uniform_table(
        np.array([11, 0], np.uint64), np.array([2], np.uint64), np.array([5], np.uint64),
        key["month"], key["decision"], len(posts),
    )[0]  # fmt: skip
    together = np.corrcoef(np.vstack([bits, v]))
    assert np.abs(together - np.eye(9)).max() < 4.5 / np.sqrt(len(posts))
    prefix = (bits.T @ (2 ** np.arange(7, -1, -1))).astype(int)
    assert stats.chisquare(np.bincount(prefix, minlength=256)).pvalue > 1e-3


def test_normals_are_standard_and_independent():
    luck = rng.luck_of(5, 0, 0)
    z = np.array([rng.normals(luck, 0, rng.FACTORS, s) for s in range(20_000)])
    assert stats.kstest(z.ravel(), "norm").pvalue > 1e-3
    assert abs(np.corrcoef(z.T)[0, 1]) < 4 / np.sqrt(len(z))


def test_the_second_half_of_a_seed_counts():
    assert rng.uniform(rng.luck_of(7, 0, 0), 1, 1, 1) != rng.uniform(
        rng.luck_of(7 + 2**32, 0, 0), 1, 1, 1
    )


@settings(max_examples=60, deadline=None)
@given(keys, some.integers(0, 5000), some.floats(0, 200), some.integers(0, 2**64 - 1))
def test_hazards_per_year_strike_as_their_monthly_probabilities_do(key, word, rate, which):
    luck, digits = sorted_digits_of(key, word)
    slots = [64 * word + bit for bit in range(64) if which >> bit & 1]
    rates = [rate * (k + 1) / 64 for k in range(len(slots))]
    when = (key["month"], key["decision"])
    expected = [
        slot
        for slot, r in zip(slots, rates, strict=True)
        if rng.happens(luck, *when, slot, digits, 0, slot % 64, rules.monthly(r))
    ]
    posts = np.array(slots, np.int64)
    n = rng.keep_struck(luck, *when, digits, word, posts, np.array(rates), len(slots))
    assert posts[:n].tolist() == expected


@pytest.mark.parametrize("fill", ["uniforms_of", "uniforms_from"])
def test_uniforms_drawn_together_are_those_drawn_one_by_one(fill):
    luck, n = rng.luck_of(2**40 + 3, 4, 5), 37
    entities = np.arange(100, 100 + n)
    together = np.empty((4, n))
    getattr(rng, fill)(
        luck, 24_050, rng.TEAM, entities if fill == "uniforms_of" else 100, n, together
    )
    alone = [rng.uniforms(luck, 24_050, rng.TEAM, int(e)) for e in entities]
    np.testing.assert_array_equal(together.T, alone)
