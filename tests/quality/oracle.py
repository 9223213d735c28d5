"""docs/MODEL.md in plain Python, pair by pair: slow, and owing nothing to the code it judges."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import Any

from optimiser.domain.plan import Certificate
from optimiser.domain.policy import Policy
from optimiser.domain.schema import LEVELS
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.travel import travel_minutes

Row = dict[str, Any]


class Oracle:
    """The model of one snapshot and policy."""

    def __init__(self, snapshot: Snapshot, policy: Policy) -> None:
        self.p, self.t0 = policy, snapshot.date
        self.clients: dict[str, Row] = {c["client_id"]: c for c in snapshot.clients.to_dicts()}
        self.coaches: dict[str, Row] = {c["coach_id"]: c for c in snapshot.coaches.to_dicts()}
        self.integration_units = {u["unit_id"] for u in snapshot.units.to_dicts() if u["integration"]}
        self.area = {m["municipality"]: m["area"] for m in snapshot.municipalities.to_dicts()}
        travel = travel_minutes(snapshot.municipalities, snapshot.travel)
        self.road = {
            (a, b): float(travel.minutes[i, j])
            for i, a in enumerate(travel.codes)
            for j, b in enumerate(travel.codes)
        }
        self.absences = snapshot.absences.to_dicts()
        self.excluded = {(r["client_id"], r["coach_id"]) for r in self._in_force(snapshot.exclusions)}
        self.pins = {r["client_id"]: r["coach_id"] for r in self._in_force(snapshot.pins)}
        self.alone = {i: self._allowed(i) for i in self.clients}
        self.units = self._units()
        self.together = {unit: set.intersection(*(self.alone[i] for i in unit)) for unit in self.units}
        self.unit_of = {i: unit for unit in self.units for i in unit}

    def _in_force(self, frame: Any) -> list[Row]:
        return [r for r in frame.to_dicts() if r["until"] is None or r["until"] >= self.t0]

    # Demand

    def meetings(self, i: str) -> float:
        """Meetings a month."""
        c = self.clients[i]
        days = max(0, (self.t0 - c["registered_on"]).days)
        phases = self.p.rhythm_on(self.t0).phases
        phase = next(f for f in phases if f.until_days is None or days < f.until_days)
        return phase.meetings + c["extra_meetings"]

    def base(self, i: str) -> float:
        """Demand without an interpreter."""
        c, w = self.clients[i], self.p.workload
        minutes = self.meetings(i) * (w.meeting_minutes + w.record_minutes)
        minutes += w.need_minutes[c["need_level"]]
        minutes += w.multi_agency_minutes if c["multi_agency"] else 0
        return minutes + w.service_minutes * c["services_under_way"]

    def share_language(self, i: str, j: str) -> bool:
        """Whether they share a language."""
        c, works_in = self.clients[i], self.coaches[j]["languages"].split()
        if c["language"] in works_in:
            return True
        for part in (c["other_languages"] or "").split():
            tongue, level = part.split(":")
            if tongue in works_in and LEVELS.index(level) >= self.p.enough_rank(tongue):
                return True
        return False

    def mode(self, i: str) -> str:
        """Mode of the client's language."""
        rule = self.p.rules.language
        return rule.modes.get(self.clients[i]["language"], rule.default)

    def interpreter(self, i: str, j: str) -> float:
        """Interpreter minutes."""
        if self.share_language(i, j):
            return 0.0
        return self.p.workload.interpreter_share * self.p.workload.meeting_minutes * self.meetings(i)

    def demand(self, i: str, j: str) -> float:
        """Minutes a month with a coach."""
        return self.base(i) + self.interpreter(i, j)

    def limited_area(self, i: str) -> str | None:
        """Area whose limit the interpreter minutes count against."""
        area = self.area[self.clients[i]["municipality"]]
        limited = self.mode(i) == "interpreter_limited" and area in self.p.limits.interpreter_minutes
        return area if limited else None

    # Capacity and limits

    def capacity(self, j: str) -> float:
        """c_j, day by day."""
        c = self.coaches[j]
        total = 0.0
        for ahead in range(self.p.capacity.window_days):
            day = self.t0 + timedelta(days=ahead)
            if (c["start"] and day < c["start"]) or (c["end"] and day > c["end"]):
                continue
            ramp = 1.0
            if c["ramp_up_days"] and c["start"]:
                r = self.p.capacity.ramp_up_share
                ramp = min(1.0, r + (1 - r) * (day - c["start"]).days / c["ramp_up_days"])
            away = sum(
                a["share"]
                for a in self.absences
                if a["coach_id"] == j and a["first_day"] <= day <= a["last_day"]
            )
            total += ramp * (1 - min(1.0, away))
        full = c["full_time_minutes"]
        full = self.p.capacity.full_time_minutes if full is None else full
        kept = c["fte"] * full * total / self.p.capacity.window_days
        return max(0.0, kept - c["reserved_minutes"] - c["protected_clients"] * self.p.protected_minutes)

    def soft_limit(self, j: str) -> float:
        """m_j."""
        own = self.coaches[j]["limit_minutes"]
        policy_limit = self.p.limits.load * self.capacity(j)
        return policy_limit if own is None else min(policy_limit, own)

    def heads_limit(self, j: str) -> int | None:
        """h_j."""
        c = self.coaches[j]
        given = [h for h in (c["limit_heads"], self.p.limits.heads) if h is not None]
        return max(0, min(given) - c["protected_clients"]) if given else None

    # Rules

    def integration(self, i: str) -> bool:
        """Whether in the integration period."""
        until = self.clients[i]["integration_until"]
        return until is not None and until >= self.t0

    def age_group(self, i: str) -> str:
        """Age group."""
        age, rule = self.t0.year - self.clients[i]["birth_year"], self.p.rules.age_group
        return "youth" if age <= rule.youth_until else "adult" if age <= rule.adult_until else "senior"

    def barred_by(self, i: str, j: str) -> set[str]:
        """Names of the rules of serving that bar the pair."""
        c, k, rules = self.clients[i], self.coaches[j], self.p.rules
        near = self.road[k["municipality"], c["municipality"]] <= rules.travel.max_minutes
        near = near or (rules.travel.integration_exempt and self.integration(i))
        ok = {
            "municipality": bool({c["municipality"], "*"} & set(k["serves"].split())),
            "language": self.share_language(i, j) or self.mode(i) != "coach",
            "age_group": not k["age_groups"] or self.age_group(i) in k["age_groups"].split(),
            "integration_unit": self.integration(i) == (k["unit_id"] in self.integration_units),
            "presence": (k["start"] is None or k["start"] <= self.t0)
            and (k["end"] is None or k["end"] >= self.t0),
            "exclusion": (i, j) not in self.excluded,
            "travel": c["channel"] != "in_person" or (not k["remote"] and near),
        }
        return {name for name, fine in ok.items() if not fine and getattr(rules, name).on}

    def _allowed(self, i: str) -> set[str]:
        """Coaches allowed to a client alone."""
        if i in self.pins:
            return {self.pins[i]}
        free = {j for j in self.coaches if not self.barred_by(i, j)}
        present = self.clients[i]["coach_id"]
        return {j for j in free if not self.moving_barred_by(i, j)} if present in free else free

    def moving_barred_by(self, i: str, j: str) -> set[str]:
        """Names of the rules of moving that bar a client who could stay from a coach."""
        c, rules = self.clients[i], self.p.rules
        present = c["coach_id"]
        if j == present:
            return set()
        months = self.whole_months(c["coach_since"] or c["registered_on"])
        unit = self.coaches[j]["unit_id"] != self.coaches[present]["unit_id"]
        bars = {
            "recent_change": c["involuntary_changes"] >= rules.recent_change.max_changes,
            "protection": months < rules.protection.younger_than_months
            or c["need_level"] >= rules.protection.need_level,
            "freeze": self.frozen(j) or self.frozen(present),
            "team": unit,
        }
        return {name for name, bar in bars.items() if bar and getattr(rules, name).on}

    def frozen(self, j: str) -> bool:
        """Whether the policy names the coach or the unit."""
        rule = self.p.rules.freeze
        return j in rule.coaches or self.coaches[j]["unit_id"] in rule.units

    # Units

    def _units(self) -> list[tuple[str, ...]]:
        households: dict[str, list[str]] = {}
        for i, c in self.clients.items():
            if self.p.rules.household.on and c["household"] and i not in self.pins:
                households.setdefault(c["household"], []).append(i)
        units = [tuple(sorted(h)) for h in households.values() if len(h) > 1 and self._joins(h)]
        inside = {i for unit in units for i in unit}
        return sorted(units + [(i,) for i in self.clients if i not in inside])

    def _joins(self, members: list[str]) -> bool:
        sets = [self.alone[i] for i in members]
        common = set.intersection(*sets)
        present = {self.clients[i]["coach_id"] for i in members} - {None}
        if not common or len({self.limited_area(i) for i in members} - {None}) > 1:
            return False
        if len({self.clients[i]["coach_id"] for i in members}) > 1:
            return self.p.rules.household.join_different and bool(present & common)
        return all(sum(j in s for s in sets) in (0, len(sets)) for j in present)

    def unit_allowed(self, unit: tuple[str, ...]) -> set[str]:
        """Coaches allowed to a unit."""
        return self.together[unit]

    def home(self, unit: tuple[str, ...]) -> str | None:
        """Pin, or the coach with whom the unit may stay; None where it may be unserved."""
        if unit[0] in self.pins:
            return self.pins[unit[0]]
        present = [self.clients[i]["coach_id"] for i in unit]
        stays = {j for j in present if j in self.unit_allowed(unit)}
        return min(stays, key=lambda j: (-present.count(j), j)) if stays else None

    def whole_months(self, since: Any) -> int:
        """Whole months to the snapshot's date."""
        months = (self.t0.year - since.year) * 12 + self.t0.month - since.month
        return months - 1 if self.t0.day < since.day else months

    def long_term(self, i: str) -> bool:
        """Whether long unemployed."""
        since = self.clients[i]["unemployed_since"]
        return since is not None and self.whole_months(since) >= self.p.unserved.long_term_months

    def weight(self, i: str) -> int:
        """How much the client counts if unserved."""
        u = self.p.unserved
        by_need = u.need_level.get(self.clients[i]["need_level"], 0)
        return max(u.default, by_need, u.long_term if self.long_term(i) else 0)

    def limits(self) -> tuple[dict[str, float], dict[str, float | None], dict[str, float]]:
        """Raised limits: minutes, heads, interpreter minutes by area."""
        minutes = dict.fromkeys(self.coaches, 0.0)
        heads = dict.fromkeys(self.coaches, 0)
        areas = dict.fromkeys(self.p.limits.interpreter_minutes, 0.0)
        for unit in self.units:
            home = self.home(unit)
            for i in unit if home else ():
                minutes[home] += self.demand(i, home)
                heads[home] += 1
                if self.limited_area(i):
                    areas[self.limited_area(i)] += self.interpreter(i, home)
        most = {j: self.heads_limit(j) for j in self.coaches}
        return (
            {j: max(self.soft_limit(j), minutes[j]) for j in self.coaches},
            {j: None if h is None else max(h, heads[j]) for j, h in most.items()},
            {a: max(limit, areas[a]) for a, limit in self.p.limits.interpreter_minutes.items()},
        )

    def moves_limit(self) -> float:
        """Budget of moves, raised to what joined households need at home; infinite for none."""
        if self.p.limits.moves is None:
            return float("inf")
        apart = 0
        for unit in self.units:
            home = self.home(unit)
            apart += sum(self.status(i, home) == "moved" for i in unit) if home else 0
        return max(self.p.limits.moves, apart)

    # Prices

    def prices(self, i: str, j: str) -> dict[str, float]:
        """Prices of a pair."""
        c, k, p = self.clients[i], self.coaches[j], self.p.prices
        met = self.meetings(i) if c["channel"] == "in_person" else 0.0
        lacks = c["specialism"] and c["specialism"] not in (k["specialisms"] or "").split()
        return {
            "travel": p.travel_share * self.road[k["municipality"], c["municipality"]] * met,
            "interpreter": p.interpreter * self.interpreter(i, j),
            "specialism": p.specialism if lacks else 0.0,
            "handover": self.handover(i, j),
        }

    def handover(self, i: str, j: str) -> float:
        """What a change costs."""
        c, h = self.clients[i], self.p.prices.handover
        present = c["coach_id"]
        if present in (None, j) or present not in self.unit_allowed(self.unit_of[i]):
            return 0.0
        months = self.whole_months(c["coach_since"] or c["registered_on"])
        tier = next(t for t in h.tiers if t.until_months is None or months < t.until_months)
        complex_one = c["need_level"] >= h.complex_need_level or c["multi_agency"]
        return h.minutes / h.horizon_months * tier.factor * (h.complex_factor if complex_one else 1)

    def curve(self, j: str, load: float) -> tuple[float, float]:
        """Load price and overload price."""
        capacity, total = self.capacity(j), 0.0
        if capacity > 0:
            u, breaks = load / capacity, self.p.load_curve.breaks
            slopes = self.p.load_curve.slope_values()
            for k, slope in enumerate(slopes):
                end = breaks[k + 1] if k + 1 < len(slopes) else max(u, breaks[k + 1])
                total += slope * max(0.0, min(u, end) - breaks[k])
        return capacity * total, self.p.prices.overload * max(0.0, load - self.soft_limit(j))

    def objective(self, plan: dict[str, str | None]) -> dict[str, float]:
        """Minutes by price of a whole plan."""
        total = dict.fromkeys(("travel", "interpreter", "specialism", "handover", "load", "overload"), 0.0)
        loads = dict.fromkeys(self.coaches, 0.0)
        for i, j in plan.items():
            if j is not None:
                loads[j] += self.demand(i, j)
                for name, minutes in self.prices(i, j).items():
                    total[name] += minutes
        for j, minutes in loads.items():
            load, overload = self.curve(j, minutes)
            total["load"] += load
            total["overload"] += overload
        return total

    def status(self, i: str, j: str | None) -> str:
        """Status of a client."""
        present = self.clients[i]["coach_id"]
        if j is None or present is None:
            return "unserved" if j is None else "new"
        if j == present:
            return "kept"
        return "moved" if present in self.unit_allowed(self.unit_of[i]) else "forced"

    # Proof

    def components(self) -> dict[str, int]:
        """The finest labels that hold."""
        label = {j: at for at, j in enumerate(sorted(self.coaches))}
        reached = [self.unit_allowed(unit) for unit in self.units]
        for area in self.p.limits.interpreter_minutes:
            members = [(i, unit) for unit in self.units for i in unit if self.limited_area(i) == area]
            reached.append(
                {j for i, u in members for j in self.unit_allowed(u) if self.interpreter(i, j) > 0}
            )
        for coaches in reached * len(label):
            for j in coaches:
                label[j] = min(label[k] for k in coaches)
        return label

    def bounds(self, certificate: Certificate) -> tuple[float, float]:
        """Bounds of the unserved and of the minutes."""
        minutes, heads, areas = self.limits()
        one, two = certificate.level1, certificate.level2
        parts = dict.fromkeys([*certificate.component.values(), None], 0.0)
        second = -two.unserved * certificate.unserved_weighted
        area_parts: dict[str, Any] = {}
        for unit in self.units:
            allowed = sorted(self.unit_allowed(unit))
            may = self.home(unit) is None
            weight = sum(self.weight(i) for i in unit)
            first_costs, second_costs = [weight] if may else [], [two.unserved * weight] if may else []
            for j in allowed:
                mu1 = one.heads.get(j, 0.0) if heads[j] is not None else 0.0
                mu2 = two.heads.get(j, 0.0) if heads[j] is not None else 0.0
                first, cost = 0.0, 0.0
                for i in unit:
                    area = self.limited_area(i)
                    t = self.interpreter(i, j) if area else 0.0
                    if t > 0:
                        area_parts[area] = certificate.component[j]
                    first += one.load.get(j, 0.0) * self.demand(i, j) + mu1
                    first += one.interpreter.get(area or "", 0.0) * t
                    cost += two.load.get(j, 0.0) * self.demand(i, j) + mu2
                    cost += two.interpreter.get(area or "", 0.0) * t + sum(self.prices(i, j).values())
                    moves = self.status(i, j) == "moved"
                    first, cost = first + one.moves * moves, cost + two.moves * moves
                first_costs.append(first)
                second_costs.append(cost)
            parts[certificate.component[allowed[0]] if allowed else None] += min(first_costs)
            second += min(second_costs)
        for j in self.coaches:
            most = heads[j] or 0
            parts[certificate.component[j]] -= (
                one.load.get(j, 0.0) * minutes[j] + one.heads.get(j, 0.0) * most
            )
            second += self.least_curve(j, minutes[j], two.load.get(j, 0.0)) - two.heads.get(j, 0.0) * most
        for area, limit in areas.items():
            if area in area_parts:
                parts[area_parts[area]] -= one.interpreter.get(area, 0.0) * limit
            second -= two.interpreter.get(area, 0.0) * limit
        if two.moves:
            second -= two.moves * self.moves_limit()
        if one.moves:
            together = sum(parts[label] for label in parts if label is not None)
            parts = {0: together - one.moves * self.moves_limit(), None: parts[None]}
        return float(sum(max(0, ceil(part - 1e-6)) for part in parts.values())), second

    def least_curve(self, j: str, limit: float, price: float) -> float:
        """Least of the curve less price times load, up to the limit."""
        capacity = self.capacity(j)
        points = [0.0, limit, self.soft_limit(j), *(b * capacity for b in self.p.load_curve.breaks)]
        return min(sum(self.curve(j, x)) - price * x for x in points if x <= limit)
