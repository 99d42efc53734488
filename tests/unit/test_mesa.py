"""Stepping the Mesa model gives the engine's history, whoever watches."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pandas as pd
import pytest
from mesa import Agent, DataCollector, batch_run

import imr_sim as imr
from imr_sim.errors import RequestError
from imr_sim.limits import Limit
from imr_sim.mesa_model import VAMC, IMRModel, Staff
from imr_sim.model.parameters import prior

SYSTEM = imr.load_system("small")
PARAMETERS = imr.Parameters()
SILENT = imr.Parameters(media=0, external_aware=0, external_experienced=0)  # nobody ever hears


def run(model: IMRModel, months: int) -> IMRModel:
    for _ in range(months):
        model.step()
    return model


@pytest.mark.parametrize("strategy", ["none", "facilitation", "sensitive_period_response"])
def test_every_site_month_is_that_of_simulate_through_a_policy_start(strategy):
    when = {"policy_start": "2009-03", "seed": 0}
    expected = imr.simulate(SYSTEM, PARAMETERS, strategy, months=96, **when)
    history = run(IMRModel(SYSTEM, PARAMETERS, strategy, **when), 96).history()
    assert np.array_equal(history.record, expected.record)
    assert np.array_equal(history.factors, expected.factors)
    assert np.array_equal(history.cost_usd, expected.cost_usd)
    assert history.months.equals(expected.months)
    assert history.providing.any()


def test_draw_and_replicate_choose_among_the_histories_of_simulate():
    draws = prior(3, seed=2)
    terms = {"strategy": "champions", "seed": 2**64 - 1, "budget": 2e5, "start": "2006-07"}
    expected = imr.simulate(SYSTEM, draws, months=48, replicates=2, **terms)
    for draw, replicate in [(0, 1), (2, 0)]:
        model = run(IMRModel(SYSTEM, draws, draw=draw, replicate=replicate, **terms), 48)
        assert np.array_equal(model.history().record[0, 0], expected.record[draw, replicate])
        assert np.array_equal(model.history().cost_usd[0, 0], expected.cost_usd[draw, replicate])
        assert 0 < model.history().cost_usd.sum() <= 2e5
        alone = run(IMRModel(SYSTEM, draws.draw(draw), draw=draw, replicate=replicate, **terms), 48)
        assert np.array_equal(alone.history().record, model.history().record)


def test_agents_show_what_the_history_records():
    model = IMRModel(SYSTEM, PARAMETERS, "facilitation", policy_start="2005-01", seed=4)
    for _ in range(60):
        model.step()
        last = model.history().to_frame().query("month == @model.month")
        for vamc, row in zip(model.agents_by_type[VAMC], last.itertuples(), strict=True):
            assert vamc.station == row.station
            assert vamc.providing == row.providing
            assert vamc.prrc == row.prrc
            assert vamc.sensitive == row.sensitive
            assert np.float32(vamc.fidelity) == np.float32(row.fidelity) or np.isnan(row.fidelity)
            assert vamc.aware == row.aware == vamc.staff.agg("aware", sum)
            assert vamc.supportive == row.supportive == vamc.staff.agg("supportive", sum)
            assert vamc.champions == row.champions == vamc.staff.agg("champion", sum)
            assert vamc.delivering == row.delivering == vamc.staff.agg("delivering", sum)
            assert row.importer_champions == vamc.staff.agg("importer_champion", sum)
            assert row.trained == len(vamc.staff.select(lambda s: s.delivering and s.trained))
    assert model.agents_by_type[VAMC].agg("providing", any)


def test_watching_changes_no_history():
    class Idler(Agent):
        def step(self):
            self.model.random.random()
            self.rng.random()

    alone = run(IMRModel(SYSTEM, PARAMETERS, seed=8), 36).history()
    model = IMRModel(SYSTEM, PARAMETERS, seed=8)
    Idler.create_agents(model, 3)
    collector = DataCollector(agent_reporters={"aware": "aware"})
    for _ in range(36):
        model.step()
        model.agents.shuffle_do("step")
        model.agents.shuffle(inplace=True)
        collector.collect(model)
    assert np.array_equal(model.history().record, alone.record)
    assert len(collector.get_agent_vars_dataframe()) == 36 * len(model.agents)


def test_agents_can_be_selected_grouped_and_aggregated():
    model = run(IMRModel(SYSTEM, PARAMETERS), 36)
    staff = model.agents_by_type[Staff]
    assert len(staff) == SYSTEM.n_staff
    assert len(model.agents) == SYSTEM.n_staff + SYSTEM.n_sites
    by_role = staff.groupby("role").count()
    assert by_role["coordinator"] == by_role["chief"] == SYSTEM.n_sites
    by_visn = model.agents_by_type[VAMC].groupby("visn").agg("aware", sum)
    assert sum(by_visn.values()) == staff.agg("aware", sum) > 0
    chiefs = staff.select(lambda s: s.role == "chief").do(lambda s: setattr(s, "aware", True))
    assert chiefs.agg("aware", all)


def test_a_data_collector_sees_model_and_agents_month_by_month():
    model = IMRModel(SYSTEM, PARAMETERS, seed=3)
    collector = DataCollector(
        model_reporters={
            "month": "month",
            "providing": lambda m: m.agents_by_type[VAMC].agg("providing", sum),
        },
        agenttype_reporters={VAMC: {"station": "station", "aware": "aware"}},
    )
    for _ in range(48):
        model.step()
        collector.collect(model)
    expected = imr.simulate(SYSTEM, PARAMETERS, months=48, seed=3)
    table = collector.get_model_vars_dataframe()
    assert pd.DatetimeIndex(table["month"]).equals(expected.months)
    assert table["providing"].tolist() == expected.providing[0, 0].sum(axis=1).tolist()
    sites = collector.get_agenttype_vars_dataframe(VAMC)
    assert np.array_equal(sites["aware"].to_numpy().reshape(48, -1), expected.aware[0, 0])


def test_an_extra_agent_can_spread_the_word():
    class Herald(Agent):
        """Tells one person a month."""

        def step(self):
            unaware = self.model.agents_by_type[Staff].select(lambda s: not s.aware)
            self.random.choice(unaware).aware = True

    class Campaigning(IMRModel):
        def step(self):
            self.agents_by_type[Herald].do("step")
            super().step()

    assert run(IMRModel(SYSTEM, SILENT), 60).history().aware.max() == 0
    model = Campaigning(SYSTEM, SILENT, seed=1)
    Herald(model)
    history = run(model, 60).history()
    assert model.steps == model.months_run == 60
    aware = history.aware[0, 0].sum(axis=1)
    assert aware[0] == 1
    assert aware[-1] > 60  # ties and sites carry it on
    again = Campaigning(SYSTEM, SILENT, seed=1)
    Herald(again)
    assert np.array_equal(run(again, 60).history().record, history.record)


def test_the_model_keeps_its_own_calendar():
    model = IMRModel(SYSTEM, PARAMETERS, start="2010-01")
    assert model.months_run == 0
    assert model.month == pd.Timestamp("2009-12-01")
    assert model.history().record.shape == (1, 1, 0, SYSTEM.n_sites)
    run(model, 13)
    assert model.month == pd.Timestamp("2011-01-01") == model.history().months[-1]


def test_a_users_own_randomness_comes_from_the_seed():
    one, same, other = (IMRModel(SYSTEM, PARAMETERS, seed=s) for s in (0, 0, 1))
    assert one.random.random() == same.random.random() != other.random.random()
    assert one.rng.random() == same.rng.random() != other.rng.random()


def test_a_history_ends_where_the_books_do(monkeypatch):
    monkeypatch.setattr("imr_sim.limits.MONTHS", Limit(1, 5))
    model = IMRModel(SYSTEM, PARAMETERS)
    model.run_model()
    assert (model.months_run, model.running) == (5, False)
    with pytest.raises(RequestError, match="at most 5 months"):
        model.step()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"seed": -1}, "seed=-1"),
        ({"seed": 1.5}, "seed=1.5"),
        ({"replicate": -1}, "replicate=-1"),
        ({"draw": 2**32}, "draw=4294967296"),
        ({"draw": 3, "parameters": prior(3)}, "holds 3 draws"),
        ({"policy_start": "2003-12"}, "policy_start=2003-12"),
        ({"policy_start": "2204-01"}, "2204-01"),
        ({"strategy": "facilitaton"}, "facilitaton"),
        ({"strategy": "facilitation", "budget": -5.0}, "budget"),
    ],
)
def test_a_wrong_request_is_refused_at_once_in_words(wrong, words):
    with pytest.raises(RequestError, match=words):
        IMRModel(SYSTEM, **wrong)


class Collecting(IMRModel):
    """What `batch_run` wants."""

    def __init__(self, **options):
        super().__init__(SYSTEM, PARAMETERS, **options)
        self.datacollector = DataCollector(
            model_reporters={"seed": "seed", "aware": aware, "months": "months_run"}
        )

    def step(self):
        super().step()
        self.datacollector.collect(self)


def aware(model):
    return sum(model.agents_by_type[VAMC].get("aware"))


def test_iterations_of_a_batch_run_differ_and_can_be_had_again():
    rows = batch_run(Collecting, {}, iterations=5, max_steps=48, display_progress=False)
    assert len({row["seed"] for row in rows}) == 5
    assert len({row["aware"] for row in rows}) > 1
    for row in rows:
        again = run(IMRModel(SYSTEM, PARAMETERS, seed=row["seed"]), row["months"])
        assert aware(again) == row["aware"]


def test_seed_zero_is_a_seed_and_none_is_not():
    assert IMRModel(SYSTEM, PARAMETERS, seed=0).seed == 0
    seeds = [IMRModel(SYSTEM, PARAMETERS).seed for _ in range(20)]
    assert len(set(seeds)) == 20 and all(0 <= seed < 2**64 for seed in seeds)


class Visitor(Agent):
    """A user's own agent."""


def test_models_that_nobody_refers_to_are_freed():
    known = len(Agent._ids)
    models = weakref.WeakSet()
    for seed in range(30):
        model = run(IMRModel(SYSTEM, PARAMETERS, seed=seed), 2)
        Visitor(model)
        models.add(model)
    assert len(Agent._ids) == known  # where Mesa would keep them
    assert len(models) < 30  # Python's collector has been round already
    del model
    gc.collect()
    assert len(models) == 0


def test_a_history_does_not_hold_its_model():
    model = run(IMRModel(SYSTEM, PARAMETERS, seed=1), 2)
    history, gone = model.history(), weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None and history.shape[2] == 2


def test_agents_have_numbers_of_their_own_a_users_included():
    model = IMRModel(SYSTEM, PARAMETERS, seed=1)
    visitors = [Visitor(model) for _ in range(3)]
    numbers = [agent.unique_id for agent in model.agents]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert [v.unique_id for v in visitors] == numbers[-3:]
    model.agents_by_type[Visitor].do("remove")
    assert len(model.agents) == len(numbers) - 3
