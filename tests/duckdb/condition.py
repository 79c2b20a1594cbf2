"""Reads conditions of the rule language and lowers them to SQL over the tables of `packs.py`, independently of the program."""

import re

from relation import AS_OF, Figure, Value, compared

TOKEN = re.compile(r"""\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>[0-9]+(?:[.][0-9]+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*|"[^"]*")
                       |(?P<param>:[a-z_]+)|(?P<sign><>|!=|<=|>=|[=<>(),+*.-]))""", re.VERBOSE)
FOLDS = ["count", "exists", "min", "max", "sum"]
# What moves a day moves its bounds; of other functions of a figure nothing is known unless the figure is.
MOVING = ["add_days", "add_months", "add_years"]
# Functions of the language that are macros or functions of the same name and meaning.
SAME = ["matches", "contains_match", "days_between", "hours_between", "years_between", "months_between", "age", "adult_on", "lower", "upper",
        "length", "substr",
        "starts_with", "contains", "month", "day", "to_int", "to_decimal", "to_date", "to_timestamp", "div", "mod", "date_of", "year"] + MOVING


class Unsaid(Exception):
    """A part of the language that is not said in SQL here."""


class Reader:
    """Reads a condition into nested tuples: what it is, and its parts."""

    def __init__(self, text):
        self.tokens, at = [], 0
        text = text.strip()
        while at < len(text):
            found = TOKEN.match(text, at)
            if not found:
                raise Unsaid(f"cannot read {text[at:at + 20]}")
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        self.at = 0

    def word(self):
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else (None, "")
        return text.upper() if kind == "name" else text

    def take(self, *words):
        """Whether the next words are these; then they are behind."""
        shown = [(text.upper() if kind == "name" else text) for kind, text in self.tokens[self.at:self.at + len(words)]]
        if shown != list(words):
            return False
        self.at += len(words)
        return True

    def need(self, word):
        if not self.take(word):
            raise Unsaid(f"{word} expected")

    def whole(self):
        node = self.either()
        if self.at < len(self.tokens):
            raise Unsaid(f"{self.word()} left over")
        return node

    def either(self):
        parts = [self.both()]
        while self.take("OR"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else ("or", parts)

    def both(self):
        parts = [self.turned()]
        while self.take("AND"):
            parts.append(self.turned())
        return parts[0] if len(parts) == 1 else ("and", parts)

    def turned(self):
        return ("not", self.turned()) if self.take("NOT") else self.predicate()

    def predicate(self):
        left = self.sum()
        for sign in ("=", "<>", "!=", "<=", ">=", "<", ">"):
            if self.take(sign):
                return ("compare", sign.replace("!=", "<>"), left, self.sum())
        if self.take("IS"):
            turn = self.take("NOT")
            if self.take("NULL"):
                node = ("null", left)
            else:
                self.need("DISTINCT")
                self.need("FROM")
                node = ("distinct", left, self.sum())
            return ("not", node) if turn else node
        turn = self.take("NOT")
        if self.take("IN", "("):
            items = [self.sum()]
            while self.take(","):
                items.append(self.sum())
            self.need(")")
            node = ("in", left, items)
        elif self.take("BETWEEN"):
            low = self.sum()
            self.need("AND")
            node = ("and", [("compare", ">=", left, low), ("compare", "<=", left, self.sum())])
        elif self.take("LIKE"):
            node = ("like", left, self.sum(), self.sum() if self.take("ESCAPE") else None)
        else:
            return left
        return ("not", node) if turn else node

    def sum(self):
        left = self.term()
        while self.word() in ("+", "-"):
            sign = self.word()
            self.at += 1
            left = ("shift", sign, left, self.interval()) if self.word() == "INTERVAL" else ("arithmetic", sign, left, self.term())
        return left

    def interval(self):
        self.need("INTERVAL")
        count = self.tokens[self.at][1].strip("'")
        unit = self.tokens[self.at + 1][1].lower()
        self.at += 2
        return f"to_{unit}s({int(count)})"

    def term(self):
        left = self.unary()
        while self.take("*"):
            left = ("arithmetic", "*", left, self.unary())
        return left

    def unary(self):
        return ("minus", self.unary()) if self.take("-") else self.primary()

    def primary(self):
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else (None, "")
        self.at += 1
        if kind in ("text", "number"):
            return ("literal", text)
        if kind == "param":
            return ("param", text[1:])
        if text == "(":
            node = self.either()
            self.need(")")
            return node
        if kind != "name":
            raise Unsaid(f"{text} not expected")
        word = text.upper()
        if word in ("TRUE", "FALSE", "NULL"):
            return ("literal", word)
        if word in ("DATE", "TIMESTAMP") and self.tokens[self.at][0] == "text":
            self.at += 1
            return ("literal", f"{word} {self.tokens[self.at - 1][1]}")
        if word == "CASE":
            branches = []
            while self.take("WHEN"):
                when = self.either()
                self.need("THEN")
                branches.append((when, self.either()))
            otherwise = self.either() if self.take("ELSE") else None
            self.need("END")
            return ("case", branches, otherwise)
        if self.take("("):
            arguments = []
            while not self.take(")"):
                arguments.append(self.either())
                self.take(",")
            return ("call", text.lower(), arguments)
        if self.take("."):
            self.at += 1
            return ("column", text, self.tokens[self.at - 1][1].strip('"'))
        return ("column", None, text.strip('"'))


class Scope:
    """What names mean: `own` is the alias of the record under test, `plain` that of the record whose fields need no name before them."""

    def __init__(self, params, relations=(), question=None, plain="t", folded=None):
        self.params, self.relations, self.question = params, {relation.name: relation for relation in relations}, question
        self.plain, self.folded = plain, folded

    def value(self, text):
        return self.lower(Reader(text).whole())

    def column(self, relation, name):
        if relation is None:
            return Value("", name, f"{self.plain}.{name}", f"{self.plain}.bad_{name}")
        if relation == "this":
            return Value("", name, f"t.{name}", f"t.bad_{name}")
        if relation == self.folded:
            return Value("", name, f"x.{name}", f"x.bad_{name}")
        if relation not in self.relations or self.plain == "x":
            raise Unsaid(f"relation {relation}")
        alias = self.question.one(self.relations[relation])
        return Value("", name, f"{alias}.{name}", f"({alias}.rec IS NULL OR {alias}.bad_{name})")

    def fold(self, name, arguments):
        """The figure over related records that a call is; None if it is none."""
        if name not in FOLDS or len(arguments) != 1 or self.folded:
            return None
        [node] = arguments
        if node[0] == "column" and node[1] is None and node[2] in self.relations:
            relation, of = self.relations[node[2]], None
        else:
            named = [found for found in columns(node) if found in self.relations]
            if not named:
                return None
            relation = self.relations[named[0]]
            of = Scope(self.params, folded=relation.name).lower(node)
        figure = self.question.figure(relation, "count" if name == "exists" else name, of, "")
        if name != "exists":
            return figure
        return Value("", "", f"(CASE WHEN {figure.open} THEN NULL WHEN {figure.low} >= 1 THEN TRUE WHEN {figure.high} = 0 THEN FALSE END)",
                     f"({figure.open} OR {figure.low} = 0 AND {figure.high} > 0)")

    def lower(self, node):
        """The node as a value, or as a figure where only bounds are known."""
        match node:
            case ("literal", text):
                return Value("", text, text)
            case ("param", "as_of"):
                return Value("", "", AS_OF)
            case ("param", name):
                kind, value = self.params[name].get("type"), self.params[name]["default"]
                return Value("", "", {"date": f"DATE '{value}'", "text": "'" + value.replace("'", "''") + "'"}.get(kind, value))
            case ("column", relation, name):
                return self.column(relation, name)
            case ("call", name, arguments):
                return self.fold(name, arguments) or self.call(name, arguments)
            case ("and" | "or" as word, parts):
                parts = [self.plain_value(part) for part in parts]
                sql = "(" + f" {word.upper()} ".join(part.sql for part in parts) + ")"
                return Value("", "", sql, f"({sql} IS NULL AND ({' OR '.join(part.bad for part in parts)}))")
            case ("not", inner):
                inner = self.plain_value(inner)
                return Value("", "", f"(NOT {inner.sql})", inner.bad)
            case ("compare", sign, left, right):
                left, right = self.lower(left), self.lower(right)
                if isinstance(left, Figure) or isinstance(right, Figure):
                    left, right = (one if isinstance(one, Figure) else one.figure() for one in (left, right))
                    return Value("", "", compared(left, sign, right), f"({left.open} OR {right.open})")
                return Value("", "", f"({left.sql} {sign} {right.sql})", f"({left.bad} OR {right.bad})")
            case ("null", inner):
                inner = self.lower(inner)
                if isinstance(inner, Figure):
                    return Value("", "", f"(CASE WHEN {inner.none} THEN TRUE WHEN {inner.open} THEN NULL ELSE FALSE END)", f"({inner.open})")
                return Value("", "", f"(CASE WHEN {inner.bad} THEN NULL ELSE {inner.sql} IS NULL END)", inner.bad)
            case ("distinct", left, right):
                left, right = self.plain_value(left), self.plain_value(right)
                bad = f"({left.bad} OR {right.bad})"
                return Value("", "", f"(CASE WHEN {bad} THEN NULL ELSE {left.sql} IS DISTINCT FROM {right.sql} END)", bad)
            case ("in", left, items):
                left, items = self.plain_value(left), [self.plain_value(item).sql for item in items]
                return Value("", "", f"({left.sql} IN ({', '.join(items)}))", left.bad)
            case ("like", left, pattern, escape):
                left, ending = self.plain_value(left), f" ESCAPE {self.plain_value(escape).sql}" if escape else ""
                return Value("", "", f"({left.sql} LIKE {self.plain_value(pattern).sql}{ending})", left.bad)
            case ("arithmetic", sign, left, right):
                left, right = self.plain_value(left), self.plain_value(right)
                return Value("", "", f"({left.sql} {sign} {right.sql})", f"({left.bad} OR {right.bad})")
            case ("shift", sign, left, interval):
                left = self.lower(left)
                if isinstance(left, Figure):
                    return Figure("", "", f"({left.low} {sign} {interval})", f"({left.high} {sign} {interval})", left.none, left.open)
                return Value("", "", f"({left.sql} {sign} {interval})", left.bad)
            case ("minus", inner):
                inner = self.plain_value(inner)
                return Value("", "", f"(-{inner.sql})", inner.bad)
            case ("case", branches, otherwise):
                branches = [(self.plain_value(when), self.plain_value(then)) for when, then in branches]
                otherwise = self.plain_value(otherwise) if otherwise else Value("", "", "NULL")

                def chosen(part, broken):
                    whens = "".join(f" WHEN {when.bad} THEN {broken} WHEN {when.sql} THEN {part(then)}" for when, then in branches)
                    return f"(CASE{whens} ELSE {part(otherwise)} END)"
                return Value("", "", chosen(lambda part: part.sql, "NULL"), chosen(lambda part: part.bad, "TRUE"))
        raise Unsaid(str(node[0]))

    def plain_value(self, node):
        return pointed(self.lower(node))

    def call(self, name, arguments):
        lowered = [self.lower(argument) for argument in arguments]
        figures = [one for one in lowered if isinstance(one, Figure)]
        if figures and name in MOVING and isinstance(lowered[0], Figure) and len(figures) == 1:
            rest = "".join(f", {one.sql}" for one in lowered[1:])
            return Figure("", "", f"{name}({lowered[0].low}{rest})", f"{name}({lowered[0].high}{rest})", lowered[0].none, lowered[0].open)
        lowered = [pointed(one) for one in lowered]
        bad = "(" + " OR ".join(one.bad for one in lowered) + ")"
        values = [one.sql for one in lowered]
        match name:
            case "blank":
                return Value("", "", f"(CASE WHEN {bad} THEN NULL ELSE blank({values[0]}) END)", bad)
            case "trim":
                return Value("", "", f"trim({values[0]}, ' ')", bad)
            case "coalesce":
                def picked(part, broken):
                    whens = (f" WHEN {one.bad} THEN {broken} WHEN {one.sql} IS NOT NULL THEN {part(one)}" for one in lowered)
                    return f"(CASE{''.join(whens)} END)"
                return Value("", "", picked(lambda one: one.sql, "NULL"), f"coalesce({picked(lambda one: 'FALSE', 'TRUE')}, FALSE)")
            case "nullif":
                return Value("", "", f"nullif({', '.join(values)})", bad)
            case "concat":
                return Value("", "", "(" + " || ".join(values) + ")", bad)
            case "least" | "greatest":
                missing = " OR ".join(f"{value} IS NULL" for value in values)
                return Value("", "", f"(CASE WHEN {missing} THEN NULL ELSE {name}({', '.join(values)}) END)", bad)
            case _ if name in SAME:
                return Value("", "", f"{name}({', '.join(values)})", bad)
        raise Unsaid(f"{name}()")


def pointed(one):
    """A figure as a value that is unreadable where its bounds differ."""
    if isinstance(one, Value):
        return one
    unsure = f"({one.open} OR NOT ({one.none}) AND {one.low} IS DISTINCT FROM {one.high})"
    return Value("", "", f"(CASE WHEN NOT {unsure} AND NOT ({one.none}) THEN {one.low} END)", unsure)


def columns(node):
    """The names that stand before a point in a node."""
    if isinstance(node, tuple) and node and node[0] == "column":
        return [node[1]] if node[1] else []
    if isinstance(node, (tuple, list)):
        return [found for part in node for found in columns(part)]
    return []
