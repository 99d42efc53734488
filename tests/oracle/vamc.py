"""A VA medical center: docs/odd.md, sections 5, 7.2 and 7.6 to 7.8."""

import math
from copy import copy
from types import SimpleNamespace

import mesa

from oracle import philox
from oracle.staff import CHIEF, monthly

NEVER = -1_000_000
NOT_PROVIDING, PREPARING, PROVIDING = 0, 1, 2
STARTED, STOPPED, RESTARTED, LEADER_CHANGED, PROGRAMME_CHANGED, SENSITIVE, HAS_PRRC, GAVE_UP = (
    1,
    2,
    4,
    8,
    16,
    32,
    64,
    128,
)
ASKING = (  # levers that put the question, in the order in which their parts are summed
    "materials",
    "meetings",
    "outreach",
    "champions",
    "leadership",
    "mandate",
    "training",
    "facilitation",
    "collaborative",
    "train_trainer",
    "funding",
)


def clip(x, low, high):
    return min(max(x, low), high)


class VAMC(mesa.Agent):
    """`now` is the site at the start of the month, `new` at its end."""

    def __init__(self, model, index, visn, prrc):
        super().__init__(model)
        self.index, self.visn, self.prrc = index, visn, prrc
        self.staff, self.dose = [], {}
        self.now = self.new = SimpleNamespace()

    def uniform(self, decision):
        return self.model.luck.uniform(self.model.month, decision, self.index)

    def log(self, kind, detail=0):
        self.model.log(kind, self.index, -1, detail, -1)

    def flagged(self, *flags):
        """Staff who have all these flags at the end of the month."""
        return [person for person in self.staff if person.new.issuperset(flags)]

    def share_supportive(self):
        return self.now.supportive / len(self.staff)

    # Initialization ------------------------------------------------------------------------

    def initialize(self, size_z):
        p, luck = self.model.p, self.model.luck
        a, b = math.sqrt(p["factor_correlation"]), math.sqrt(1 - p["factor_correlation"])
        culture, leader = luck.normals(0, philox.FACTORS, self.index)
        x1, x2 = luck.normals(0, philox.FACTORS + 1, self.index)
        x3, x4 = luck.normals(0, philox.FACTORS + 2, self.index)
        x5, _ = luck.normals(0, philox.FACTORS + 3, self.index)
        prrc_month = self.prrc_opening(size_z)
        sensitive_left = 0
        if prrc_month != NEVER and prrc_month < self.model.first_month:
            since = self.model.first_month - 1 - prrc_month
            sensitive_left = max(0, int(p["sensitive_months"]) - since)
        self.new = SimpleNamespace(
            culture=culture,
            leader=leader,
            veteran=a * culture + b * x1,
            recovery=a * culture + b * x2,
            ebp=a * culture + b * x3,
            fit=a * culture + b * x4,
            time=a * culture + b * x5,
            leadership=a * culture + b * leader,
            boost_kept=0.0,
            fidelity=0.0,
            prrc_month=prrc_month,
            leader_month=NEVER,
            programme_month=NEVER,
            first_month=NEVER,
            stop_month=NEVER,
            restart_month=NEVER,
            sensitive_left=sensitive_left,
            starts=0,
            asked=0,
            status=NOT_PROVIDING,
            events=0,
        )
        self.record()

    def prrc_opening(self, size_z):
        if self.prrc == "never":
            return NEVER
        if self.prrc != "unknown":
            year, month = self.prrc.split("-")
            return int(year) * 12 + int(month) - 1
        p = self.model.p
        u1, u2, u3, _ = self.model.luck.lanes(0, philox.PRRC, self.index)
        odds = p["prrc_share"] / max(1 - p["prrc_share"], 1e-12) * math.exp(p["prrc_size"] * size_z)
        if u1 >= odds / (1 + odds):
            return NEVER
        if u2 < p["prrc_late"]:
            return 2013 * 12 + int(48 * u3)
        return 2006 * 12 + int(84 * u3)

    # Context -------------------------------------------------------------------------------

    def context(self):
        p, month, now, new = self.model.p, self.model.month, self.now, self.new
        new.events = 0
        new.sensitive_left = max(0, now.sensitive_left - 1)
        opens = False
        boost = p["leadership_gain"] * self.dose["leadership"]
        kept = max(now.boost_kept, p["leadership_retained"] * boost)
        u1, u2, _, _ = self.model.luck.lanes(month, philox.LEADER, self.index)
        if u1 < monthly(p["leadership_change_rate"]):
            n, _ = self.model.luck.normals(month, philox.LEADER_VALUE, self.index)
            memory = p["leadership_memory"]
            new.leader = memory * now.leader + math.sqrt(1 - memory * memory) * n
            new.leader_month = month
            new.events += LEADER_CHANGED
            kept = p["leadership_retained"] * boost
            opens = u2 < p["leadership_opens"]
        new.boost_kept = kept
        a, b = math.sqrt(p["factor_correlation"]), math.sqrt(1 - p["factor_correlation"])
        new.leadership = (
            a * new.culture
            + b * new.leader
            + max(boost, kept)
            - p["mandate_autonomy_cost"] * self.dose["mandate"]
        )
        if self.uniform(philox.PROGRAMME) < monthly(p["programme_change_rate"]):
            new.programme_month = month
            new.events += PROGRAMME_CHANGED
            opens = True
        if self.dose["open_prrc"] > 0 and (now.prrc_month == NEVER or now.prrc_month > month):
            new.prrc_month = month
        if new.prrc_month == month:
            opens = True
        if opens:
            new.sensitive_left = int(p["sensitive_months"])
        if new.sensitive_left > 0:
            new.events += SENSITIVE
        if new.prrc_month != NEVER and new.prrc_month <= month:
            new.events += HAS_PRRC

    def has_prrc(self):
        return self.now.prrc_month != NEVER and self.now.prrc_month < self.model.month

    # What staff hear from the site -----------------------------------------------------------

    def hearing_everybody(self):
        p, dose = self.model.p, self.dose
        hazard = p["visibility"] if self.now.status == PROVIDING else 0
        hazard = hazard + p["materials_awareness"] * dose["materials"]
        return hazard + p["outreach_awareness"] * dose["outreach"]

    def hearing_members(self):
        """Of members of programmes for serious mental illness only."""
        p, dose = self.model.p, self.dose
        hazard = p["meetings_awareness"] * dose["meetings"]
        if dose["collaborative"] > 0:
            contacts = p["collaborative_ties"] * p["collaborative_completion"]
            contacts = contacts * min(dose["collaborative"], 1)
            share = self.model.share_aware_in_collaborative(but=self)
            hazard = hazard + p["beta_between"] * contacts * share
        return hazard

    # Decision, implementation, sustainment -----------------------------------------------------

    def felt_time(self):
        return self.now.time + self.model.p["funding_time"] * min(self.dose["funding"], 1)

    def key_staff(self):
        return [person for person in self.staff if person.smi or person.role == CHIEF]

    def own_accord(self):
        """Hazard per year of a decision that nobody asked for."""
        now, p = self.now, self.model.p
        if now.key_aware == 0:
            return 0.0
        log_hazard = (
            p["a0"]
            + p["b_awareness"] * (now.key_aware / len(self.key_staff())) / 0.5
            + p["b_champion"] * (now.champions > 0)
            + p["b_importer"] * (now.importer_champions > 0)
            + p["b_leadership"] * now.leadership
            + p["b_veteran"] * now.veteran
            + p["b_sensitive"] * (now.sensitive_left > 0)
            + p["b_prrc"] * self.has_prrc()
            + p["b_recovery"] * now.recovery
            + p["b_ebp"] * now.ebp
            + p["b_fit"] * now.fit
            + p["b_time"] * self.felt_time()
        )
        return math.exp(log_hazard)

    def accepting(self):
        """Hazard this month of accepting what the levers offer."""
        now, p = self.now, self.model.p
        asks = 0.0
        for lever in ASKING:
            dose, prompt = self.dose[lever], p.get(f"prompt_{lever}")
            if lever == "train_trainer":
                dose, prompt = p["train_trainer_discount"] * dose, p["prompt_training"]
            again = p["asked_again"] if now.asked & self.bit(lever) else 1
            asks += prompt * dose * again
        if asks == 0:
            return 0.0
        x = (
            p["b_leadership"] * now.leadership
            + p["b_veteran"] * now.veteran
            + p["b_recovery"] * now.recovery
            + p["b_ebp"] * now.ebp
            + p["b_fit"] * now.fit
            + p["b_time"] * self.felt_time()
            + p["b_sensitive"] * (now.sensitive_left > 0)
            + p["b_prrc"] * self.has_prrc()
        )
        return asks * math.exp(p["offer_setting"] + p["readiness"] * x)

    def bit(self, lever):
        return 2 ** list(self.dose).index(lever)

    def decision(self):
        if self.now.status != NOT_PROVIDING:
            return
        own, accepting = self.own_accord() / 12, self.accepting()
        for lever in ASKING:
            if self.dose[lever] > 0:
                self.new.asked |= self.bit(lever)
        u1, u2, _, _ = self.model.luck.lanes(self.model.month, philox.DECIDE, self.index)
        if u1 < -math.expm1(-(own + accepting)):
            self.new.status = PREPARING
            self.log("site decided", int(u2 * (own + accepting) < accepting))
            for person in self.key_staff():
                if person.left or "AWARE" in person.now | person.new:
                    continue
                if person.lanes(philox.BRIEF)[0] < self.model.p["briefing"]:
                    person.hear_from_site()

    def implementation(self):
        if self.now.status != NOT_PROVIDING:
            self.train_providers()
        if self.now.status != PROVIDING and self.led() > 0:
            self.train_team()
        if self.now.status == PREPARING:
            self.start()
            if self.new.status == PREPARING:
                self.give_up()
        elif self.now.status == PROVIDING:
            self.fill_team()
            self.move_fidelity()

    def led(self):
        """Hazard per year that training levers complete somebody's training."""
        p, dose = self.model.p, self.dose
        lessons = dose["training"] + p["train_trainer_discount"] * dose["train_trainer"]
        return p["training_rate"] * p["training_completion"] * lessons

    def train_team(self):
        probability = monthly(self.led())
        places, ranked = int(self.model.p["team_size"]), []
        for person in self.staff:
            if not person.smi or person.left:
                continue
            if "TRAINED" in person.now:
                places -= 1
                continue
            rank = person.lanes(philox.TRAIN)[1]
            if "CHAMPION" in person.now:
                rank += 0
            elif "SUPPORTIVE" in person.now:
                rank += 1
            elif "AWARE" in person.now:
                rank += 2
            else:
                rank += 3
            ranked.append((rank, person.slot, person))
        ranked.sort(key=lambda entry: entry[:2])
        for _, _, person in ranked[: max(0, places)]:
            completes, _, supports, _ = person.lanes(philox.TRAIN)
            if completes < probability:
                if "AWARE" not in person.new:
                    person.hear_from_site()
                person.new.add("TRAINED")
                if supports < self.model.p["training_support"]:
                    person.new.add("SUPPORTIVE")

    def give_up(self):
        p, dose = self.model.p, self.dose
        helps = ("facilitation", "training", "collaborative", "funding")
        support = min(1, max(dose[lever] for lever in helps))
        rate = p["giveup_rate"] * math.exp(-p["giveup_support"] * support)
        if self.uniform(philox.GIVE_UP) < monthly(rate):
            self.new.status = NOT_PROVIDING
            self.new.events += GAVE_UP
            self.log("site gave up preparing")

    def train_providers(self):
        p, dose = self.model.p, self.dose
        led = self.led() if self.now.status == PROVIDING else 0.0
        second = p["train_trainer_second"] * self.now.trained * min(dose["train_trainer"], 1)
        probability = monthly(p["training_access"] + led + second)
        for person in self.staff:
            pupil = person.smi and not person.left and "TRAINED" not in person.now
            if pupil and person.now & {"DELIVERING", "CHAMPION"}:
                if person.lanes(philox.TRAIN)[0] < probability:
                    person.new.add("TRAINED")

    def start(self):
        p, month, now, new = self.model.p, self.model.month, self.now, self.new
        ratio = math.exp(
            p["startup_difficulty"] * p["difficulty"]
            - p["facilitation_startup"] * self.dose["facilitation"]
        )
        if self.uniform(philox.START) >= 1 / max(1, p["startup_months"] * ratio):
            return
        self.fill_team()
        if not self.flagged("DELIVERING"):
            return
        new.status = PROVIDING
        new.fidelity = p["fidelity_start"]
        new.starts = now.starts + 1
        new.events += STARTED
        if now.first_month == NEVER:
            new.first_month = month
            self.log("site started")
        else:
            new.restart_month = month
            new.events += RESTARTED
            self.log("site restarted")

    def fill_team(self):
        places = int(self.model.p["team_size"]) - len(self.flagged("DELIVERING"))
        ranked = []
        for person in self.staff:
            if not person.smi or person.left:
                continue
            if "AWARE" not in person.now or "DELIVERING" in person.now:
                continue
            joins, keen = person.lanes(philox.TEAM)[:2]
            if "TRAINED" not in person.now and joins >= person.willingness():
                continue
            if "CHAMPION" in person.now:
                rank = keen
            elif "SUPPORTIVE" in person.now:
                rank = keen + 1
            else:
                rank = keen + 2
            ranked.append((rank, person.slot, person))
        ranked.sort(key=lambda entry: entry[:2])
        for _, _, person in ranked[: max(0, places)]:
            person.new |= {"AWARE", "DELIVERING", "EXPERIENCED"}

    def move_fidelity(self):
        p, dose, now = self.model.p, self.dose, self.now
        share = now.trained / now.delivering if now.delivering else 0
        target = (
            p["f_floor"]
            + p["g_trained"] * share
            + p["g_support"] * min(dose["facilitation"], 1)
            + p["audit_fidelity"] * dose["audit"]
            + p["collaborative_fidelity"] * p["collaborative_completion"] * dose["collaborative"]
            + p["g_leadership"] * now.leadership
            - p["difficulty"]
        )
        gap = clip(target, 1, 5) - now.fidelity
        self.new.fidelity = clip(now.fidelity + p["fidelity_rate"] * gap, 1, 5)

    def sustainment(self):
        p, now, new = self.model.p, self.now, self.new
        if now.status != PROVIDING:
            return
        log_hazard = (
            p["d0"]
            + p["d_no_champion"] * (now.champions == 0)
            + p["d_support"] * self.share_supportive()
            + p["d_leader"] * (now.leader_month >= self.model.month - 12)
            + p["d_prrc"] * self.has_prrc()
            + p["d_time"] * self.felt_time()
            + p["d_fidelity"] * (now.fidelity - 3)
            + p["audit_stop"] * self.dose["audit"]
            + p["funding_stop"] * min(self.dose["funding"], 1)
        )
        stops = self.uniform(philox.STOP) < monthly(math.exp(log_hazard))
        if stops or not self.flagged("DELIVERING"):
            new.status = NOT_PROVIDING
            new.fidelity = 0.0
            new.stop_month = self.model.month
            new.events += STOPPED
            for person in self.staff:
                person.new.discard("DELIVERING")
            self.log("site stopped")

    def record(self):
        """Head counts at the end of the month."""
        aware = self.flagged("AWARE")
        self.new.aware = len(aware)
        self.new.key_aware = len([q for q in aware if q.smi or q.role == CHIEF])
        self.new.smi_aware = len([q for q in aware if q.smi])
        self.new.supportive = len(self.flagged("SUPPORTIVE"))
        self.new.champions = len(self.flagged("CHAMPION"))
        self.new.importer_champions = len(self.flagged("CHAMPION", "IMPORTED"))
        self.new.delivering = len(self.flagged("DELIVERING"))
        self.new.trained = len(self.flagged("DELIVERING", "TRAINED"))

    def begin_month(self):
        self.now = copy(self.new)
        self.new = copy(self.new)
