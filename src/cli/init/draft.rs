//! The project file that is proposed, with its reasons as comments.
//!
//! What is certain is in force; what is not stands behind a `#` with what it takes to decide it.

use std::collections::BTreeMap;

use crate::cli::init::answer::Answers;
use crate::cli::init::command::SCHEMA_FILE;
use crate::cli::init::export::{Export, Recognised};
use crate::cli::init::screen;
use crate::cli::word::counted;
use crate::finding::{headers_of_unknown, neutral};
use crate::plan::{FileState, GENERIC, normalise};
use crate::report;
use crate::rule::{Binding, RecordSet, RuleBook};
use crate::survey::{Confidence, DayOrder, Order, SeenColumn, SeenFile};
use crate::value::FieldType;

/// How wide comments are.
const WIDTH: usize = 110;

/// What is said of a column without a value.
const BLANK: &str = "it holds nothing yet, and is read as the dates beside it";

/// What is known of one field over all files of a record set.
#[derive(Debug, Default)]
struct Drafted {
    /// Headers, in the order in which the dictionary knows them.
    headers: Vec<String>,
    /// How their cells are read.
    binding: Binding,
    /// What a person should look at.
    remarks: Vec<String>,
    /// What its order of day and month, or its formats, are taken from.
    aside: String,
    /// A binding that is proposed, but not in force.
    open: Option<Binding>,
}

/// The project file.
pub(super) fn write(export: &Export, answers: &Answers, book: &RuleBook, key_line: &str) -> String {
    let mut text = String::new();
    let recognised = export.recognised();
    text.push_str(&format!("# yaml-language-server: $schema={SCHEMA_FILE}\n"));
    let files = counted(export.plan.files.len(), "file");
    comment(
        &mut text,
        0,
        &format!(
            "How the records of this facility are audited, as `chartaudit init` proposed it after a look at {files}, \
             {} of them recognised. Paths are relative to this file. What stands behind a # is not in force.",
            recognised.len()
        ),
    );
    facility(&mut text, answers);
    packs(&mut text, book);
    text.push_str(&format!(
        "\n# The key behind the tags of reports. Keep a copy safe, and keep it out of exports.\n{key_line}\n"
    ));
    expectations(&mut text, &recognised);
    layout(&mut text, &recognised);
    sources(&mut text, export, &recognised, answers);
    unknown(&mut text, export);
    text
}

/// The facility and its place.
fn facility(text: &mut String, answers: &Answers) {
    text.push_str("\n# The facility. Its name stands on reports; some packs run for one kind of facility alone");
    match (&answers.kind, &answers.kind_by) {
        (Some(_), Some(by)) => text.push_str(&format!(":\n# {by}.\n")),
        _ => text.push_str(".\n"),
    }
    match (&answers.name, &answers.kind) {
        (None, None) => text.push_str("# facility: {name: Riverside General, kind: hospital}\n"),
        (None, Some(kind)) => {
            text.push_str(&format!(
                "facility: {{kind: {}}}  # name: Riverside General\n",
                quoted(kind)
            ));
        }
        (Some(name), None) => text.push_str(&format!("facility: {{name: {}}}\n", quoted(name))),
        (Some(name), Some(kind)) => {
            let (name, kind) = (quoted(name), quoted(kind));
            text.push_str(&format!("facility: {{name: {name}, kind: {kind}}}\n"));
        }
    }
    text.push_str("\n# Where it is: the packs of these places run; a state implies its country");
    match &answers.places_by {
        Some(by) => text.push_str(&format!(".\n# Taken from columns that hold values: {by}.\n")),
        None => text.push_str(".\n"),
    }
    if answers.places.is_empty() {
        text.push_str("# jurisdiction: [US, US-MA]\n");
    } else {
        let places: Vec<String> = answers.places.iter().map(|place| quoted(place)).collect();
        text.push_str(&format!("jurisdiction: [{}]\n", places.join(", ")));
    }
}

/// The packs that run as things are, and those that do not.
fn packs(text: &mut String, book: &RuleBook) {
    text.push_str(
        "\n# The packs that run there. To run others, or rules of your own beside them, name all of them:\n",
    );
    let names: Vec<&str> = book.packs.iter().map(|pack| pack.name.as_str()).collect();
    text.push_str(&format!("# packs: [{}, ./rules/local]\n", names.join(", ")));
    let width = book.packs.iter().map(|pack| pack.name.len()).max().unwrap_or_default();
    for pack in &book.packs {
        text.push_str(&format!("#   {:<width$}  {}\n", pack.name, pack.title));
    }
    for pack in &book.not_run {
        text.push_str(&format!("#   {} does not run: {}\n", pack.name, pack.why));
    }
}

/// What an unattended run should insist on.
fn expectations(text: &mut String, recognised: &[Recognised<'_>]) {
    let mut sets: Vec<&str> = recognised.iter().map(|file| file.set.name.as_str()).collect();
    sets.dedup();
    text.push_str(
        "\n# For unattended runs: an export without one of these, or of which too much cannot be judged, is incomplete.\n",
    );
    let sets = if sets.is_empty() { vec!["patients", "encounters"] } else { sets };
    wrapped(text, "# expect: [", &sets, "]", "#   ");
    text.push_str("# max_not_evaluable: 5%\n");
}

/// The layout, where one binds everything that is recognised.
fn layout(text: &mut String, recognised: &[Recognised<'_>]) {
    let mut by_layout: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in recognised.iter().filter(|file| file.has_layout()) {
        by_layout.entry(&file.bound.layout).or_default().push(&file.set.name);
    }
    for (name, mut sets) in by_layout.clone() {
        sets.dedup();
        text.push_str(&format!("\n# The layout {name} knows how these are read:\n"));
        wrapped(text, "#   ", &sets, "", "#   ");
        if by_layout.len() == 1 && recognised.iter().all(Recognised::has_layout) {
            text.push_str(&format!("layout: {}\n", quoted(name)));
        }
    }
    if by_layout.is_empty() && !recognised.is_empty() {
        text.push_str("\n# No layout that ships knows these files.\n");
        text.push_str(&format!("layout: {GENERIC}\n"));
    }
}

/// How the files that no layout knows are read, a source a record set.
fn sources(text: &mut String, export: &Export, recognised: &[Recognised<'_>], answers: &Answers) {
    let mut started = false;
    for (number, set) in export.plan.dictionary.sets.iter().enumerate() {
        let files: Vec<Recognised<'_>> =
            recognised.iter().filter(|file| file.bound.set == number).copied().collect();
        // A binding here goes before that of every layout: one file's would spoil the other's.
        if files.is_empty() || files.iter().any(Recognised::has_layout) {
            continue;
        }
        if !started {
            text.push_str(
                "\n# How the files of each record set are read: a field, and the column it is read from. The values that\n\
                 # were looked at were read so; `chartaudit plan` shows what this makes of another export.\nsources:\n",
            );
            started = true;
        }
        source(text, set, &files, answers);
    }
}

/// How one record set is read.
fn source(text: &mut String, set: &RecordSet, files: &[Recognised<'_>], answers: &Answers) {
    for file in files {
        let sure = file.seen.map_or(Confidence::Doubtful, |seen| seen.confidence).name();
        let about = format!("{}: {sure}; {}", neutral(&file.file.name), screen::facts(file));
        comment(text, 2, &about);
    }
    text.push_str(&format!("  {}:\n", set.name));
    footers(text, files);
    text.push_str("    bind:\n");
    for (field, drafted) in drafted(set, files, answers) {
        text.push_str(&drafted.lines(&field, ""));
    }
    let perhaps: Vec<(&str, &str, &SeenColumn)> =
        files.iter().flat_map(Recognised::perhaps).collect();
    let mut proposed: Vec<(&str, Drafted)> = Vec::new();
    for (field, header, seen) in &perhaps {
        let mut drafted = Drafted { headers: vec![(*header).to_owned()], ..Drafted::default() };
        drafted.add(seen, answers);
        if answers.accepts(&set.name, field, header) {
            text.push_str(&drafted.lines(field, ""));
        } else if !proposed
            .iter()
            .any(|(of, known)| of == field && known.headers == drafted.headers)
        {
            proposed.push((field, drafted));
        }
    }
    if !proposed.is_empty() {
        let why = "These columns have names like those of fields that no column has. Where one is, say so:";
        comment(text, 6, why);
    }
    for (field, drafted) in &proposed {
        text.push_str(&drafted.lines(field, "# "));
    }
    let is_proposed = |header: &str| perhaps.iter().any(|(_, name, _)| *name == header);
    for file in files {
        let unbound = file.bound.unbound.iter().map(|&column| file.header(column));
        let unbound: Vec<String> = unbound
            .filter(|header| !is_proposed(header))
            .map(|header| match header {
                "" => "(blank)".to_owned(),
                header => report::header(header, true),
            })
            .collect();
        if !unbound.is_empty() {
            let of = if files.len() > 1 {
                format!(" of {}", neutral(&file.file.name))
            } else {
                String::new()
            };
            comment(
                text,
                6,
                &format!("Columns{of} that no field is read from: {}", unbound.join(", ")),
            );
        }
    }
}

/// The lines at the ends of files that are no records. How a file is read is found by its name.
fn footers(text: &mut String, files: &[Recognised<'_>]) {
    let ended = files.iter().filter_map(|file| Some((file, file.seen?.footer?)));
    let mut patterns: Vec<&str> = ended.clone().map(|(_, pattern)| pattern).collect();
    patterns.sort_unstable();
    patterns.dedup();
    let mut names: Vec<String> = ended.filter_map(|(file, _)| file.name_pattern()).collect();
    names.sort();
    names.dedup();
    if patterns.is_empty() || names.is_empty() {
        return;
    }
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    text.push_str(&format!("    csv: {{files: [{}]}}\n", names.join(", ")));
    text.push_str(&format!(
        "    footer: '{}'  # the last line counts the records and is none\n",
        patterns.join("|")
    ));
}

/// The fields of a record set that have a column, with what all its files say of them.
fn drafted(set: &RecordSet, files: &[Recognised<'_>], answers: &Answers) -> Vec<(String, Drafted)> {
    let mut all: BTreeMap<usize, Drafted> = BTreeMap::new();
    let mut order: Vec<usize> = Vec::new();
    for file in files {
        let bound = file.bound.columns.iter().enumerate();
        let mut columns: Vec<(usize, usize)> =
            bound.filter_map(|(field, column)| Some((field, column.as_ref()?.column))).collect();
        columns.sort_by_key(|(_, column)| *column);
        for (field, column) in columns {
            if !order.contains(&field) {
                order.push(field);
            }
            let drafted = all.entry(field).or_default();
            let header = file.header(column).to_owned();
            let same = |known: &String| normalise(known) == normalise(&header);
            if !drafted.headers.iter().any(same) {
                drafted.headers.push(header);
            }
            let seen = file.seen.and_then(|seen| {
                seen.columns.iter().find(|seen| usize::from(seen.field.0) == field)
            });
            match (seen, file.seen) {
                (Some(seen), Some(of)) if seen.filled == 0 && is_moment(set, field) => {
                    drafted.add_blank(seen, of, answers);
                }
                (Some(seen), _) => drafted.add(seen, answers),
                (None, _) => {}
            }
        }
    }
    let field_of = |field: usize| set.fields.get(field);
    let named = order.into_iter().filter_map(|field| {
        let mut drafted = all.remove(&field)?;
        let known = field_of(field)?;
        // The first name that a file has is read, so that they stand in the order of the dictionary.
        let rank = |header: &String| {
            let names = [&known.name].into_iter().chain(&known.label).chain(&known.aliases);
            names.into_iter().position(|name| normalise(name) == normalise(header))
        };
        drafted.headers.sort_by_key(rank);
        Some((known.name.clone(), drafted))
    });
    named.collect()
}

/// Whether a field holds a date or a date and time.
fn is_moment(set: &RecordSet, field: usize) -> bool {
    set.fields.get(field).is_some_and(|field| {
        matches!(field.ty, FieldType::Date | FieldType::Timestamp | FieldType::Instant)
    })
}

impl Drafted {
    /// Adds a column without a value: it is read as all dates beside it are, if those are read alike.
    fn add_blank(&mut self, seen: &SeenColumn, file: &SeenFile, answers: &Answers) {
        self.merge(Binding { nulls: seen.binding.nulls.clone(), ..Binding::default() }, 0);
        let dates = file.columns.iter().filter(|column| !column.binding.formats.is_empty());
        let mut bindings: Vec<Binding> = dates.map(|column| column.binding.clone()).collect();
        if let Some(order) = answers.order {
            bindings.iter_mut().for_each(|binding| order.put_into(binding));
        }
        let Some(first) = bindings.first() else { return };
        let settled = answers.order.is_some()
            || file.columns.iter().all(|column| column.order == DayOrder::Told);
        if settled && bindings.iter().all(|other| other.formats == first.formats) {
            if self.aside.is_empty() && self.binding.formats.is_empty() {
                BLANK.clone_into(&mut self.aside);
            }
            let Binding { formats, pivot, .. } = first.clone();
            self.merge(Binding { formats, pivot, ..Binding::default() }, 0);
        }
    }

    /// Its lines: what a person should look at, and the binding behind a sign or none.
    fn lines(&self, field: &str, sign: &str) -> String {
        let mut text = String::new();
        for remark in &self.remarks {
            comment(&mut text, 6, remark);
        }
        let aside = match self.aside.as_str() {
            "" => String::new(),
            aside => format!("  # {aside}"),
        };
        if sign.is_empty() || self.open.is_none() {
            let written = binding(&self.headers, &self.binding);
            text.push_str(&format!("      {sign}{field}: {written}{aside}\n"));
        }
        if let Some(open) = &self.open {
            text.push_str(&format!("      # {field}: {}\n", binding(&self.headers, open)));
        }
        text
    }

    /// Adds what was seen of the field in one more file.
    fn add(&mut self, seen: &SeenColumn, answers: &Answers) {
        if self.aside == BLANK {
            self.aside.clear();
        }
        let mut binding = seen.binding.clone();
        if seen.order == DayOrder::Open {
            match answers.order {
                Some(order) => {
                    order.put_into(&mut binding);
                    let first = match order {
                        Order::MonthFirst => "month",
                        Order::DayFirst => "day",
                    };
                    self.aside =
                        format!("{first} first, {}: its own values do not tell", answers.order_by);
                }
                None => {
                    self.open = Some(binding.clone());
                    let formats = std::mem::take(&mut binding.formats);
                    binding.pivot = None;
                    let named = |order: Order| {
                        let mut named = Binding { formats: formats.clone(), ..Binding::default() };
                        order.put_into(&mut named);
                        named.formats.join(", ")
                    };
                    self.remark(format!(
                        "Its values leave the order of day and month open, so that none is read. `{}` reads the month \
                         first, `{}` the day:",
                        named(Order::MonthFirst),
                        named(Order::DayFirst)
                    ));
                }
            }
        }
        if binding.pivot.is_some() {
            let first = binding.pivot.unwrap_or_default();
            self.remark(format!("Years of two digits are taken for {first} to {}.", first + 99));
        }
        if seen.unreadable > 0 && seen.order == DayOrder::Told {
            let (unreadable, typed) = (seen.unreadable, seen.typed);
            self.remark(format!(
                "{unreadable} of {typed} values cannot be read, by no format that is known."
            ));
        }
        if seen.unknown_codes > 0 {
            self.remark(format!(
                "{} of its codes, in {}, are unknown to the dictionary: no rule about a code finds them. Where one means \
                 a code of the dictionary, say so with `values: {{code: [text]}}`.",
                seen.unknown_codes,
                counted_as(seen.unknown_code_records, "record", "records")
            ));
        }
        self.merge(binding, seen.filled);
    }

    fn remark(&mut self, remark: String) {
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// Reads what either file needs.
    fn merge(&mut self, other: Binding, filled: u64) {
        let mine = &mut self.binding;
        let plain = other.formats.is_empty() && filled > 0 && !mine.formats.is_empty();
        if plain && !mine.formats.iter().any(|format| format == "iso") {
            mine.formats.insert(0, "iso".to_owned());
        }
        union(&mut mine.formats, other.formats);
        union(&mut mine.nulls, other.nulls);
        union(&mut mine.true_values, other.true_values);
        union(&mut mine.false_values, other.false_values);
        for (code, texts) in other.values {
            match mine.values.iter_mut().find(|(known, _)| *known == code) {
                Some((_, known)) => union(known, texts),
                None => mine.values.push((code, texts)),
            }
        }
        mine.decimal = mine.decimal.or(other.decimal);
        mine.group = mine.group.or(other.group);
        mine.pivot = mine.pivot.or(other.pivot);
    }
}

fn union(mine: &mut Vec<String>, other: Vec<String>) {
    for text in other {
        if !mine.contains(&text) {
            mine.push(text);
        }
    }
}

/// A binding as the project file writes it: the name of a column, or the long form.
fn binding(headers: &[String], binding: &Binding) -> String {
    let list = |texts: &[String]| {
        let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
        format!("[{}]", texts.join(", "))
    };
    let column = match headers {
        [header] => quoted(header),
        headers => list(headers),
    };
    let mut keys = Vec::new();
    for (key, texts) in [
        ("formats", &binding.formats),
        ("nulls", &binding.nulls),
        ("true_values", &binding.true_values),
        ("false_values", &binding.false_values),
    ] {
        if !texts.is_empty() {
            keys.push(format!("{key}: {}", list(texts)));
        }
    }
    if !binding.values.is_empty() {
        let codes = binding.values.iter();
        let codes: Vec<String> =
            codes.map(|(code, texts)| format!("{}: {}", quoted(code), list(texts))).collect();
        keys.push(format!("values: {{{}}}", codes.join(", ")));
    }
    keys.extend(binding.decimal.map(|sign| format!("decimal: {}", quoted(&sign.to_string()))));
    keys.extend(binding.group.map(|sign| format!("group: {}", quoted(&sign.to_string()))));
    keys.extend(binding.pivot.map(|year| format!("pivot: {year}")));
    if keys.is_empty() { column } else { format!("{{column: {column}, {}}}", keys.join(", ")) }
}

/// The files that nobody recognises.
fn unknown(text: &mut String, export: &Export) {
    let mut started = false;
    for file in &export.plan.files {
        let Some((issues, set)) = file.state.refusal() else { continue };
        if !started {
            text.push_str(
                "\n# Files that are not judged. A source above that names their columns makes them known:\n",
            );
            started = true;
        }
        let why = screen::why_not(issues);
        comment(text, 0, &format!("  {}: {why}", neutral(&file.name)));
        if let FileState::Unplaced { file, .. } = &file.state {
            let headers = headers_of_unknown(&file.table.header.names).join(", ");
            comment(text, 0, &format!("    its columns: {headers}"));
        }
        if let Some(set) = set {
            comment(text, 0, &format!("    it looks like {set}"));
        }
    }
}

/// A count and its noun, whose plural is given.
fn counted_as(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A text as YAML reads it anywhere: bare where it is a plain word, else in double quotes.
fn quoted(text: &str) -> String {
    let word = text.chars().all(|char| char.is_ascii_alphanumeric() || "_-".contains(char))
        && text.starts_with(|char: char| char.is_ascii_alphabetic());
    let meant = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    if word && !meant.contains(&text.to_lowercase().as_str()) {
        return text.to_owned();
    }
    serde_json::to_string(text).unwrap_or_default()
}

/// A comment in lines of readable length, each after so many blanks.
fn comment(text: &mut String, indent: usize, words: &str) {
    let hang: usize = words.chars().take_while(|char| *char == ' ').count();
    let mut line = String::new();
    let start = format!("{}# {}", " ".repeat(indent), " ".repeat(hang));
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        let longer = start.len() + line.chars().count() + 1 + word.chars().count();
        if !line.is_empty() && longer > WIDTH {
            text.push_str(&format!("{start}{line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    text.push_str(&format!("{start}{line}\n"));
}

/// A list in lines of readable length.
fn wrapped(text: &mut String, start: &str, items: &[&str], end: &str, next: &str) {
    let mut line = start.to_owned();
    for (number, item) in items.iter().enumerate() {
        let comma = if number + 1 < items.len() { "," } else { end };
        if line.len() + item.len() + 2 > WIDTH && line.trim_end() != start.trim_end() {
            text.push_str(&format!("{}\n", line.trim_end()));
            next.clone_into(&mut line);
        }
        line.push_str(&format!("{item}{comma} "));
    }
    text.push_str(&format!("{}\n", line.trim_end()));
}
