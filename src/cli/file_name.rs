//! Names of files and folders that give a person away: hidden wherever paths are shown.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::detect::{DETECTORS, Finder, Hit, Tier};
use crate::finding::Reveal;
use crate::plan::{FileState, Plan};
use crate::source::{Discovery, Issue, IssueClass, IssueCode, IssueLog};
use crate::value::Date;

/// So many digits in a row are a number of somebody's, unless they are a day.
const NUMBER: usize = 7;
/// Stands for what is hidden.
const BLOCKS: &str = "▒▒▒▒▒";

/// Hides identifiers in the names of a plan's files and of their folders, and says of each such path that it holds one.
///
/// Paths stay told apart, over all of the plans: where two would look alike, the later ones are numbered. Whoever
/// asked for values sees the names as they are. So it is with further names of files. Gives back how each hidden path is shown.
pub(crate) fn hide(
    plans: &mut [&mut Plan],
    more: &[String],
    reveal: Reveal,
) -> BTreeMap<String, String> {
    let names = plans.iter().flat_map(|plan| {
        let problems = plan.problems.iter().map(|(name, _)| name.as_str());
        plan.files.iter().map(|file| file.name.as_str()).chain(problems)
    });
    let mut hidden = BTreeMap::new();
    for (name, (shown, held)) in masked(names.chain(more.iter().map(String::as_str))) {
        let shown = if reveal >= Reveal::Values { name.clone() } else { shown };
        if let Some(detector) = held {
            for plan in plans.iter_mut() {
                plan.named.insert(shown.clone(), issue(detector));
            }
        }
        if shown != name {
            hidden.insert(name, shown);
        }
    }
    if !hidden.is_empty() {
        plans.iter_mut().for_each(|plan| rename(plan, &hidden));
    }
    hidden
}

/// How each of these paths is shown, and the detector of an identifier that it surely holds.
fn masked<'a>(
    names: impl Iterator<Item = &'a str>,
) -> BTreeMap<String, (String, Option<&'static str>)> {
    let Some(guard) = Guard::new() else { return BTreeMap::new() };
    let names: BTreeSet<&str> = names.collect();
    let mut paths = Paths::default();
    names.into_iter().map(|name| (name.to_owned(), paths.show(&guard, name))).collect()
}

/// Puts the names that are shown in the place of those that were found, for whom no plan is made.
pub(crate) fn hide_found(found: &mut Discovery) {
    let problems = found.problems.iter().map(|(name, _)| name.as_str());
    let names = found.files.iter().map(|file| file.name.as_str()).chain(problems);
    let masked = masked(names);
    for file in &mut found.files {
        if let Some((shown, _)) = masked.get(&file.name) {
            shown.clone_into(&mut file.name);
        }
    }
}

/// Puts the names that are shown in the place of those that are hidden, in what is said of files too.
fn rename(plan: &mut Plan, hidden: &BTreeMap<String, String>) {
    // The longest first: one name may be a part of another.
    let mut by_length: Vec<(&String, &String)> = hidden.iter().collect();
    by_length.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    let reword = |issue: &mut Issue| {
        for (name, shown) in &by_length {
            if issue.detail.contains(name.as_str()) {
                issue.detail = issue.detail.replace(name.as_str(), shown);
            }
        }
    };
    let reword_all = |issues: &mut IssueLog| {
        issues.by_code.values_mut().flat_map(|count| &mut count.first).for_each(reword);
    };
    let anew = |name: &mut String| {
        if let Some(shown) = hidden.get(name) {
            shown.clone_into(name);
        }
    };
    for file in &mut plan.files {
        anew(&mut file.name);
        file.claim.issues.iter_mut().for_each(reword);
        match &mut file.state {
            FileState::Bound(file) | FileState::Unplaced { file, .. } => {
                reword_all(&mut file.table.issues);
            }
            FileState::Refused { issues, .. } => reword_all(issues),
        }
    }
    plan.files.sort_by(|one, other| one.name.cmp(&other.name));
    for (name, issue) in &mut plan.problems {
        anew(name);
        reword(issue);
    }
}

/// What a path that holds an identifier costs: names travel further than what files hold.
fn issue(detector: &str) -> Issue {
    Issue {
        code: IssueCode("read/identifier-in-name"),
        class: IssueClass::Kept,
        line: 0,
        record: None,
        byte: 0,
        column: None,
        detail: format!(
            "the file's name or folder holds what looks like an identifier ({detector}); rename it"
        ),
    }
}

/// Which names of a path were seen already, and how they are shown.
#[derive(Debug, Default)]
struct Paths {
    /// Paths of folders and files, and how each is shown.
    shown: BTreeMap<String, String>,
    /// What is taken.
    taken: BTreeSet<String>,
}

impl Paths {
    /// The path as it is shown, and the detector of an identifier that it surely holds.
    fn show(&mut self, guard: &Guard, path: &str) -> (String, Option<&'static str>) {
        let mut held = None;
        let (mut whole, mut shown) = (String::new(), String::new());
        for name in path.split('/') {
            for part in [&mut whole, &mut shown] {
                if !part.is_empty() {
                    part.push('/');
                }
            }
            whole.push_str(name);
            let (hidden, sure) = guard.name(name);
            held = held.or(sure);
            shown = match self.shown.get(&whole) {
                Some(before) => before.clone(),
                None => self.fresh(shown, &hidden),
            };
            self.taken.insert(shown.clone());
            self.shown.insert(whole.clone(), shown.clone());
        }
        (shown, held)
    }

    /// The name below its folder, with a number before its ending where another looks like it.
    fn fresh(&self, folder: String, name: &str) -> String {
        let plain = format!("{folder}{name}");
        if !self.taken.contains(&plain) {
            return plain;
        }
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
        let dot = if ending.is_empty() { "" } else { "." };
        let mut numbers = 2_u64..;
        let numbered = numbers.find_map(|number| {
            let name = format!("{folder}{stem}({number}){dot}{ending}");
            (!self.taken.contains(&name)).then_some(name)
        });
        numbered.unwrap_or(plain)
    }
}

/// Finds what is to be hidden in a name.
struct Guard {
    finder: Finder,
}

impl Guard {
    /// The guard with every detector, whatever the place: what is hidden must not hang on a setting.
    fn new() -> Option<Self> {
        let names: Vec<&str> = DETECTORS.iter().map(|detector| detector.name).collect();
        Finder::new(&names).ok().map(|finder| Self { finder })
    }

    /// The name of a file or folder without its identifiers, and the detector of one that is sure.
    fn name(&self, name: &str) -> (String, Option<&'static str>) {
        // An ending is no part of a number or an address, unless there is nothing but the address.
        let stem = match name.rsplit_once('.') {
            Some((stem, ending))
                if ending.len() <= 5 && !ending.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                stem
            }
            _ => name,
        };
        let mut hits = self.hits(stem);
        if stem.contains('@') && hits.is_empty() {
            hits = self.hits(name);
        }
        let sure = hits.iter().find(|hit| hit.tier <= Tier::B);
        let sure = sure.and_then(|hit| DETECTORS.get(usize::from(hit.detector)));
        let found = hits.iter().filter_map(|hit| {
            Some(usize::try_from(hit.start).ok()?..usize::try_from(hit.end).ok()?)
        });
        let mut spans: Vec<Range<usize>> = found.chain(numbers(name)).collect();
        spans.sort_by_key(|span| (span.start, span.end));
        (without(name, &spans), sure.map(|detector| detector.name))
    }

    /// Identifiers in a name; days are none, for deliveries are called by theirs, unless they are labelled.
    fn hits(&self, name: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        // Words of names are kept apart by what is a letter of a word elsewhere.
        let words = name.replace('_', " ");
        self.finder.scan(words.as_bytes(), &self.finder.context(&[]), true, &mut hits);
        hits.retain(|hit| {
            let dated = DETECTORS
                .get(usize::from(hit.detector))
                .is_some_and(|detector| detector.group == "dates");
            let span =
                usize::try_from(hit.start).unwrap_or(0)..usize::try_from(hit.end).unwrap_or(0);
            let text = words.get(span).unwrap_or_default();
            match hit.tier {
                Tier::A => true,
                Tier::B | Tier::C => !dated && !is_day(text),
                Tier::D => {
                    !dated
                        && !is_day(text)
                        && text.chars().filter(char::is_ascii_digit).count() >= 4
                }
            }
        });
        hits
    }
}

/// Runs of digits that are a number of somebody's.
fn numbers(name: &str) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = None;
    for (at, char) in name.char_indices().chain([(name.len(), ' ')]) {
        match start {
            None if char.is_numeric() => start = Some(at),
            Some(from) if !char.is_numeric() => {
                runs.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    runs.retain(|run| {
        let digits = name.get(run.clone()).unwrap_or_default();
        digits.chars().count() >= NUMBER && !is_day(digits)
    });
    runs
}

/// Whether digits are a day of our time, with the time of day or without, as deliveries are called by.
fn is_day(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|char| char.to_digit(10)).collect();
    let only = text.chars().all(|char| char.is_ascii_digit() || "-. T:".contains(char));
    if !only || !matches!(digits.len(), 8 | 12 | 14) {
        return false;
    }
    let number = |places: Range<usize>| {
        digits.get(places).unwrap_or_default().iter().fold(0, |sum, digit| sum * 10 + digit)
    };
    let is = |year: u32, month, day| {
        let year = i32::try_from(year).unwrap_or_default();
        (1990..2100).contains(&year) && Date::from_ymd(year, month, day).is_some()
    };
    is(number(0..4), number(4..6), number(6..8))
        || (digits.len() == 8
            && (is(number(4..8), number(0..2), number(2..4))
                || is(number(4..8), number(2..4), number(0..2))))
}

/// The name with blocks in the place of these spans, which are sorted and may overlap.
fn without(name: &str, spans: &[Range<usize>]) -> String {
    let mut shown = String::new();
    let mut hidden_to = 0;
    for span in spans {
        if span.end <= hidden_to {
            continue;
        }
        if span.start >= hidden_to {
            shown.push_str(name.get(hidden_to..span.start).unwrap_or_default());
            shown.push_str(BLOCKS);
        }
        hidden_to = span.end;
    }
    shown.push_str(name.get(hidden_to..).unwrap_or_default());
    shown
}

#[cfg(test)]
mod tests {
    use super::{Guard, Paths};

    #[test]
    fn identifiers_are_hidden_and_said() {
        for (name, shown, detector) in [
            ("notes_923-45-6789.csv", "notes_▒▒▒▒▒.csv", Some("us-ssn")),
            ("notes_923456789.csv", "notes_▒▒▒▒▒.csv", None),
            ("note-1002345.csv", "note-▒▒▒▒▒.csv", None),
            ("jane.doe@example.com.csv", "▒▒▒▒▒.csv", Some("email")),
            ("jane.doe@example.com", "▒▒▒▒▒", Some("email")),
        ] {
            check(name, shown, detector);
        }
    }

    #[test]
    fn names_of_deliveries_stay() {
        for name in [
            "patients.csv",
            "encounters_2026-01-31.csv",
            "encounters-20260131.csv",
            "export_20260131T020000.csv",
            "export_20260131020000.tsv",
            "part-000123.csv",
            "v1.2.3",
            "ICD10 2026 (final).csv",
            "Übersicht 31.01.2026.csv",
            "",
        ] {
            check(name, name, None);
        }
    }

    #[track_caller]
    fn check(name: &str, shown: &str, detector: Option<&str>) {
        let guard = Guard::new().unwrap();
        assert_eq!(guard.name(name), (shown.to_owned(), detector), "of {name:?}");
    }

    #[test]
    fn siblings_are_told_apart() {
        let guard = Guard::new().unwrap();
        let mut paths = Paths::default();
        let mut show = |path: &str| paths.show(&guard, path).0;
        assert_eq!(show("923-45-6781/a.csv"), "▒▒▒▒▒/a.csv");
        assert_eq!(show("923-45-6781/b.csv"), "▒▒▒▒▒/b.csv");
        assert_eq!(show("923-45-6782/a.csv"), "▒▒▒▒▒(2)/a.csv");
        assert_eq!(show("n_923-45-6781.csv"), "n_▒▒▒▒▒.csv");
        assert_eq!(show("n_923-45-6782.csv"), "n_▒▒▒▒▒(2).csv");
        assert_eq!(show("n_923-45-6783.csv"), "n_▒▒▒▒▒(3).csv");
    }
}
