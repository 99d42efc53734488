"""Deliberate one-line faults, and the tests that catch each.

`python tests/mutants.py` puts one fault after the other into a copy of the project, runs the tests
there with compilation off, and writes the table in docs/verification.md. It fails when a fault
survives either column of tests. It takes some minutes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/verification.md"
BEGIN, END = "<!-- faults: python tests/mutants.py -->", "<!-- end of faults -->"
BY_HAND, BY_ORACLE = "tests/uncompiled/test_rules.py", "tests/oracle/test_exact.py"

# What is wrong with it; the file; the line as it is (in part); the line as it becomes.
FAULTS = (
    ("the hazard of a year in a month", "rules", "expm1(-rate / 12.0)", "expm1(-rate)"),
    ("no exponential", "rules", "return -math.expm1(-rate / 12.0)", "return rate / 12.0"),
    ("coordinators leave like chiefs", "rules", "p.turnover_coordinator", "p.turnover_chief"),
    ("peers leave like others", "rules", "return p.turnover_peer", "return p.turnover_other"),
    ("training keeps beyond dose 1", "rules", "** min(training_dose, 1.0)", "** training_dose"),
    ("audit keeps nobody", "rules", "return ratio * p.audit_turnover ** min(audit_dose, 1.0)", "return ratio"),
    ("weights of chief and coordinator", "rules", "return p.media_weight_chief", "return p.media_weight_coordinator"),
    ("SMI weight for the others", "rules", "p.media_weight_smi if is_smi", "p.media_weight_smi if not is_smi"),
    ("visible where not provided", "rules", "p.visibility if providing", "p.visibility if not providing"),
    ("no outreach", "rules", "materials + p.outreach_awareness * outreach", "materials"),
    ("within and between swapped", "rules", "p.beta_within * within + p.beta_between * between", "p.beta_between * within + p.beta_within * between"),
    ("no ties outside", "rules", "p.beta_within * within + p.beta_between * between", "p.beta_within * within"),
    ("contacts beyond dose 1", "rules", "p.collaborative_completion * min(dose, 1.0)", "p.collaborative_completion * dose"),
    ("contacts as if inside", "rules", "return p.beta_between * contacts", "return p.beta_within * contacts"),
    ("simplifying burdens", "rules", "(1.0 - p.simplify_burden", "(1.0 + p.simplify_burden"),
    ("willing beyond 1", "rules", "math.exp(-(burden * p.peer_burden", "math.exp((burden * p.peer_burden"),
    ("peers not burdened more", "rules", "burden * p.peer_burden if role == PEER else burden", "burden"),
    ("fit against support", "rules", "p.s_fit * site.fit + p.s_recovery", "-p.s_fit * site.fit + p.s_recovery"),
    ("champions by fit", "rules", "p.c_ebp * site.ebp", "p.c_ebp * site.fit"),
    ("no social support", "rules", "p.c_ebp * site.ebp + p.c_support * share_supportive", "p.c_ebp * site.ebp"),
    ("what slows tires", "rules", "math.exp(-slowing)", "math.exp(slowing)"),
    ("half of the key staff", "rules", "share_aware / 0.5", "share_aware * 0.5"),
    ("two champions needed", "rules", "(site.champions > 0)", "(site.champions > 1)"),
    ("any champion imports", "rules", "(site.importer_champions > 0)", "(site.champions > 0)"),
    ("sign of leadership", "rules", "+ p.b_leadership * site.leadership", "- p.b_leadership * site.leadership"),
    ("sensitive periods and PRRCs mixed", "rules", "p.b_sensitive * sensitive\n        + p.b_prrc * has_prrc\n        + p.b_recovery", "p.b_sensitive * has_prrc\n        + p.b_prrc * has_prrc\n        + p.b_recovery"),
    ("fit in place of time", "rules", "p.b_time * felt_time(p, site, dose)\n    )", "p.b_time * site.fit\n    )"),
    ("money is no time", "rules", "site.time + p.funding_time * min(dose[FUNDING], 1.0)", "site.time"),
    ("money beyond dose 1", "rules", "p.funding_time * min(dose[FUNDING], 1.0)", "p.funding_time * dose[FUNDING]"),
    ("a mandate prompts like money", "rules", "        p.prompt_mandate,\n", "        p.prompt_funding,\n"),
    ("any dose asks alike", "rules", "prompts[k] * strength * again", "prompts[k] * float(strength > 0.0) * again"),
    ("trainers ask like training", "rules", "strength = p.train_trainer_discount * strength", "strength = 1.0 * strength"),
    ("asked again as if first", "rules", "again = p.asked_again if asked >> lever & 1 else 1.0", "again = 1.0"),
    ("asked by another is asked again", "rules", "asked >> lever & 1", "asked > 0"),
    ("who asked before is forgotten", "rules", "asked |= 1 << lever", "asked = 1 << lever"),
    ("readiness reversed", "rules", "p.offer_setting + p.readiness * ready", "p.offer_setting - p.readiness * ready"),
    ("no setting", "rules", "p.offer_setting + p.readiness * ready", "p.readiness * ready"),
    ("leadership makes nobody ready", "rules", "p.b_leadership * site.leadership\n        + p.b_veteran * site.veteran\n        + p.b_recovery", "p.b_veteran * site.veteran\n        + p.b_recovery"),
    ("facilitation delays", "rules", "p.difficulty - p.facilitation_startup", "p.difficulty + p.facilitation_startup"),
    ("hard practices start sooner", "rules", "math.exp(p.startup_difficulty", "math.exp(-p.startup_difficulty"),
    ("start-up below a month", "rules", "return 1.0 / max(p.startup_months * ratio, 1.0)", "return 1.0 / (p.startup_months * ratio)"),
    ("support makes sites give up", "rules", "math.exp(-p.giveup_support", "math.exp(p.giveup_support"),
    ("help beyond dose 1", "rules", "p.giveup_support * min(helped, 1.0)", "p.giveup_support * helped"),
    ("the last helper counts", "rules", "helped = max(helped, dose[lever])", "helped = dose[lever]"),
    ("everybody completes training", "rules", "p.training_rate * p.training_completion * lessons", "p.training_rate * lessons"),
    ("hard practices as faithful", "rules", "        - p.difficulty\n", "        - 0.0\n"),
    ("money keeps no programme", "rules", "+ p.funding_stop * min(dose[FUNDING], 1.0)", "+ 0.0"),
    ("colleagues beyond dose 1", "rules", "trained_colleagues * min(train_trainer, 1.0)", "trained_colleagues * train_trainer"),
    ("support beyond dose 1", "rules", "p.g_support * min(facilitation, 1.0)", "p.g_support * facilitation"),
    ("fidelity off the scale", "rules", "return min(max(target, 1.0), 5.0)", "return max(target, 1.0)"),
    ("stops for want of none", "rules", "(site.champions == 0)", "(site.champions > 0)"),
    ("sign of support at a stop", "rules", "+ p.d_support * share_supportive", "- p.d_support * share_supportive"),
    ("fidelity not centred", "rules", "(site.fidelity - 3.0)", "(site.fidelity - 1.0)"),
    ("culture and leader swapped", "rules", "shared * culture + own * leader", "own * culture + shared * leader"),
    ("mandate gives autonomy", "rules", "boost - p.mandate_autonomy_cost", "boost + p.mandate_autonomy_cost"),
    ("a new leader a month too short", "site_phases", "month - site.leader_month <= 12", "month - site.leader_month < 12"),
    ("a PRRC felt a month too soon", "site_phases", "return 0 <= site.prrc_month < month", "return 0 <= site.prrc_month <= month"),
    ("a sensitive period never runs down", "site_phases", "max(0, was.sensitive_left - 1)", "max(0, was.sensitive_left)"),
    ("a new leader keeps the old gain", "site_phases", "            kept = p.leadership_retained * boost\n", "            kept = kept + 0.0\n"),
    ("deciding without having heard", "site_phases", "if site.key_aware > 0:", "if site.aware >= 0:"),
    ("own accord twelve times as fast", "site_phases", "own / 12.0 + accepting", "own + accepting"),
    ("the larger route alone", "site_phases", "own / 12.0 + accepting", "max(own / 12.0, accepting)"),
    ("routes mixed up in the log", "site_phases", "u[1, k] * hazard < accepting", "u[1, k] * hazard >= accepting"),
    ("earlier askers forgotten", "site_phases", "site.asked | asked", "asked"),
    ("everybody is briefed", "site_phases", "u[0, k] < given.p.briefing", "u[0, k] < 1.0"),
    ("briefing beyond key staff", "site_phases", "world.key[w] & ~now", "world.present[w] & ~now"),
    ("nobody gives up", "implementation_phase", "rules.giving_up_rate(p, dose[s])", "0.0 * rules.giving_up_rate(p, dose[s])"),
    ("training levers at preparing sites twice", "implementation_phase", "led if site.status == PROVIDING else 0.0", "led"),
    ("trained teams of any size", "implementation_phase", "places -= count(", "places -= 0 * count("),
    ("who leaves is trained", "implementation_phase", "smi[w] & ~now[TRAINED, w] & ~left[w], w, listed", "smi[w] & ~now[TRAINED, w], w, listed"),
    ("the unaware rank with the aware", "implementation_phase", "2.0 if now[AWARE, w] & flag else 3.0", "2.0"),
    ("a trained team hears nothing", "implementation_phase", "new[AWARE, w] |= flag", "new[AWARE, w] |= flag & ~flag"),
    ("a trained team supports nothing", "implementation_phase", "if best[k] & 1:", "if best[k] < 0:"),
    ("champions lose their own access", "implementation_phase", "u[0, k] < chances[1]", "u[0, k] < 0.0"),
    ("fidelity leaps", "implementation_phase", "site.fidelity + p.fidelity_rate * (target - site.fidelity)", "target"),
    ("teams of one more", "implementation_phase", "    vacancies = size - team\n", "    vacancies = size - team + 1\n"),
    ("supporters rank with the rest", "implementation_phase", "rank += 1.0 if now", "rank += 2.0 if now"),
)  # fmt: skip


def path(name: str, root: Path = ROOT) -> Path:
    """File of the model in which a fault is made."""
    return root / f"imr_sim/model/{name}.py"


def in_a_line(text: str) -> str:
    """Source text as it stands in a cell of the table."""
    return " ".join(text.split()).replace("|", "\\|")


def caught_by(tests: str, copy: Path) -> str | None:
    """Name of the first test that fails in a copy of the project; None when all pass."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-x", "-p", "no:cacheprovider", tests],
        cwd=copy,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return None
    failed = re.search(r"^FAILED \S+::(\S+)", done.stdout, re.M)
    assert failed, f"{tests} did not run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return failed[1]


def try_all(copy: Path):
    """Yield each fault with what caught it: hand-worked numbers (rules only), else the oracle."""
    for what, name, before, after in FAULTS:
        file = path(name, copy)
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(before, after, 1), encoding="utf-8")
        by_hand = caught_by(BY_HAND, copy) if name == "rules" else None
        by_oracle = None if by_hand else caught_by(BY_ORACLE, copy)
        file.write_text(text, encoding="utf-8")
        print(f"{what}: {by_hand}, {by_oracle}", flush=True)
        yield what, name, before, after, by_hand, by_oracle


def main() -> int:
    """Try all faults, write the table, and return 1 when one survived."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        for part in ("imr_sim", "configs", "tests"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        for tests in (BY_HAND, BY_ORACLE):
            assert caught_by(tests, copy) is None, f"{tests} fails without any fault"
        rows = list(try_all(copy))
    survived = [what for what, name, *_, hand, oracle in rows if not oracle and not hand]
    unseen = [what for what, name, *_, hand, _ in rows if name == "rules" and not hand]
    write_table(rows, len(survived))
    print(f"{len(rows)} faults; survived: {survived}; unseen by hand-worked numbers: {unseen}")
    return 1 if survived or unseen else 0


def write_table(rows, n_survived: int) -> None:
    """Put the faults, and what caught each, into the page."""
    page = PAGE.read_text(encoding="utf-8")
    head, rest = page.split(BEGIN)
    table = [f"{len(rows) - n_survived} of {len(rows)} faults are caught.", ""]
    table += ["| fault | file | line | becomes | hand-worked numbers | oracle |", "|---" * 6 + "|"]
    for what, name, before, after, by_hand, by_oracle in rows:
        case = re.search(r"\[(.+)\]", by_oracle or "")
        cells = [what, f"`{name}.py`", f"`{in_a_line(before)}`", f"`{in_a_line(after)}`"]
        cells += [f"`{by_hand}`" if by_hand else "", f"case {case[1]}" if case else "-"]
        table.append("| " + " | ".join(cells) + " |")
    PAGE.write_text(
        head + BEGIN + "\n" + "\n".join(table) + "\n" + END + rest.split(END)[1], encoding="utf-8"
    )


if __name__ == "__main__":
    sys.exit(main())
