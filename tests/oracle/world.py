"""The whole model a second time, from docs/odd.md alone: one object a site, one a person.

It is as plain and slow as can be, and shares no code with the engine. Doses come from outside.
"""

import math

import mesa

from oracle.philox import Luck
from oracle.staff import StaffMember
from oracle.vamc import VAMC


class OracleModel(mesa.Model):
    """One history.

    `system` is a health system, `p` a mapping of parameter names to values, `start` the first month
    ("YYYY-MM"); `seed`, `replicate` and `draw` are the key of its luck.
    """

    def __init__(self, system, p, start, seed, replicate, draw):
        super().__init__(rng=0)  # Mesa's own generator is never used
        year, month = start.split("-")
        self.first_month = self.month = int(year) * 12 + int(month) - 1
        self.p = dict(p)
        self.luck = Luck(seed, replicate, draw)
        self.vamcs = [
            VAMC(self, index, int(row.visn), row.prrc)
            for index, row in enumerate(system.sites.itertuples())
        ]
        self.staff = self.hire(system)
        self.tie(system)
        self.by_kind = {}
        for person in sorted(self.staff, key=lambda q: (q.site.visn, q.slot)):
            self.by_kind.setdefault((person.role, person.smi), []).append(person)
        self.events = []
        for vamc, z in zip(self.vamcs, standardised_log(system.sites["patients"]), strict=True):
            vamc.initialize(z)

    def hire(self, system):
        """Posts of a site fill words of 64 slots; every site begins a new word."""
        staff, word = [], 0
        for vamc in self.vamcs:
            posts = [i for i in range(system.n_staff) if system.site[i] == vamc.index]
            for number, i in enumerate(posts):
                slot = 64 * word + number
                person = StaffMember(self, vamc, slot, int(system.role[i]), bool(system.smi[i]))
                vamc.staff.append(person)
            word += -(-len(posts) // 64)
            staff += vamc.staff
        return staff

    def tie(self, system):
        heard = [set() for _ in self.staff]
        for layer in system.ties.values():
            for teller in range(system.n_staff):
                for listener in layer.indices[layer.indptr[teller] : layer.indptr[teller + 1]]:
                    heard[listener].add(teller)
        for person, tellers in zip(self.staff, heard, strict=True):
            for teller in sorted(tellers):
                other = self.staff[teller]
                same = other.site is person.site
                (person.inside if same else person.outside).append(other)
        for vamc in self.vamcs:
            members = [person for person in vamc.staff if person.smi]
            degrees = sorted(len(q.inside) + len(q.outside) for q in members)
            for person in members:
                degree = len(person.inside) + len(person.outside)
                person.well_connected = degree >= upper_quartile(degrees)

    def share_aware_in_collaborative(self, but):
        """Share aware among programme members of the other sites that take part."""
        others = [v for v in self.vamcs if v.dose["collaborative"] > 0 and v is not but]
        members = [person for vamc in others for person in vamc.staff if person.smi]
        return sum("AWARE" in q.now for q in members) / len(members) if members else 0

    def log(self, kind, site, slot, detail, source):
        self.events.append((self.month, kind, site, slot, detail, source))

    def step(self):
        """One month, in which each VAMC's `dose` is what the strategy delivers there."""
        self.events = []
        sites, people = self.agents_by_type[VAMC], self.agents_by_type[StaffMember]
        sites.do("begin_month")
        people.do("begin_month")
        sites.do("context")
        people.do("turnover")
        people.do("awareness")
        people.do("persuasion")
        sites.do("decision")
        sites.do("implementation")
        sites.do("sustainment")
        people.do("note_forgetting")
        sites.do("record")
        self.month += 1


def standardised_log(patients):
    logs = [math.log(n) for n in patients]
    mean = sum(logs) / len(logs)
    spread = math.sqrt(sum((x - mean) ** 2 for x in logs) / len(logs))
    return [(x - mean) / (spread or 1) for x in logs]


def upper_quartile(ordered):
    position = 0.75 * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (position - low) * (ordered[high] - ordered[low])
