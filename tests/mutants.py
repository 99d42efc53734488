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
    ("sensitive periods and PRRCs mixed", "rules", "p.b_sensitive * sensitive", "p.b_sensitive * has_prrc"),
    ("fit and time swapped", "rules", "p.b_fit * site.fit", "p.b_fit * site.time"),
    ("no effect of the mandate", "rules", "+ p.mandate_decision * dose[MANDATE]", "+ 0.0 * dose[MANDATE]"),
    ("meetings read as materials", "rules", "p.meetings_decision * dose[MEETINGS]", "p.meetings_decision * dose[MATERIALS]"),
    ("facilitation delays", "rules", "math.exp(-p.facilitation_startup", "math.exp(p.facilitation_startup"),
    ("start-up below a month", "rules", "return 1.0 / max(mean, 1.0)", "return 1.0 / mean"),
    ("everybody completes training", "rules", "        * p.training_completion\n", "        * 1.0\n"),
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
    ("deciding without having heard", "site_phases", "or site.key_aware == 0", "or site.aware < 0"),
    ("fidelity leaps", "site_phases", "site.fidelity + p.fidelity_rate * (target - site.fidelity)", "target"),
    ("teams of one more", "site_phases", "    vacancies = size - team\n", "    vacancies = size - team + 1\n"),
    ("supporters rank with the rest", "site_phases", "rank += 1.0 if now", "rank += 2.0 if now"),
)  # fmt: skip


def path(name: str, root: Path = ROOT) -> Path:
    """File of the model in which a fault is made."""
    return root / f"imr_sim/model/{name}.py"


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
    """Yield each fault with what caught it: by hand-worked numbers (rules only), by the oracle."""
    for what, name, before, after in FAULTS:
        file = path(name, copy)
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(before, after, 1), encoding="utf-8")
        by_hand = caught_by(BY_HAND, copy) if name == "rules" else None
        by_oracle = caught_by(BY_ORACLE, copy)
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
    page = PAGE.read_text(encoding="utf-8")
    head, rest = page.split(BEGIN)
    table = [f"{len(rows) - len(survived)} of {len(rows)} faults are caught.", ""]
    table += ["| fault | file | line | becomes | hand-worked numbers | oracle |", "|---" * 6 + "|"]
    for what, name, before, after, by_hand, by_oracle in rows:
        case = re.search(r"\[(.+)\]", by_oracle or "")
        cells = [what, f"`{name}.py`", f"`{before.strip()}`", f"`{after.strip()}`"]
        cells += [f"`{by_hand}`" if by_hand else "", f"case {case[1]}" if case else "-"]
        table.append("| " + " | ".join(cells) + " |")
    PAGE.write_text(
        head + BEGIN + "\n" + "\n".join(table) + "\n" + END + rest.split(END)[1], encoding="utf-8"
    )
    print(f"{len(rows)} faults; survived: {survived}; unseen by hand-worked numbers: {unseen}")
    return 1 if survived or unseen else 0


if __name__ == "__main__":
    sys.exit(main())
