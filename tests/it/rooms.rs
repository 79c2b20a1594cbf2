//! Who may import whom: data flows one way, and the sources are read to prove it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each room and the rooms it may use; `cli` may use all and is used by none.
const MAY_USE: [(&str, &[&str]); 19] = [
    ("value", &[]),
    ("expr", &["value"]),
    ("retention", &["value"]),
    ("rule", &["value", "expr", "detect", "retention"]),
    ("source", &[]),
    ("store", &[]),
    ("delivery", &["source"]),
    ("plan", &["value", "rule", "expr", "source", "delivery", "detect"]),
    ("detect", &["value"]),
    (
        "engine",
        &[
            "value",
            "plan",
            "expr",
            "source",
            "store",
            "delivery",
            "detect",
            "finding",
            "retention",
            "rule",
        ],
    ),
    ("finding", &["value", "retention", "rule", "source"]),
    (
        "transfer",
        &["value", "plan", "expr", "source", "store", "delivery", "engine", "finding", "rule"],
    ),
    ("report", &["value", "finding", "retention", "rule", "source", "store"]),
    ("evidence", &["report"]),
    ("sample", &["finding", "report"]),
    ("survey", &["value", "expr", "rule", "source", "plan", "engine"]),
    (
        "audit",
        &[
            "value", "rule", "source", "store", "plan", "detect", "engine", "finding", "report",
            "sample",
        ],
    ),
    (
        "cli",
        &[
            "evidence",
            "sample",
            "survey",
            "audit",
            "value",
            "expr",
            "retention",
            "rule",
            "source",
            "store",
            "delivery",
            "plan",
            "detect",
            "engine",
            "finding",
            "transfer",
            "report",
        ],
    ),
    ("lib", &[]),
];

/// What `report` may know of `source`: the logs and tallies, never a cell.
const REPORT_MAY_NAME: [&str; 6] =
    ["Issue", "IssueClass", "IssueCode", "IssueCount", "IssueLog", "Tally"];

#[test]
fn rooms_use_only_the_rooms_before_them() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.into_iter().collect();
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for file in sources() {
        let room = room_of(&file);
        let Some(may) = allowed.get(room.as_str()) else {
            faults.push(format!("{}: the room `{room}` is not in the table", file.display()));
            continue;
        };
        for (line, used) in imports(&fs::read_to_string(&file).expect("sources are text")) {
            let known = allowed.contains_key(used[0].as_str());
            if known && used[0] != room && !may.contains(&used[0].as_str()) {
                faults.push(format!("{}:{line}: `{room}` uses `{}`", file.display(), used[0]));
            }
            if room == "report"
                && used[0] == "source"
                && used.get(1).is_none_or(|name| !REPORT_MAY_NAME.contains(&name.as_str()))
            {
                faults.push(format!(
                    "{}:{line}: `report` names {}",
                    file.display(),
                    used.join("::")
                ));
            }
        }
        seen.insert(room);
    }
    assert!(seen.len() > 8, "only {seen:?} were looked at");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn imports_are_found_however_they_are_written() {
    check("use crate::rule::Pack;", &["rule::Pack"]);
    check("use crate::source::{Tally, issue::Log};", &["source::Tally", "source::issue::Log"]);
    check("use crate::{rule::{Pack, Family}, value};", &["rule::Pack", "rule::Family", "value"]);
    check("pub(crate) use crate::finding::{\n    Masked as M,\n};", &["finding::Masked"]);
    check("fn f(x: crate::plan::Plan) {}", &["plan::Plan"]);
    check("// use crate::engine::scan;\n/// [`crate::engine`]\nfn f() {}", &[]);
    check("let text = \"crate::engine\";", &[]);
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let found: Vec<String> = imports(text).into_iter().map(|(_, path)| path.join("::")).collect();
    assert_eq!(found, expected, "in {text:?}");
}

/// Every source file of the library.
pub(crate) fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the sources can be listed") {
            let path = entry.expect("the sources can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files.retain(|file| !file.ends_with("src/main.rs"));
    files
}

/// The room of a file: its first folder, or its own name.
fn room_of(file: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let inside = file.strip_prefix(root).expect("a source lies in the sources");
    let first = inside.iter().next().expect("a file has a name").to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// Every path that starts at `crate::`, with its line, comments and texts left out.
fn imports(text: &str) -> Vec<(usize, Vec<String>)> {
    let code = without_comments_and_texts(text);
    let mut found = Vec::new();
    for (start, _) in code.match_indices("crate::") {
        let (before, path) = code.split_at(start);
        if before.chars().next_back().is_some_and(|char| char.is_alphanumeric() || char == '_') {
            continue;
        }
        let line = before.matches('\n').count() + 1;
        let mut paths = Vec::new();
        let path = path.strip_prefix("crate::").unwrap_or(path);
        tree(path, &mut Vec::new(), &mut paths);
        found.extend(paths.into_iter().map(|path| (line, path)));
    }
    found
}

/// Reads one `use` tree, and gives what follows it.
fn tree<'a>(text: &'a str, prefix: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = rest.trim_start().trim_start_matches(',').trim_start();
            if let Some(after) = rest.strip_prefix('}') {
                return after;
            }
            if rest.is_empty() {
                return rest;
            }
            rest = tree(rest, prefix, found);
        }
    }
    let end = text.find(|char: char| !(char.is_alphanumeric() || char == '_' || char == '*'));
    let (name, rest) = text.split_at(end.unwrap_or(text.len()));
    if name.is_empty() {
        let mut chars = rest.chars();
        chars.next();
        return chars.as_str();
    }
    prefix.push(name.to_owned());
    let rest = match rest.strip_prefix("::") {
        Some(after) if !after.starts_with('<') => tree(after, prefix, found),
        _ => {
            found.push(prefix.clone());
            let after = rest.trim_start();
            match after.strip_prefix("as ") {
                Some(alias) => alias
                    .trim_start()
                    .trim_start_matches(|char: char| char.is_alphanumeric() || char == '_'),
                None => rest,
            }
        }
    };
    prefix.pop();
    rest
}

/// The code with comments and the content of texts blanked, line ends kept.
fn without_comments_and_texts(text: &str) -> String {
    let mut code = String::new();
    let mut chars = text.chars().peekable();
    let mut in_text = false;
    while let Some(char) = chars.next() {
        match char {
            '\\' if in_text => {
                if chars.next() == Some('\n') {
                    code.push('\n');
                }
            }
            '"' => {
                in_text = !in_text;
                code.push('"');
            }
            '\n' => code.push('\n'),
            _ if in_text => {}
            '\'' if chars.peek() == Some(&'"') => {
                chars.next();
            }
            '/' if chars.peek() == Some(&'/') => {
                while chars.peek().is_some_and(|next| *next != '\n') {
                    chars.next();
                }
            }
            other => code.push(other),
        }
    }
    code
}
