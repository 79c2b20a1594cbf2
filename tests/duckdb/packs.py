"""Runs the shipped rules over an export of the fixture hospital in DuckDB, and compares with what `chartaudit scan` finds.

    python packs.py EXPORT [--binary target/debug/chartaudit] [--rules rules]

Without a binary it compares the numbers of violating records with the export's `expected.yaml`. Rules whose fields or record sets
the export lacks are left out; rules that it cannot say in SQL (identifiers in text, retention) are named. Nothing is known here
of single rules: each is translated from its YAML, relations, overlaps and groups included.
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

from condition import Reader, Scope, Unsaid, pointed
from hostile import FORMS, parsed
from relation import Question, Relation, gapped, overlapping, repeated, timely

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
    "icd10pcs": lambda text: re.fullmatch("[0-9A-HJ-NP-Z]{7}", text),
    "cpt": lambda text: re.fullmatch("[0-9]{4}[0-9FTUMA]", text),
    "hcpcs": lambda text: re.fullmatch("[A-V][0-9]{4}", text),
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
    return f"t.{field} IN ({', '.join(wrong)})" if wrong else f"t.{field} <> t.{field}"


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
        return {name: (export / source["csv"]["files"][0], source["bind"], source.get("footer")) for name, source in bound.items()}
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
        sql = f"nullif(trim({raw}, ' \u00a0\u200b'), '')" if kind in ("id", "code") else raw
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


def relations(rule, dictionary):
    """The relations of a rule: those it declares, and those that references of the dictionary open."""
    found = []
    for name, declared in rule.get("with", {}).items():
        match = declared.get("match", [])
        match = list(match.items()) if isinstance(match, dict) else [(field, field) for field in ([match] if isinstance(match, str) else match)]
        found.append((Relation(name, rule["records"], declared["records"], match), declared.get("where")))
    for field, declared in dictionary[rule["records"]]["fields"].items():
        reference = declared.get("references")
        if reference:
            reference = {"records": reference} if isinstance(reference, str) else reference
            theirs, name = reference["records"], reference.get("as", field.removesuffix("_id"))
            key = dictionary[theirs]["key"]
            if len(key) == 1 and all(relation.name != name for relation, _ in found):
                found.append((Relation(name, rule["records"], theirs, [(field, key[0])], implied=True), None))
    return found


class Asked:
    """A rule in SQL: its scope of names, and where it applies."""

    def __init__(self, rule, params, dictionary, bound):
        self.rule, self.dictionary, self.bound = rule, dictionary, bound
        self.question = Question(rule["records"])
        inner = Scope(params, plain="x")
        some = []
        for relation, where in relations(rule, dictionary):
            if relation.theirs not in bound:
                if not relation.implied:
                    raise Absent(relation.theirs)
                continue
            relation.where = inner.value(where) if where else None
            some.append(relation)
        self.scope = Scope(params, some, self.question)
        self.applies = self.scope.value(rule["where"]).sql if "where" in rule else "TRUE"

    def rows(self, violates):
        """The numbers of the records of which SQL says that they violate the rule."""
        judged = self.question.sql(f"t.record, ({self.applies}) AS applies, ({violates}) AS violates")
        return f"SELECT record FROM ({judged}) WHERE applies AND violates"

    def base(self):
        return self.question.sql(f"t.*, ({self.applies}) AS applies")

    def among(self, check):
        """The same for a check that looks at the other records."""
        return f"SELECT record FROM ({check.sql(self.base())}) WHERE outcome = 'violation'"


class Absent(Exception):
    """The export has no file of a record set."""


def within(text, params):
    """A number and a unit, of which the number may be a parameter."""
    count, unit = text.split()
    return (params[count[1:]]["default"] if count.startswith(":") else count), unit


def figure(asked, node):
    """The figure of a group as an exact fraction in SQL, over the records `t`."""
    scope = asked.scope
    match node:
        case ("literal", text):
            return text, "1"
        case ("param", name):
            return scope.params[name]["default"], "1"
        case ("arithmetic", sign, left, right):
            (a, b), (c, d) = figure(asked, left), figure(asked, right)
            return (f"({a} * {c})", f"({b} * {d})") if sign == "*" else (f"({a} * {d} {sign} {c} * {b})", f"({b} * {d})")
        case ("call", "ratio", [left, right]):
            (a, b), (c, d) = figure(asked, left), figure(asked, right)
            return f"({a} * {d})", f"({b} * {c})"
        case ("call", "count", []):
            return "count(*)", "1"
        case ("call", name, arguments):
            related = scope.fold(name, arguments)
            if related:
                unsure = f"any_value({related.none} OR {related.open} OR {related.low} IS DISTINCT FROM {related.high})"
                return f"(CASE WHEN NOT {unsure} THEN any_value({related.low}) END)", "1"
            values = [scope.plain_value(argument).sql for argument in arguments]
            match name:
                case "count_if":
                    return f"count(*) FILTER ({values[0]})", "1"
                case "share":
                    return f"count(*) FILTER ({values[0]})", f"count({values[0]})"
                case "distinct":
                    whole = " AND ".join(f"{value} IS NOT NULL" for value in values)
                    return f"count(DISTINCT ({', '.join(values)})) FILTER ({whole})", "1"
                case "avg":
                    return f"sum({values[0]})", f"count({values[0]})"
                case "count" | "sum" | "min" | "max":
                    return f"{name}({values[0]})", "1"
    raise Unsaid(str(node[0]))


def measured(asked, declared):
    """The number of groups whose figure breaks a limit."""
    a, b = figure(asked, Reader(declared["value"]).whole())
    kept = []
    for limit, sign in (("at_most", "<="), ("at_least", ">="), ("equals", "=")):
        if limit in declared:
            text = declared[limit]
            c, d = figure(asked, Reader(text[:-1]).whole()) if text.endswith("%") else figure(asked, Reader(text).whole())
            d = f"({d} * 100)" if text.endswith("%") else d
            kept.append(f"(CASE WHEN {b} <> 0 AND {d} <> 0 THEN {a} * {d} * sign({b}) * sign({d}) {sign} {c} * {b} * sign({b}) * sign({d}) END)")
    by = [f"t.{field}" for field in declared.get("by", [])]
    groups = f" GROUP BY {', '.join(by)}" if by else ""
    grouped = asked.question.sql(f"NOT ({' AND '.join(kept)}) AS breaks", f" WHERE {asked.applies}{groups}")
    return f"SELECT count(*) FROM ({grouped}) WHERE breaks"


def judge(connection, asked, params, fields):
    """The query of the records that violate a rule, or of the number of groups; None if it cannot be said here."""
    rule, scope = asked.rule, asked.scope

    def missing(field):
        return f"(t.{field} IS NULL OR trim(CAST(t.{field} AS VARCHAR), ' ') = '')"
    match rule:
        case {"require": some}:
            return asked.rows(" OR ".join(map(missing, some)))
        case {"require_any": some} if any(field not in fields for field in some):
            # What the export lacks may be filled elsewhere.
            return asked.rows("FALSE")
        case {"require_any": some}:
            return asked.rows(" AND ".join(map(missing, some)))
        case {"assert": text, "unknown": "violation"}:
            return asked.rows(f"coalesce(NOT ({scope.value(text).sql}), TRUE)")
        case {"assert": text}:
            return asked.rows(f"NOT ({scope.value(text).sql})")
        case {"fail_if": text}:
            return asked.rows(scope.value(text).sql)
        case {"format": {"field": field, "pattern": pattern}}:
            return asked.rows(f"NOT matches(t.{field}, '{pattern}')")
        case {"format": {"field": field, "is": name}} if name in FORMATS:
            return asked.rows(malformed(connection, rule["records"], field, name))
        case {"allowed": {"field": field, "values": values}}:
            return asked.rows(f"t.{field} NOT IN ({', '.join(repr(value) for value in values)})")
        case {"references": field}:
            reference = asked.dictionary[rule["records"]]["fields"][field]["references"]
            theirs = reference if isinstance(reference, str) else reference["records"]
            if theirs not in asked.bound:
                raise Absent(theirs)
            [key] = asked.dictionary[theirs]["key"]
            return asked.rows(f"t.{field} IS NOT NULL AND t.{field} NOT IN (SELECT {key} FROM {theirs} WHERE {key} IS NOT NULL)")
        case {"unique": some}:
            return asked.among(repeated(some))
        case {"no_overlap": {"from": start, "to": end, **rest}}:
            return asked.among(overlapping(rest.get("by", []), start, end))
        case {"gap_free": {"field": field, **rest}}:
            return asked.among(gapped(field, rest.get("by", [])))
        case {"small_cells": {"by": by, "at_least": least}}:
            groups = f"SELECT count(*) AS times FROM ({asked.base()}) WHERE applies GROUP BY {', '.join(by)}"
            return f"SELECT count(*) FROM ({groups}) WHERE times < {least}"
        case {"measure": declared}:
            return measured(asked, declared)
        case {"readable": "all"}:
            return asked.rows(" OR ".join(f"t.bad_{field}" for field in fields))
        case {"readable": some}:
            return asked.rows(" OR ".join(f"t.bad_{field}" for field in some))
        case {"ordered": {"field": field, "direction": "rising", **rest}} if "by" not in rest:
            return asked.rows(f"t.{field} {'<=' if rest.get('strict') == 'true' else '<'} lag(t.{field} IGNORE NULLS) OVER (ORDER BY t.record)")
        case {"deadline": {"of": of, "after": after, "within": time, **rest}}:
            of, after = scope.value(of), scope.value(after)
            of, after = (of if hasattr(of, "low") else of.figure()), (pointed(after))
            before = within(rest["not_before"], params) if "not_before" in rest else None
            return asked.rows(f"{timely(of, after.sql, within(time, params), before)} = 'violation'")
    return None


def orphans(dictionary):
    """The rules that the references of the dictionary make."""
    for records, declared in dictionary.items():
        referring = [field for field, of in declared["fields"].items() if "references" in of]
        for field in referring:
            short = field.removesuffix("_id")
            name = f"{records}-{field if short in referring else short}".replace("_", "-")
            yield {"id": f"completeness/{name}-orphaned", "records": records, "references": field}


def expected(export, rules):
    """What violates each rule whose fields the export has: records, or the number of groups; the rules that stay unsaid; and why some lack fields."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(FUNCTIONS)
    dictionary = {name: declared for document in documents(rules, "dictionary/*.yaml") for name, declared in document["records"].items()}
    bound = {name: load(connection, dictionary, name, source) for name, source in sources(export, rules).items()}
    packs = list(documents(rules, "packs/*/*.yaml"))
    params = {}
    for document in packs:
        params.setdefault(document["pack"], {}).update(document.get("params", {}))
    project = export / "chartaudit.yaml"
    for pack, values in (yaml.load(project.read_text(), yaml.BaseLoader) if project.exists() else {}).get("params", {}).items():
        for name, value in values.items():
            params[pack][name] = {**params[pack][name], "default": value}
    found, unsaid, lacking = {}, {}, {}
    for document in [*packs, {"pack": "essentials", "rules": list(orphans(dictionary))}]:
        for rule in document.get("rules", []):
            fields, name = bound.get(rule["records"]), rule["id"]
            if fields is None:
                continue
            try:
                asked = Asked(rule, params[document["pack"]], dictionary, bound)
                sql = judge(connection, asked, params[document["pack"]], fields)
                if sql is None:
                    unsaid[name] = "not said in SQL here"
                    continue
                rows = connection.execute(sql).fetchall()
            except Unsaid as error:
                unsaid[name] = str(error)
                continue
            except Absent as error:
                lacking[name] = str(error)
                continue
            except duckdb.BinderException as error:
                # Whether the export really lacks a field is asked of the program, which must not have judged the rule either.
                lacking[name] = str(error).splitlines()[0]
                continue
            of_groups = "measure" in rule or "small_cells" in rule
            found[name] = rows[0][0] if of_groups else {record for record, in rows}
    return found, unsaid, lacking


def count(found):
    return found if isinstance(found, int) else len(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", type=pathlib.Path)
    parser.add_argument("--binary", type=pathlib.Path)
    parser.add_argument("--rules", type=pathlib.Path, default=pathlib.Path("rules"))
    arguments = parser.parse_args()
    found, unsaid, lacking = expected(arguments.export, arguments.rules)
    if arguments.binary is None:
        planted = yaml.safe_load((arguments.export / "expected.yaml").read_text())["violations"]
        differing = [name for name, some in sorted(found.items()) if count(some) != planted.get(name, 0)]
        for name in differing:
            print(f"{name}: planted {planted.get(name, 0)}, found {count(found[name])}")
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
        report = json.loads(report.read_text())["rules"]
        judged = {rule["id"].split(":")[-1]: rule["counts"]["violations"] for rule in report if rule["outcome"] != "not-evaluated"}
    ours = {name: judged[name] if isinstance(some, int) else theirs.get(name, set()) for name, some in found.items() if name in judged}
    differing = [name for name, some in ours.items() if some != found[name]]
    for name in differing:
        print(f"{name}: DuckDB {found[name]}, chartaudit {ours[name]}")
    # A rule that applies to nothing here, such as one about releases, needs no field either.
    idle = {rule["id"].split(":")[-1] for rule in report if rule["outcome"] == "not-applicable"}
    for name in sorted((lacking.keys() & judged.keys()) - idle):
        differing.append(name)
        print(f"{name}: DuckDB cannot judge it: {lacking[name]}; chartaudit finds {judged[name]}")
    for name, why in sorted(unsaid.items()):
        print(f"not judged: {name}: {why}")
    print(f"{len(found)} rules, {len(differing)} differ, {len(unsaid)} not said in SQL, {len(lacking)} for which the export lacks fields")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
