//! Types that hold text of a record cannot be printed: the sources are read to prove it.
//!
//! A derived `Debug` or `Serialize` shows every field. So no type outside a test may derive either while a field of it
//! holds bytes, unless it stands in [`NO_RECORD`] with the reason why its bytes are of no record. Whoever adds
//! a type that holds such bytes writes its `Debug` by hand, and leaves them out.

use std::collections::BTreeSet;
use std::fs;

use crate::rooms::sources;

/// Types that derive `Debug` although they hold bytes, and whose bytes these are.
const NO_RECORD: [(&str, &str); 7] = [
    ("Atom", "texts that a rule compares with"),
    ("CellReader", "words that a layout declares"),
    ("Code", "what stands between the parts of a code, in our own words"),
    ("Constant", "a text that a rule compares with"),
    ("ProfileTask", "numbers of detectors"),
    ("ProfiledColumn", "words that a layout declares"),
    ("ReaderKind", "words that a layout declares"),
];

/// What a field is that may hold text of a record.
const BYTES: [&str; 3] = ["[u8]", "Vec<u8>", "Cow<'"];

#[test]
fn nothing_that_holds_text_of_a_record_prints_it() {
    let mut faults = Vec::new();
    let mut excused = BTreeSet::new();
    let mut seen = 0;
    for file in sources() {
        let text = fs::read_to_string(&file).expect("sources are text");
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        if file.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        seen += code.matches("#[derive(").count();
        for name in printable_holders(code) {
            if NO_RECORD.iter().any(|(known, _)| *known == name) {
                excused.insert(name);
            } else {
                faults.push(format!("{}: `{name}` derives how it is printed", file.display()));
            }
        }
    }
    assert!(seen > 200, "only {seen} types were looked at");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(excused.len(), NO_RECORD.len(), "only {excused:?} still need their excuse");
}

/// Where text may be put into a finding as it is, how, and what allows it.
const SHOWN_AS_IT_IS: [(&str, &str, &str); 6] = [
    ("engine/input.rs", "declared", "the project file declares the purpose"),
    ("engine/profile/part.rs", "revealed", "values are asked for"),
    ("engine/show.rs", "declared", "the rule or the dictionary declares the code"),
    ("engine/show.rs", "revealed", "keys, or values, are asked for"),
    ("transfer/tell.rs", "revealed", "keys, or values, are asked for"),
    ("report/sample.rs", "declared", "an invented report that tests draw"),
];

#[test]
fn text_gets_into_findings_as_it_is_in_few_places() {
    let mut met = BTreeSet::new();
    for file in sources() {
        let text = fs::read_to_string(&file).expect("sources are text");
        let code = text.split("mod tests {\n").next().unwrap_or_default();
        for how in ["declared", "revealed"] {
            let calls = code.matches(&format!("Masked::{how}(")).count();
            let known =
                SHOWN_AS_IT_IS.iter().find(|(place, of, _)| file.ends_with(place) && *of == how);
            match known {
                Some(known) if calls > 0 => drop(met.insert(*known)),
                None if calls > 0 => panic!("{}: who lets it call `{how}`?", file.display()),
                _ => {}
            }
        }
    }
    assert_eq!(met, BTreeSet::from(SHOWN_AS_IT_IS), "a place that is gone");
}

#[test]
fn holders_are_found_however_they_are_written() {
    check("#[derive(Debug)]\nstruct A {\n    text: Vec<u8>,\n}\n", &["A"]);
    check("#[derive(Clone, Debug)]\n#[non_exhaustive]\npub struct B<'b>(&'b [u8]);\n", &["B"]);
    check("#[derive(serde::Serialize)]\npub(crate) enum C {\n    One(Box<[u8]>),\n}\n", &["C"]);
    check("#[derive(Clone)]\nstruct D {\n    text: Vec<u8>,\n}\n", &[]);
    check("#[derive(Debug)]\nstruct E;\nfn f(text: &[u8]) {}\n", &[]);
    check(
        "#[derive(\n    Debug,\n    Clone,\n)]\nstruct F {\n    /// A [u8].\n    count: u8,\n}\n",
        &[],
    );
}

#[track_caller]
fn check(code: &str, expected: &[&str]) {
    assert_eq!(printable_holders(code), expected, "in {code:?}");
}

/// The types that derive how they are printed, and hold bytes.
fn printable_holders(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (start, _) in code.match_indices("#[derive(") {
        let (_, after) = code.split_at(start);
        let Some((derives, rest)) = after.split_once(")]") else { continue };
        if !derives.contains("Debug") && !derives.contains("Serialize") {
            continue;
        }
        let item = rest.find("struct ").into_iter().chain(rest.find("enum ")).min();
        let Some(item) = item else { continue };
        let (_, item) = rest.split_at(item);
        let words: Vec<&str> = item.splitn(3, [' ', '<', '(', ';', '{']).collect();
        let name = words.get(1).copied().unwrap_or_default();
        let end = match (item.find('{'), item.find(';')) {
            (Some(brace), Some(semicolon)) if semicolon < brace => semicolon,
            (Some(_), _) => item.find("\n}").unwrap_or(item.len()),
            (None, end) => end.unwrap_or(item.len()),
        };
        let (body, _) = item.split_at(end);
        let holds = body
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .any(|line| BYTES.iter().any(|bytes| line.contains(bytes)));
        if holds {
            found.push(name.to_owned());
        }
    }
    found
}
