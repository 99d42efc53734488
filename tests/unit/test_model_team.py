"""Who delivers IMR: champions first, then supporters, then the merely aware; the willing alike."""

from __future__ import annotations

import numpy as np
import worlds

from imr_sim.model.state import PREPARING, SENSITIVE

SITES, STAFF, HISTORIES = 60, 40, 10


def teams(size=4, burden=0.0, **flags):
    """Flags after sites of SMI staff with these flags have started; (histories, sites, staff)."""
    parameters = worlds.silent(
        team_size=size, startup_months=1, workbook_burden=burden, **worlds.flat_hazards()
    )
    system = worlds.world([STAFF] * SITES, smi=True)
    batch = worlds.histories(system, parameters, HISTORIES, seed=3)
    for name, staff in flags.items():
        chosen = np.zeros((SITES, STAFF), bool)
        chosen[:, staff] = True
        worlds.set_flag(batch, name, chosen.ravel())
    batch.state.sites["status"] = PREPARING
    batch.advance(1)
    return worlds.flags(batch)["DELIVERING"].reshape(HISTORIES, SITES, STAFF)


def test_champions_join_first_then_supporters_then_the_merely_aware():
    everybody, supporters, champions = slice(None), slice(0, 6), slice(0, 2)
    who = {"AWARE": everybody, "SUPPORTIVE": supporters, "CHAMPION": champions}
    of_four = teams(4, **who)
    assert (of_four.sum(axis=2) == 4).all()
    assert of_four[:, :, :2].all()
    assert not of_four[:, :, 6:].any()
    of_ten = teams(10, **who)
    assert of_ten[:, :, :6].all()
    assert (of_ten.sum(axis=2) == 10).all()


def test_nobody_delivers_who_has_not_heard_of_imr():
    assert not teams(6, AWARE=slice(0, 3))[:, :, 3:].any()


def test_equals_are_equally_likely_to_join():
    share = teams(4, AWARE=slice(None)).mean(axis=(0, 1))
    assert np.abs(share - 0.1).max() < 4 * np.sqrt(0.1 * 0.9 / (HISTORIES * SITES))


def test_the_untrained_who_overcome_the_workbook_have_no_other_advantage():
    burden = -np.log(0.5)  # half of the untrained are willing
    trained = slice(0, STAFF // 2)
    team = teams(4, burden, AWARE=slice(None), TRAINED=trained)
    share = team[:, :, trained].sum() / team.sum()
    assert abs(share - 2 / 3) < 4 * np.sqrt(2 / 9 / team.sum())


def test_a_prrc_that_opened_before_the_history_leaves_it_as_sensitive_as_it_would_be():
    system = worlds.world([5], prrc="2003-10")
    parameters = worlds.silent(sensitive_months=9)

    def sensitive(start, months):
        setting = worlds.Setting.of(system, 1, start, 1)
        values = np.array([[parameters[name] for name in worlds.NAMES]])
        batch = worlds.Batch(setting, values, np.zeros(1, int), np.zeros(1, int))
        return batch.advance(months)["events"][0, :, 0] & SENSITIVE > 0

    whole = sensitive("2003-01", 24)
    assert whole.nonzero()[0].tolist() == list(range(9, 18))  # nine months from October 2003 on
    for start in range(10, 19):
        began = f"{2003 + start // 12}-{start % 12 + 1:02d}"
        assert sensitive(began, 24 - start).tolist() == whole[start:].tolist(), began
