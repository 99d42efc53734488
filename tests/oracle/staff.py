"""A staff post and the person in it: docs/odd.md, sections 7.3 to 7.5."""

import math

import mesa

from oracle import philox

COORDINATOR, CHIEF, PEER_SPECIALIST, OTHER = 0, 1, 6, 7


def monthly(rate):
    return -math.expm1(-rate / 12)


class StaffMember(mesa.Agent):
    """`now` are the flags at the start of the month, `new` those at its end."""

    def __init__(self, model, site, slot, role, smi):
        super().__init__(model)
        self.site, self.slot, self.role, self.smi = site, slot, role, smi
        self.inside, self.outside = [], []  # people this one hears from
        self.well_connected = False
        self.now, self.new = set(), set()
        self.left = False
        self.hired = 0

    def draw(self, decision):
        return self.model.luck.of_post(self.model.month, decision, self.slot)

    def lanes(self, decision):
        return self.model.luck.lanes(self.model.month, decision, self.slot)

    def log(self, kind, detail=0, source=-1):
        self.model.log(kind, self.site.index, self.slot, detail, source)

    def begin_month(self):
        self.now = set(self.new)

    # Turnover ------------------------------------------------------------------------------

    def turnover_rate(self):
        p, dose = self.model.p, self.site.dose
        if self.role == COORDINATOR:
            rate = p["turnover_coordinator"]
        elif self.role == CHIEF:
            rate = p["turnover_chief"]
        elif self.role == PEER_SPECIALIST:
            rate = p["turnover_peer"]
        elif self.role == OTHER:
            rate = p["turnover_other"]
        else:
            rate = p["turnover_clinical"]
        if "DELIVERING" in self.now:
            retention = p["training_turnover"] ** min(dose["training"], 1)
            rate = rate * (retention * p["audit_turnover"] ** min(dose["audit"], 1))
        return rate

    def turnover(self):
        self.left = self.draw(philox.LEAVE) < monthly(self.turnover_rate())
        if self.left:
            self.hired = self.model.month - self.model.first_month
            if "AWARE" in self.now:
                self.log("left knowing IMR")
            self.replace()

    def replace(self):
        p = self.model.p
        self.new = set()
        champion_at_once = exchange = False
        source = None
        if self.smi:
            u1, u2, _, _ = self.lanes(philox.IMPORT)
            champion_at_once = u1 < p["importer_champion_probability"]
            exchange = u2 < p["exchange_share"] * self.site.dose["exchange"]
        if exchange:
            self.new |= {"AWARE", "EXPERIENCED"}
        else:
            how, where, who, knows = self.lanes(philox.REPLACE)
            if how < p["transfer_share"]:
                source = self.transfer_source(where, who)
            if source is not None:
                self.new |= source.now & {"AWARE", "EXPERIENCED", "TRAINED"}
            elif knows < p["external_experienced"]:
                self.new |= {"AWARE", "EXPERIENCED"}
            elif knows < p["external_experienced"] + p["external_aware"]:
                self.new |= {"AWARE"}
        if "AWARE" in self.new:
            self.new.add("IMPORTED")
            if champion_at_once:
                self.new |= {"SUPPORTIVE", "CHAMPION"}
                self.log("became champion", detail=1)
            self.log("hired knowing IMR", source=-1 if source is None else source.slot)

    def transfer_source(self, where, who):
        everywhere = self.model.by_kind[self.role, self.smi]
        elsewhere = [other for other in everywhere if other.site is not self.site]
        if where < self.model.p["transfer_same_visn"]:
            near = [other for other in elsewhere if other.site.visn == self.site.visn]
            if near:
                elsewhere = near
        return elsewhere[int(who * len(elsewhere))] if elsewhere else None

    # Awareness -----------------------------------------------------------------------------

    def media(self):
        p = self.model.p
        if self.role == COORDINATOR:
            return p["media"] * p["media_weight_coordinator"]
        if self.role == CHIEF:
            return p["media"] * p["media_weight_chief"]
        if self.smi:
            return p["media"] * p["media_weight_smi"]
        return p["media"]

    def awareness(self):
        if "AWARE" in self.now or self.left:
            return
        p, dose = self.model.p, self.site.dose
        media = self.media()
        site = self.site.hearing_everybody()
        if self.smi:
            site += self.site.hearing_members()
        if self.role == CHIEF:
            site += p["mandate_awareness"] * dose["mandate"]
        inside = [other for other in self.inside if "AWARE" in other.now]
        outside = [other for other in self.outside if "AWARE" in other.now]
        ties = p["beta_within"] * len(inside) + p["beta_between"] * len(outside)
        if self.draw(philox.HEAR) < monthly(media + site + ties):
            self.new.add("AWARE")
            self.log_cause(media, site, ties, inside, outside)

    def hear_from_site(self):
        self.new.add("AWARE")
        self.log("heard", detail=2)

    def log_cause(self, media, site, ties, inside, outside):
        which, who, _, _ = self.lanes(philox.SOURCE)
        x = which * (media + site + ties)
        if x < media:
            self.log("heard", detail=1)
        elif x < media + site:
            self.log("heard", detail=2)
        elif x - media - site < self.model.p["beta_within"] * len(inside):
            self.log("heard", detail=3, source=inside[int(who * len(inside))].slot)
        else:
            self.log("heard", detail=4, source=outside[int(who * len(outside))].slot)

    # Persuasion ----------------------------------------------------------------------------

    def willingness(self):
        p = self.model.p
        simpler = p["simplify_burden"] * min(self.site.dose["simplify"], 1)
        burden = p["workbook_burden"] * (1 - simpler)
        if self.role == PEER_SPECIALIST:
            burden = burden * p["peer_burden"]
        return math.exp(-burden)

    def support_rate(self):
        p, site = self.model.p, self.site.now
        supportive = [o for o in self.inside + self.outside if "SUPPORTIVE" in o.now]
        degree = len(self.inside) + len(self.outside)
        share = len(supportive) / degree if degree else 0
        rate = p["support_rate"] * math.exp(p["s_fit"] * site.fit + p["s_recovery"] * site.recovery)
        rate = rate * (1 + p["s_peers"] * share)
        if "TRAINED" not in self.now:
            rate = rate * self.willingness()
        if "DELIVERING" not in self.now:
            rate = rate + p["consensus_support"] * self.site.dose["consensus"]
        return rate

    def champion_rate(self):
        p, site = self.model.p, self.site.now
        rate = 0
        if "SUPPORTIVE" in self.now:
            share = self.site.share_supportive()
            rate = p["champion_rate"] * math.exp(p["c_ebp"] * site.ebp + p["c_support"] * share)
            if "EXPERIENCED" in self.now:
                rate = rate * p["experience_multiplier"]
        if self.well_connected:
            rate = rate + p["champions_conversion"] * self.site.dose["champions"]
        return rate

    def fatigue_rate(self):
        p, site = self.model.p, self.site.now
        slowing = (
            p["fatigue_leadership"] * site.leadership
            + p["fatigue_support"] * self.site.share_supportive()
        )
        return p["champion_fatigue"] * math.exp(-slowing)

    def persuasion(self):
        if "AWARE" not in self.now or self.left:
            return
        p = self.model.p
        supports = champions = False
        if "SUPPORTIVE" not in self.now:
            supports = self.draw(philox.SUPPORT) < monthly(self.support_rate())
        if self.smi and "CHAMPION" not in self.now:
            champions = self.draw(philox.CHAMPION) < monthly(self.champion_rate())
        if supports:
            self.new.add("SUPPORTIVE")
        if champions:
            self.new |= {"SUPPORTIVE", "CHAMPION"}
            self.log("became champion", detail=int("IMPORTED" in self.now))
        if "SUPPORTIVE" in self.now and "CHAMPION" not in self.now and not champions:
            if self.draw(philox.LOSE) < monthly(p["support_loss"]):
                self.new.discard("SUPPORTIVE")
        if not self.now & {"CHAMPION", "DELIVERING"} and not supports and not champions:
            if self.draw(philox.FORGET) < monthly(p["forgetting"]):
                self.new -= {"AWARE", "SUPPORTIVE"}
        if "CHAMPION" in self.now and self.lanes(philox.TIRE)[0] < monthly(self.fatigue_rate()):
            self.new.discard("CHAMPION")
            self.log("champion tired")

    def note_forgetting(self):
        if "AWARE" in self.now - self.new and not self.left:
            self.log("forgot IMR")
