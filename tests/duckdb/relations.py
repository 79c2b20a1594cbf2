"""Compares `chartaudit scan` with DuckDB on random rules over several record sets; stops at the first difference.

    python relations.py target/debug/chartaudit [--seed 1] [--rounds 20]
    python relations.py --alone [--rounds 20]           only checks that everything generated runs in DuckDB

Each round makes a hospital and rules with relations, figures, deadlines, references, overlaps, gaps, keys and groups, and compares
which records violate and how many do not apply, pass, are pending or cannot be judged. The same scan must then say the same with other
memory, threads, chunks, and files that are cut and ordered in another way.
"""

import argparse
import collections
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import duckdb

import hospital
import relation

AS_OF = "2026-03-01"
OUTCOMES = {"pass": "passed", "violation": "violations", "unknown": "not_evaluable", "pending": "pending", "other": "not_applicable"}
# Everything is turned that must not turn the answer. In a kibibyte no table of such a hospital fits, in 64 nearly all.
VARIANTS = [["--memory", "1KiB"], ["--memory", "4KiB", "--threads", "7"], ["--threads", "1"], ["--threads", "2", "--chunk-size", "61"],
            ["--threads", "7", "--chunk-size", "257", "--memory", "1KiB"], ["--memory", "64KiB", "--threads", "2"]]


class Scan:
    """One run of the program: its counts a rule, and the records of its findings by their place in the hospital."""

    def __init__(self, binary, folder, rules, places, flags=()):
        report, findings = folder / "report.json", folder / "findings.jsonl"
        command = [binary, "scan", folder / "data", "--rules", rules, "--layout", "hospital", "--as-of", AS_OF, "--report", f"json={report}",
                   "--all-findings", findings, *flags]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            sys.exit(f"chartaudit ended with {done.returncode}:\n{' '.join(map(str, command))}\n{done.stderr}\n{done.stdout}")
        self.counts = {name(rule["id"]): rule["counts"] for rule in json.loads(report.read_text())["rules"]}
        self.found = collections.defaultdict(list)
        for line in findings.read_text().splitlines():
            finding = json.loads(line)
            at = finding["record"] and places[pathlib.PurePath(finding["file"]).name][1][finding["record"] - 1]
            self.found[name(finding["rule"])].append(at)

    def answer(self):
        return self.counts, {rule: collections.Counter(found) for rule, found in self.found.items()}


def name(rule):
    return rule.split(":")[-1].removeprefix("completeness/")


def shown(made, text, sql, record):
    """Everything needed to see a difference again: random cells, nobody's."""
    where = next((line.split(": ")[1] for line in text.splitlines() if line.startswith("    records: ")), None)
    cells = json.dumps(made.records[where][record - 1], ensure_ascii=False) if record and where else ""
    return f"{text}record {record}: {cells}\n{sql}"


def differences(made, scan, rules, connection):
    """Where the program and DuckDB differ."""
    for rule, text, records, sql in rules:
        rows = connection.execute(sql).fetchall()
        theirs = collections.Counter(outcome for _, outcome in rows)
        counts = scan.counts.get(rule)
        if counts is None:
            yield f"{rule} is not in the report\n{text}"
            continue
        ours = collections.Counter({outcome: counts[key] for outcome, key in OUTCOMES.items()})
        if records:
            violating = {record for record, outcome in rows if outcome == "violation"}
            found = scan.found.get(rule, [])
            if len(found) != len(set(found)):
                yield f"{rule} finds a record twice\n{text}"
            wrong = sorted(set(found) ^ violating)
            if wrong:
                said = dict(rows)[wrong[0]]
                finds = "finds" if wrong[0] in found else "does not find"
                yield f"DuckDB: {said}; chartaudit {finds} it; {dict(+ours)}\n{shown(made, text, sql, wrong[0])}"
                continue
        if +ours != +theirs:
            some = next((record for record, outcome in rows if outcome == "unknown"), None)
            yield f"DuckDB: {dict(theirs)}; chartaudit {dict(+ours)}\n{shown(made, text, sql, some)}"


def round_of(seed, binary, folder, keep_going):
    source = random.Random(seed)
    made = hospital.Hospital(source)
    rules = list(relation.Author(source).pack())
    connection = duckdb.connect(config={"threads": 1})
    # DuckDB 2.0.0 stumbles there over a few of these conditions.
    connection.execute("SET disabled_optimizers = 'in_clause'")
    hospital.load(connection, made)
    if binary is None:
        outcomes = collections.Counter()
        for _, text, _, sql in rules:
            try:
                outcomes.update(outcome for _, outcome in connection.execute(sql).fetchall())
            except duckdb.Error as error:
                sys.exit(f"seed {seed}: DuckDB refuses a generated query: {error}\n{text}\n{sql}")
        return outcomes, []
    pack = folder / "rules.yaml"
    pack.write_text(f"{hospital.declaration()}---\npack: relations\ntitle: Random relations\nversion: 1.0.0\nrules:\n"
                    + "".join(text for _, text, _, _ in rules if not text.startswith("  #")), encoding="utf-8")

    def scan(writing, flags=()):
        data = folder / "data"
        data.mkdir(exist_ok=True)
        for file in data.iterdir():
            file.unlink()
        return Scan(binary, folder, pack, made.write(data, random.Random(writing)), flags)

    first = scan(seed)
    found = [f"seed {seed}: {difference}" for difference in differences(made, first, rules, connection)]
    for number, flags in enumerate(VARIANTS):
        again = scan(seed + 1000 * (number % 3), flags)
        if again.answer() != first.answer():
            counts = {rule: (first.counts[rule], again.counts[rule]) for rule in first.counts if first.counts[rule] != again.counts[rule]}
            once, then = first.answer()[1], again.answer()[1]
            records = {rule: (once.get(rule), then.get(rule)) for rule in {**once, **then} if once.get(rule) != then.get(rule)}
            found.append(f"seed {seed}: {' '.join(flags)}, files written by {seed + 1000 * (number % 3)}: another answer\n{counts}\n{records}")
    if found and not keep_going:
        sys.exit(found[0])
    return collections.Counter({outcome: sum(counts[key] for counts in first.counts.values()) for outcome, key in OUTCOMES.items()}), found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", type=pathlib.Path)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--keep-going", action="store_true", help="show every difference, not only the first")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=20)
    arguments = parser.parse_args()
    if (arguments.binary is None) != arguments.alone:
        parser.error("name the program, or say --alone")
    outcomes, found = collections.Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(arguments.seed, arguments.seed + arguments.rounds):
            more, differing = round_of(seed, arguments.binary, pathlib.Path(folder), arguments.keep_going)
            outcomes += more
            found += differing
    if found:
        sys.exit("\n\n".join(found) + f"\n\n{len(found)} differences")
    # Rules that only ever passed, or never could be judged, would show nothing.
    if any(outcomes[outcome] < sum(outcomes.values()) // 100 for outcome in ("pass", "violation", "unknown")):
        sys.exit(f"the rules are too one-sided to show anything: {dict(outcomes)}")
    print(f"{arguments.rounds} rounds of rules over {len(hospital.SETS)} record sets: {dict(outcomes)}; "
          f"{'all run in DuckDB' if arguments.alone else f'none differs, nor do {len(VARIANTS)} other ways to run'}")


if __name__ == "__main__":
    main()
