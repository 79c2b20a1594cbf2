"""Measures checks across many records under a small `--memory`: time a record, peak memory of the process, and the count beside DuckDB's.

    pip install duckdb
    python benches/scale.py --binary target/release/chartaudit --data DIR [--records 10000000] [--memory 64MiB] [--threads 2]

Makes the export first, some 100 bytes a record. Keys are scattered, so that no order helps. Peak memory is what the kernel says at the
end of the process.
"""

import argparse
import json
import pathlib
import subprocess
import sys

from compare import HERE, Run

# How each file comes about from the numbers of its records. A record in some ten thousand has a fault; multiplying by a number
# without common factors scatters the numbers.
FILES = {
    "stays.csv": """
        SELECT md5(CASE WHEN i % 100003 = 0 THEN 1 ELSE i END::VARCHAR) AS long_stay_id, md5('p' || i % (n // 4)) AS long_person_id,
            DATE '2020-01-01' + CAST(i // (n // 4) * 100 + i % 17 AS INTEGER) AS long_admitted,
            CASE WHEN i % 30011 > 0 THEN DATE '2020-01-01' + CAST(i // (n // 4) * 100 + i % 17 + i % 79 + CASE WHEN i % 50021 = 0 THEN 90 ELSE 0 END
            AS INTEGER) END AS long_discharged""",
    "papers.csv": """
        SELECT md5('d' || i) AS long_paper_id,
            CASE WHEN i % 70001 = 0 THEN 'nobody' ELSE md5(CAST(i * 7368787 % n AS VARCHAR)) END AS long_paper_stay_id,
            CASE WHEN i % 20011 = 0 THEN 'note' ELSE 'summary' END AS long_kind""",
}
# Each check: its files, and the count as DuckDB has it.
CHECKS = {
    "completeness/stay-twice": (["stays.csv"], """
        SELECT coalesce(sum(times), 0) FROM (SELECT count(*) AS times FROM {stays} GROUP BY long_stay_id HAVING count(*) > 1)"""),
    "completeness/long-papers-stay-orphaned": (["stays.csv", "papers.csv"], """
        SELECT count(*) FROM {papers} ANTI JOIN {stays} ON long_paper_stay_id = long_stay_id"""),
    "completeness/no-summary": (["stays.csv", "papers.csv"], """
        SELECT count(*) FROM {stays} ANTI JOIN (FROM {papers} WHERE long_kind = 'summary') ON long_paper_stay_id = long_stay_id"""),
    "completeness/stays-overlap": (["stays.csv"], """
        SELECT count(*) FROM (SELECT long_admitted AS a, coalesce(long_discharged, '9999') AS z,
            max(coalesce(long_discharged, '9999')) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before,
            min(long_admitted) OVER (w ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS after
            FROM {stays} WINDOW w AS (PARTITION BY long_person_id ORDER BY long_admitted, coalesce(long_discharged, '9999')))
        WHERE before > a OR after < z"""),
}
ASK = """
import duckdb, sys
connection = duckdb.connect(config={"threads": int(sys.argv[1])})
connection.execute("SET enable_progress_bar = false")
print(connection.execute(sys.argv[2]).fetchone()[0])
"""


def make(folder, records, names):
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    duckdb.execute("SET enable_progress_bar = false")
    for name in names:
        if not (folder / name).exists():
            columns = FILES[name]
            duckdb.execute(f"COPY ({columns} FROM (SELECT range AS i, {records} AS n FROM range({records}))) TO '{folder / name}.part' (HEADER)")
            (folder / f"{name}.part").rename(folder / name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/chartaudit")
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--memory", default="64MiB")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--alone", action="store_true", help="leave DuckDB out, and the counts unchecked")
    parser.add_argument("--select", nargs="+", default=list(CHECKS))
    arguments = parser.parse_args()
    folder = arguments.data / f"scale-{arguments.records}"
    # In a process of its own: what the kernel says of a child begins with what its parent held.
    needed = sorted({name for rule in arguments.select for name in CHECKS[rule][0]})
    subprocess.run([sys.executable, "-c", f"import sys, pathlib; sys.path.insert(0, {str(HERE)!r}); import scale; "
                    f"scale.make(pathlib.Path({str(folder)!r}), {arguments.records}, {needed})"], check=True)
    print(f"{arguments.records} records a file, --memory {arguments.memory}, {arguments.threads} threads; input hashing included")
    print(f"{'':40} {'violations':>10} {'wall s':>8} {'cpu s':>8} {'ns/record':>9} {'peak MiB':>9}   DuckDB: wall s, cpu s, peak MiB")
    for rule in arguments.select:
        names, sql = CHECKS[rule]
        report = folder / "report.json"
        command = [arguments.binary, "scan", *(folder / name for name in names), "--rules", HERE / "scale.yaml", "--select", rule,
                   "--as-of", "2026-03-01", "--memory", arguments.memory, "--threads", arguments.threads, "--report", f"json={report}"]
        ours = Run(command)
        if ours.status not in (0, 1):
            sys.exit(f"chartaudit ended with {ours.status}:\n{ours.err}\n{ours.out}")
        counts = next(of["counts"] for of in json.loads(report.read_text())["rules"] if of["id"].endswith(rule))
        beside = ""
        if not arguments.alone:
            sources = {name[:-4]: f"read_csv('{folder / name}', header = true, all_varchar = true)" for name in FILES}
            theirs = Run([sys.executable, "-c", ASK, arguments.threads, sql.format(**sources)])
            if theirs.status or int(theirs.out) != counts["violations"]:
                sys.exit(f"{rule}: chartaudit {counts}, DuckDB {theirs.out}{theirs.err}")
            beside = f"   {theirs.wall:.2f}, {theirs.cpu:.2f}, {theirs.peak:.0f}"
        read = arguments.records * len(names)
        print(f"{rule:40} {counts['violations']:10} {ours.wall:8.2f} {ours.cpu:8.2f} {ours.wall * 1e9 / read:9.0f} {ours.peak:9.1f}{beside}",
              flush=True)


if __name__ == "__main__":
    main()
