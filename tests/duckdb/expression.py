"""Random typed expressions of the rule language, and a second, independent lowering of them to DuckDB SQL.

Every node becomes a column of its own, in layers of nested queries, so that the SQL grows with the tree and not with its depth.
The lowering follows the language's definition and shares nothing with the program under test.

A node has a value and says where it is unreadable, because IS NULL and its like tell unreadable from missing: an unreadable operand
makes a node unreadable, but for what AND, OR, CASE, coalesce and nullif decide without it. Decimal products of compounds are left out.
"""

from hostile import FIELDS, parsed

OR, AND, NOT, PREDICATE, SUM, TERM, UNARY, PRIMARY = range(8)
AS_OF = "2026-03-01"
BOUNDS = {"integer": "BIGINT", "decimal": "DECIMAL(38, 10)", "date": "DATE", "timestamp": "TIMESTAMP", "text": "VARCHAR", "boolean": "BOOLEAN"}
ORDERED = ["text", "integer", "decimal", "date", "timestamp"]
FORMATS = {"YYYYMMDD": ("[0-9]{8}", (1, 5, 7)), "DD/MM/YYYY": ("[0-9]{2}/[0-9]{2}/[0-9]{4}", (7, 4, 1)),
           "MM/DD/YYYY": ("[0-9]{2}/[0-9]{2}/[0-9]{4}", (7, 1, 4)), "DD.MM.YYYY": ("[0-9]{2}[.][0-9]{2}[.][0-9]{4}", (7, 4, 1))}
UPPER, LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"


class Node:
    """A piece of an expression: its text and binding strength, its type, and its SQL over the columns of its children."""

    def __init__(self, kind, text, level, sql, children=(), bad=None):
        self.kind, self.text, self.level, self.sql, self.children = kind, text, level, sql, list(children)
        self.height = 1 + max((child.height for child in children), default=-1)
        self.column = None
        # SQL of where it is unreadable, from its own value and its children; by default where a child is.
        self.unreadable = bad or self.any_bad

    @property
    def value(self):
        return self.column or self.sql

    @property
    def bad(self):
        return f"bad_{self.column}" if self.column else self.unreadable()

    def any_bad(self):
        return " OR ".join(child.bad for child in self.children) or "FALSE"


def undecided(sql, parts):
    """Where a three-valued junction is unreadable: it is open, and a part is unreadable."""
    return lambda: f"(({sql()}) IS NULL AND ({' OR '.join(part.bad for part in parts)}))"


class Maker:
    """Makes random expressions from a seeded source."""

    def __init__(self, random):
        self.random = random

    def condition(self, depth=4):
        return self.boolean(depth)

    def of(self, kind, depth):
        return getattr(self, kind)(depth)

    # Text of the expression.

    def inside(self, node, level):
        """The node's text where at least that binding strength is needed; at times with brackets that nobody needs."""
        return f"({node.text})" if node.level < level or self.random.random() < 0.1 else node.text

    def word(self, name):
        return self.random.choice([name, name, name.lower(), name.capitalize()])

    def call(self, kind, name, sql, *arguments, extra=(), bad=None):
        shown = [self.inside(argument, OR) for argument in arguments] + [str(word) for word in extra]
        return Node(kind, f"{self.word(name)}({', '.join(shown)})", PRIMARY, sql, arguments, bad)

    # Leaves.

    def field(self, kind):
        name = self.random.choice([name for name, of, _ in FIELDS if of == kind])
        return Node(kind, name, PRIMARY, name, bad=lambda: f"bad_{name}")

    def quoted(self, text):
        return "'" + text.replace("'", "''") + "'"

    def literal(self, kind):
        pick = self.random.choice
        if kind == "text":
            shown = self.quoted(pick(["a", "A", "ab", " ", "", "é", "É", "it's", "a\\b", "100%", "_", "2024-02-29", "12", "ß"]))
            return Node(kind, shown, PRIMARY, shown)
        if kind == "integer":
            number = pick([0, 1, 2, 3, 7, 10, 18, 365, 999999999999999999])
            return Node(kind, str(number), PRIMARY, f"CAST({number} AS BIGINT)")
        if kind == "decimal":
            number = pick(["0.5", "1.5", "0.1", "2.25", "100.0", "0.0000000001"])
            return Node(kind, number, PRIMARY, f"CAST({number} AS DECIMAL(38, 10))")
        if kind == "boolean":
            word = pick(["TRUE", "FALSE"])
            return Node(kind, word, PRIMARY, word)
        day = pick(["2024-02-29", "2000-01-01", "1900-02-28", "2025-12-31", "0001-01-01", "9999-12-31", AS_OF])
        if kind == "date":
            if day == AS_OF:
                return Node(kind, ":as_of", PRIMARY, f"DATE '{day}'")
            return Node(kind, f"DATE '{day}'", PRIMARY, f"DATE '{day}'")
        moment = f"TIMESTAMP '{day} {pick(['00:00:00', '10:30:00', '23:59:59'])}'"
        return Node(kind, moment, PRIMARY, moment)

    def leaf(self, kind):
        return self.literal(kind) if self.random.random() < 0.3 else self.field(kind)

    # Expressions of every kind.

    def shared(self, kind, depth):
        """What works for every type of values: CASE, coalesce, nullif, least and greatest."""
        way = self.random.randrange(4)
        if way == 0:
            branches = [(self.boolean(depth - 1), self.of(kind, depth - 1)) for _ in range(self.random.randint(1, 2))]
            otherwise = self.of(kind, depth - 1) if self.random.random() < 0.6 else None
            text = "".join(f" {self.word('WHEN')} {when.text} {self.word('THEN')} {then.text}" for when, then in branches)
            text += f" {self.word('ELSE')} {otherwise.text}" if otherwise else ""
            children = [part for branch in branches for part in branch] + ([otherwise] if otherwise else [])

            def choice(part, broken):
                whens = "".join(f" WHEN {when.bad} THEN {broken} WHEN {when.value} THEN {part(then)}" for when, then in branches)
                return f"CASE{whens} ELSE {part(otherwise) if otherwise else 'NULL'} END"
            return Node(kind, f"{self.word('CASE')}{text} {self.word('END')}", PRIMARY, lambda: choice(lambda node: node.value, "NULL"), children,
                        lambda: f"coalesce({choice(lambda node: node.bad, 'TRUE')}, FALSE)")
        first = self.of(kind, depth - 1)
        if way == 1:
            parts = [first] + [self.of(kind, depth - 2) for _ in range(self.random.randint(1, 2))]

            def picked(value, broken):
                whens = "".join(f" WHEN {part.bad} THEN {broken} WHEN {part.value} IS NOT NULL THEN {value(part)}" for part in parts)
                return f"CASE{whens} END"
            return self.call(kind, "coalesce", lambda: picked(lambda part: part.value, "NULL"), *parts,
                             bad=lambda: f"coalesce({picked(lambda part: 'FALSE', 'TRUE')}, FALSE)")
        other = self.of(kind, depth - 1)
        if way == 2:
            bad = lambda: f"({first.bad}) OR (({other.bad}) AND {first.value} IS NOT NULL)"
            return self.call(kind, "nullif", lambda: f"CASE WHEN {bad()} THEN NULL ELSE nullif({first.value}, {other.value}) END",
                             first, other, bad=bad)
        name = self.random.choice(["least", "greatest"])
        one, two = self.of(kind, depth - 1), self.of(kind, depth - 1)
        return self.call(kind, name, lambda: f"CASE WHEN {one.value} IS NULL OR {two.value} IS NULL THEN NULL ELSE {name}({one.value}, {two.value}) END",
                         one, two)

    def text(self, depth):
        if depth <= 0:
            return self.leaf("text")
        if self.random.random() < 0.2:
            return self.shared("text", depth)
        way = self.random.choice(["trim", "lower", "upper", "substr", "concat"])
        inner = self.text(depth - 1)
        if way == "trim":
            return self.call("text", way, lambda: f"trim({inner.value}, ' ')", inner)
        if way in ("lower", "upper"):
            source, target = (UPPER, LOWER) if way == "lower" else (LOWER, UPPER)
            return self.call("text", way, lambda: f"translate({inner.value}, '{source}', '{target}')", inner)
        if way == "substr":
            start, count = self.random.randint(1, 5), self.random.randint(0, 12)
            return self.call("text", way, lambda: f"substr({inner.value}, {start}, {count})", inner, extra=(start, count))
        parts = [inner] + [self.text(depth - 2) for _ in range(self.random.randint(1, 2))]
        return self.call("text", "concat", lambda: "(" + " || ".join(part.value for part in parts) + ")", *parts)

    def arithmetic(self, kind, depth):
        sign = self.random.choice("+-") if kind == "decimal" else self.random.choice("+-*")
        left, right = self.of(kind, depth - 1), self.of(kind, depth - 1)
        if kind == "decimal" and self.random.random() < 0.3:
            right = self.integer(depth - 1)
        level = TERM if sign == "*" else SUM
        text = f"{self.inside(left, level)} {sign} {self.inside(right, level + 1)}"
        cast = BOUNDS[kind]
        return Node(kind, text, level, lambda: f"TRY(CAST({left.value} AS {cast}) {sign} CAST({right.value} AS {cast}))", [left, right])

    def negated(self, kind, depth):
        inner = self.of(kind, depth - 1)
        return Node(kind, f"-{self.inside(inner, PRIMARY)}", UNARY, lambda: f"TRY(-({inner.value}))", [inner])

    def integer(self, depth):
        if depth <= 0:
            return self.leaf("integer")
        way = self.random.randrange(9)
        if way == 0:
            return self.shared("integer", depth)
        if way in (1, 2):
            return self.arithmetic("integer", depth)
        if way == 3:
            return self.negated("integer", depth)
        if way == 4:
            inner = self.text(depth - 1)
            return self.call("integer", "length", lambda: f"length({inner.value})", inner)
        if way == 5:
            inner = self.text(depth - 1)
            return self.call("integer", "to_int", lambda: parsed(inner.value, "integer"), inner)
        if way == 6:
            one, two = self.integer(depth - 1), self.integer(depth - 1)
            name, sign = self.random.choice([("div", "//"), ("mod", "%")])
            return self.call("integer", name, lambda: f"TRY({one.value} {sign} nullif({two.value}, 0))", one, two)
        if way == 7:
            inner, name = self.day_or_moment(depth - 1), self.random.choice(["year", "month", "day"])
            return self.call("integer", name, lambda: f"{name}(CAST({inner.value} AS DATE))", inner)
        return self.span(depth)

    def day_or_moment(self, depth):
        return self.of(self.random.choice(["date", "date", "timestamp"]), depth)

    def span(self, depth):
        one, two = self.day_or_moment(depth - 1), self.day_or_moment(depth - 1)
        name = self.random.choice(["days_between", "months_between", "years_between", "age"])

        def sql():
            a, b = f"CAST({one.value} AS DATE)", f"CAST({two.value} AS DATE)"
            if name == "days_between":
                return f"datediff('day', {a}, {b})"
            if name == "months_between":
                count = f"((year({b}) * 12 + month({b})) - (year({a}) * 12 + month({a})))"
                return f"{count} - CASE WHEN CAST({a} + to_months(CAST({count} AS INTEGER)) AS DATE) > {b} THEN 1 ELSE 0 END"
            count = f"(year({b}) - year({a}))"
            years = f"{count} - CASE WHEN CAST({a} + to_years(CAST({count} AS INTEGER)) AS DATE) > {b} THEN 1 ELSE 0 END"
            return years if name == "years_between" else f"CASE WHEN {b} >= {a} THEN {years} END"
        return self.call("integer", name, sql, one, two)

    def decimal(self, depth):
        if depth <= 0:
            return self.leaf("decimal")
        way = self.random.randrange(6)
        if way == 0:
            return self.shared("decimal", depth)
        if way in (1, 2):
            return self.arithmetic("decimal", depth)
        if way == 3:
            return self.negated("decimal", depth)
        if way == 4:
            inner = self.text(depth - 1)
            return self.call("decimal", "to_decimal", lambda: parsed(inner.value, "decimal"), inner)
        # A product needs no more digits than both sides hold: a field times a short number.
        inner, short = self.field("decimal"), self.random.choice(["0.5", "1.25", "100", "3", "0.01"])
        product = f"CAST({{}} AS DECIMAL(38, 10)) * CAST({short} AS DECIMAL(6, 2))"

        def sql():
            exact = f"TRY({product.format(inner.value)})"
            return f"CASE WHEN CAST({exact} AS DECIMAL(38, 10)) = {exact} THEN CAST({exact} AS DECIMAL(38, 10)) END"
        return Node("decimal", f"{inner.text} * {short}", TERM, sql, [inner])

    def shifted(self, kind, depth):
        inner = self.of(kind, depth - 1)
        unit = self.random.choice(["DAY", "MONTH", "YEAR"] + (["HOUR"] if kind == "timestamp" else []))
        count, sign = self.random.choice([0, 1, 2, 7, 13, 30, 400]), self.random.choice("+-")
        text = f"{self.inside(inner, SUM)} {sign} {self.word('INTERVAL')} '{count}' {self.word(unit)}"
        guard = "day_in" if kind == "date" else "time_in"
        moved = f"CAST({{}} {sign} to_{unit.lower()}s({count}) AS {BOUNDS[kind]})"
        return Node(kind, text, SUM, lambda: f"{guard}({moved.format(inner.value)})", [inner])

    def date(self, depth):
        if depth <= 0:
            return self.leaf("date")
        way = self.random.randrange(7)
        if way == 0:
            return self.shared("date", depth)
        if way == 1:
            inner = self.text(depth - 1)
            return self.call("date", "to_date", lambda: parsed(inner.value, "date"), inner)
        if way == 2:
            inner, (name, (pattern, (year, month, day))) = self.text(depth - 1), self.random.choice(list(FORMATS.items()))

            def sql():
                x = inner.value
                iso = f"substr({x}, {year}, 4) || '-' || substr({x}, {month}, 2) || '-' || substr({x}, {day}, 2)"
                return f"CASE WHEN regexp_matches({x}, '\\A{pattern}\\z') THEN {parsed('(' + iso + ')', 'date')} END"
            return self.call("date", "to_date", sql, inner, extra=(f"'{name}'",))
        if way == 3:
            inner = self.timestamp(depth - 1)
            return self.call("date", "date_of", lambda: f"CAST({inner.value} AS DATE)", inner)
        if way in (4, 5):
            return self.shifted("date", depth)
        inner, count = self.date(depth - 1), self.integer(self.random.choice([0, depth - 1]))
        name, unit, most = self.random.choice([("add_days", "days", 4_000_000), ("add_months", "months", 130_000),
                                               ("add_years", "years", 11_000), ("adult_on", "years", 11_000)])
        if name == "adult_on":
            count = Node("integer", "18", PRIMARY, "CAST(18 AS BIGINT)")
        return self.call("date", name, lambda: f"CASE WHEN {count.value} BETWEEN -{most} AND {most} THEN "
                         f"day_in(CAST({inner.value} + to_{unit}(try_cast({count.value} AS INTEGER)) AS DATE)) END", inner, count)

    def timestamp(self, depth):
        if depth <= 0:
            return self.leaf("timestamp")
        way = self.random.randrange(4)
        if way == 0:
            return self.shared("timestamp", depth)
        if way == 1:
            inner = self.text(depth - 1)
            return self.call("timestamp", "to_timestamp", lambda: parsed(inner.value, "timestamp"), inner)
        return self.shifted("timestamp", depth)

    # Conditions.

    def boolean(self, depth):
        if depth <= 0:
            return self.field("boolean") if self.random.random() < 0.9 else self.literal("boolean")
        way = self.random.randrange(13)
        if way in (0, 1, 2):
            name, level = self.random.choice([("AND", AND), ("OR", OR)])
            parts = [self.boolean(depth - 1) for _ in range(self.random.choice([2, 2, 3]))]
            text = f" {self.word(name)} ".join(self.inside(part, level + 1) for part in parts)
            decided = lambda: "(" + f" {name} ".join(f"({part.value})" for part in parts) + ")"
            return Node("boolean", text, level, decided, parts, undecided(decided, parts))
        if way == 3:
            inner = self.boolean(depth - 1)
            return Node("boolean", f"{self.word('NOT')} {self.inside(inner, PREDICATE)}", NOT, lambda: f"(NOT ({inner.value}))", [inner])
        return self.predicate(way, depth)

    def pair(self, depth):
        """Two expressions that compare: of one type, or an integer with a decimal, or a date with a timestamp."""
        kind = self.random.choice(ORDERED)
        other = kind
        if self.random.random() < 0.25:
            other = {"integer": "decimal", "decimal": "integer", "date": "timestamp", "timestamp": "date"}.get(kind, kind)
        wide = {"integer": "DECIMAL(38, 10)", "decimal": "DECIMAL(38, 10)", "date": "TIMESTAMP", "timestamp": "TIMESTAMP"}.get(kind)
        cast = (lambda sql: f"CAST({sql} AS {wide})") if kind != other else (lambda sql: sql)
        return self.of(kind, depth - 1), self.of(other, depth - 1), cast, kind, other

    def predicate(self, way, depth):
        left, right, cast, kind, other = self.pair(depth)
        if way in (4, 5, 6):
            sign = self.random.choice(["=", "<>", "!=", "<", "<=", ">", ">="])
            return Node("boolean", f"{self.inside(left, SUM)} {sign} {self.inside(right, SUM)}", PREDICATE,
                        lambda: f"({cast(left.value)} {sign} {cast(right.value)})", [left, right])
        negated = self.random.random() < 0.4
        word, turn = (f" {self.word('NOT')}", "NOT ") if negated else ("", "")
        if way == 7:
            inner = self.of(self.random.choice(ORDERED + ["boolean"]), depth - 1)
            return Node("boolean", f"{self.inside(inner, SUM)} {self.word('IS')}{word} {self.word('NULL')}", PREDICATE,
                        lambda: f"CASE WHEN {inner.bad} THEN NULL ELSE ({inner.value} IS {turn}NULL) END", [inner])
        if way == 8:
            one, two = left, self.of(kind, depth - 1)
            return Node("boolean", f"{self.inside(one, SUM)} {self.word('IS')}{word} {self.word('DISTINCT FROM')} {self.inside(two, SUM)}", PREDICATE,
                        lambda: f"CASE WHEN {one.bad} OR {two.bad} THEN NULL ELSE ({one.value} IS {turn}DISTINCT FROM {two.value}) END", [one, two])
        if way == 9:
            items = [self.literal(kind) for _ in range(self.random.randint(1, 5))]
            items = [item for item in items if item.text != ":as_of"] or [self.literal("text" if kind == "text" else "integer")]
            if items[0].kind != kind:
                left, kind = self.integer(depth - 1), "integer"
            return Node("boolean", f"{self.inside(left, SUM)}{word} {self.word('IN')} ({', '.join(item.text for item in items)})", PREDICATE,
                        lambda: f"({left.value} {turn}IN ({', '.join(item.sql for item in items)}))", [left])
        if way == 10:
            high = self.of(kind, depth - 1)
            low = right if other == kind else self.of(kind, depth - 1)
            text = f"{self.inside(left, SUM)}{word} {self.word('BETWEEN')} {self.inside(low, SUM)} {self.word('AND')} {self.inside(high, SUM)}"
            within = lambda: f"({turn}({left.value} >= {low.value} AND {left.value} <= {high.value}))"
            return Node("boolean", text, PREDICATE, within, [left, low, high], undecided(within, [left, low, high]))
        inner = self.text(depth - 1)
        if way == 11:
            escape = self.random.choice([None, None, "!", "\\"])
            parts = ["%", "_", "a", "A", " ", "é", "b", "''"] + ([escape + "%", escape + "_"] if escape else [])
            pattern = "'" + "".join(self.random.choice(parts) for _ in range(self.random.randint(0, 5))) + "'"
            tail = f" {self.word('ESCAPE')} '{escape}'" if escape else ""
            ending = f" ESCAPE '{escape}'" if escape else ""
            return Node("boolean", f"{self.inside(inner, SUM)}{word} {self.word('LIKE')} {pattern}{tail}", PREDICATE,
                        lambda: f"({inner.value} {turn}LIKE {pattern}{ending})", [inner])
        return self.search(inner, depth)

    def search(self, inner, depth):
        name = self.random.choice(["blank", "starts_with", "contains", "matches", "contains_match"])
        if name == "blank":
            return self.call("boolean", name, lambda: f"CASE WHEN {inner.bad} THEN NULL ELSE ({inner.value} IS NULL OR trim({inner.value}, ' ') = '') END", inner)
        if name in ("starts_with", "contains"):
            other = self.text(depth - 1)
            return self.call("boolean", name, lambda: f"{name}({inner.value}, {other.value})", inner, other)
        fold = self.random.random() < 0.2
        shown, rewritten = self.pattern(2, fold)
        whole = f"\\A(?:{rewritten})\\z" if name == "matches" else rewritten
        extra = (self.quoted(shown),) + (("'i'",) if fold else ())
        return self.call("boolean", name, lambda: f"regexp_matches({inner.value}, {self.quoted(whole)})", inner, extra=extra)

    def pattern(self, depth, fold):
        """A pattern as a rule says it, and as every engine means it."""
        def both(letter):
            return f"[{letter.lower()}{letter.upper()}]" if fold else letter
        atoms = [(r"\d", "[0-9]"), (r"\w", "[0-9A-Za-z_]"), (r"\s", r"[\t\n\f\r ]"), (r"\D", "[^0-9]"), (".", r"[^\n]"), ("a", both("a")),
                 ("B", both("B")), ("é", "é"), ("[a-c]", "[a-cA-C]" if fold else "[a-c]"), ("[^0-9]", "[^0-9]"), ("-", "-"), (r"\.", r"\."), (" ", " ")]
        made = []
        for _ in range(self.random.randint(1, 3)):
            if depth > 0 and self.random.random() < 0.3:
                one, two = self.pattern(depth - 1, fold), self.pattern(depth - 1, fold)
                shown, meant = f"({one[0]}|{two[0]})", f"({one[1]}|{two[1]})"
            else:
                shown, meant = self.random.choice(atoms)
            count = self.random.choice(["", "", "", "?", "*", "+", "{2}", "{1,3}", "*?"])
            made.append((shown + count, meant + count))
        if self.random.random() < 0.15:
            made.insert(0, ("^", r"\A"))
        if self.random.random() < 0.15:
            made.append(("$", r"\z"))
        return "".join(shown for shown, _ in made), "".join(meant for _, meant in made)


def query(conditions):
    """The SQL that gives the record number and each condition's value, all nodes of one height in one layer."""
    layers, seen = {}, 0

    def place(node):
        nonlocal seen
        for child in node.children:
            place(child)
        if callable(node.sql) and node.column is None:
            node.column = f"node_{seen}"
            seen += 1
            layers.setdefault(node.height, []).append(node)

    for condition in conditions:
        place(condition)
    sql = "SELECT * FROM hostile"
    for height in sorted(layers):
        columns = ", ".join(f"{node.sql()} AS {node.column}, ({node.unreadable()}) AS bad_{node.column}" for node in layers[height])
        sql = f"SELECT *, {columns} FROM ({sql})"
    return f"SELECT record, {', '.join(condition.value for condition in conditions)} FROM ({sql}) ORDER BY record"
