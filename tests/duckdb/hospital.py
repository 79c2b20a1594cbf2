"""Random hospitals of several record sets that refer to each other, and are meant to hurt.

Keys stand twice, or nowhere, or with a blank around them; dates cannot be read; names hold line breaks; intervals are open,
touch, lie in each other or end before they begin.
"""

import csv
import io

from hostile import FORMS, MACROS, parsed, read

# Record set: its key, and its fields with their types and the record set (and the relation's name) that they refer to. `about` is a
# date of which only the month or the year may be known.
SETS = {
    "people": (["person_id"], {
        "person_id": ("id", None), "site": ("code", None), "mother_id": ("id", ("people", "mother")), "born": ("date", None),
        "died": ("date", None), "name": ("text", None), "visits": ("integer", None), "weight": ("decimal", None), "vip": ("boolean", None),
        "since": ("about", None)}),
    "workers": (["worker_id"], {
        "worker_id": ("id", None), "unit": ("code", None), "person_id": ("id", ("people", "person")), "hired": ("date", None),
        "gone": ("date", None), "name": ("text", None), "grade": ("integer", None)}),
    "stays": (["stay_id"], {
        "stay_id": ("id", None), "person_id": ("id", ("people", "person")), "site": ("code", None),
        "doctor_id": ("id", ("workers", "doctor")), "admitted": ("timestamp", None), "discharged": ("timestamp", None),
        "first_day": ("date", None), "last_day": ("date", None), "ward": ("code", None), "cost": ("decimal", None),
        "serial": ("integer", None), "planned": ("about", None)}),
    "papers": (["paper_id"], {
        "paper_id": ("id", None), "stay_id": ("id", ("stays", "stay")), "person_id": ("id", ("people", "person")), "site": ("code", None),
        "kind": ("code", None), "signed": ("timestamp", None), "written": ("date", None), "pages": ("integer", None),
        "title": ("text", None), "final": ("boolean", None), "meant": ("about", None)}),
    "doses": (["stay_id", "line"], {
        "stay_id": ("id", ("stays", "stay")), "line": ("integer", None), "given": ("timestamp", None), "ward": ("code", None),
        "amount": ("integer", None), "price": ("decimal", None), "due": ("date", None)}),
    "looks": (["look_id"], {
        "look_id": ("id", None), "worker_id": ("id", ("workers", "worker")), "person_id": ("id", ("people", "person")),
        "seen": ("timestamp", None), "deed": ("code", None), "volume": ("integer", None), "note": ("text", None)}),
}
SIZES = {"people": 50, "workers": 14, "stays": 90, "papers": 110, "doses": 130, "looks": 110}
# What the key fields of a record set are drawn from.
KEYS = {"person_id": "p", "mother_id": "p", "worker_id": "w", "doctor_id": "w", "stay_id": "s", "paper_id": "d", "look_id": "l"}

NAMES = ["Ann", "ann", "Ann ", " Ann", "Bo", "Müller", "Mu\u0308ller", "O'Neil", 'He said "no"',
         "two\nlines", "two\r\nlines", "a,b;c", "100%", "N/A",
         "É", "é", " ", "x" * 300, "1", "TRUE"]
CODES = {"site": ["north", "south", "east", "North", " south", "n"], "unit": ["a", "b", "c"], "ward": ["icu", "er", "day", "ICU", "er "],
         "kind": ["summary", "history", "consent", "Summary", "note"], "deed": ["view", "print", "export", "View"]}
BAD = {"date": ["2024-02-30", "soon", "2024/02/03", "0000-01-01"],
       "timestamp": ["2024-02-03 24:00:00", "later", "2024-02-03 10:00:60", "2024-02-30T10:00:00"],
       "integer": ["12.7", "1e3", "many", "1_000"], "decimal": ["$3", "1,5", "NaN", "1.12345678901"], "boolean": ["yes", "1"],
       "about": ["2025-13", "2024-02-30", "25", "0000"]}
# A spreadsheet has made a number of it: the identifier is unreadable.
DAMAGED = r"\A[0-9][0-9.,Ee+-]*[eE][+-][0-9.,Ee+-]{1,2}\z"


class Hospital:
    """The records of all record sets: cells by field."""

    def __init__(self, random):
        self.random = random
        self.records = {name: self.made(name) for name in SETS}

    def chance(self, share):
        return self.random.random() < share

    def day(self):
        """A day of a narrow span, so that days meet, and now and then of another year."""
        if self.chance(0.2):
            return f"{self.random.choice([2024, 2025, 2026])}-{self.random.randint(1, 4):02}-{self.random.choice([1, 2, 10, 28]):02}"
        return f"2025-{self.random.randint(10, 12)}-{self.random.randint(10, 28)}"

    def moment(self):
        return f"{self.day()}T{self.random.choice(['00:00:00', '00:00', '12:30:00', f'{self.random.randint(0, 23):02}:15:00', '23:59:59.5'])}" \
               f"{'Z' if self.chance(0.1) else ''}"

    def key(self, field):
        """A key of the pool; at times missing, in other blanks or letters, of nobody, or damaged."""
        pool = {"p": 45, "w": 12, "s": 80, "d": 100, "l": 100}[KEYS[field]]
        # A few keys are much asked for.
        number = self.random.randint(1, 6) if self.chance(0.25) else self.random.randint(1, pool)
        plain = f"{KEYS[field]}{number}"
        if self.chance(0.8):
            return plain
        return self.random.choice(["", "", " ", plain.upper(), f" {plain}", f"{plain}\u00a0", f"{plain}\u200b", "nobody", "1.2E+14", "1E+05", plain])

    def cell(self, field, kind):
        if field in KEYS:
            return self.key(field)
        if self.chance(0.12):
            return self.random.choice(["", "", " "] + BAD.get(kind, []))
        match kind:
            case "code":
                return self.random.choice(CODES[field])
            case "text":
                return self.random.choice(NAMES)
            case "date":
                return self.day()
            case "timestamp":
                return self.moment()
            case "about":
                return self.day()[:self.random.choice([4, 7, 7, 10, 10])]
            case "integer":
                number = self.random.randint(-3, 12)
                return self.random.choice([str(number), str(number), f"{abs(number):03}", f"+{abs(number)}", f" {number}"])
            case "decimal":
                return f"{self.random.randint(-3, 40)}{self.random.choice(['', '.5', '.50', '.0', '.0000000001'])}"
            case _:
                return self.random.choice(["true", "false", "TRUE", " false"])

    def made(self, name):
        keys, fields = SETS[name]
        made = []
        for number in range(self.random.choice([0, SIZES[name], SIZES[name], SIZES[name], SIZES[name] // 2, SIZES[name] // 2 + 7])):
            record = {field: self.cell(field, kind) for field, (kind, _) in fields.items()}
            if len(keys) == 1 and self.chance(0.9):
                record[keys[0]] = f"{KEYS[keys[0]]}{number + 1}"
            if "serial" in record and self.chance(0.7):
                record["serial"] = str(number // 5 + 1)
            made.append(record)
        if name == "stays":
            self.intervals(made)
        self.random.shuffle(made)
        return made

    def intervals(self, made):
        """Stays of one person that touch, lie in each other, or are found only by the latest end of all before."""
        for record in made:
            if self.chance(0.6):
                first = self.random.randint(1, 24)
                last = first + self.random.choice([0, 0, 1, 1, 2, 3, 20, -1])
                record["person_id"] = f"p{self.random.randint(1, 12)}"
                record["first_day"] = f"2025-03-{first:02}"
                record["last_day"] = "" if self.chance(0.06) else f"2025-{3 + (last > 31):02}-{last - 31 if last > 31 else max(last, 1):02}"
                hour = self.random.choice(["00:00:00", "10:00:00"])
                record["admitted"] = f"{record['first_day']} {hour}"
                record["discharged"] = record["last_day"] and f"{record['last_day']} {self.random.choice([hour, '09:00:00'])}"

    def write(self, folder, random, parts=None):
        """Writes the files of every record set, in an order of names that the source decides.

        Gives for each record set its files and the numbers of their records in the hospital.
        """
        places = {}
        for name, records in self.records.items():
            header = [f"{name}_{field}" for field in SETS[name][1]]
            order = list(range(len(records)))
            count = min(parts or random.choice([1, 1, 2, 3]), max(len(order), 1))
            cuts = sorted(random.sample(range(1, len(order)), count - 1)) if order else []
            pieces = [order[low:high] for low, high in zip([0, *cuts], [*cuts, len(order)])]
            for number, piece in enumerate(pieces):
                path = f"{random.randint(0, 99):02}-{name}-{number}.csv"
                always, line_end = random.random() < 0.5, random.choice(["\n", "\r\n"])
                text = io.StringIO(newline="")
                writer = csv.writer(text, quoting=csv.QUOTE_ALL if always else csv.QUOTE_MINIMAL, lineterminator=line_end)
                writer.writerow(header)
                writer.writerows(list(records[at].values()) for at in piece)
                (folder / path).write_text(text.getvalue(), encoding="utf-8", newline="")
                places[path] = (name, [at + 1 for at in piece])
        return places


def declaration():
    """The record sets as a rule file declares them."""
    text = "records:\n"
    for name, (keys, fields) in SETS.items():
        text += f"  {name}:\n    title: One of the {name}\n    key: [{', '.join(keys)}]\n    fields:\n"
        for field, (kind, reference) in fields.items():
            refers = f"references: {{records: {reference[0]}, as: {reference[1]}}}, " if reference else ""
            if reference and field == f"{reference[1]}_id":
                refers = f"references: {reference[0]}, "
            kind = "date" if kind == "about" else kind
            text += f"      {field}: {{type: {kind}, phi: none, {refers}aliases: [{name}_{field}]}}\n"
    text += "---\nlayout: hospital\nsources:\n"
    for name, (_, fields) in SETS.items():
        bound = ", ".join(f"{field}: {{column: {name}_{field}, formats: [iso-partial]}}" if kind == "about" else f"{field}: {name}_{field}"
                          for field, (kind, _) in fields.items())
        text += f"  {name}: {{csv: {{files: [\"*-{name}-*.csv\"]}}, bind: {{{bound}}}}}\n"
    return text


def bounds(field):
    """The columns of a date of which only the month or the year may be known: the day if it is known, and its bounds."""
    text = f"nullif(trim(raw_{field}, ' \u00a0\u200b'), '')"
    low = f"CASE WHEN length({text}) IN (4, 7, 10) THEN {parsed(f'''({text} || substr('0000-01-01', length({text}) + 1))''', 'date')} END"
    step = f"CASE length({text}) WHEN 4 THEN to_years(1) WHEN 7 THEN to_months(1) ELSE to_days(1) END"
    return [f"CASE WHEN length({text}) = 10 THEN {low} END AS {field}", f"{low} AS {field}_low",
            f"CAST({low} + {step} - to_days(1) AS DATE) AS {field}_high",
            f"({text} IS NOT NULL AND ({low}) IS NULL) AS bad_{field}"]


def load(connection, hospital):
    """A table a record set: `record`, typed values `f`, and `bad_f` where a cell is there but unreadable."""
    connection.execute(MACROS)
    for name, (_, fields) in SETS.items():
        connection.execute(f"CREATE TABLE raw_{name} (record BIGINT, {', '.join(f'raw_{field} VARCHAR' for field in fields)})")
        rows = [(number + 1, *(cell or None for cell in record.values())) for number, record in enumerate(hospital.records[name])]
        if rows:
            connection.executemany(f"INSERT INTO raw_{name} VALUES ({', '.join('?' * (len(fields) + 1))})", rows)
        columns = []
        for field, (kind, _) in fields.items():
            if kind == "about":
                columns += bounds(field)
                continue
            sql = read(f"raw_{field}", kind)
            broken = f"(nullif(trim(raw_{field}, ' \u00a0\u200b'), '') IS NOT NULL AND ({sql}) IS NULL)" if kind in FORMS else "FALSE"
            if kind == "id":
                broken = f"coalesce(regexp_matches({sql}, '{DAMAGED}'), FALSE)"
                sql = f"CASE WHEN NOT {broken} THEN {sql} END"
            columns += [f"{sql} AS {field}", f"{broken} AS bad_{field}"]
        connection.execute(f"CREATE TABLE {name} AS SELECT record, {', '.join(columns)} FROM raw_{name}")
