"""Records whose values are meant to hurt: the columns, the cells, and how a cell is read as its declared type."""

TEXTS = [
    "", "", " ", "   ", "\u00a0", "\t", "\n", "\r", "a", "A", "a ", " a", "ab", "abc", "ABC", "ab\n", "a\r\nb", "it's", '"q"',
    "back\\slash", "100%", "a_c", "a%c", "a\u2028b", "É", "é", "ß", "İ", "Straße", "e\u0301", "👩‍⚕️x", "٣", "Ⅷ", "NULL", "N/A", "none",
    "0", "-0", "+5", "007", "1e3", "1_000", "0x1F", "12.7", ".5", "5.", "1.12345678901", "1.1234567890", " 12", "12 ", "1,5",
    "999999999999999999", "9999999999999999999", "-999999999999999999", "true", "TRUE", "yes",
    "2024-02-29", "2023-02-29", "2024-02-30", "0000-01-01", "0001-01-01", "9999-12-31", "2024-2-3", " 2024-02-03", "2024/02/03", "today",
    "2024-02-03T10:00:00", "2024-02-03 10:00", "2024-02-03 24:00:00", "2024-02-03 10:00:60", "2024-02-03T10:00:00.123456",
    "2024-02-03T10:00:00.1234567", "2024-02-03T10:00:00Z", "2024-02-03T10:00:00+02:00", "2024-02-03t10:00:00", "0000-01-01 00:00:00",
    "20240229", "20230229", "29/02/2024", "02/29/2024", "29.02.2024", "31/12/1999", "12/31/1999", "00/00/0000", "1/2/2024",
    "x" * 5000,
]
INTEGERS = ["", "", "0", "-0", "1", "-1", "+7", "007", "2", "3", "10", "-10", "365", "999999999999999999", "-999999999999999999",
            "9999999999999999999", "12.7", "1e3", "0x1F", "1_000", "abc", " 5 ", "\u00a05", "6\u200b", "--1", "٣", " ", "+", "1 2"]
DECIMALS = ["", "", "0", "0.0", "-0.0", "0.1", "0.2", "0.3", "1.5", "-1.5", "+2.25", "1.1234567890", "1.12345678901", ".5", "5.", "1,5",
            "999999999999999999.9999999999", "-999999999999999999.9999999999", "1e3", " 1.5 ", "NaN", "Infinity", "$3", "0.0000000001"]
BOOLEANS = ["", "true", "false", "TRUE", "False", "true", "false", "yes", "1", "t", " true "]
DATES = ["", "", "2024-02-29", "2023-02-28", "2023-02-29", "2000-02-29", "1900-02-28", "1900-02-29", "2024-12-31", "2025-01-31", "2026-03-01",
         "0001-01-01", "9999-12-31", "0000-01-01", "2024-02-30", "2024-13-01", "2024-2-3", "2024/02/03", "today", "20240203", " 2024-02-03 "]
TIMESTAMPS = ["", "", "2024-02-29T00:00:00", "2024-02-28 23:59:59.999999", "2024-02-29 12:30", "2026-03-01T00:00:00", "2024-03-31T10:00:00Z",
              "2024-02-03T10:00:00+02:00", "2024-02-03T00:30:00+01:00", "2024-12-31T23:30:00-05:00", "2024-02-03 24:00:00",
              "2024-02-03 10:00:60", "2024-02-03T10:00:00.1234567", "0001-01-01T00:00:00", "9999-12-31T23:59:59", "0000-01-01T00:00:00",
              "2023-02-29T10:00:00", "now", " 2024-02-03 10:00:00 "]

# Field, type and cells. The fields whose name ends in `ok` are missing or sound, never unreadable.
FIELDS = [
    ("t1", "text", TEXTS), ("t2", "text", TEXTS), ("t3", "text", TEXTS),
    ("i1", "integer", INTEGERS), ("i2", "integer", INTEGERS), ("n1", "decimal", DECIMALS), ("n2", "decimal", DECIMALS),
    ("b1", "boolean", BOOLEANS), ("b2", "boolean", BOOLEANS), ("d1", "date", DATES), ("d2", "date", DATES),
    ("s1", "timestamp", TIMESTAMPS), ("s2", "timestamp", TIMESTAMPS),
    ("c1", "code", ["", " ", "a", "b", " b", "c", "ab", "A", "a1"]), ("k1", "id", ["", "k1", "k2", "k3", " k3", "k4", "k5", "k6"]),
    ("int_ok", "integer", ["", "0", "1", "2", "3", "4", "50", "-7"]), ("date_ok", "date", []), ("late_ok", "date", []),
]
FORMS = {
    "integer": (r"\A[+-]?[0-9]{1,18}\z", "BIGINT"),
    "decimal": (r"\A[+-]?[0-9]{1,18}([.][0-9]{1,10})?\z", "DECIMAL(38, 10)"),
    "boolean": (r"\A([tT][rR][uU][eE]|[fF][aA][lL][sS][eE])\z", "BOOLEAN"),
    "date": (r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\z", "DATE"),
    "timestamp": (r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?\z", "TIMESTAMP"),
}
OFFSET = r"(Z|[+-][0-9]{2}:[0-9]{2})\z"
MACROS = r"""
CREATE MACRO day_in(x) AS CASE WHEN x BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' THEN x END;
CREATE MACRO time_in(x) AS CASE WHEN x BETWEEN TIMESTAMP '0001-01-01 00:00:00' AND TIMESTAMP '9999-12-31 23:59:59.999999' THEN x END;
"""


def parsed(text, kind):
    """The guarded cast of canonical text."""
    pattern, sql_type = FORMS[kind]
    year = f" AND substr({text}, 1, 4) <> '0000'" if kind in ("date", "timestamp") else ""
    return f"CASE WHEN regexp_matches({text}, '{pattern}'){year} THEN try_cast({text} AS {sql_type}) END"


def read(column, kind):
    """How a cell is read as its declared type: trimmed, and a timestamp's offset taken off."""
    trimmed = f"nullif(trim({column}, ' \u00a0\u200b'), '')"
    if kind == "text":
        return column
    if kind in ("code", "id"):
        return trimmed
    if kind != "timestamp":
        return parsed(trimmed, kind)
    civil = f"regexp_replace({trimmed}, '{OFFSET}', '')"
    sign = f"CASE WHEN regexp_matches({trimmed}, '[-][0-9]{{2}}:[0-9]{{2}}\\z') THEN 1 ELSE -1 END"
    minutes = (f"coalesce(try_cast(regexp_extract({trimmed}, '[+-]([0-9]{{2}}):[0-9]{{2}}\\z', 1) AS BIGINT), 0) * 60 + "
               f"coalesce(try_cast(regexp_extract({trimmed}, '[+-][0-9]{{2}}:([0-9]{{2}})\\z', 1) AS BIGINT), 0)")
    timed = f"regexp_matches({trimmed}, '[T ].*{OFFSET}')"
    return (f"CASE WHEN {timed} THEN time_in({parsed(civil, kind)} + to_minutes({sign} * ({minutes}))) "
            f"ELSE {parsed(trimmed, kind)} END")


def rows(random, count):
    """So many records; half of the cells of the typed columns are ordinary, so that conditions are also true."""
    def day(first=1900, last=2030):
        return f"{random.randint(first, last):04}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"

    ordinary = {
        "text": lambda: "".join(random.choice("abAB01 %_-é") for _ in range(random.randint(1, 6))),
        "integer": lambda: str(random.randint(-20, 40)),
        "decimal": lambda: f"{random.randint(-20, 40)}.{random.randint(0, 99)}",
        "boolean": lambda: random.choice(["true", "false"]),
        "date": day,
        "timestamp": lambda: f"{day()}T{random.randint(0, 23):02}:{random.randint(0, 59):02}:00",
    }
    made = []
    for number in range(count):
        cells = [f"r{number}"]
        for name, kind, hostile in FIELDS:
            if name in ("date_ok", "late_ok"):
                cells.append("" if random.random() < 0.15 else day(2025, 2026))
            elif kind in ordinary and random.random() < 0.5 and not name.endswith("_ok"):
                cells.append(ordinary[kind]())
            else:
                cells.append(random.choice(hostile))
        made.append(cells)
    return made


def write_csv(path, random, made):
    """Writes the records as some report writer would: quotes where they are needed, or around everything."""
    always, line_end = random.random() < 0.5, random.choice(["\n", "\r\n"])

    def shown(cell):
        quoted = always or any(sign in cell for sign in ',"\r\n')
        return '"' + cell.replace('"', '""') + '"' if quoted else cell

    with open(path, "w", encoding="utf-8", newline="") as file:
        for cells in [["row_id", *(name for name, *_ in FIELDS)], *made]:
            file.write(",".join(map(shown, cells)) + line_end)


def load(connection, made):
    """The table `hostile`: raw cells `raw_f`, typed values `f`, and `bad_f` where a cell is there but unreadable."""
    connection.execute(MACROS)
    names = [name for name, *_ in FIELDS]
    raw = ", ".join(f"raw_{name} VARCHAR" for name in names)
    connection.execute(f"CREATE TABLE raw (record BIGINT, {raw})")
    values = [(number + 1, *(cell or None for cell in cells[1:])) for number, cells in enumerate(made)]
    connection.executemany(f"INSERT INTO raw VALUES ({', '.join('?' * (len(names) + 1))})", values)
    typed = ", ".join(f"{read('raw_' + name, kind)} AS {name}" for name, kind, _ in FIELDS)
    bad = ", ".join(
        f"(nullif(trim(raw_{name}, ' \u00a0\u200b'), '') IS NOT NULL AND {name} IS NULL) AS bad_{name}" if kind in FORMS
        else f"FALSE AS bad_{name}" for name, kind, _ in FIELDS)
    connection.execute(f"CREATE TABLE hostile AS SELECT *, {bad} FROM (SELECT *, {typed} FROM raw)")


def declaration():
    """The record set as a rule file declares it."""
    fields = "".join(f"      {name}: {{type: {kind}, phi: none, aliases: [{name}]}}\n" for name, kind, _ in FIELDS)
    return ("records:\n  hostile:\n    title: One hostile record\n    key: [row_id]\n    fields:\n"
            f"      row_id: {{type: id, phi: none, aliases: [row_id]}}\n{fields}")
