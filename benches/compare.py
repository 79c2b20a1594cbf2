"""Measures `chartaudit scan` as whole processes: beside DuckDB and `wc -l`, by threads, by size, by one more check.

    cargo build --release && cargo run --release --example bench-export -- --size 878MB --notes 268MB --out DIR
    pip install duckdb
    python benches/compare.py speed   --binary target/release/chartaudit --data DIR
    python benches/compare.py relations --binary target/release/chartaudit --data DIR
    python benches/compare.py parent  --binary target/release/chartaudit --data DIR
    python benches/compare.py notes   --binary target/release/chartaudit --data DIR
    python benches/compare.py threads --binary target/release/chartaudit --data DIR
    python benches/compare.py extra   --binary target/release/chartaudit --data DIR
    python benches/compare.py memory  --binary target/release/chartaudit --data DIR [--generator target/release/examples/bench-export]

Everything runs in turn (A B A B ...), so that noise of the machine meets all alike; the ratios are the result, not the seconds.
Ratios are medians of the rounds' own ratios. Start-up is included; that of Python with DuckDB is measured and shown beside.
Peak memory is what the kernel says at the end of a process; it cannot show less than the Python that started it, some 15 MiB.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from duckdb_side import LEFT_OUT

HERE = pathlib.Path(__file__).resolve().parent
TABLES = ["patients.csv", "encounters.csv", "observations.csv"]
AS_OF = "2026-03-01"


class Run:
    """Wall and cpu seconds, peak memory in MiB, exit status and output of one process."""

    def __init__(self, command):
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            start = time.perf_counter()
            process = subprocess.Popen([str(word) for word in command], stdout=out, stderr=err)
            _, status, usage = os.wait4(process.pid, 0)
            self.wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0), err.seek(0)
            self.out, self.err = out.read().decode(), err.read().decode()
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss / 1024
        self.status = process.returncode


def files(arguments):
    names = ["notes.csv"] if arguments.action == "notes" else TABLES
    return [pathlib.Path(arguments.data) / name for name in names]


class Audit:
    """A scan with a JSON report, input hashing included."""

    def __init__(self, arguments, inputs, rules=None, threads=None):
        load = "notes" if arguments.action == "notes" else "load"
        self.report = tempfile.NamedTemporaryFile(suffix=".json")
        self.command = [arguments.binary, "scan", *inputs, "--rules", rules or HERE / f"{load}.yaml", "--as-of", AS_OF,
                        "--threads", threads or arguments.threads, "--report", f"json={self.report.name}"]
        if load == "load":
            self.command += ["--layout", "synthea-csv"]
        if arguments.action == "relations":
            self.command += ["--rules", HERE / "relations.yaml", *(word for rule in LEFT_OUT for word in ("--ignore", rule))]

    def run(self):
        run = Run(self.command)
        if run.status not in (0, 1):
            sys.exit(f"chartaudit ended with {run.status}:\n{run.err}\n{run.out}")
        run.counts = {rule["id"]: rule["counts"]["violations"] for rule in json.load(open(self.report.name))["rules"]}
        return run


class Duckdb:
    """The same questions, as a process of Python with DuckDB."""

    def __init__(self, arguments):
        load = arguments.action if arguments.action in ("notes", "relations") else "load"
        self.command = [sys.executable, HERE / "duckdb_side.py", load, arguments.data, arguments.threads]

    def run(self):
        run = Run(self.command)
        if run.status != 0:
            sys.exit(f"DuckDB ended with {run.status}:\n{run.err}")
        run.counts = json.loads(run.out)
        return run


class Plain:
    """Any other command."""

    def __init__(self, *command):
        self.command = command

    def run(self):
        return Run(self.command)


def in_turn(sides, rounds):
    """Runs every side once a round, after one round that counts for nothing."""
    for side in sides.values():
        side.run()
    runs = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            runs[name].append(side.run())
    return runs


def median(runs, measure):
    return statistics.median(getattr(run, measure) for run in runs)


def ratio(above, below, measure):
    return statistics.median(getattr(a, measure) / getattr(b, measure) for a, b in zip(above, below))


def table(runs, bytes_read, base):
    print(f"{'':28} {'wall s':>8} {'cpu s':>8} {'peak MiB':>9} {'MB/s':>7}   times {base}: wall / cpu")
    for name, some in runs.items():
        speed = bytes_read / 1e6 / median(some, "wall")
        print(f"{name:28} {median(some, 'wall'):8.3f} {median(some, 'cpu'):8.3f} {median(some, 'peak'):9.1f} {speed:7.0f}   "
              f"{ratio(some, runs[base], 'wall'):.2f} / {ratio(some, runs[base], 'cpu'):.2f}")


def same_counts(ours, theirs):
    """Stops unless both sides counted the same, and every check had something to count."""
    differing = {rule: (ours.get(rule), count) for rule, count in theirs.items() if ours.get(rule) != count}
    if differing or ours.keys() != theirs.keys():
        sys.exit(f"counts differ (chartaudit, DuckDB): {differing or ours.keys() ^ theirs.keys()}")
    idle = [rule for rule, count in theirs.items() if count == 0]
    print(f"{len(theirs)} checks, counts equal; {sum(theirs.values())} violations"
          + (f"; without any: {', '.join(idle)}" if idle else ""))


def speed(arguments):
    inputs = files(arguments)
    runs = in_turn({"chartaudit": Audit(arguments, inputs), "DuckDB": Duckdb(arguments), "wc -l": Plain("wc", "-l", *inputs)},
                   arguments.rounds)
    same_counts(runs["chartaudit"][-1].counts, runs["DuckDB"][-1].counts)
    table(runs, sum(path.stat().st_size for path in inputs), "chartaudit")
    start = in_turn({"start": Plain(sys.executable, HERE / "duckdb_side.py", "nothing", ".", 1)}, 3)["start"]
    print(f"start-up of Python with DuckDB, included above: {median(start, 'wall'):.3f} s")


def threads(arguments):
    inputs = files(arguments)
    runs = in_turn({f"{number} threads": Audit(arguments, inputs, threads=number) for number in (2, 1)}, arguments.rounds)
    same_counts(runs["1 threads"][-1].counts, runs["2 threads"][-1].counts)
    table(runs, sum(path.stat().st_size for path in inputs), "2 threads")


def extra(arguments):
    """The cost of a 31st check on a column already read: that of ten more, divided by ten."""
    checks = "\n".join(
        f'  - {{id: completeness/extra-{number}, title: One more check, severity: note, records: observations, '
        f'fail_if: "units = \'none-{number}\' AND value_type <> \'numeric\'"}}' for number in range(10))
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as more:
        more.write((HERE / "load.yaml").read_text() + checks + "\n")
        more.flush()
        inputs = files(arguments)
        runs = in_turn({"30 checks": Audit(arguments, inputs), "40 checks": Audit(arguments, inputs, rules=more.name)},
                       arguments.rounds)
        table(runs, sum(path.stat().st_size for path in inputs), "30 checks")
    for measure in ("wall", "cpu"):
        print(f"one more check: {(ratio(runs['40 checks'], runs['30 checks'], measure) - 1) * 10:+.2f} % {measure}")


def parent(arguments):
    """The cost of a field of the one related record, where the children lie in the order of their parents; and that of reading the key alone."""
    rule = "{{id: completeness/{0}, title: One more check, severity: note, records: observations, assert: \"date_of(observed_at) >= {1}\"}}"
    bounds = {"own": "DATE '1935-01-01'", "key": "DATE '1935-01-01' AND patient_id IS NOT NULL", "patient": "patient.birth_date"}
    with tempfile.TemporaryDirectory() as folder:
        sides = {}
        for name, bound in bounds.items():
            rules = pathlib.Path(folder) / f"{name}.yaml"
            rules.write_text((HERE / "load.yaml").read_text() + f"  - {rule.format(name, bound)}\n")
            sides[name] = Audit(arguments, files(arguments), rules=rules)
        runs = in_turn(sides, arguments.rounds)
    table(runs, sum(path.stat().st_size for path in files(arguments)), "own")


def memory(arguments):
    """Peak memory as the export grows; row checks alone, so that no key store hides a leak, and all checks beside."""
    text = (HERE / "load.yaml").read_text().splitlines(keepends=True)
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as rows:
        rows.write("".join(line for line in text if "unique:" not in line))
        rows.flush()
        for size in arguments.sizes:
            folder = pathlib.Path(arguments.data) / f"memory-{size}"
            if not folder.exists():
                subprocess.run([arguments.generator, "--size", size, "--out", folder], check=True)
            inputs = [folder / name for name in TABLES]
            for threads in (1, 2):
                for name, rules in (("row checks", rows.name), ("all checks", None)):
                    run = Audit(arguments, inputs, rules=rules, threads=threads).run()
                    print(f"{size:>8} {threads} threads, {name}: peak {run.peak:7.1f} MiB, wall {run.wall:.2f} s", flush=True)


def main():
    actions = {"speed": speed, "relations": speed, "notes": speed, "parent": parent, "threads": threads, "extra": extra, "memory": memory}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=actions)
    parser.add_argument("--binary", default="target/release/chartaudit")
    parser.add_argument("--generator", default="target/release/examples/bench-export")
    parser.add_argument("--data", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", nargs="+", default=["100MB", "1GB", "4GB"])
    arguments = parser.parse_args()
    actions[arguments.action](arguments)


if __name__ == "__main__":
    main()
