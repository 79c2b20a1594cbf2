"""Random rules over several record sets, and what SQL says each of them finds.

A rule's answer is a query with a row for every record (or group) and its outcome. The lowering follows the language's definition
and shares nothing with the program under test:

- A value has SQL for itself and for where it is *unreadable*, which makes everything made of it unknown, IS NULL included. Fields of
  a related record are so where there is not exactly one such record.
- A figure over related records is known between bounds, because records whose condition is unknown may belong or not. What holds for all
  that is possible is true or false, all else unknown. An unreadable value leaves least, greatest and sum unknown, an unreadable key all
  figures, and a decimal has no bounds: it is known or not.
"""

import dataclasses
import json

from hospital import CODES, NAMES, SETS

AS_OF = "DATE '2026-03-01'"
SQL_TYPES = {"integer": "BIGINT", "decimal": "DECIMAL(38, 10)", "date": "DATE", "timestamp": "TIMESTAMP", "text": "VARCHAR", "boolean": "BOOLEAN"}
SIGNS = ["=", "<>", "<", "<=", ">", ">="]


@dataclasses.dataclass
class Value:
    """A value of one record: its type, text, SQL, SQL of where it is unreadable, whose it is, and its bounds where it may be known in part."""

    kind: str
    text: str
    sql: str
    bad: str = "FALSE"
    side: str | None = None
    bounds: tuple | None = None

    def figure(self):
        if self.bounds:
            low, high = self.bounds
            return Figure("date", self.text, low, high, f"({low} IS NULL AND NOT ({self.bad}))", f"({self.bad})")
        return Figure(self.kind, self.text, self.sql, self.sql, f"({self.sql} IS NULL AND NOT ({self.bad}))", f"({self.bad})")


@dataclasses.dataclass
class Figure:
    """What is known of a value: its bounds (NULL is unbounded), where it is NULL for certain, and where it may be NULL or not."""

    kind: str
    text: str
    low: str
    high: str
    none: str
    open: str


@dataclasses.dataclass
class Relation:
    """How a rule reaches other records: field pairs, and a condition over both."""

    name: str
    mine: str
    theirs: str
    match: list
    where: Value | None = None
    implied: bool = False

    def declared(self):
        """The relation as `with` has it."""
        words = [f"records: {self.theirs}"]
        if self.match and all(mine == theirs for mine, theirs in self.match):
            names = [mine for mine, _ in self.match]
            words.append(f"match: {names[0] if len(names) == 1 else '[' + ', '.join(names) + ']'}")
        elif self.match:
            words.append(f"match: {{{', '.join(f'{mine}: {theirs}' for mine, theirs in self.match)}}}")
        if self.where:
            words.append(f"where: {quoted(self.where.text)}")
        return f"      {self.name}: {{{', '.join(words)}}}\n"

    def pairs(self, extra=""):
        """The pairs of records that match, with what the relation's condition says of them."""
        condition = self.where.sql if self.where else "TRUE"
        keys = " AND ".join(f"t.{mine} = x.{theirs}" for mine, theirs in self.match) or "TRUE"
        return f"SELECT t.record AS rec, x.record AS rel, ({condition}) AS held{extra} FROM {self.mine} t JOIN {self.theirs} x ON {keys}"

    def lost(self):
        """Where the key of the record under test is unreadable: then nothing is known of its relations."""
        bad = " OR ".join(f"t.bad_{mine}" for mine, _ in self.match) or "FALSE"
        missing = " OR ".join(f"(t.{mine} IS NULL AND NOT t.bad_{mine})" for mine, _ in self.match) or "FALSE"
        return f"(({bad}) AND NOT ({missing}))"


def quoted(text):
    """A YAML scalar."""
    return json.dumps(text, ensure_ascii=False)


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def grouped(by):
    return f"by: [{', '.join(by)}], " if by else ""


class Question:
    """A rule's query as it grows: the record set under test, and the tables that its figures come from."""

    def __init__(self, records):
        self.records, self.tables, self.joins = records, [], []

    def one(self, relation):
        """The alias of the one related record."""
        alias = f"o_{relation.name}"
        if alias not in self.joins:
            self.joins.append(alias)
            self.tables.append(
                f"{alias} AS (SELECT p.rec, x.* FROM (SELECT rec, any_value(rel) FILTER (held) AS rel FROM ({relation.pairs()}) GROUP BY rec "
                f"HAVING count(*) FILTER (held) = 1 AND count(*) FILTER (held IS NULL) = 0) p JOIN {relation.theirs} x ON x.record = p.rel)")
        return alias

    def figure(self, relation, fold, of, text):
        """A figure over related records; `of` is None for the records themselves."""
        alias = f"f_{len(self.tables)}"
        self.joins.append(alias)
        value, bad = (of.sql, of.bad) if of else ("0", "FALSE")
        least, most = of.bounds if of and of.bounds else (value, value)
        kind = "integer" if fold == "count" else "date" if of.bounds else of.kind
        sums = {
            "sure": "count(*) FILTER (held AND NOT bad AND v IS NOT NULL)", "maybe": "count(*) FILTER (held IS NULL AND NOT bad AND v IS NOT NULL)",
            "broken": "count(*) FILTER (held IS NOT FALSE AND bad)",
            "least": "min(v_high) FILTER (held AND NOT bad)", "greatest": "max(v) FILTER (held AND NOT bad)",
            "least_maybe": "min(v) FILTER (held IS NOT FALSE AND NOT bad)", "greatest_maybe": "max(v_high) FILTER (held IS NOT FALSE AND NOT bad)",
        }
        if fold == "sum":
            sums |= {"total": "sum(v) FILTER (held AND NOT bad)", "more": "coalesce(sum(v) FILTER (held IS NULL AND NOT bad AND v > 0), 0)",
                     "less": "coalesce(sum(v) FILTER (held IS NULL AND NOT bad AND v < 0), 0)"}
        sure, maybe, broken = "coalesce(sure, 0)", "coalesce(maybe, 0)", "coalesce(broken, 0)"
        low, high = {"count": (sure, f"{sure} + {maybe} + {broken}"), "min": ("least_maybe", "least"), "max": ("greatest", "greatest_maybe"),
                     "sum": ("total + less", "total + more")}[fold]
        if fold == "count":
            none, opened = "FALSE", "lost"
        else:
            none = f"NOT lost AND {sure} + {maybe} + {broken} = 0"
            opened = f"lost OR {broken} > 0 OR ({sure} = 0 AND {maybe} > 0)" + (f" OR {low} <> {high}" if kind == "decimal" else "")
        columns = ", ".join(f"{sql} AS {name}" for name, sql in sums.items())
        if kind in SQL_TYPES:
            low, high = (f"CAST({bound} AS {SQL_TYPES[kind]})" for bound in (low, high))
        self.tables.append(
            f"{alias} AS (SELECT rec, {low} AS low, {high} AS high, ({none}) AS none, ({opened}) AS open FROM "
            f"(SELECT t.record AS rec, {relation.lost()} AS lost FROM {relation.mine} t) LEFT JOIN (SELECT rec, {columns} FROM "
            f"({relation.pairs(f', {least} AS v, {most} AS v_high, ({bad}) AS bad')}) GROUP BY rec) USING (rec))")
        return Figure(kind, text, f"{alias}.low", f"{alias}.high", f"{alias}.none", f"{alias}.open")

    def sql(self, columns, ending=""):
        joins = "".join(f" LEFT JOIN {alias} ON {alias}.rec = t.record" for alias in self.joins)
        tables = f"WITH {', '.join(self.tables)} " if self.tables else ""
        return f"{tables}SELECT {columns} FROM {self.records} t{joins}{ending}"


def compared(a, sign, b):
    """The comparison of two figures: true or false where all that is possible says so."""
    if "decimal" in (a.kind, b.kind) or {"date", "timestamp"} == {a.kind, b.kind}:
        wide = SQL_TYPES["decimal" if a.kind in ("integer", "decimal") else "timestamp"]
        a, b = (dataclasses.replace(one, low=f"CAST({one.low} AS {wide})", high=f"CAST({one.high} AS {wide})") for one in (a, b))
    unknown = f"({a.none}) OR ({b.none}) OR ({a.open}) OR ({b.open})"
    same = f"{a.low} = {a.high} AND {b.low} = {b.high} AND {a.low} = {b.low}"
    apart = f"({a.high} < {b.low} OR {a.low} > {b.high})"
    yes, no = {
        "<": (f"{a.high} < {b.low}", f"{a.low} >= {b.high}"), "<=": (f"{a.high} <= {b.low}", f"{a.low} > {b.high}"),
        ">": (f"{a.low} > {b.high}", f"{a.high} <= {b.low}"), ">=": (f"{a.low} >= {b.high}", f"{a.high} < {b.low}"),
        "=": (same, apart), "<>": (apart, same),
    }[sign]
    return f"(CASE WHEN {unknown} THEN NULL WHEN {yes} THEN TRUE WHEN {no} THEN FALSE END)"


def due(start, count, unit, sign="+"):
    """A deadline's end (or earliest beginning) and the SQL type in which it is compared: days by the calendar, hours exactly."""
    if unit == "hours":
        return f"(CAST({start} AS TIMESTAMP) {sign} to_hours({count}))", "TIMESTAMP"
    return f"CAST(CAST({start} AS DATE) {sign} to_{unit}({count}) AS DATE)", "DATE"


def timely(of, after, within, before=None):
    """The outcome of a deadline for what is known of the moment."""
    end, end_type = due(after, *within)
    undone = f"(CASE WHEN {AS_OF} > {end} THEN 'violation' ELSE 'pending' END)"
    early = "FALSE"
    if before:
        first, first_type = due(after, *before, "-")
        early = f"CAST({{}} AS {first_type}) < {first}"

    def outcome(moment, unbounded):
        return (f"(CASE WHEN {moment} IS NULL THEN {unbounded} WHEN CAST({moment} AS TIMESTAMP) > {AS_OF} THEN {undone} "
                f"WHEN {early.format(moment)} THEN 'early' WHEN CAST({moment} AS {end_type}) > {end} THEN 'violation' ELSE 'pass' END)")
    least, most = outcome(of.low, "'early'" if before else "'pass'"), outcome(of.high, undone)
    return (f"(CASE WHEN {after} IS NULL THEN 'unknown' WHEN {of.none} THEN {undone} WHEN {of.open} THEN 'unknown' "
            f"WHEN {least} <> {most} THEN 'unknown' WHEN {least} = 'early' THEN 'violation' ELSE {least} END)")


@dataclasses.dataclass
class Check:
    """A check that looks at the other records of `base`, which has `applies`: where it is not of a record, cannot judge it, and is violated."""

    lacking: str
    violated: str
    skipped: str = "FALSE"

    def sql(self, base):
        return (f"WITH base AS ({base}) SELECT record, CASE WHEN applies IS NULL THEN 'unknown' WHEN NOT applies OR ({self.skipped}) THEN 'other' "
                f"WHEN {self.lacking} THEN 'unknown' WHEN {self.violated} THEN 'violation' ELSE 'pass' END AS outcome FROM base t")


def others(conditions):
    return f"EXISTS (FROM base o WHERE {' AND '.join(['o.applies', *conditions])})"


def repeated(keys):
    """`unique`: the values stand in another record too."""
    return Check(" OR ".join(f"t.{field} IS NULL" for field in keys),
                 others(["o.record <> t.record", *(f"o.{field} = t.{field}" for field in keys)]),
                 " AND ".join(f"(t.{field} IS NULL AND NOT t.bad_{field})" for field in keys))


def overlapping(by, start, end):
    """`no_overlap`: another interval of the group begins before this one's end and ends after its beginning."""
    lacking = [*(f"t.{field} IS NULL" for field in [*by, start]), f"t.bad_{end}", f"coalesce(t.{end} < t.{start}, FALSE)"]
    return Check(" OR ".join(lacking), others([
        "o.record <> t.record", f"o.{start} IS NOT NULL", f"NOT o.bad_{end}", f"coalesce(o.{end} >= o.{start}, TRUE)",
        *(f"o.{field} = t.{field}" for field in by),
        f"coalesce(t.{start} < o.{end}, TRUE)", f"coalesce(o.{start} < t.{end}, TRUE)"]))


def gapped(field, by):
    """`gap_free`: the number stands twice, or the one before it does not though there are smaller ones."""
    same = [f"o.{one} = t.{one}" for one in by]
    twice, less = others([*same, "o.record <> t.record", f"o.{field} = t.{field}"]), others([*same, f"o.{field} < t.{field}"])
    before = others([*same, f"o.{field} = t.{field} - 1"])
    lacking = " OR ".join(f"t.{one} IS NULL" for one in [*by, field])
    return Check(lacking, f"({twice} OR ({less} AND NOT {before}))", f"t.{field} IS NULL AND NOT t.bad_{field}")


class Maker:
    """Random values and conditions in a scope: fields by type."""

    def __init__(self, random, fields, figures=None):
        self.random, self.fields, self.figures = random, fields, figures

    def leaf(self, kind, side=None):
        some = [field for field in self.fields if field.kind == kind and side in (None, field.side)]
        return self.random.choice(some) if some else None

    def literal(self, kind):
        pick = self.random.choice
        match kind:
            case "integer":
                number = pick([0, 1, 2, 3, 5, 8])
                return Value(kind, str(number), f"CAST({number} AS BIGINT)")
            case "decimal":
                number = pick(["0.5", "10.0", "20.5"])
                return Value(kind, number, f"CAST({number} AS DECIMAL(38, 10))")
            case "boolean":
                word = pick(["TRUE", "FALSE"])
                return Value(kind, word, word)
            case "text":
                word = literal(pick([name for name in NAMES if len(name) < 20 and "\n" not in name] + sum(CODES.values(), [])))
                return Value(kind, word, word)
            case "date":
                day = pick(["2025-03-10", "2025-10-28", "2025-11-15", "2025-12-01", None])
                return Value(kind, f"DATE '{day}'", f"DATE '{day}'") if day else Value(kind, ":as_of", AS_OF)
            case _:
                moment = f"TIMESTAMP '{pick(['2025-03-10', '2025-11-15', '2025-12-01'])} {pick(['00:00:00', '12:30:00'])}'"
                return Value(kind, moment, moment)

    def value(self, kind, depth=1, side=None):
        """A value; texts are of one side, since they meet those of another record only in questions of equality."""
        leaf = self.leaf(kind, side)
        if kind == "boolean" or depth <= 0 or self.random.random() < 0.55:
            return leaf or self.literal(kind)
        return self.call(kind, depth - 1, side)

    def call(self, kind, depth, side):
        pick = self.random.choice
        if self.random.random() < 0.15:
            first, second = self.value(kind, depth, side), self.literal(kind)
            return Value(kind, f"coalesce({first.text}, {second.text})",
                         f"(CASE WHEN {first.bad} THEN NULL ELSE coalesce({first.sql}, {second.sql}) END)",
                         first.bad, first.side)
        match kind:
            case "text":
                inner, way = self.value(kind, depth, side), pick(["trim", "lower", "upper", "substr"])
                big, small = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
                text, sql = {"trim": (f"trim({inner.text})", f"trim({inner.sql}, ' ')"),
                             "substr": (f"substr({inner.text}, 1, 2)", f"substr({inner.sql}, 1, 2)"),
                             "lower": (f"lower({inner.text})", f"translate({inner.sql}, '{big}', '{small}')"),
                             "upper": (f"upper({inner.text})", f"translate({inner.sql}, '{small}', '{big}')")}[way]
                return Value(kind, text, sql, inner.bad, inner.side)
            case "integer":
                way = pick(["span", "plus", "length", "year"])
                if way == "span":
                    one, two = self.value("date", depth), self.value("date", depth)
                    return Value(kind, f"days_between({one.text}, {two.text})", f"datediff('day', {one.sql}, {two.sql})", f"({one.bad} OR {two.bad})")
                if way == "plus":
                    one, two, sign = self.value(kind, depth, side), self.value(kind, depth, side), pick("+-*")
                    return Value(kind, f"({one.text} {sign} {two.text})", f"({one.sql} {sign} {two.sql})", f"({one.bad} OR {two.bad})")
                inner = self.value("text" if way == "length" else "date", depth, side)
                return Value(kind, f"{way}({inner.text})", f"{way}({inner.sql})", inner.bad)
            case "decimal":
                one, two = self.value(kind, depth, side), self.literal("decimal")
                return Value(kind, f"({one.text} - {two.text})", f"({one.sql} - {two.sql})", one.bad)
            case "date":
                if self.random.random() < 0.5:
                    inner = self.value("timestamp", depth, side)
                    return Value(kind, f"date_of({inner.text})", f"CAST({inner.sql} AS DATE)", inner.bad)
                inner, count = self.value(kind, depth, side), self.random.randint(-40, 40)
                return Value(kind, f"add_days({inner.text}, {count})", f"({inner.sql} + {count})", inner.bad)
            case _:
                inner, count, unit = self.value(kind, depth, side), self.random.randint(1, 40), pick(["DAY", "HOUR"])
                return Value(kind, f"({inner.text} + INTERVAL '{count}' {unit})", f"({inner.sql} + to_{unit.lower()}s({count}))", inner.bad)

    def condition(self, depth=2):
        way = self.random.random()
        if depth > 0 and way < 0.45:
            if way < 0.1:
                inner = self.condition(depth - 1)
                return Value("boolean", f"NOT ({inner.text})", f"(NOT {inner.sql})")
            one, two, word = self.condition(depth - 1), self.condition(depth - 1), self.random.choice(["AND", "OR"])
            return Value("boolean", f"({one.text}) {word} ({two.text})", f"({one.sql} {word} {two.sql})")
        if self.figures and self.random.random() < 0.6:
            return self.figures(self)
        return self.predicate()

    def predicate(self):
        """A comparison and its like that names a column, where there is one."""
        for _ in range(20):
            made = self.any_predicate()
            if any(field.text in made.text for field in self.fields):
                break
        return made

    def partly(self):
        """A condition on a date that may be known in part."""
        one, sign = self.leaf("about"), self.random.choice(SIGNS)
        other = self.leaf("about") if self.random.random() < 0.3 else self.value("date", 0)
        if self.random.random() < 0.2:
            figure = one.figure()
            return Value("boolean", f"{one.text} IS NULL", f"(CASE WHEN {figure.none} THEN TRUE WHEN {figure.open} THEN NULL ELSE FALSE END)")
        if self.random.random() < 0.3:
            count = self.random.randint(-60, 60)
            moved = tuple(f"({bound} + {count})" for bound in one.bounds)
            one = dataclasses.replace(one, text=f"add_days({one.text}, {count})", bounds=moved)
        return Value("boolean", f"{one.text} {sign} {other.text}", compared(one.figure(), sign, other.figure()))

    def any_predicate(self):
        pick, way = self.random.choice, self.random.random()
        if way < 0.1 and self.leaf("about"):
            return self.partly()
        if way < 0.45:
            kind = pick(["text", "text", "integer", "decimal", "date", "timestamp", "date"])
            left, right = self.value(kind), self.value(kind) if self.random.random() < 0.75 else self.literal(kind)
            apart = kind == "text" and None not in (left.side, right.side) and left.side != right.side
            sign = pick(["=", "<>", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"] + ([] if apart else SIGNS))
            if sign.startswith("IS"):
                return Value("boolean", f"{left.text} {sign} {right.text}",
                             f"(CASE WHEN {left.bad} OR {right.bad} THEN NULL ELSE {left.sql} {sign} {right.sql} END)")
            return Value("boolean", f"{left.text} {sign} {right.text}", f"({left.sql} {sign} {right.sql})")
        if way < 0.6:
            inner = self.value(pick(["text", "integer", "decimal", "date", "timestamp", "boolean"]))
            turn = pick(["", "NOT "])
            return Value("boolean", f"{inner.text} IS {turn}NULL", f"(CASE WHEN {inner.bad} THEN NULL ELSE {inner.sql} IS {turn}NULL END)")
        if way < 0.75:
            kind = pick(["text", "integer"])
            inner, items = self.value(kind), [self.literal(kind) for _ in range(self.random.randint(1, 4))]
            turn = pick(["", "NOT "])
            return Value("boolean", f"{inner.text} {turn}IN ({', '.join(item.text for item in items)})",
                         f"({inner.sql} {turn}IN ({', '.join(item.sql for item in items)}))")
        if way < 0.85:
            inner, low, high = self.value("date"), self.value("date", 0), self.value("date", 0)
            return Value("boolean", f"{inner.text} BETWEEN {low.text} AND {high.text}", f"({inner.sql} >= {low.sql} AND {inner.sql} <= {high.sql})")
        if way < 0.93:
            inner = self.value("text")
            return Value("boolean", f"{inner.text} LIKE '%n%'", f"({inner.sql} LIKE '%n%')")
        return self.value("boolean")


def fields(records, alias, prefix, side, missing=None):
    """The fields of a record set as they are named in a scope."""
    return [Value("text" if kind in ("id", "code") else kind, f"{prefix}{field}", f"{alias}.{field}",
                  f"({missing} OR {alias}.bad_{field})" if missing else f"{alias}.bad_{field}", side,
                  (f"{alias}.{field}_low", f"{alias}.{field}_high") if kind == "about" else None)
            for field, (kind, _) in SETS[records][1].items()]


class Author:
    """Writes random rules: each gives its text as YAML and the query of its answer."""

    def __init__(self, random):
        self.random = random

    def relation(self, records, name, implied=False):
        """A relation of a record set: implied by a reference, or declared over keys that meet."""
        pick = self.random.choice
        own = SETS[records][1]
        references = [(field, *reference) for field, (_, reference) in own.items() if reference]
        if implied:
            if not references:
                return None
            field, theirs, name = pick(references)
            return Relation(name, records, theirs, [(field, SETS[theirs][0][0])], implied=True)
        ways = [(theirs, [(field, SETS[theirs][0][0])]) for field, theirs, _ in references]
        for theirs, (_, other) in SETS.items():
            shared = [field for field, (kind, _) in own.items()
                      if field in other and kind == other[field][0] and kind in ("id", "code", "text", "integer", "date")]
            ways += [(theirs, [(field, field)]) for field in shared] * 2
            if len(shared) > 1:
                ways += [(theirs, [(field, field) for field in self.random.sample(shared, 2)])] * 2
            # References the other way round, and the same person under another name.
            ways += [(theirs, [(SETS[records][0][0], field)]) for field, (_, reference) in other.items()
                     if reference and reference[0] == records] * 3
            days = [field for field, (kind, _) in own.items() if kind == "date"]
            ways += [(theirs, [(pick(days), field)]) for field, (kind, _) in other.items() if kind == "date" and days and self.random.random() < 0.3]
        theirs, match = pick(ways)
        if self.random.random() < 0.06:
            match = []
        relation = Relation(name, records, theirs, match)
        if self.random.random() < 0.65:
            scope = fields(theirs, "x", "", "theirs")
            if self.random.random() < 0.6:
                scope += fields(records, "t", "this.", "mine")
            relation.where = Maker(self.random, scope).condition(self.random.choice([0, 0, 1]))
        return relation

    def rule(self, name, records, relations, check, where=None):
        declared = "".join(relation.declared() for relation in relations if not relation.implied)
        return (f"  - id: completeness/{name}\n    title: {name}\n    severity: error\n    records: {records}\n"
                + (f"    with:\n{declared}" if declared else "")
                + (f"    where: {quoted(where.text)}\n" if where else "") + f"    {check}\n")

    def scope(self, question, relations):
        """The maker of a rule's own conditions: its fields, those of the one related record, and figures."""
        records = question.records
        scope = fields(records, "t", "", "mine")
        for relation in relations:
            if self.random.random() < (1 if relation.implied else 0.4):
                alias = question.one(relation)
                scope += fields(relation.theirs, alias, f"{relation.name}.", relation.name, f"{alias}.rec IS NULL")
        declared = [relation for relation in relations if not relation.implied]
        return Maker(self.random, scope, (lambda maker: self.over(question, self.random.choice(declared), maker)) if declared else None)

    def figure(self, question, relation, fold=None, kinds=("integer", "decimal", "date", "timestamp", "about"), is_of_both=True):
        """A figure over a relation, at times of values that both records have a part in."""
        fold = fold or self.random.choice(["count", "count", "count", "min", "max", "sum"])
        if fold == "count" and self.random.random() < 0.7:
            return question.figure(relation, fold, None, f"count({relation.name})")
        if fold == "sum":
            kinds = ("integer", "decimal")
        # In a figure's argument, the fields of the related record carry the relation's name.
        scope = fields(relation.theirs, "x", f"{relation.name}.", "theirs")
        plain = [field for field in scope if field.kind in kinds]
        if not plain:
            return question.figure(relation, "count", None, f"count({relation.name})")
        of = self.random.choice(plain)
        if is_of_both and self.random.random() < 0.3 and fold != "count" and of.kind != "about":
            made = Maker(self.random, scope + fields(relation.mine, "t", "", "mine")).call(of.kind, 0, None)
            of = made if f"{relation.name}." in made.text else of
        return question.figure(relation, fold, of, f"{fold}({of.text})")

    def over(self, question, relation, maker):
        """A condition on a figure over related records."""
        pick, way = self.random.choice, self.random.random()
        if way < 0.2:
            count = question.figure(relation, "count", None, f"exists({relation.name})")
            return Value("boolean", f"exists({relation.name})",
                         f"(CASE WHEN {count.open} THEN NULL WHEN {count.low} >= 1 THEN TRUE WHEN {count.high} = 0 THEN FALSE END)")
        figure = self.figure(question, relation)
        if way < 0.3:
            turn = pick(["", "NOT "])
            yes, no = ("TRUE", "FALSE") if turn == "" else ("FALSE", "TRUE")
            return Value("boolean", f"{figure.text} IS {turn}NULL",
                         f"(CASE WHEN {figure.none} THEN {yes} WHEN {figure.open} THEN NULL ELSE {no} END)")
        if way < 0.4:
            other = self.figure(question, relation, kinds=("date", "about") if figure.kind == "date" else (figure.kind,))
            if other.kind == figure.kind:
                sign = pick(SIGNS)
                return Value("boolean", f"{figure.text} {sign} {other.text}", compared(figure, sign, other))
        if way < 0.5:
            low, high = self.literal_or_field(maker, figure.kind), self.literal_or_field(maker, figure.kind)
            return Value("boolean", f"{figure.text} BETWEEN {low.text} AND {high.text}",
                         f"({compared(figure, '>=', low.figure())} AND {compared(figure, '<=', high.figure())})")
        if way < 0.57 and figure.kind != "text":
            other = maker.literal(figure.kind)
            either = lambda bound: f"(CASE WHEN {figure.none} THEN {other.sql} ELSE {bound} END)"
            figure = Figure(figure.kind, f"coalesce({figure.text}, {other.text})", either(figure.low), either(figure.high), "FALSE", figure.open)
        elif way < 0.65 and figure.kind == "date":
            # A span is known where both of its ends are.
            other = maker.value("date", 0)
            span = f"datediff('day', {figure.low}, {other.sql})"
            figure = Figure("integer", f"days_between({figure.text}, {other.text})", span, span,
                            f"(({figure.none}) OR ({other.sql} IS NULL AND NOT ({other.bad})))",
                            f"(({figure.open}) OR ({other.bad}) OR {figure.low} <> {figure.high})")
        other, sign = self.literal_or_field(maker, figure.kind), pick(SIGNS)
        return Value("boolean", f"{figure.text} {sign} {other.text}", compared(figure, sign, other.figure()))

    def literal_or_field(self, maker, kind):
        return maker.literal(kind) if self.random.random() < 0.6 else maker.value(kind, 0)

    def relations(self, records):
        some = [self.relation(records, f"rel{number}", self.random.random() < 0.25) for number in range(self.random.choice([1, 1, 2]))]
        named = {}
        for relation in some:
            if relation:
                named.setdefault(relation.name, relation)
        return list(named.values())

    def condition(self, name):
        """A condition asked as `assert` and as `fail_if`, at times of some records only."""
        records = self.random.choice(list(SETS))
        relations = self.relations(records)
        question = Question(records)
        maker = self.scope(question, relations)
        condition = maker.condition(self.random.choice([0, 1, 2]))
        where = maker.condition(0) if self.random.random() < 0.2 else None
        applies = where.sql if where else "TRUE"
        for check, violates in (("assert", f"NOT {condition.sql}"), ("fail_if", condition.sql)):
            outcome = (f"CASE WHEN ({applies}) IS NULL THEN 'unknown' WHEN NOT ({applies}) THEN 'other' WHEN {condition.sql} IS NULL THEN 'unknown' "
                       f"WHEN {violates} THEN 'violation' ELSE 'pass' END")
            yield (f"{name}-{check.replace('_', '-')}", self.rule(f"{name}-{check.replace('_', '-')}", records, relations,
                   f"{check}: {quoted(condition.text)}", where), records, question.sql(f"t.record, {outcome}"))

    def deadline(self, name):
        """Something done on another record in time."""
        records, theirs, key, start, done = self.random.choice([
            ("stays", "papers", "stay_id", "admitted", "signed"), ("stays", "papers", "stay_id", "discharged", "signed"),
            ("stays", "doses", "stay_id", "admitted", "given"), ("people", "papers", "person_id", "born", "written"),
            ("stays", "papers", "stay_id", "first_day", "written"), ("stays", "papers", "stay_id", "admitted", "meant"),
            ("people", "papers", "person_id", "born", "meant"), ("people", "stays", "mother_id", "died", "last_day")])
        relation = Relation("done", records, theirs, [(key, "person_id" if key == "mother_id" else key)])
        if self.random.random() < 0.7:
            relation.where = Maker(self.random, fields(theirs, "x", "", "theirs")).condition(0)
        question = Question(records)
        fold = self.random.choice(["min", "max"])
        moment = dict((field.text, field) for field in fields(theirs, "x", "done.", "theirs"))[f"done.{done}"]
        if self.random.random() < 0.25:
            alias = question.one(relation)
            of = next(field for field in fields(theirs, alias, "done.", "done", f"{alias}.rec IS NULL") if field.text == f"done.{done}").figure()
        else:
            of = question.figure(relation, fold, moment, f"{fold}({moment.text})")
        units = ["days", "days", "months"] + (["hours"] if moment.kind == "timestamp" else [])
        within = self.random.choice([0, 1, 14, 30, 48, 110, 125]), self.random.choice(units)
        before = self.random.choice([None, None, (0, "days"), (30, "days"), (1, units[-1])])
        words = f"of: {quoted(of.text)}, after: {start}, within: {within[0]} {within[1]}"
        words += f", not_before: {before[0]} {before[1]}" if before else ""
        yield (name, self.rule(name, records, [relation], f"deadline: {{{words}}}"), records,
               question.sql(f"t.record, {timely(of, f't.{start}', within, before)}"))

    def alone(self, name):
        """A check of one record set whose answer needs its other records."""
        pick = self.random.choice
        way = pick(["unique", "unique", "overlap", "overlap", "overlap", "gaps", "cells"])
        records = pick({"overlap": ["stays"], "gaps": ["stays", "doses"], "cells": ["stays", "doses", "papers", "looks"]}.get(way, list(SETS)))
        own = SETS[records][1]
        where = Maker(self.random, fields(records, "t", "", "mine")).condition(0) if self.random.random() < 0.4 else None
        base = f"SELECT *, ({where.sql if where else 'TRUE'}) AS applies FROM {records} t"
        if way == "unique":
            keys = self.random.sample([field for field, (kind, _) in own.items() if kind in ("id", "code", "integer", "date")], pick([1, 2]))
            words, check = f"unique: [{', '.join(keys)}]", repeated(keys)
        elif way == "overlap":
            by = pick([["person_id"], ["person_id"], ["person_id", "site"], ["doctor_id"], []])
            start, end = pick([("first_day", "last_day"), ("admitted", "discharged")])
            words, check = f"no_overlap: {{{grouped(by)}from: {start}, to: {end}}}", overlapping(by, start, end)
        elif way == "gaps":
            field, by = pick({"stays": [("serial", []), ("serial", ["person_id"]), ("serial", ["ward"])],
                              "doses": [("line", ["stay_id"]), ("line", ["stay_id", "ward"])]}[records])
            words, check = f"gap_free: {{{grouped(by)}field: {field}}}", gapped(field, by)
        else:
            codes = [field for field, (kind, _) in own.items() if kind == "code"]
            by, least = self.random.sample(codes, pick([1, len(codes)])), pick([2, 5, 12])
            yield (name, self.rule(name, records, [], f"small_cells: {{{grouped(by)}at_least: {least}}}", where), None,
                   f"SELECT NULL, CASE WHEN count(*) < {least} THEN 'violation' ELSE 'pass' END FROM ({base}) WHERE applies GROUP BY {', '.join(by)}")
            return
        yield name, self.rule(name, records, [], words, where), records, check.sql(base)

    def measure(self, name):
        """A figure of a group against one of its related records."""
        records, by, theirs = self.random.choice([("stays", "site", "papers"), ("stays", "site", "people"), ("papers", "site", "stays"),
                                                  ("doses", "ward", "stays"), ("looks", "person_id", "stays"), ("stays", None, "people")])
        relation = Relation("peer", records, theirs, [(by, by)] if by else [])
        question = Question(records)
        part = Maker(self.random, fields(records, "t", "", "mine")).condition(0)
        if self.random.random() < 0.5:
            relation.where = Maker(self.random, fields(theirs, "x", "", "theirs")).condition(0)
        below = self.figure(question, relation, self.random.choice(["count", "count", "sum", "max"]), ("integer",), is_of_both=False)
        if below.kind != "integer":
            return
        limit, bound = self.random.choice([("at_most", 1), ("at_least", 1), ("at_most", 0), ("equals", 1), ("at_most", 2)])
        sign = {"at_most": "<=", "at_least": ">=", "equals": "="}[limit]
        # All records of a group have the same related ones.
        columns = ", ".join(f"any_value({column}) AS {column.split('.')[1]}" for column in (below.low, below.high, below.none, below.open))
        inner = question.sql(f"count(*) FILTER ({part.sql}) AS part, {columns}", f" GROUP BY t.{by}, t.bad_{by}" if by else " HAVING count(*) > 0")
        unsure = "none OR open OR low IS DISTINCT FROM high OR part IS NULL"
        if self.random.random() < 0.5:
            check = f"measure: {{value: {quoted(f'ratio(count_if({part.text}), {below.text})')}, {grouped([by] if by else [])}{limit}: {bound}}}"
            # The quotient by a negative figure turns the comparison.
            holds = f"(CASE WHEN low > 0 THEN part {sign} {bound} * low WHEN low < 0 THEN -part {sign} -{bound} * low END)"
        else:
            check = f"measure: {{value: {quoted(f'count_if({part.text})')}, {grouped([by] if by else [])}{limit}: {quoted(below.text)}}}"
            holds = f"(part {sign} low)"
        yield (name, self.rule(name, records, [relation], check), None,
               f"SELECT NULL, CASE WHEN {unsure} OR {holds} IS NULL THEN 'unknown' WHEN {holds} THEN 'pass' ELSE 'violation' END FROM ({inner})")

    def references(self):
        """Every reference of the dictionary makes a rule of its own: an orphan violates."""
        for records, (_, own) in SETS.items():
            for field, (_, reference) in own.items():
                if reference:
                    theirs, name = reference[0], f"{records}-{field.removesuffix('_id')}-orphaned"
                    yield (name, f"  # {name}\n    records: {records}\n", records,
                           f"SELECT record, CASE WHEN bad_{field} THEN 'unknown' WHEN {field} IS NULL THEN 'other' WHEN EXISTS "
                           f"(FROM {theirs} x WHERE x.{SETS[theirs][0][0]} = t.{field}) THEN 'pass' ELSE 'violation' END FROM {records} t")

    def pack(self, conditions=14, deadlines=4, others=9, measures=3):
        """So many rules of each kind."""
        for number in range(conditions):
            yield from self.condition(f"condition-{number}")
        for number in range(deadlines):
            yield from self.deadline(f"deadline-{number}")
        for number in range(others):
            yield from self.alone(f"alone-{number}")
        for number in range(measures):
            yield from self.measure(f"measure-{number}")
        yield from self.references()
