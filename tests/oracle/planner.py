"""A strategy at work, as docs/strategies.md tells it: whom it wishes to serve, and what there is.

`plan` is a strategy's YAML file as plain values. One planner serves one history.
"""

import math
from statistics import NormalDist

NOT_PROVIDING, PROVIDING = 0, 2
NEVER = -1_000_000
LEADERSHIP_SURVEY, AWARENESS_SURVEY, PLANNER = 40, 41, 42
HOURS = {"facilitation": "facilitation_hours", "outreach": "outreach_hours"}
SEATS = {
    "training": "training_seats",
    "train_trainer": "train_trainer_seats",
    "collaborative": "collaborative_seats",
}
LEVEL = {"urban": 0, "rural": 1, "insular": 1, "highly rural": 2}


def hundredths(amount):
    return round(amount * 100)


class Client:
    """A VAMC as a planner knows it, and what it has had of this strategy."""

    def __init__(self, vamc, row, luck):
        self.vamc, self.luck = vamc, luck
        self.station, self.visn = row.station, int(row.visn)
        self.patients, self.rurality = row.patients, row.rurality
        self.central = 0  # ties by which other sites hear from this one
        self.had = {}  # months of each lever so far
        self.last = set()  # levers of last month
        self.promised = {}  # lever: dose, months more; paid for to its end
        self.prrc_dose = 0.0  # of a PRRC that this strategy opened
        self.supported_from = None
        self.provided_since = False

    @property
    def status(self):
        return self.vamc.new.status

    def has_prrc(self, month):
        return self.vamc.new.prrc_month != NEVER and self.vamc.new.prrc_month < month

    def since_change(self, month):
        """Months since the last change that a planner can see open a sensitive period."""
        seen = [
            month - when
            for when in (
                self.vamc.new.leader_month,
                self.vamc.new.programme_month,
                self.vamc.new.prrc_month,
            )
            if when != NEVER and when < month
        ]
        return min(seen, default=math.inf)


class Planner:
    """One strategy from the policy date on, which is the month that `model` is about to run."""

    def __init__(self, model, system, plan, budget, horizon):
        self.model, self.components, self.horizon = model, plan["components"], horizon
        self.capacity = plan.get("capacity", {})
        budgets = [b for b in (budget, plan.get("budget_usd")) if b is not None]
        self.cents_left = math.floor(round(min(budgets) * 100, 4)) if budgets else None
        self.policy = model.month
        self.clients = [
            Client(vamc, row, model.luck.uniform(0, PLANNER, vamc.index))
            for vamc, row in zip(model.vamcs, system.sites.itertuples(), strict=True)
        ]
        for person in model.staff:
            for teller in person.outside:
                self.clients[teller.site.index].central += 1
        key_staff = [sum(q.smi or q.role == 1 for q in v.staff) for v in model.vamcs]
        self.survey("leadership", LEADERSHIP_SURVEY, [v.new.leadership for v in model.vamcs])
        shares = [v.new.key_aware / max(k, 1) for v, k in zip(model.vamcs, key_staff, strict=True)]
        self.survey("awareness", AWARENESS_SURVEY, shares)

    def survey(self, name, decision, truth):
        """Answers with error to a question about each site."""
        r = self.model.p["survey_reliability"]
        mean = sum(truth) / len(truth)
        sd = math.sqrt(sum((x - mean) ** 2 for x in truth) / len(truth)) or 1
        for client, x in zip(self.clients, truth, strict=True):
            u = self.model.luck.uniform(self.policy, decision, client.vamc.index)
            answer = r * (x - mean) / sd + math.sqrt(1 - r * r) * NormalDist().inv_cdf(u)
            setattr(client, name, answer)

    # Who is wished for -------------------------------------------------------------------------

    def place(self, client, who):
        """Place in the queue, from 0 (last) to 1 (first)."""
        rule = who.get("rule", "all")
        if rule == "prrc_first":
            return (client.has_prrc(self.model.month) + client.luck) / 2
        if rule == "rural_first":
            return (LEVEL[client.rurality] + client.luck) / 3
        if rule == "most_autonomy_supporting":
            return self.scaled(client, "leadership")
        if rule == "least_aware":
            return 1 - self.scaled(client, "awareness")
        if rule == "most_central":
            return self.scaled(client, "central")
        if rule == "largest":
            return self.scaled(client, "patients")
        if rule == "visn_by_visn":
            visns = len({c.visn for c in self.clients})
            return 1 - (self.turn(client) + 1 - client.luck) / (visns + 1)
        assert rule in ("all", "random"), "no named strategy has another rule"
        return client.luck

    def scaled(self, client, name):
        values = [getattr(c, name) for c in self.clients]
        return (getattr(client, name) - min(values)) / ((max(values) - min(values)) or 1)

    def turn(self, client):
        """Which VISN has its turn when: by the luck of the first site of each."""
        luck = {}
        for c in self.clients:
            luck.setdefault(c.visn, c.luck)
        return sorted(luck, key=luck.get).index(client.visn)

    def holds(self, client, who, when, month):
        status, now = client.status, self.model.month
        for condition in who.get("only", []):
            true = {
                "not_providing": status == NOT_PROVIDING,
                "providing": status == PROVIDING,
                "prrc": client.has_prrc(now),
                "no_prrc": not client.has_prrc(now),
            }
            if not true[condition]:
                return False
        if who.get("rule") == "visn_by_visn":
            if self.turn(client) > (month - when.get("start", 0)) // when["wave_months"]:
                return False
        if "sensitive_period" in when and client.since_change(now) > when["sensitive_period"]:
            return False
        if "no_start_after" in when:
            since = client.supported_from
            if since is None or month - since < when["no_start_after"] or client.provided_since:
                return False
        return "after" not in when or client.had.get(when["after"], 0) > 0

    def wanted(self, component, month):
        """Clients for whom a component is wished this month."""
        lever, who, when = component["lever"], component.get("who", {}), component.get("when", {})
        if month < when.get("start", 0):
            return []
        going, joining = [], []
        for client in self.clients:
            had = client.had.get(lever, 0)
            open_now = self.holds(client, who, when, month)
            if had > 0:
                if had < when["months"] if "months" in when else open_now:
                    going.append(client)
            elif open_now:
                joining.append(client)
        limits = []
        if "sites" in who:
            limits.append(who["sites"])
        if "wave_sites" in when:
            waves = 1 + (month - when.get("start", 0)) // when["wave_months"]
            limits.append(when["wave_sites"] * waves)
        if limits:
            joined = sum(client.had.get(lever, 0) > 0 for client in self.clients)
            joining.sort(key=lambda c: -self.place(c, who))
            joining = joining[: max(0, min(limits) - joined)]
        return going + joining

    # What there is -----------------------------------------------------------------------------

    def queue(self, need, room, first):
        """Indices of the clients served: those in `first` first, nobody overtakes."""
        order = sorted(range(len(need)), key=lambda i: (i not in first, -self.priority[i]))
        served, used, full = set(), 0, False
        for i in order:
            if need[i] == 0:
                served.add(i)
                continue
            full = full or used + need[i] > room
            if not full:
                used += need[i]
                served.add(i)
        return served

    def supported(self, doses, levers):
        """Clients that had last month one of these levers that somebody is to have now."""
        now = {lever for dose in doses for lever in dose if lever in levers}
        return {i for i, client in enumerate(self.clients) if client.last & now}

    def within_hours(self, doses):
        limit = self.capacity.get("facilitator_hours_per_month")
        if limit is None:
            return
        need = [
            sum(hundredths(d[k] * self.model.p[HOURS[k]]) for k in HOURS if k in d) for d in doses
        ]
        served = self.queue(need, math.floor(limit * 100), self.supported(doses, HOURS))
        for i, dose in enumerate(doses):
            for lever in HOURS:
                if i not in served:
                    dose.pop(lever, None)

    def within_seats(self, doses):
        limit = self.capacity.get("training_seats_per_month")
        if limit is None:
            return
        new = [
            [k for k in SEATS if k in dose and not client.had.get(k)]
            for dose, client in zip(doses, self.clients, strict=True)
        ]
        need = [
            sum(hundredths(dose[k] * self.model.p[SEATS[k]]) for k in levers)
            for dose, levers in zip(doses, new, strict=True)
        ]
        served = self.queue(need, math.floor(limit * 100), set())
        for i, dose in enumerate(doses):
            for lever in new[i]:
                if i not in served:
                    del dose[lever]

    def going_on(self, component, client, wanted):
        """Months, this one included, that a component lasts at a client; 0: not at all."""
        who, when = component.get("who", {}), component.get("when", {})
        had = client.had.get(component["lever"], 0)
        if "months" in when:
            return when["months"] - had if wanted else 0
        if "sensitive_period" in when:
            if not wanted:
                return 0
            return when["sensitive_period"] + 1 - client.since_change(self.model.month)
        return math.inf if wanted or (had > 0 and self.is_named(client, who)) else 0

    def is_named(self, client, who):
        return client.visn in who.get("visns", [client.visn]) and client.station in who.get(
            "stations", [client.station]
        )

    def plans(self, client, dose, wanted):
        """Dose and months of all that a client is owed if it is begun with `dose`."""
        parts = {}
        for component in self.components:
            months = self.going_on(component, client, client in wanted[id(component)])
            if months:
                old = parts.get(component["lever"], (0, 0))
                parts[component["lever"]] = (
                    max(old[0], component["dose"]),
                    max(old[1], months),
                )
        if "open_prrc" in dose:
            parts["open_prrc"] = (dose["open_prrc"], math.inf)
        owed = {k: v for k, v in parts.items() if k in dose or k in client.promised}
        active = set(dose) | set(client.promised)
        for _ in self.components:
            for component in self.components:
                lever, when = component["lever"], component.get("when", {})
                if "after" not in when or client.had.get(lever, 0) > 0:
                    continue
                if when["after"] not in active and lever not in client.promised:
                    continue
                if not self.is_named(client, component.get("who", {})) or not component["dose"]:
                    continue
                months = when.get("months", math.inf)
                months = min(months, when.get("sensitive_period", math.inf))
                old = owed.get(lever, (0, 0))
                owed[lever] = (max(old[0], component["dose"]), max(old[1], months))
                active.add(lever)
        return owed

    def cents_to_the_end(self, client, lever, dose, months):
        p = self.model.p
        n = self.months_left if months == math.inf else months
        if n <= 0 or dose <= 0:
            return 0
        start = 0 if client.had.get(lever) else p.get(f"{lever}_start_usd", 0)
        month = p.get(f"{lever}_month_usd", 0)
        return hundredths(dose * (month + start)) + int(n - 1) * hundredths(dose * month)

    def within_budget(self, doses, wanted):
        """Begin with a VAMC only what can be paid for to its end."""
        if self.cents_left is None:
            return
        set_aside, more, plans = 0, [], []
        for dose, client in zip(doses, self.clients, strict=True):
            owed = self.plans(client, dose, wanted)
            client.promised = {
                lever: (min(had[0], owed[lever][0]), min(had[1], owed[lever][1]))
                for lever, had in client.promised.items()
                if lever in owed
            }
            client.promised = {k: v for k, v in client.promised.items() if v[0] > 0}
            kept = sum(self.cents_to_the_end(client, k, *v) for k, v in client.promised.items())
            whole = sum(self.cents_to_the_end(client, k, *v) for k, v in owed.items())
            set_aside += kept
            more.append(max(whole - kept, 0))
            plans.append(owed)
        supported = {i for i, client in enumerate(self.clients) if client.promised}
        served = self.queue(more, self.cents_left - set_aside, supported)
        for i, (dose, client) in enumerate(zip(doses, self.clients, strict=True)):
            if i in served:
                client.promised = dict(plans[i])
            for lever in list(dose):
                promised, months = client.promised.get(lever, (0, 0))
                dose[lever] = min(dose[lever], promised) if months > 0 else 0
                if dose[lever] == 0:
                    del dose[lever]
                    continue
                client.promised[lever] = (promised, months - 1)
                self.cents_left -= self.cents_to_the_end(client, lever, dose[lever], 1)

    # A month -----------------------------------------------------------------------------------

    def deliver(self):
        """Give each VAMC its effective doses of the month."""
        month = self.model.month - self.policy
        doses, self.priority = [{} for _ in self.clients], [0.0] * len(self.clients)
        self.months_left, wanted = self.horizon - month, {}
        for component in self.components:
            lever, who = component["lever"], component.get("who", {})
            wanted[id(component)] = self.wanted(component, month)
            for client in wanted[id(component)]:
                i = client.vamc.index
                doses[i][lever] = max(doses[i].get(lever, 0.0), component["dose"])
                self.priority[i] = max(self.priority[i], self.place(client, who))
        for dose, client in zip(doses, self.clients, strict=True):
            if client.prrc_dose:
                dose["open_prrc"] = max(dose.get("open_prrc", 0), client.prrc_dose)
        self.within_hours(doses)
        self.within_seats(doses)
        self.within_budget(doses, wanted)
        strength = self.strength(sum("facilitation" in dose for dose in doses))
        for client, dose in zip(self.clients, doses, strict=True):
            for lever in dose:
                client.had[lever] = client.had.get(lever, 0) + 1
            client.last = set(dose)
            client.prrc_dose = max(client.prrc_dose, dose.get("open_prrc", 0))
            if dose and client.supported_from is None:
                client.supported_from = month
            for lever in client.vamc.dose:
                client.vamc.dose[lever] = dose.get(lever, 0.0)
            client.vamc.dose["facilitation"] *= strength

    def strength(self, facilitated):
        """What facilitation keeps of its strength at so many sites at once."""
        p = self.model.p
        share = (facilitated - 2) / (p["facilitation_scale_sites"] - 2)
        return 1 - (1 - p["facilitation_scale_penalty"]) * min(max(share, 0), 1)

    def look(self):
        """Take notice of which supported VAMCs provide IMR at the end of the month."""
        for client in self.clients:
            if client.supported_from is not None and client.status == PROVIDING:
                client.provided_since = True
