"""How a VA medical center decides: docs/odd.md, section 7.6."""

import math

from oracle import philox
from oracle.staff import CHIEF

NOT_PROVIDING, PREPARING = 0, 1
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


class Decision:
    """Of a VAMC: of its own accord, or because it is asked."""

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
