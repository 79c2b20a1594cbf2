"""Runs the shipped rules over an export of the fixture hospital in DuckDB, and compares with what `chartaudit scan` finds.

    python packs.py EXPORT [--binary target/debug/chartaudit] [--rules rules]

Without a binary it compares the numbers of violating records with the export's `expected.yaml`. Rules whose fields the export
lacks are left out; rules that it cannot say in SQL (identifiers in text, measures, relations) are named.
"""

import argparse
import csv
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import duckdb
import yaml

from hostile import FORMS, parsed

AS_OF = "2026-03-01"
FUNCTIONS = r"""
CREATE MACRO matches(x, p) AS regexp_matches(x, '\A(?:' || p || ')\z');
CREATE MACRO contains_match(x, p) AS regexp_matches(x, p);
CREATE MACRO blank(x) AS (x IS NULL OR trim(x, ' ') = '');
CREATE MACRO date_of(x) AS CAST(x AS DATE);
CREATE MACRO days_between(a, b) AS datediff('day', CAST(a AS DATE), CAST(b AS DATE));
CREATE MACRO hours_between(a, b) AS floor(epoch(CAST(b AS TIMESTAMP) - CAST(a AS TIMESTAMP)) / 3600);
CREATE MACRO years_between(a, b) AS (year(b) - year(a)) - (CAST(a + to_years(CAST(year(b) - year(a) AS INTEGER)) AS DATE) > b)::INT;
CREATE MACRO age(a, b) AS CASE WHEN b >= a THEN years_between(a, b) END;
CREATE MACRO add_days(d, n) AS CAST(d + to_days(CAST(n AS INTEGER)) AS DATE);
CREATE MACRO add_months(d, n) AS CAST(d + to_months(CAST(n AS INTEGER)) AS DATE);
CREATE MACRO add_years(d, n) AS CAST(d + to_years(CAST(n AS INTEGER)) AS DATE);
"""


def luhn(number):
    """Whether the digits pass the Luhn check."""
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0


def verhoeff(number):
    """Whether the digits pass the Verhoeff check, by the dihedral group of order ten."""
    def times(a, b):
        return (a + b) % 5 if a < 5 and b < 5 else (a + b - 5) % 5 + 5 if a < 5 else (a - b) % 5 + 5 if b < 5 else (a - b) % 5
    total, digits = 0, [int(digit) for digit in reversed(number)]
    for place, digit in enumerate(digits):
        for _ in range(place % 8):
            digit = int("1576283094"[digit])
        total = times(total, digit)
    return total == 0


FORMATS = {
    "snomed": lambda text: re.fullmatch("[0-9]{6,18}", text) and text[-3:-1] in ("00", "10", "01", "11", "02", "12") and verhoeff(text),
    "loinc": lambda text: re.fullmatch("[0-9]{1,7}-[0-9]", text) and luhn(text.replace("-", "")),
    "cvx": lambda text: re.fullmatch("[0-9]{2,3}", text),
    "icd10cm": lambda text: re.fullmatch("[A-Z][0-9A][0-9AB]([.]?[0-9A-Z]{1,4})?", text),
    "us-npi": lambda text: re.fullmatch("[12][0-9]{9}", text) and luhn("80840" + text),
    "us-zip": lambda text: re.fullmatch("[0-9]{5}(-?[0-9]{4})?", text),
    "email": lambda text: re.fullmatch(r"[^@\s]+@[^@\s]+[.][a-z]+", text),
    "us-phone": lambda text: re.fullmatch("1?[2-9][0-9]{2}[2-9][0-9]{6}", re.sub("[^0-9]", "", text)),
    "us-ssn": lambda text: re.fullmatch("[0-9]{3}-?[0-9]{2}-?[0-9]{4}", text) and not re.match("000|666|9", text),
    "us-dea": lambda text: re.fullmatch("[A-Z][A-Z9][0-9]{7}", text),
    "us-mbi": lambda text: re.fullmatch("[1-9][A-Z][0-9A-Z][0-9]-?[A-Z][0-9A-Z][0-9]-?[A-Z]{2}[0-9]{2}", text),
    "nhs-number": lambda text: re.fullmatch("[0-9]{10}", text),
}


def malformed(connection, table, field, form):
    """The condition that a value is one of those that have not the named form."""
    values = connection.execute(f"SELECT DISTINCT {field} FROM {table} WHERE {field} IS NOT NULL").fetchall()
    wrong = [quoted(value) for value, in values if not FORMATS[form](value)]
    return f"{field} IN ({', '.join(wrong)})" if wrong else f"{field} <> {field}"


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def documents(folder, *names):
    """The YAML documents of a folder, every scalar as its text."""
    for path in sorted(path for name in names for path in folder.glob(name)):
        yield from (document for document in yaml.load_all(path.read_text(encoding="utf-8"), yaml.BaseLoader) if document)


def sources(export, rules):
    """For each record set of the export: its file and how its columns bind."""
    project = export / "chartaudit.yaml"
    if project.exists():
        bound = yaml.load(project.read_text(), yaml.BaseLoader)["sources"]
        return {name: (next(export.glob(f"{name}.?sv")), source["bind"], source.get("footer")) for name, source in bound.items()}
    layout = next(document for document in documents(rules, "layouts/*.yaml") if document.get("layout") == "synthea-csv")
    found = {}
    for name, source in layout["sources"].items():
        for path in (path for pattern in source["csv"]["files"] for path in export.glob(pattern)):
            found[name] = (path, source["bind"], None)
    return found


def cells(path, bind, footer):
    """The records of a file as mappings of field to cell, whatever the author's habits."""
    data = path.read_bytes()
    text = data.decode("utf-8-sig") if valid(data) else data.decode("windows-1252")
    plain = {field: (how if isinstance(how, (str, list)) else how["column"]) for field, how in bind.items()}
    plain = {field: [how] if isinstance(how, str) else how for field, how in plain.items()}
    wanted = {name for names in plain.values() for name in names}
    delimiter = max(",;\t", key=lambda sign: max(len(wanted & set(line.split(sign))) for line in text.splitlines()[:50]))
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    start = next(number for number, row in enumerate(rows) if len(wanted & set(row)) > 1)
    header, rows = rows[start], rows[start + 1:]
    if footer and re.search(footer, delimiter.join(rows[-1])):
        rows = rows[:-1]
    for row in rows:
        by_name = dict(zip(header, row))
        yield {field: next((translated(by_name[name], bind[field]) for name in names if name in by_name), None)
               for field, names in plain.items() if any(name in by_name for name in names)}


def valid(data):
    try:
        data.decode("utf-8")
        return True
    except UnicodeDecodeError:
        return False


def translated(cell, how):
    """A cell by the words and dates of its binding, in canonical text."""
    if isinstance(how, dict):
        for code, words in how.get("values", {}).items():
            if cell in words:
                return code
        if cell in how.get("true_values", []) + how.get("false_values", []):
            return "true" if cell in how["true_values"] else "false"
        us = re.fullmatch(r"(\d+)/(\d+)/(\d{4})(?: (\d+):(\d\d) ([AP])M)?", cell) if how.get("formats") == ["us"] else None
        if us:
            day = f"{us[3]}-{int(us[1]):02}-{int(us[2]):02}"
            return f"{day}T{int(us[4]) % 12 + 12 * (us[6] == 'P'):02}:{us[5]}:00" if us[4] else day
    return cell


def load(connection, dictionary, name, source):
    """A table of typed values `f`, of `bad_f` for unreadable cells, and of all the fields that the export lacks as NULL."""
    records = list(cells(*source))
    fields = dictionary[name]["fields"]
    bound = list(records[0])
    connection.execute(f'CREATE TABLE raw_{name} (record BIGINT, {", ".join(f"raw_{field} VARCHAR" for field in bound)})')
    connection.executemany(f"INSERT INTO raw_{name} VALUES ({', '.join('?' * (len(bound) + 1))})",
                           [(number + 1, *(record[field] or None for field in bound)) for number, record in enumerate(records)])
    columns = []
    for field in bound:
        kind, raw = fields[field]["type"], f"raw_{field}"
        sql = raw
        if kind in FORMS:
            text = f"nullif(trim({raw}), '')"
            if kind == "timestamp":
                text = f"CASE WHEN length({text}) = 10 THEN {text} || 'T00:00:00' ELSE regexp_replace({text}, 'Z$', '') END"
            if kind == "date":
                text = f"regexp_replace({text}, 'T.*', '')"
            sql = parsed(text, kind)
        columns += [f"{sql} AS {field}", f"({raw} IS NOT NULL AND ({sql}) IS NULL) AS bad_{field}"]
    connection.execute(f"CREATE TABLE {name} AS SELECT *, {', '.join(columns)} FROM raw_{name}")
    return bound


def condition(text, params):
    """A condition of the language as DuckDB takes it."""
    text = re.sub(r":as_of\b", f"DATE '{AS_OF}'", text)
    return re.sub(r":([a-z_]+)", lambda name: params[name[1]]["default"], text)


def judge(connection, rule, params, fields):
    """The SQL condition under which a record violates a rule; None if it cannot be said here."""
    def missing(field):
        return f"({field} IS NULL OR trim(CAST({field} AS VARCHAR), ' ') = '')"
    match rule:
        case {"with": _}:
            return None
        case {"require": some}:
            return " OR ".join(map(missing, some))
        case {"require_any": some}:
            return " AND ".join(map(missing, some))
        case {"assert": text, "unknown": "violation"}:
            return f"coalesce(NOT ({condition(text, params)}), TRUE)"
        case {"assert": text}:
            return f"NOT ({condition(text, params)})"
        case {"fail_if": text}:
            return condition(text, params)
        case {"format": {"field": field, "pattern": pattern}}:
            return f"NOT matches({field}, '{pattern}')"
        case {"format": {"field": field, "is": name}} if name in FORMATS:
            return malformed(connection, rule["records"], field, name)
        case {"allowed": {"field": field, "values": values}}:
            return f"{field} NOT IN ({', '.join(repr(value) for value in values)})"
        case {"unique": some}:
            whole = " AND ".join(f"{field} IS NOT NULL" for field in some)
            where = condition(rule.get("where", "TRUE"), params)
            return f"({whole}) AND count(*) FILTER (({where}) AND {whole}) OVER (PARTITION BY {', '.join(some)}) > 1"
        case {"readable": "all"}:
            return " OR ".join(f"bad_{field}" for field in fields)
        case {"readable": some}:
            return " OR ".join(f"bad_{field}" for field in some)
        case {"ordered": {"field": field, "direction": "rising", **rest}} if "by" not in rest:
            return f"{field} {'<=' if rest.get('strict') == 'true' else '<'} lag({field} IGNORE NULLS) OVER (ORDER BY record)"
        case {"deadline": {"of": of, "after": after, "within": within, **rest}} if not rest:
            of, after = f"({condition(of, params)})", f"({condition(after, params)})"
            count, unit = condition(within, params).split()
            due = (f"{after} + to_hours({count})" if unit == "hours" else f"CAST(CAST({after} AS DATE) + to_{unit}({count}) AS DATE)")
            of = of if unit == "hours" else f"CAST({of} AS DATE)"
            return f"CASE WHEN {of} <= DATE '{AS_OF}' THEN {of} > {due} ELSE DATE '{AS_OF}' > {due} END"
    return None


def expected(export, rules):
    """The violating records of each rule whose fields the export has; and the rules that stay unsaid."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(FUNCTIONS)
    dictionary = {name: declared for document in documents(rules, "dictionary/*.yaml") for name, declared in document["records"].items()}
    bound = {name: load(connection, dictionary, name, source) for name, source in sources(export, rules).items()}
    packs = list(documents(rules, "packs/*/*.yaml"))
    params = {}
    for document in packs:
        params.setdefault(document["pack"], {}).update(document.get("params", {}))
    found, unsaid = {}, {}
    for document in packs:
        for rule in document.get("rules", []):
            fields, name = bound.get(rule["records"]), rule["id"]
            if fields is None:
                continue
            where = condition(rule.get("where", "TRUE"), params[document["pack"]])
            try:
                sql = judge(connection, rule, params[document["pack"]], fields)
                if sql is None:
                    unsaid[name] = "not said in SQL here"
                    continue
                rows = connection.execute(f"SELECT record FROM (SELECT record, ({where}) AS applies, ({sql}) AS violates FROM {rule['records']}) "
                                          "WHERE applies AND violates").fetchall()
            except duckdb.BinderException as error:
                if "Referenced column" not in str(error):
                    raise
                continue
            found[name] = {record for record, in rows}
    return found, unsaid


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", type=pathlib.Path)
    parser.add_argument("--binary", type=pathlib.Path)
    parser.add_argument("--rules", type=pathlib.Path, default=pathlib.Path("rules"))
    arguments = parser.parse_args()
    found, unsaid = expected(arguments.export, arguments.rules)
    if arguments.binary is None:
        planted = yaml.safe_load((arguments.export / "expected.yaml").read_text())["violations"]
        differing = [name for name, records in sorted(found.items()) if len(records) != planted.get(name, 0)]
        for name in differing:
            print(f"{name}: planted {planted.get(name, 0)}, found {len(found[name])}")
        for name, why in sorted(unsaid.items()):
            print(f"not judged: {name}: {why}; planted {planted.get(name, 0)}")
        for name in sorted(planted.keys() - found.keys() - unsaid.keys()):
            print(f"no such rule: {name}")
        print(f"{len(found)} rules judged, {len(differing)} differ")
        sys.exit(1 if differing else 0)
    with tempfile.TemporaryDirectory() as folder:
        report, findings = pathlib.Path(folder) / "report.json", pathlib.Path(folder) / "findings.jsonl"
        packs = [word for path in sorted((arguments.rules / "packs").iterdir()) for word in ("--rules", str(path))]
        done = subprocess.run([arguments.binary, "scan", arguments.export, *packs, "--as-of", AS_OF, "--report", f"json={report}",
                               "--all-findings", findings], capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            sys.exit(f"chartaudit ended with {done.returncode}:\n{done.stderr}\n{done.stdout}")
        theirs = {}
        for line in findings.read_text().splitlines():
            finding = json.loads(line)
            theirs.setdefault(finding["rule"].split(":")[-1], set()).add(finding["record"])
        judged = {rule["id"].split(":")[-1] for rule in json.loads(report.read_text())["rules"] if rule["outcome"] != "not-evaluated"}
    differing = [name for name in found if name in judged and found[name] != theirs.get(name, set())]
    for name in differing:
        print(f"{name}: DuckDB {sorted(found[name])}, chartaudit {sorted(theirs.get(name, set()))}")
    print(f"{len(found)} rules, {len(differing)} differ, {len(unsaid)} not said in SQL")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
