//! Names of files and folders that give a person away: hidden wherever paths are shown.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::detect::{self, Finder, NamedIdentifier, Site, Tier};
use crate::finding::Reveal;
use crate::plan::{FileState, Plan};
use crate::source::{Discovery, Issue, IssueLog};
use crate::value::Date;

/// So many digits in a row are a number of somebody's, unless they are a day.
const NUMBER: usize = 7;
/// Stands for what is hidden.
const BLOCKS: &str = "▒▒▒▒▒";

/// Hides identifiers in the names of a plan's files and of their folders, and notes what the site's finder finds in them.
///
/// Paths stay told apart, over all of the plans: where two would look alike, the later ones are numbered. Whoever
/// asked for values sees the names as they are. So it is with further names of files. Gives back how each hidden path is shown.
///
/// What is hidden does not hang on what a site allows: the same files are called the same in every report. What a pattern of
/// the site finds is hidden where the pattern is known.
pub(crate) fn hide(
    plans: &mut [&mut Plan],
    more: &[String],
    reveal: Reveal,
    of_site: Option<&Finder>,
) -> BTreeMap<String, String> {
    let names = plans.iter().flat_map(|plan| {
        let problems = plan.problems.iter().map(|(name, _)| name.as_str());
        plan.files.iter().map(|file| file.name.as_str()).chain(problems)
    });
    let mut hidden = BTreeMap::new();
    for (name, shown) in masked(names.chain(more.iter().map(String::as_str)), of_site) {
        let shown = if reveal >= Reveal::Values { name.clone() } else { shown };
        let held: Vec<NamedIdentifier> =
            of_site.iter().flat_map(|finder| detect::in_path(finder, &name)).collect();
        if !held.is_empty() {
            for plan in plans.iter_mut() {
                plan.named.insert(shown.clone(), held.clone());
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

/// How each of these paths is shown.
fn masked<'a>(
    names: impl Iterator<Item = &'a str>,
    of_site: Option<&Finder>,
) -> BTreeMap<String, String> {
    let Some(guard) = Guard::new(of_site) else { return BTreeMap::new() };
    let names: BTreeSet<&str> = names.collect();
    let mut paths = Paths::default();
    names.into_iter().map(|name| (name.to_owned(), paths.show(&guard, name))).collect()
}

/// Puts the names that are shown in the place of those that were found, for whom no plan is made.
pub(crate) fn hide_found(found: &mut Discovery) {
    let problems = found.problems.iter().map(|(name, _)| name.as_str());
    let names = found.files.iter().map(|file| file.name.as_str()).chain(problems);
    let masked = masked(names, None);
    for file in &mut found.files {
        if let Some(shown) = masked.get(&file.name) {
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
    plan.delivery.names_mut().for_each(anew);
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
    /// The path as it is shown.
    fn show(&mut self, guard: &Guard<'_>, path: &str) -> String {
        let (mut whole, mut shown) = (String::new(), String::new());
        for name in path.split('/') {
            for part in [&mut whole, &mut shown] {
                if !part.is_empty() {
                    part.push('/');
                }
            }
            whole.push_str(name);
            let hidden = guard.name(name);
            shown = match self.shown.get(&whole) {
                Some(before) => before.clone(),
                None => self.fresh(shown, &hidden),
            };
            self.taken.insert(shown.clone());
            self.shown.insert(whole.clone(), shown.clone());
        }
        shown
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
struct Guard<'f> {
    finder: Finder,
    of_site: Option<&'f Finder>,
}

impl<'f> Guard<'f> {
    /// The guard with every detector, whatever the place, and the patterns of the site: what else is hidden must not hang
    /// on a setting.
    fn new(of_site: Option<&'f Finder>) -> Option<Self> {
        let finder = detect::finder_for_names(&Site::default(), Date(0))?;
        Some(Self { finder, of_site })
    }

    /// The name of a file or folder without its identifiers.
    fn name(&self, name: &str) -> String {
        let mut hits = detect::hits_in_name(&self.finder, name, true);
        hits.extend(self.of_site.iter().flat_map(|finder| detect::own_in_name(finder, name)));
        let is_one_persons = hits.iter().any(|hit| hit.tier <= Tier::C);
        let found = hits.into_iter().filter_map(|hit| {
            Some(usize::try_from(hit.start).ok()?..usize::try_from(hit.end).ok()?)
        });
        let mut spans: Vec<Range<usize>> = found.chain(numbers(name)).collect();
        if is_one_persons {
            spans.extend(words(name));
        }
        spans.sort_by_key(|span| (span.start, span.end));
        without(name, &spans)
    }
}

/// Words that say what is in a file and not whom it is about.
const OF_FILES: &str = "access account accounts admission admissions all and appointment appointments audit billing care chart charts \
    claim claims clinic consent consents copy csv ct data daily dat diagnoses diagnosis discharge discharges \
    document documents ecg ed ehr ekg emr encounter encounters er export exports extract fax file files final for \
    form forms history hospital image images imaging inpatient inpatients lab laboratory labs letter letters list \
    log logs medication medications meds monthly mr mri mrn new nightly note notes of old order orders outpatient \
    outpatients page part patient patients pdf problem problems procedure procedures psv record records referral \
    referrals release report reports request requests result results roster scan scans schedule sent ssn staff \
    statement statements summary surgery surgeries tab table tests test the to transfer tsv txt us visit visits \
    vitals ward weekly xls xlsx xray zip";

/// The words of a name that may be those of a person: in a name with an identifier, all that do not say what is in a file.
fn words(name: &str) -> impl Iterator<Item = Range<usize>> {
    let starts = name.char_indices().scan(false, |inside, (at, char)| {
        let starts = char.is_alphabetic() && !*inside;
        *inside = char.is_alphabetic();
        Some(starts.then_some(at))
    });
    starts.flatten().filter_map(|start| {
        let rest = name.get(start..)?;
        let end = rest.find(|char: char| !char.is_alphabetic()).unwrap_or(rest.len());
        let word = rest.get(..end)?.to_lowercase();
        let of_file = word.chars().count() == 1 || OF_FILES.split(' ').any(|known| known == word);
        (!of_file).then_some(start..start + end)
    })
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
        digits.chars().count() >= NUMBER && !detect::is_day(digits)
    });
    runs
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
    use crate::detect::{self, Tier};

    #[test]
    fn identifiers_are_hidden_and_said() {
        for (name, shown, detector) in [
            ("notes_923-45-6789.csv", "notes_▒▒▒▒▒.csv", Some("us-ssn")),
            ("notes_923456789.csv", "notes_▒▒▒▒▒.csv", None),
            ("note-1002345.csv", "note-▒▒▒▒▒.csv", None),
            ("jane.doe@example.com.csv", "▒▒▒▒▒.csv", Some("email")),
            ("jane.doe@example.com", "▒▒▒▒▒", Some("email")),
            ("chart_923-45-6789_Thistle.csv", "chart_▒▒▒▒▒_▒▒▒▒▒.csv", Some("us-ssn")),
            ("Roe, Jane 923-45-6789 (MRI).pdf", "▒▒▒▒▒, ▒▒▒▒▒ ▒▒▒▒▒ (MRI).pdf", Some("us-ssn")),
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
        let guard = Guard::new(None).unwrap();
        assert_eq!(guard.name(name), shown, "of {name:?}");
        let sure = detect::in_path(&guard.finder, name);
        let sure = sure.iter().find(|held| held.tier <= Tier::B);
        assert_eq!(sure.map(|held| held.detector.as_str()), detector, "of {name:?}");
    }

    #[test]
    fn siblings_are_told_apart() {
        let guard = Guard::new(None).unwrap();
        let mut paths = Paths::default();
        let mut show = |path: &str| paths.show(&guard, path);
        assert_eq!(show("923-45-6781/a.csv"), "▒▒▒▒▒/a.csv");
        assert_eq!(show("923-45-6781/b.csv"), "▒▒▒▒▒/b.csv");
        assert_eq!(show("923-45-6782/a.csv"), "▒▒▒▒▒(2)/a.csv");
        assert_eq!(show("n_923-45-6781.csv"), "n_▒▒▒▒▒.csv");
        assert_eq!(show("n_923-45-6782.csv"), "n_▒▒▒▒▒(2).csv");
        assert_eq!(show("n_923-45-6783.csv"), "n_▒▒▒▒▒(3).csv");
    }
}
