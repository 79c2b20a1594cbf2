"""Compares `chartaudit scan` with DuckDB on random conditions, whole rules and date pairs; stops at the first difference.

    python differential.py target/debug/chartaudit [--seed 1] [--rounds 20]
    python differential.py --alone [--rounds 20]        only checks that everything generated runs in DuckDB

Each round writes hostile records, asks both sides every condition as `assert` and as `fail_if`, and compares the sets of
record numbers that are true, false and unknown. It prints the seed, the expression and the cells of a record that differs:
they are random, nobody's.
"""

import argparse
import collections
import datetime
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import duckdb

import audit
import expression
import hostile

CONDITIONS = 25
RECORDS = 150
OUTCOMES = {"pass": "passed", "violation": "violations", "unknown": "not_evaluable", "pending": "pending", "other": "not_applicable"}


class Scan:
    """One run of the program: its counts a rule, and the record numbers of its findings."""

    def __init__(self, binary, folder, data, rules):
        report, findings = folder / "report.json", folder / "findings.jsonl"
        rules_file = folder / "rules.yaml"
        rules_file.write_text(rules, encoding="utf-8")
        command = [binary, "scan", data, "--rules", rules_file, "--as-of", expression.AS_OF, "--report", f"json={report}",
                   "--all-findings", findings]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            sys.exit(f"chartaudit ended with {done.returncode}:\n{done.stderr}\n{done.stdout}")
        self.counts = {rule["id"].split(":")[-1]: rule["counts"] for rule in json.loads(report.read_text())["rules"]}
        self.found = collections.defaultdict(set)
        for line in findings.read_text().splitlines():
            finding = json.loads(line)
            self.found[finding["rule"].split(":")[-1]].add(finding["record"])


def rules_file(conditions):
    """A pack that asks every condition both ways, and the whole rules."""
    rules = ""
    for number, condition in enumerate(conditions):
        for check, name in (("assert", "assert"), ("fail_if", "fail")):
            rules += (f"  - id: completeness/{name}-{number}\n    title: Condition {number}\n    severity: error\n    records: hostile\n"
                      f"    {check}: {json.dumps(condition.text, ensure_ascii=False)}\n")
    return f"{hostile.declaration()}---\npack: differential\ntitle: Random conditions\nversion: 1.0.0\nrules:\n{rules}{audit.pack()}"


def show(seed, what, made, record):
    """Ends with all that is needed to see a difference again."""
    cells = dict(zip(["row_id", *(name for name, *_ in hostile.FIELDS)], made[record - 1])) if record else {}
    sys.exit(f"seed {seed}: {what}\nrecord {record}: {json.dumps(cells, ensure_ascii=False)}")


def compare_conditions(seed, scan, conditions, answers, made):
    for number, condition in enumerate(conditions):
        sides = {True: f"completeness/fail-{number}", False: f"completeness/assert-{number}"}
        for value, rule in sides.items():
            theirs = {row[0] for row in answers if row[number + 1] is value}
            for record in sorted(scan.found[rule] ^ theirs)[:1]:
                said = {rule: record in scan.found[rule] for rule in sides.values()}
                show(seed, f"{condition.text}\nDuckDB: {answers[record - 1][number + 1]}; chartaudit finds {said}", made, record)
            unknown = sum(row[number + 1] is None for row in answers)
            counted = scan.counts[rule]["not_evaluable"]
            if counted != unknown:
                show(seed, f"{condition.text}\nnot evaluable: DuckDB {unknown}, chartaudit {counted}", made, None)


def compare_rules(seed, scan, connection, made):
    for name, (rule, sql) in audit.RULES.items():
        rows = connection.execute(sql).fetchall()
        counts = scan.counts[f"completeness/{name}"]
        theirs = collections.Counter(outcome for _, outcome in rows)
        if rows[0][0] is not None:
            violating = {record for record, outcome in rows if outcome == "violation"}
            for record in sorted(scan.found[f"completeness/{name}"] ^ violating)[:1]:
                show(seed, f"{rule}\nDuckDB: {dict(rows)[record]}; chartaudit {counts}", made, record)
        for outcome, key in OUTCOMES.items():
            if counts[key] != theirs[outcome]:
                show(seed, f"{rule}\n{key}: DuckDB {theirs[outcome]}, chartaudit {counts[key]}", made, None)


def hostile_round(seed, binary, folder):
    source = random.Random(seed)
    made = hostile.rows(source, RECORDS)
    maker = expression.Maker(source)
    conditions = [maker.condition(source.choice([1, 2, 3, 4])) for _ in range(CONDITIONS)]
    connection = duckdb.connect(config={"threads": 1})
    hostile.load(connection, made)
    try:
        answers = connection.execute(expression.query(conditions)).fetchall()
    except duckdb.Error as error:
        sys.exit(f"seed {seed}: DuckDB refuses a generated query: {error}\n" + "\n".join(condition.text for condition in conditions))
    if binary is None:
        for _, sql in audit.RULES.values():
            connection.execute(sql).fetchall()
        return collections.Counter(value for row in answers for value in row[1:])
    data = folder / "hostile.csv"
    hostile.write_csv(data, source, made)
    scan = Scan(binary, folder, data, rules_file(conditions))
    compare_conditions(seed, scan, conditions, answers, made)
    compare_rules(seed, scan, connection, made)
    return collections.Counter(value for row in answers for value in row[1:])


def date_pairs(seed, binary, folder):
    """Spans and shifts of random dates, of all ends of months with each other, and of all late Februaries."""
    source = random.Random(seed)
    first, last = datetime.date(1900, 1, 1).toordinal(), datetime.date(2025, 12, 31).toordinal()
    pairs = [tuple(datetime.date.fromordinal(source.randint(first, last)) for _ in range(2)) for _ in range(20_000)]
    late = [day for day in map(datetime.date.fromordinal, range(first, last)) if day.month == 2 and day.day >= 27 or day.day >= 28]
    pairs += [(source.choice(late), source.choice(late)) for _ in range(20_000)]
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("CREATE TABLE pairs (a DATE, b DATE)")
    connection.execute("INSERT INTO pairs SELECT unnest(?::DATE[]), unnest(?::DATE[])",
                       [[str(a) for a, _ in pairs], [str(b) for _, b in pairs]])
    months = "((year(b) * 12 + month(b)) - (year(a) * 12 + month(a)))"
    years = "(year(b) - year(a))"
    rows = connection.execute(
        f"SELECT a, b, datediff('day', a, b), {months} - (CAST(a + to_months({months}::INT) AS DATE) > b)::INT, "
        f"{years} - (CAST(a + to_years({years}::INT) AS DATE) > b)::INT, CAST(a + to_months(7) AS DATE), "
        f"CAST(a - to_months(13) AS DATE), CAST(a + to_years(18) AS DATE) FROM pairs").fetchall()
    if binary is None:
        return
    names = ["pair_a", "pair_b", "span_days", "span_months", "span_years", "plus_seven", "minus_thirteen", "of_age"]
    kinds = ["date", "date", "integer", "integer", "integer", "date", "date", "date"]
    fields = "".join(f"      {name}: {{type: {kind}, phi: none, aliases: [{name}]}}\n" for name, kind in zip(names, kinds))
    conditions = ["days_between(pair_a, pair_b) = span_days", "months_between(pair_a, pair_b) = span_months",
                  "years_between(pair_a, pair_b) = span_years", "add_months(pair_a, 7) = plus_seven", "add_months(pair_a, -13) = minus_thirteen",
                  "pair_a + INTERVAL '7' MONTH = plus_seven", "adult_on(pair_a, 18) = of_age", "add_years(pair_a, 18) = of_age"]
    rules = "".join(f"  - {{id: completeness/pair-{number}, title: Pair, severity: error, records: pairs, assert: {json.dumps(condition)}}}\n"
                    for number, condition in enumerate(conditions))
    data = folder / "pairs.csv"
    data.write_text("\n".join([",".join(names), *(",".join(str(cell) for cell in row) for row in rows)]) + "\n")
    scan = Scan(binary, folder, data, f"records:\n  pairs:\n    title: A pair of dates\n    key: []\n    fields:\n{fields}---\n"
                                      f"pack: pairs\ntitle: Pairs of dates\nversion: 1.0.0\nrules:\n{rules}")
    for number, condition in enumerate(conditions):
        counts = scan.counts[f"completeness/pair-{number}"]
        if counts["passed"] != len(rows):
            wrong = sorted(scan.found[f"completeness/pair-{number}"])[:1]
            sys.exit(f"seed {seed}: {condition}: {counts}; {[dict(zip(names, map(str, rows[record - 1]))) for record in wrong]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", type=pathlib.Path)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=20)
    arguments = parser.parse_args()
    if (arguments.binary is None) != arguments.alone:
        parser.error("name the program, or say --alone")
    values = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(arguments.seed, arguments.seed + arguments.rounds):
            values += hostile_round(seed, arguments.binary, pathlib.Path(folder))
        date_pairs(arguments.seed, arguments.binary, pathlib.Path(folder))
    # A generator that only made unknown conditions would show nothing.
    if min(values[True], values[False], values[None]) < sum(values.values()) // 20:
        sys.exit(f"the conditions are too one-sided to show anything: {dict(values)}")
    print(f"{arguments.rounds} rounds of {CONDITIONS} conditions on {RECORDS} records: {values[True]} true, {values[False]} false, "
          f"{values[None]} unknown, {'all run in DuckDB' if arguments.alone else 'none differs'}; "
          f"{len(audit.RULES)} whole rules a round, 40000 pairs of dates")


if __name__ == "__main__":
    main()
