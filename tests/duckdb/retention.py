"""Compares the `retain` check with a derivation of its own on random destruction logs; stops at the first difference.

    python retention.py target/debug/chartaudit [--seed 1] [--rounds 20]

Each round makes a schedule of a few rows, patients, stays, legal holds and a log of destructions, and judges every entry twice: was
it destroyed early, was it destroyed under a hold. Where something is missing the derivation here looks at every world that could
be: a violation is one in all of them, an entry passes if it does in all of them, and cannot be judged otherwise. The program may be more
cautious there, never bolder.
"""

import argparse
import collections
import csv
import dataclasses
import datetime
import itertools
import json
import pathlib
import random
import subprocess
import sys
import tempfile

AS_OF = datetime.date(2026, 3, 1)
FAR, LONG_AGO = datetime.date(9999, 1, 1), datetime.date(1850, 1, 1)
BAD = "unreadable"
OUTCOMES = {"pass": "passed", "violation": "violations", "unknown": "not_evaluable", "other": "not_applicable"}
FILES = {
    "patients": ["patient_id", "birth_date", "death_date"],
    "encounters": ["encounter_id", "patient_id", "admitted_at", "discharged_at"],
    "legal_holds": ["hold_id", "patient_id", "placed_on", "released_on"],
    "destruction_log": ["destruction_id", "patient_id", "encounter_id", "record_class", "destroyed_on"],
}


def is_day(value):
    return isinstance(value, datetime.date)


def anniversary(day, years):
    """The day so many years later; 29 February becomes 1 March in a common year."""
    if day == FAR or day.year + years > 9998:
        return FAR
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return datetime.date(day.year + years, 3, 1)


@dataclasses.dataclass
class Row:
    """A row of the schedule: the years after the trigger, and what holds for minors and after death."""

    trigger: str
    years: int
    basis: str | None = None
    after_majority: int | None = None
    fixed_age: int | None = None
    after_death: int | None = None
    death_how: str = "and"
    years_at_most: int | None = None
    counted_from: str = "day"
    next_day: bool = False
    majority: int = 18

    def text(self):
        words = [f"jurisdiction: ZZ, record_class: medical_record, trigger: {self.trigger}, years: {self.years}"]
        if self.basis:
            words.append(f"minor_basis: {self.basis}")
            words.append(f"minor_fixed_age: {self.fixed_age}" if self.fixed_age else f"minor_years_after_majority: {self.after_majority}")
        else:
            words.append("minors: same")
        if self.after_death:
            words.append(f"after_death_years: {self.after_death}, after_death: {self.death_how}")
        if self.years_at_most:
            words.append(f"years_at_most: {self.years_at_most}")
        if self.counted_from != "day":
            words.append(f"counted_from: {self.counted_from}")
        if self.next_day:
            words.append("lawful_from: next-day")
        return f"  - {{{', '.join(words)}, citation: a row, confidence: primary}}\n"

    def period(self, start, years, counted_from):
        """The day after which the ordinary period has run."""
        if counted_from == "year-end" and start != FAR:
            start = datetime.date(start.year + 1, 1, 1)
        day = anniversary(start, years)
        # A period whose last day would be 29 February ends on the 28th, so that the day after it is 1 March as well.
        if self.next_day and day != FAR and (start.month, start.day, day.day) != (2, 29, 1):
            day += datetime.timedelta(1)
        return day

    def lawful(self, world):
        """The first lawful day in a world where everything is known, by the reading that makes it earliest and by that which makes it latest."""
        start = world["last" if self.trigger == "last_discharge" else "discharged"]
        ways = ["day", "year-end"] if self.counted_from == "either" else [self.counted_from]
        days = {self.period(start, years, way) for years in (self.years, self.years_at_most or self.years) for way in ways}
        if self.after_death and world["death"]:
            after = anniversary(world["death"], self.after_death)
            days = {"and": {max(day, after) for day in days}, "or": days | {after}, "instead": {after}}[self.death_how]
        floor = LONG_AGO
        if self.basis and world["discharged"] < anniversary(world["birth"], self.majority):
            floor = anniversary(world["birth"], self.fixed_age or self.majority + self.after_majority)
        return max(min(days), floor), max(max(days), floor)


def span(rows, world):
    """The bounds of the first lawful day by all rows: every floor must have been passed."""
    days = [row.lawful(world) for row in rows]
    return max(low for low, _ in days), max(high for _, high in days)


def make_row(random):
    row = Row(random.choice(["discharge", "last_discharge"]), random.choice([1, 5, 7, 10]))
    if random.random() < 0.6:
        row.basis = "discharge"
        if random.random() < 0.5:
            row.fixed_age = random.choice([19, 21, 25])
        else:
            row.after_majority = random.choice([0, 1, 3])
    if random.random() < 0.4:
        row.after_death, row.death_how = random.choice([2, 6]), random.choice(["and", "or", "instead"])
    if random.random() < 0.15:
        row.years_at_most = row.years + random.choice([1, 3])
    if random.random() < 0.2:
        row.counted_from = random.choice(["year-end", "either"])
    row.next_day = random.random() < 0.2
    return row


class Archive:
    """Patients, stays, holds and destructions; days are dates, None where missing, and BAD where unreadable."""

    def __init__(self, random):
        self.random = random
        self.patients = {f"p{number}": self.patient() for number in range(40)}
        self.stays = {}
        for number in range(110):
            admitted = self.some(lambda: self.day(2000, 2024), 0.03, 0.02)
            known = admitted if is_day(admitted) else self.day(2000, 2024)
            discharged = self.some(lambda: known + datetime.timedelta(random.choice([0, 1, 3, 30, 400])), 0.07, 0.02)
            self.stays[f"e{number}"] = {"patient": f"p{random.randrange(42)}", "admitted": admitted, "discharged": discharged}
        # Nobody is treated after death.
        for name, patient in self.patients.items():
            stays = [stay for stay in self.stays.values() if stay["patient"] == name]
            seen = [day for stay in stays for day in (stay["admitted"], stay["discharged"]) if is_day(day)]
            if is_day(patient["death"]) and seen:
                patient["death"] = max(seen) + datetime.timedelta(random.choice([0, 1, 90, 900, 2500]))
        self.holds = [{"patient": f"p{random.randrange(40)}", "placed": self.some(lambda: self.day(2005, 2026), 0.05, 0.05),
                       "released": self.some(lambda: self.day(2010, 2026), 0.5, 0.03)} for _ in range(25)]
        self.log = [self.destruction() for _ in range(140)]

    def day(self, first, last):
        day = datetime.date(self.random.randint(first, last), self.random.randint(1, 12), self.random.randint(1, 28))
        if self.random.random() < 0.15:
            return datetime.date(self.random.choice([year for year in range(first, last + 1) if year % 4 == 0] or [2004]), 2, 29)
        return day

    def some(self, day, missing, broken):
        chance = self.random.random()
        return None if chance < missing else BAD if chance < missing + broken else day()

    def patient(self):
        return {"birth": self.some(lambda: self.day(1930, 2015), 0.08, 0.03), "death": self.some(lambda: self.day(2016, 2025), 0.8, 0.02)}

    def destruction(self):
        stay = f"e{self.random.randrange(112)}"
        of = self.stays.get(stay)
        patient = of["patient"] if of else "p1"
        destroyed = self.some(lambda: self.day(2003, 2026), 0.03, 0.02)
        # Half of them lie about an anniversary of something.
        about = [of["discharged"], of["admitted"]] if of else []
        known = [day for day in [*about, self.patients.get(patient, {}).get("birth")] if is_day(day)]
        if known and self.random.random() < 0.6 and is_day(destroyed):
            years = self.random.choice([1, 5, 7, 10, 18, 19, 21, 25])
            day = anniversary(self.random.choice(known), years) + datetime.timedelta(self.random.choice([-1, 0, 0, 1, 2]))
            destroyed = min(day, datetime.date(2027, 1, 1))
        return {"stay": stay, "patient": patient, "class": self.random.choice(["medical_record"] * 9 + ["imaging"]), "destroyed": destroyed}

    def write(self, folder):
        rows = {
            "patients": [(name, of["birth"], of["death"]) for name, of in self.patients.items()],
            "encounters": [(name, of["patient"], of["admitted"], of["discharged"]) for name, of in self.stays.items()],
            "legal_holds": [(f"h{number}", of["patient"], of["placed"], of["released"]) for number, of in enumerate(self.holds)],
            "destruction_log": [(f"d{number}", of["patient"], of["stay"], of["class"], of["destroyed"]) for number, of in enumerate(self.log)],
        }
        for name, header in FILES.items():
            with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(header)
                writer.writerows([["" if cell is None else "some day" if cell is BAD else str(cell) for cell in row] for row in rows[name]])

    def aim(self, rows):
        """Moves many destructions to the days about the first lawful one."""
        for entry in self.log:
            if is_day(entry["destroyed"]) and self.random.random() < 0.7:
                days = {day for world in self.worlds(entry) for day in span(rows, world)}
                day = self.random.choice(sorted(days))
                if LONG_AGO < day < FAR:
                    entry["destroyed"] = min(day + datetime.timedelta(self.random.choice([-1, -1, 0, 0, 1, 400])), datetime.date(2026, 3, 2))

    # What could be.

    def ends(self, stay, births):
        """The days on which a stay may have ended, as far as it matters: its known end, or any from its beginning."""
        if is_day(stay["discharged"]):
            return [stay["discharged"]]
        start = stay["admitted"] if is_day(stay["admitted"]) else LONG_AGO
        about = [anniversary(birth, 18) + datetime.timedelta(step) for birth in births for step in (-1, 0)]
        return [start, *(day for day in about if day >= start), FAR]

    def worlds(self, entry):
        """What may be true of an entry, in the worlds that could differ."""
        stay, patient = self.stays.get(entry["stay"]), self.patients.get(entry["patient"], {"birth": BAD, "death": BAD})
        stay = stay or {"admitted": None, "discharged": None}
        birth, death = patient["birth"], patient["death"]
        births = [birth] if is_day(birth) else []
        deaths = [death] if is_day(death) else [None] if death is None else [None, BAD, entry["destroyed"]]
        # A stay whose admission is not known may have begun later than the destruction: then it changes nothing.
        others = [other for other in self.stays.values() if other["patient"] == entry["patient"]]
        sure = [self.ends(other, []) for other in others if is_day(other["admitted"]) and other["admitted"] <= entry["destroyed"]]
        perhaps = [self.ends(other, []) for other in others if not is_day(other["admitted"])]
        for discharged, died in itertools.product(self.ends(stay, births), deaths):
            least = max([discharged, *map(min, sure)])
            most = max([least, *map(max, sure + perhaps)])
            # Whoever was treated on a day was born by then, and may be of any age.
            for born, last in itertools.product(births or [LONG_AGO, discharged], {least, most}):
                # Nobody is treated after death: it came on the last day of treatment at the earliest.
                dead = last if died is BAD else died
                yield {"discharged": discharged, "birth": born, "death": dead if dead and dead <= entry["destroyed"] else None, "last": last}

    def is_whole(self, entry):
        """Whether everything that is said of the entry can be read, so that there is one world."""
        cells = [entry["destroyed"], *self.patients.get(entry["patient"], {"birth": None}).values()]
        stays = [stay for name, stay in self.stays.items() if name == entry["stay"] or stay["patient"] == entry["patient"]]
        cells += [cell for stay in stays for cell in (stay["admitted"], stay["discharged"])]
        patient = self.patients.get(entry["patient"])
        return entry["stay"] in self.stays and patient is not None and patient["birth"] is not None and BAD not in cells and all(
            None not in (stay["admitted"], stay["discharged"]) for stay in stays)

    def early(self, entry, rows):
        if not is_day(entry["destroyed"]) or entry["destroyed"] > AS_OF or entry["class"] != "medical_record":
            return "unknown"
        days = [span(rows, world) for world in self.worlds(entry)]
        if all(entry["destroyed"] < low for low, _ in days):
            return "violation"
        return "pass" if all(entry["destroyed"] >= high for _, high in days) else "unknown"

    def held(self, entry):
        day, said = entry["destroyed"], ["pass"]
        if is_day(day) and day > AS_OF:
            return "unknown"
        for hold in self.holds:
            if hold["patient"] != entry["patient"]:
                continue
            placed, released = hold["placed"], hold["released"]
            if not is_day(day) or not is_day(placed):
                said.append("pass" if is_day(released) and is_day(day) and day >= released else "unknown")
            elif placed > day or (is_day(released) and day >= released):
                said.append("pass")
            else:
                said.append("unknown" if released is BAD else "violation")
        return next(outcome for outcome in ("violation", "unknown", "pass") if outcome in said)


def rules(rows):
    return ("schedule: here\ntitle: Rows of a random schedule\nversion: 1.0.0\nplaces:\n  ZZ: {name: Nowhere}\nrows:\n"
            + "".join(row.text() for row in rows)
            + "---\npack: keeping\ntitle: Keeping\nversion: 1.0.0\njurisdiction: ZZ\nrules:\n"
            + "".join(f"  - {{id: retention/{kind}, title: {kind}, severity: error, records: destruction_log, retain: {{kind: {kind}}}}}\n"
                      for kind in ("early", "held")))


def compare(seed, archive, rows, expected, counts, found):
    """Holds the program's answers against the derived ones; gives how often it left open what could be decided.

    It must decide where everything is known, and must not decide otherwise than every world does. Where something is missing it may be more
    cautious: it looks at the floors one by one, each with all that it could be.
    """
    cautious = 0
    for kind, said in expected.items():
        unknown = counts[kind]["not_evaluable"]
        for number, (entry, derived) in enumerate(zip(archive.log, said)):
            if number in found[kind] and derived != "violation" or number not in found[kind] and derived == "violation" and archive.is_whole(entry):
                stays = [stay for stay in archive.stays.items() if stay[1]["patient"] == entry["patient"] or stay[0] == entry["stay"]]
                holds = [hold for hold in archive.holds if hold["patient"] == entry["patient"]]
                days = sorted({day for world in archive.worlds(entry) for day in span(rows, world)}) if kind == "early" else []
                finds = "finds" if number in found[kind] else "does not find"
                sys.exit(f"seed {seed}, {kind}, record {number + 1}: derived {derived}, chartaudit {finds} it\n"
                         f"{entry}\n{archive.patients.get(entry['patient'])}\n{stays}\n{holds}\n{rows}\nlawful from {[str(day) for day in days]}")
        least = sum(derived == "unknown" for derived in said)
        most = sum(derived == "unknown" or not archive.is_whole(entry) for entry, derived in zip(archive.log, said))
        if not least <= unknown <= most:
            sys.exit(f"seed {seed}, {kind}: derived {collections.Counter(said)}, chartaudit {counts[kind]}; at most {most} lack something\n{rows}")
        cautious += unknown - least
    return cautious


def round_of(seed, binary, folder):
    source = random.Random(seed)
    archive, rows = Archive(source), [make_row(source) for _ in range(source.choice([1, 1, 2, 3]))]
    archive.aim(rows)
    expected = {"early": [archive.early(entry, rows) for entry in archive.log], "held": [archive.held(entry) for entry in archive.log]}
    outcomes = collections.Counter(outcome for some in expected.values() for outcome in some)
    if binary is None:
        return outcomes
    (folder / "rules.yaml").write_text(rules(rows), encoding="utf-8")
    archive.write(folder / "data")
    report, findings = folder / "report.json", folder / "findings.jsonl"
    command = [binary, "scan", folder / "data", "--rules", folder / "rules.yaml", "--jurisdiction", "ZZ", "--as-of", AS_OF,
               "--report", f"json={report}", "--all-findings", findings]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"chartaudit ended with {done.returncode}:\n{done.stderr}\n{done.stdout}")
    counts = {rule["id"].split("/")[-1]: rule["counts"] for rule in json.loads(report.read_text())["rules"]}
    found = collections.defaultdict(set)
    for line in findings.read_text().splitlines():
        finding = json.loads(line)
        found[finding["rule"].split("/")[-1]].add(finding["record"] - 1)
    outcomes["cautious"] += compare(seed, archive, rows, expected, counts, found)
    return outcomes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", type=pathlib.Path)
    parser.add_argument("--alone", action="store_true", help="only show how the outcomes are spread")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=20)
    arguments = parser.parse_args()
    if (arguments.binary is None) != arguments.alone:
        parser.error("name the program, or say --alone")
    outcomes = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "data").mkdir()
        for seed in range(arguments.seed, arguments.seed + arguments.rounds):
            outcomes += round_of(seed, arguments.binary, pathlib.Path(folder))
    if any(outcomes[outcome] < sum(outcomes.values()) // 50 for outcome in ("pass", "violation", "unknown")):
        sys.exit(f"the entries are too one-sided to show anything: {dict(outcomes)}")
    cautious = outcomes.pop("cautious", 0)
    # Caution is for what is missing; where it spreads, something else is wrong.
    if cautious > outcomes["unknown"] // 5:
        sys.exit(f"{cautious} entries are left open that could be decided, beside {outcomes['unknown']} that cannot")
    compared = "nothing was compared" if arguments.alone else f"none differs, {cautious} left open out of caution"
    print(f"{arguments.rounds} rounds of destructions: {dict(outcomes)}; {compared}")


if __name__ == "__main__":
    main()
