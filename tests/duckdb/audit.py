"""Whole rules on the hostile records, and what SQL says each of them finds.

A rule's answer is the set of records that violate it and, where the definition is silent on none of the cells, the numbers of
passed, pending, not evaluable and not applicable ones. `measure` counts groups and names no record.
"""

AS_OF = "DATE '2026-03-01'"


def records(rule, violates, evaluable="TRUE", applies="TRUE"):
    """A rule that judges records one by one: conditions in SQL; NULL in `violates` is not evaluable."""
    judged = f"CASE WHEN ({applies}) IS NULL THEN 'unknown' WHEN NOT ({applies}) THEN 'other' WHEN NOT ({evaluable}) THEN 'unknown' " \
             f"WHEN ({violates}) IS NULL THEN 'unknown' WHEN ({violates}) THEN 'violation' ELSE 'pass' END"
    return rule, f"SELECT record, {judged} FROM hostile"


def missing(field):
    return f"({field} IS NULL OR trim(CAST({field} AS VARCHAR), ' ') = '')"


def there(field):
    return f"({field} IS NOT NULL OR bad_{field})"


def repeated(rule, fields):
    wholly = " AND ".join(f"({field} IS NULL AND NOT bad_{field})" for field in fields)
    partly = " OR ".join(f"{field} IS NULL" for field in fields)
    return rule, (f"SELECT record, CASE WHEN {wholly} THEN 'other' WHEN {partly} THEN 'unknown' "
                  f"WHEN count(*) OVER (PARTITION BY {', '.join(fields)}) > 1 THEN 'violation' ELSE 'pass' END FROM hostile")


def deadline(rule, done, start, due):
    return rule, (f"SELECT record, CASE WHEN {start} IS NULL THEN 'unknown' WHEN {done} <= {AS_OF} AND {done} > {due} THEN 'violation' "
                  f"WHEN {done} <= {AS_OF} THEN 'pass' WHEN {AS_OF} > {due} THEN 'violation' ELSE 'pending' END FROM hostile")


def groups(rule, value, breaks, by="k1", unknown="FALSE"):
    """A rule over groups: one row a group."""
    return rule, (f"SELECT NULL, CASE WHEN {unknown} THEN 'unknown' WHEN {breaks} THEN 'violation' ELSE 'pass' END "
                  f"FROM (SELECT {value} AS value FROM hostile GROUP BY {by})")


RULES = {
    "require-integer": records("require: [i1]", missing("i1")),
    "require-date": records("require: [d1]", missing("d1")),
    "require-text": records("require: [t1]", missing("t1")),
    "require-both": records("require: [i1, c1]", f"{missing('i1')} OR {missing('c1')}"),
    "require-any": records("require_any: [i1, n1, c1]", f"{missing('i1')} AND {missing('n1')} AND {missing('c1')}"),
    "readable-integer": records("readable: [i1]", "bad_i1", applies=there("i1")),
    "readable-decimal": records("readable: [n2]", "bad_n2", applies=there("n2")),
    "readable-boolean": records("readable: [b1]", "bad_b1", applies=there("b1")),
    "readable-date": records("readable: [d2]", "bad_d2", applies=there("d2")),
    "readable-timestamp": records("readable: [s1]", "bad_s1", applies=there("s1")),
    "format-pattern": records("format: {field: c1, pattern: '[a-z]+'}", r"NOT regexp_matches(c1, '\A(?:[a-z]+)\z')", applies="c1 IS NOT NULL"),
    "allowed-values": records("allowed: {field: c1, values: [a, b, A]}", "c1 NOT IN ('a', 'b', 'A')", applies="c1 IS NOT NULL"),
    "where-true": records("where: \"i2 > 0\"\n    assert: \"n1 < 10\"", "NOT (n1 < 10)", applies="i2 > 0"),
    "where-fails": records("where: \"c1 IS NOT NULL\"\n    fail_if: \"d1 > d2\"", "d1 > d2", applies="c1 IS NOT NULL"),
    "unknown-violates": records("assert: \"i1 >= 0\"\n    unknown: violation", "coalesce(NOT (i1 >= 0), TRUE)"),
    "unique-key": repeated("unique: [k1]", ["k1"]),
    "unique-pair": repeated("unique: [k1, c1]", ["k1", "c1"]),
    "unique-integer": repeated("unique: [i1]", ["i1"]),
    "unique-decimal-and-boolean": repeated("unique: [n1, b1]", ["n1", "b1"]),
    "unique-moment": repeated("unique: [s1]", ["s1"]),
    "unique-dates": repeated("unique: [date_ok]", ["date_ok"]),
    "deadline-days": deadline("deadline: {of: late_ok, after: date_ok, within: 30 days}", "late_ok", "date_ok", "(date_ok + 30)"),
    "deadline-months": deadline("deadline: {of: late_ok, after: date_ok, within: 2 months}", "late_ok", "date_ok",
                                "CAST(date_ok + to_months(2) AS DATE)"),
    "measure-count": groups("measure: {value: count(), by: [k1], at_most: 15}", "count(*)", "value > 15"),
    "measure-present": groups("measure: {value: count(int_ok), by: [k1], at_least: 14}", "count(int_ok)", "value < 14"),
    "measure-if": groups("measure: {value: \"count_if(int_ok > 2)\", by: [k1], at_most: 4}", "count(*) FILTER (int_ok > 2)", "value > 4"),
    "measure-distinct": groups("measure: {value: distinct(c1), by: [k1], at_most: 5}", "count(DISTINCT c1)", "value > 5"),
    "measure-sum": groups("measure: {value: sum(int_ok), by: [c1], at_most: 40}", "sum(int_ok)", "value > 40", by="c1"),
    "measure-max": groups("measure: {value: max(int_ok), by: [c1], at_most: 49}", "max(int_ok)", "value > 49", by="c1"),
    "measure-share": groups("measure: {value: \"share(int_ok > 1)\", by: [c1], at_most: 0.5}",
                            "struct_pack(t := count(*) FILTER (int_ok > 1), n := count(*) FILTER (int_ok IS NOT NULL))",
                            "value.t * 2 > value.n", by="c1", unknown="value.n = 0"),
}


def pack():
    """The rules as a rule file has them."""
    return "".join(f"  - id: completeness/{name}\n    title: {name}\n    severity: error\n    records: hostile\n    {rule}\n"
                   for name, (rule, _) in RULES.items())
