//! The screen: one audit at a glance, whatever its counts, for the person who must act on it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::report::advice::advice;
use crate::report::json::v1::{
    Confidence, Fate, Input, Masking, Outcome, Problem, ProblemClass, ProblemPlace, ReleaseKind,
    Report, Rule, RuleSummary, SaidBy, Severity, Verdict,
};
use crate::report::phrase::open;
use crate::report::screen::{
    Ink, Screen, Style, counted, length, number, pad, pad_left, share, shorten, size, width, wrap,
};
use crate::report::{baseline, snippet, transfer, waiver};

/// How many lines of each kind a screen shows at most; what is left out is counted.
const RECORD_SETS: usize = 10;
const FAILING: usize = 10;
const REASONS: usize = 8;
const PARTLY: usize = 4;
const PARTLY_REASONS: usize = 2;
const TOLERATED: usize = 3;
const ALLOWED: usize = 5;
const PROBLEMS: usize = 6;
const UNRECOGNISED: usize = 3;
const PACKS: usize = 4;
/// Figures stand no further right than this, however wide the terminal is.
const READABLE: usize = 110;
/// Stands before what to do next.
const NEXT: &str = "next  ";
/// Where the text of a list entry begins, after its severity or class.
const MARGIN: &str = "            ";

/// The screen of a report, ending in a line end.
///
/// No line is wider than the style's width, and no character of the report can move the cursor.
#[must_use]
pub fn render(report: &Report, style: Style) -> String {
    render_run(report, style, &[])
}

/// The screen of the report of a run that has just ended, like [`render`].
///
/// The flags, each quoted for a shell, make `explain` see the rules of that run; a saved report does not know them.
#[must_use]
pub fn render_run(report: &Report, style: Style, explain: &[String]) -> String {
    let mut screen = Screen::new(style);
    header(&mut screen, report);
    inputs(&mut screen, report);
    transfer::section(&mut screen, report);
    families(&mut screen, report);
    failing(&mut screen, report);
    not_evaluated(&mut screen, report);
    partly_evaluated(&mut screen, report);
    tolerated(&mut screen, report);
    allowed(&mut screen, report);
    baseline::section(&mut screen, report);
    waiver::section(&mut screen, report);
    problems(&mut screen, report);
    packs_not_run(&mut screen, report);
    ending(&mut screen, report, explain);
    screen.finish()
}

/// Which audit this is.
fn header(screen: &mut Screen, report: &Report) {
    let provenance = &report.provenance;
    title(screen, report, "");
    let mut about: Vec<String> = provenance.facility.iter().cloned().collect();
    about.extend(provenance.packs.iter().map(|pack| format!("{} {}", pack.pack, pack.version)));
    if !provenance.tailoring.is_empty() {
        about.push(format!(
            "{} changed by the project file",
            counted(length(&provenance.tailoring), "rule", "rules")
        ));
    }
    if provenance.tailoring_left_out {
        about.push("changes by the project file left out".to_owned());
    }
    if provenance.fictional_report {
        about.push("fictional identifiers reported like real ones".to_owned());
    }
    about.push("not legal advice".to_owned());
    screen.paragraph(0, Ink::Faint, &about.join(" · "));
    if provenance.masking != Masking::On {
        screen.paragraph(
            0,
            Ink::Bad,
            "This report holds record data: keep it like the records themselves.",
        );
    }
}

/// Which program said what kind of thing, on which day, and how much is in clear.
pub(super) fn title(screen: &mut Screen, report: &Report, what: &str) {
    let masking = match report.provenance.masking {
        Masking::On => (Ink::Plain, "masking on"),
        Masking::KeysRevealed => (Ink::Bad, "KEYS IN CLEAR"),
        Masking::ValuesRevealed => (Ink::Bad, "VALUES IN CLEAR"),
    };
    screen.line(&[
        (Ink::Strong, &format!("{} {}", report.tool.name, report.tool.version)),
        (Ink::Plain, &format!("{what}   as of {}   ", report.as_of)),
        masking,
    ]);
}

/// What was read, by record set.
pub(super) fn inputs(screen: &mut Screen, report: &Report) {
    let summary = &report.summary;
    let read = summary.inputs.read.saturating_add(summary.inputs.incomplete);
    screen.blank();
    screen.line(&[
        (Ink::Strong, "READ"),
        (
            Ink::Plain,
            &format!(
                "   {} of {} · {} · {}",
                number(read),
                counted(summary.inputs.total, "file", "files"),
                counted(summary.records.kept, "record", "records"),
                size(summary.bytes)
            ),
        ),
    ]);
    let mut sets: BTreeMap<&str, Vec<&Input>> = BTreeMap::new();
    for input in &report.inputs {
        if let Some(set) = input.record_set.as_deref().filter(|_| input.fate != Fate::Refused) {
            sets.entry(set).or_default().push(input);
        }
    }
    let names = sets.keys().map(|name| width(name)).max().unwrap_or(0).min(28);
    for (name, files) in sets.iter().take(RECORD_SETS) {
        record_set(screen, &pad(&shorten(name, names), names), files);
    }
    more(screen, sets.len(), RECORD_SETS, "record set", "record sets");
    let columns_only =
        |input: &&Input| input.release.as_ref().is_some_and(|release| release.columns_only);
    let unrecognised = || report.inputs.iter().filter(|input| input.fate == Fate::Unrecognised);
    let of_release = unrecognised().filter(columns_only);
    let others = unrecognised().filter(|input| !columns_only(input));
    for (files, what) in [
        (of_release.collect::<Vec<_>>(), "not recognised, columns looked at"),
        (others.collect(), "not recognised"),
    ] {
        if files.is_empty() {
            continue;
        }
        let lead = format!("  {} {what}   ", counted(length(&files), "file", "files"));
        let paths: Vec<&str> = files.iter().map(|input| input.path.as_str()).collect();
        screen.hanging(&lead, Ink::Doubtful, &listed(&paths, UNRECOGNISED));
    }
    claims(screen, report);
}

/// What the files claim to be when they leave, where anybody says it of any.
fn claims(screen: &mut Screen, report: &Report) {
    let mut claims: BTreeMap<(ReleaseKind, SaidBy), u64> = BTreeMap::new();
    for claim in report.inputs.iter().filter_map(|input| input.release.as_ref()) {
        *claims.entry((claim.kind, claim.said_by)).or_default() += 1;
    }
    if claims.is_empty() {
        return;
    }
    let said = |(claim, files): (&(ReleaseKind, SaidBy), &u64)| {
        format!("{} {}, {}", counted(*files, "file", "files"), claim.0.name(), claim.1.words())
    };
    let mut words: Vec<String> = claims.iter().map(said).collect();
    let silent = report.inputs.iter().filter(|input| input.release.is_none()).count();
    if silent > 0 {
        let silent = counted(u64::try_from(silent).unwrap_or(u64::MAX), "file", "files");
        words.push(format!("{silent} of which nobody says it"));
    }
    screen.hanging("  claimed to be   ", Ink::Plain, &words.join(" · "));
}

/// One record set and the files that hold it.
fn record_set(screen: &mut Screen, name: &str, files: &[&Input]) {
    let records = files.iter().fold(0_u64, |sum, file| sum.saturating_add(file.records.kept));
    let place = match files {
        [file] => file.path.clone(),
        _ => counted(length(files), "file", "files"),
    };
    let mut unbound: Vec<&str> = Vec::new();
    for column in files.iter().flat_map(|file| &file.unbound) {
        if !unbound.contains(&column.as_str()) {
            unbound.push(column);
        }
    }
    let noun = if records == 1 { "record " } else { "records" };
    let line = format!("  {name} {:>14} {noun}   {place}", number(records));
    let columns = counted(length(&unbound), "column", "columns");
    let unplaced = format!("{columns} not placed: {}", unbound.join(", "));
    if unbound.is_empty() {
        screen.line(&[(Ink::Plain, &line)]);
    } else if width(&line) + 3 + width(&unplaced) <= screen.style().width {
        screen.line(&[(Ink::Plain, &format!("{line}   {unplaced}"))]);
    } else {
        screen.line(&[(Ink::Plain, &line)]);
        screen.line(&[(Ink::Faint, &format!("    {unplaced}"))]);
    }
}

/// How the rules of each family fared.
fn families(screen: &mut Screen, report: &Report) {
    screen.blank();
    screen.line(&[
        (Ink::Strong, "RULES"),
        (Ink::Faint, "              all     pass     fail   not evaluated   other"),
    ]);
    for family in &report.summary.families {
        family_line(screen, family.family.name(), &family.rules);
    }
    let sum = &report.summary.rules;
    let others: Vec<String> = [
        (sum.not_applicable, "not applicable"),
        (sum.pending, "pending"),
        (sum.waived, "waived"),
        (sum.baselined, "known from the baseline"),
        (sum.off, "off"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{} {what}", number(count)))
    .collect();
    if !others.is_empty() {
        screen.hanging("  other: ", Ink::Faint, &others.join(", "));
    }
    let controls: usize =
        report.provenance.not_checkable.iter().map(|pack| pack.controls.len()).sum();
    if controls > 0 {
        let controls = u64::try_from(controls).unwrap_or(u64::MAX);
        let controls = counted(controls, "control", "controls");
        let words = format!(
            "{controls} of these guidelines cannot be judged from data; the JSON report lists them"
        );
        screen.paragraph(2, Ink::Faint, &words);
    }
}

/// How the rules of one family fared.
fn family_line(screen: &mut Screen, name: &str, sum: &RuleSummary) {
    let other = sum
        .not_applicable
        .saturating_add(sum.pending)
        .saturating_add(sum.waived)
        .saturating_add(sum.baselined)
        .saturating_add(sum.off);
    let ink = |count, ink| if count > 0 { ink } else { Ink::Plain };
    screen.line(&[
        (Ink::Plain, &format!("  {}", pad(name, 15))),
        (Ink::Plain, &pad_left(&number(sum.total), 5)),
        (Ink::Plain, &pad_left(&number(sum.passed), 9)),
        (ink(sum.failed, Ink::Bad), &pad_left(&number(sum.failed), 9)),
        (ink(sum.not_evaluated, Ink::Doubtful), &pad_left(&number(sum.not_evaluated), 16)),
        (Ink::Plain, &pad_left(&number(other), 8)),
    ]);
}

/// The rules that fail, the gravest first, then in the order of the plan.
fn failing(screen: &mut Screen, report: &Report) {
    let rules = with_outcome(report, Outcome::Fail);
    screen.blank();
    if rules.is_empty() {
        screen.line(&[(Ink::Strong, "FAIL"), (Ink::Plain, "   none")]);
        return;
    }
    let open = rules.iter().fold(0_u64, |sum, rule| sum.saturating_add(open(rule)));
    screen.line(&[
        (Ink::Bad, "FAIL"),
        (
            Ink::Plain,
            &format!(
                "   {} · {}",
                counted(length(&rules), "rule", "rules"),
                counted(open, "open violation", "open violations")
            ),
        ),
    ]);
    for (index, rule) in rules.iter().take(FAILING).enumerate() {
        if index > 0 && screen.style().examples > 0 {
            screen.blank();
        }
        failing_rule(screen, report, rule);
        snippet::examples(screen, rule);
    }
    more(screen, rules.len(), FAILING, "failing rule", "failing rules");
}

/// One rule that fails: what, how many of how many, where, under which guideline.
fn failing_rule(screen: &mut Screen, report: &Report, rule: &Rule) {
    let ink = match rule.severity {
        Severity::Error => Ink::Bad,
        Severity::Warning => Ink::Doubtful,
        Severity::Note => Ink::Strong,
    };
    let figures = figures(rule);
    let columns = screen.style().width.min(READABLE);
    let room = columns.saturating_sub(MARGIN.len() + width(&figures) + 2);
    let lead = format!("  {}", pad(rule.severity.name(), MARGIN.len() - 2));
    if width(&rule.id) <= room {
        let gap = " ".repeat(room - width(&rule.id) + 2);
        screen.line(&[
            (ink, &lead),
            (Ink::Strong, &rule.id),
            (Ink::Plain, &gap),
            (Ink::Plain, &figures),
        ]);
    } else {
        screen.line(&[(ink, &lead), (Ink::Strong, &rule.id)]);
        screen.paragraph(MARGIN.len(), Ink::Plain, &figures);
    }
    let mut about = vec![shorten(&rule.title, columns.saturating_sub(MARGIN.len()))];
    about.push(place(report, rule));
    about.extend(rule.guideline.first().map(|guideline| match guideline.confidence {
        Confidence::Unverified => format!("{} (unverified)", guideline.cite),
        _ => guideline.cite.clone(),
    }));
    let whole = about.join(" · ");
    if MARGIN.len() + width(&whole) <= columns {
        screen.line(&[(Ink::Plain, MARGIN), (Ink::Plain, &whole)]);
    } else {
        screen.line(&[(Ink::Plain, MARGIN), (Ink::Plain, &about.remove(0))]);
        screen.line(&[(Ink::Plain, MARGIN), (Ink::Faint, &about.join(" · "))]);
    }
    for remark in &rule.remarks {
        screen.paragraph(MARGIN.len(), Ink::Plain, remark);
    }
}

/// How many violate a rule, of how many to which it applies.
fn figures(rule: &Rule) -> String {
    let counts = &rule.counts;
    let applicable = counts.passed.saturating_add(counts.violations);
    let mut text = format!(
        "{} of {} {}   {}",
        number(counts.violations),
        number(applicable),
        rule.unit.name(applicable),
        pad_left(&share(counts.violations, applicable), 6)
    );
    if counts.waived > 0 {
        text.push_str(&format!(" · {} waived", number(counts.waived)));
    }
    if counts.baselined > 0 {
        text.push_str(&format!(" · {} known", number(counts.baselined)));
    }
    text
}

/// Where a rule's findings are: the file of its record set, or the files of its examples.
fn place(report: &Report, rule: &Rule) -> String {
    let mut files = report.inputs.iter().filter(|input| {
        input.fate != Fate::Refused && input.record_set.as_ref() == Some(&rule.record_set)
    });
    if let (Some(only), None) = (files.next(), files.next()) {
        return only.path.clone();
    }
    let mut seen: Vec<&str> = Vec::new();
    for file in rule.findings.iter().filter_map(|finding| finding.file.as_deref()) {
        if !seen.contains(&file) {
            seen.push(file);
        }
    }
    match seen.as_slice() {
        [] => rule.record_set.clone(),
        // Examples are a choice: with more findings than examples there may be more files.
        _ if rule.findings_omitted > 0 => {
            format!("{}, among them {}", rule.record_set, listed(&seen, 1))
        }
        _ => listed(&seen, 2),
    }
}

/// The rules that could not be judged, as loud as those that fail, grouped by the reason.
fn not_evaluated(screen: &mut Screen, report: &Report) {
    let rules = with_outcome(report, Outcome::NotEvaluated);
    screen.blank();
    if rules.is_empty() {
        screen.line(&[(Ink::Strong, "NOT EVALUATED"), (Ink::Plain, "   none")]);
        return;
    }
    let count = counted(length(&rules), "rule", "rules");
    screen.line(&[(Ink::Doubtful, "NOT EVALUATED"), (Ink::Plain, &format!("   {count}"))]);
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for rule in &rules {
        let reason = rule.reason.as_deref().unwrap_or("no reason is given");
        groups.entry(reason).or_default().push(&rule.id);
    }
    let mut groups: Vec<(&str, Vec<&str>)> = groups.into_iter().collect();
    groups.sort_by_key(|(_, ids)| Reverse(ids.len()));
    let lines = if groups.len() > 3 { 1 } else { 2 };
    for (reason, ids) in groups.iter().take(REASONS) {
        let lead = format!("  {}", pad(&counted(length(ids), "rule", "rules"), MARGIN.len() - 2));
        screen.hanging(&lead, Ink::Doubtful, reason);
        let room = screen.style().width.min(READABLE).saturating_sub(MARGIN.len());
        screen.paragraph(MARGIN.len(), Ink::Plain, &fitting(ids, room, lines));
    }
    let left: usize = groups.iter().skip(REASONS).map(|(_, ids)| ids.len()).sum();
    more(screen, left, 0, "rule, for other reasons", "rules, for other reasons");
}

/// Rules that were judged, but not on every record.
fn partly_evaluated(screen: &mut Screen, report: &Report) {
    let mut rules: Vec<&Rule> =
        report.rules.iter().filter(|rule| is_partly_evaluated(rule)).collect();
    if rules.is_empty() {
        return;
    }
    rules.sort_by_key(|rule| Reverse(rule.counts.not_evaluable));
    screen.blank();
    let count = counted(length(&rules), "rule", "rules");
    screen.line(&[
        (Ink::Doubtful, "NOT EVALUATED IN PART"),
        (Ink::Plain, &format!("   {count} could not judge every record")),
    ]);
    for rule in rules.iter().take(PARTLY) {
        let of = rule.counts.records.saturating_sub(rule.counts.not_applicable);
        let not = rule.counts.not_evaluable;
        let figures = format!("{} of {} {}", number(not), number(of), rule.unit.name(of));
        screen.line(&[
            (Ink::Plain, MARGIN),
            (Ink::Strong, &rule.id),
            (Ink::Plain, &format!("   {figures}")),
        ]);
        screen.paragraph(MARGIN.len(), Ink::Faint, &reasons(rule));
    }
    more(screen, rules.len(), PARTLY, "rule", "rules");
}

/// Whether a rule was judged, but not on every record.
fn is_partly_evaluated(rule: &Rule) -> bool {
    rule.counts.not_evaluable > 0 && rule.outcome != Outcome::NotEvaluated
}

/// Why a rule could not judge records, each reason with its own count.
fn reasons(rule: &Rule) -> String {
    let shown = rule.not_evaluable_reasons.iter().take(PARTLY_REASONS);
    let mut left = rule.counts.not_evaluable;
    let mut words: Vec<String> = Vec::new();
    for reason in shown {
        left = left.saturating_sub(reason.count);
        words.push(format!("{}: {}", number(reason.count), reason.reason));
    }
    match (words.as_mut_slice(), left) {
        ([], _) => words.push("no reason is given".to_owned()),
        (_, 0) => {}
        (_, left) => words.push(format!("{}: other", number(left))),
    }
    words.join(" · ")
}

/// Rules that pass although records violate them.
fn tolerated(screen: &mut Screen, report: &Report) {
    let rules: Vec<&Rule> = report
        .rules
        .iter()
        .filter(|rule| rule.outcome == Outcome::Pass && rule.counts.violations > 0)
        .collect();
    if rules.is_empty() {
        return;
    }
    screen.blank();
    screen.line(&[(Ink::Strong, "WITHIN TOLERANCE")]);
    for rule in rules.iter().take(TOLERATED) {
        let most = rule.tolerance.as_deref().unwrap_or("some");
        let figures = format!("{}, {most} tolerated", figures(rule).replace("   ", ", "));
        screen.line(&[(Ink::Plain, MARGIN), (Ink::Strong, &rule.id)]);
        screen.line(&[(Ink::Plain, MARGIN), (Ink::Faint, &figures.replace(",  ", ", "))]);
    }
    more(screen, rules.len(), TOLERATED, "rule", "rules");
}

/// What the project file lets stand: no reader is to take for clean what was passed over.
fn allowed(screen: &mut Screen, report: &Report) {
    let allowances = &report.provenance.allowances;
    if allowances.is_empty() {
        return;
    }
    screen.blank();
    screen.line(&[(Ink::Strong, "ALLOWED BY THE PROJECT FILE")]);
    // What holds no more comes first: it is what somebody has to act on.
    let (expired, in_force): (Vec<_>, Vec<_>) =
        allowances.iter().partition(|allowance| allowance.expired);
    for allowance in expired.iter().chain(&in_force).take(ALLOWED) {
        let detector = allowance.detector.as_deref().unwrap_or("any identifier");
        let what = format!("{}: {} {detector}", allowance.number, allowance.what.name());
        let until = allowance.until.as_deref();
        let (ink, figures) = match until {
            Some(until) if allowance.expired => {
                (Ink::Bad, format!("EXPIRED on {until}: what it let stand is reported again"))
            }
            _ => {
                let spans = counted(allowance.spans, "span", "spans");
                (Ink::Plain, until.map_or(spans.clone(), |until| format!("{spans}, until {until}")))
            }
        };
        screen.line(&[(Ink::Plain, MARGIN), (Ink::Strong, &what), (ink, &format!("   {figures}"))]);
        screen.line(&[(Ink::Plain, MARGIN), (Ink::Faint, &allowance.reason)]);
    }
    more(screen, allowances.len(), ALLOWED, "allowance", "allowances");
}

/// One thing that was wrong, in the files that have it.
struct Trouble<'a> {
    /// The first file that has it.
    path: &'a str,
    /// Where in that file; 0 for the file as a whole.
    line: u64,
    /// How many files have it.
    files: usize,
    /// How often it was seen.
    count: u64,
    /// Whether the count is all of it: a report counts by code, and shows the first places only.
    counted: bool,
}

/// What a problem says at a place.
fn message(place: &ProblemPlace) -> String {
    match (&place.column, place.detail.as_str()) {
        (None, detail) => detail.to_owned(),
        (Some(column), "") => format!("column `{column}`"),
        (Some(column), detail) => format!("column `{column}`: {detail}"),
    }
}

/// What was wrong with inputs, the gravest first; what was merely noted stands in the JSON report.
///
/// A problem that many files share is one entry: a hundred monthly parts have one cause.
pub(super) fn problems(screen: &mut Screen, report: &Report) {
    let mut troubles: BTreeMap<(Reverse<ProblemClass>, &str, String), Trouble<'_>> =
        BTreeMap::new();
    for input in &report.inputs {
        for problem in input.problems.iter().filter(|found| found.class > ProblemClass::Noted) {
            for (message, line, count) in messages(problem) {
                let counted = length(&problem.first) >= problem.count || count == problem.count;
                let key = (Reverse(problem.class), problem.code.as_str(), message);
                let trouble = troubles.entry(key).or_insert_with(|| Trouble {
                    path: &input.path,
                    line,
                    files: 0,
                    count: 0,
                    counted: true,
                });
                trouble.files += 1;
                trouble.count = trouble.count.saturating_add(count);
                trouble.counted &= counted;
            }
        }
    }
    if troubles.is_empty() {
        return;
    }
    screen.blank();
    screen.line(&[(Ink::Strong, "INPUT PROBLEMS")]);
    let mut advised: BTreeSet<&str> = BTreeSet::new();
    for ((Reverse(class), code, message), trouble) in troubles.iter().take(PROBLEMS) {
        // What a detail says after a semicolon is what to do, and closer to the case than advice can be.
        let advice = advice(code).filter(|_| !message.contains("; ") && advised.insert(code));
        problem(screen, *class, code, message, advice, trouble);
    }
    more(screen, troubles.len(), PROBLEMS, "kind of problem", "kinds of problems");
}

/// What a problem of an input says, each message once: the first line, and how often it is known to stand there.
fn messages(problem: &Problem) -> Vec<(String, u64, u64)> {
    let mut messages: Vec<(String, u64, u64)> = Vec::new();
    for place in &problem.first {
        let text = message(place);
        match messages.iter_mut().find(|(known, ..)| *known == text) {
            Some((_, _, count)) => *count = count.saturating_add(1),
            None => messages.push((text, place.line, 1)),
        }
    }
    match messages.as_mut_slice() {
        [] => messages.push((String::new(), 0, problem.count)),
        [(_, _, only)] => *only = problem.count,
        _ => {}
    }
    messages
}

/// One kind of problem, in the files that have it.
fn problem(
    screen: &mut Screen,
    class: ProblemClass,
    code: &str,
    message: &str,
    advice: Option<&str>,
    trouble: &Trouble<'_>,
) {
    let (class, ink) = match class {
        ProblemClass::Refused => ("refused", Ink::Bad),
        ProblemClass::Skipped => ("skipped", Ink::Bad),
        ProblemClass::Kept => ("kept", Ink::Doubtful),
        ProblemClass::Noted => ("noted", Ink::Faint),
    };
    let mut places = Vec::new();
    if trouble.count > 1 || !trouble.counted {
        let least = if trouble.counted { "" } else { "at least " };
        let mut times = format!("{least}{}", counted(trouble.count, "time", "times"));
        if trouble.files > 1 {
            times.push_str(&format!(" in {} files", number(length_of(trouble.files))));
        }
        places.push(times);
    }
    if trouble.line > 0 {
        let first = if places.is_empty() { "" } else { "first at " };
        places.push(format!("{first}line {}", number(trouble.line)));
    }
    screen.line(&[
        (ink, &format!("  {}", pad(class, MARGIN.len() - 2))),
        (Ink::Strong, trouble.path),
        (Ink::Plain, &format!("   {code}   {}", places.join(", "))),
    ]);
    let mut words = message.to_owned();
    if let Some(advice) = advice {
        words.push_str(if words.is_empty() { "" } else { ". " });
        words.push_str(advice);
    }
    if !words.is_empty() {
        screen.paragraph(MARGIN.len(), Ink::Plain, &words);
    }
}

/// A count of things in memory.
fn length_of(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Packs that did not run, and what would run them.
fn packs_not_run(screen: &mut Screen, report: &Report) {
    let packs = &report.provenance.packs_not_run;
    if packs.is_empty() {
        return;
    }
    screen.blank();
    screen.line(&[(Ink::Strong, "PACKS THAT DID NOT RUN")]);
    let names = packs.iter().take(PACKS).map(|pack| width(&pack.pack)).max().unwrap_or(0);
    for pack in packs.iter().take(PACKS) {
        let lead = format!("  {}   ", pad(&pack.pack, names));
        screen.hanging(&lead, Ink::Plain, &format!("{}; {} runs it", pack.reason, pack.flag));
    }
    more(screen, packs.len(), PACKS, "pack", "packs");
}

/// The verdict, why, and what to do next.
fn ending(screen: &mut Screen, report: &Report, flags: &[String]) {
    screen.blank();
    if !report.provenance.site_key && report.summary.rules.violations > 0 {
        screen.paragraph(
            0,
            Ink::Faint,
            "No site key: keys are numbered within this report, and findings cannot be matched across runs; `chartaudit init` makes one.",
        );
        screen.blank();
    }
    let (word, ink) = match report.verdict {
        Verdict::Pass => ("PASS", Ink::Good),
        Verdict::Fail => ("FAIL", Ink::Bad),
        Verdict::Incomplete => ("INCOMPLETE", Ink::Bad),
        Verdict::Empty => ("NOTHING EVALUATED", Ink::Doubtful),
    };
    let failed = report.summary.rules.failed;
    let mut why = format!("exit {}: {}", report.exit_code, report.exit_reason);
    if report.verdict == Verdict::Incomplete && failed > 0 {
        let verb = if failed == 1 { "fails" } else { "fail" };
        why.push_str(&format!("; {} {verb} besides", counted(failed, "rule", "rules")));
    }
    let left = report.summary.rules.not_evaluated;
    if report.verdict == Verdict::Pass && left > 0 {
        why.push_str(&format!("; {} not evaluated", counted(left, "rule was", "rules were")));
    }
    let partly = report.rules.iter().filter(|rule| is_partly_evaluated(rule)).count();
    if report.verdict == Verdict::Pass && partly > 0 {
        let rules = counted(length_of(partly), "rule", "rules");
        why.push_str(&format!("; {rules} could not judge every record"));
    }
    screen.line(&[(ink, word)]);
    screen.paragraph(2, Ink::Strong, &why);
    let mut commands = next(report, screen.style());
    if let Some(rule) = with_outcome(report, Outcome::Fail).first() {
        explain(screen, report, rule, flags);
        commands.truncate(2);
    }
    for (index, command) in commands.iter().enumerate() {
        let first = index == 0 && report.summary.rules.failed == 0;
        screen.hanging(if first { NEXT } else { "      " }, Ink::Plain, command);
    }
}

/// What to do next, besides having a rule explained.
fn next(report: &Report, style: Style) -> Vec<String> {
    let mut commands = Vec::new();
    if report.summary.rules.failed > 0 {
        if style.examples == 0 {
            commands.push("add --examples 3 to see single findings, masked".to_owned());
        }
        commands.push("add --all-findings findings.csv for the whole list".to_owned());
    }
    if report.verdict == Verdict::Empty || report.summary.rules.not_evaluated > 0 {
        commands.push(
            "`chartaudit plan` on the same input shows what is missing, and for which rule"
                .to_owned(),
        );
    }
    commands
}

/// How to have a rule explained: a command that works as it is printed.
fn explain(screen: &mut Screen, report: &Report, rule: &Rule, flags: &[String]) {
    let shipped = report.provenance.packs.iter().any(|pack| pack.pack == rule.pack && pack.shipped);
    let command = format!("chartaudit explain {}", rule.id);
    if shipped {
        screen.hanging(NEXT, Ink::Plain, &command);
    } else if flags.is_empty() {
        let words = format!("`{command}` with the --rules or --config of this scan");
        screen.hanging(NEXT, Ink::Plain, &words);
    } else {
        // Broken between words only, and so that a shell reads the lines as one command.
        let room = screen.style().width.saturating_sub(NEXT.len() + 2);
        let mut lines = vec![command];
        for pair in flags.chunks(2) {
            let pair = pair.join(" ");
            match lines.last_mut() {
                Some(line) if width(line) + 1 + width(&pair) <= room => {
                    line.push_str(&format!(" {pair}"));
                }
                _ => lines.push(pair),
            }
        }
        let last = lines.len().saturating_sub(1);
        for (index, line) in lines.iter().enumerate() {
            let lead = if index == 0 { NEXT } else { "        " };
            let end = if index < last { " \\" } else { "" };
            screen.line(&[(Ink::Plain, lead), (Ink::Plain, line), (Ink::Plain, end)]);
        }
    }
}

/// The rules with that outcome, the gravest first, then in the order of the plan.
fn with_outcome(report: &Report, outcome: Outcome) -> Vec<&Rule> {
    let mut rules: Vec<&Rule> =
        report.rules.iter().filter(|rule| rule.outcome == outcome).collect();
    rules.sort_by_key(|rule| Reverse(rule.severity));
    rules
}

/// Says how many more there are than a screen shows.
pub(super) fn more(screen: &mut Screen, all: usize, shown: usize, one: &str, many: &str) {
    if all > shown {
        let left = u64::try_from(all - shown).unwrap_or(u64::MAX);
        let noun = if left == 1 { one } else { many };
        let words = format!("… and {} more {noun}, in the JSON report", number(left));
        screen.line(&[(Ink::Plain, MARGIN), (Ink::Faint, &words)]);
    }
}

/// The first few names, and how many more.
fn listed(names: &[&str], most: usize) -> String {
    let shown: Vec<&str> = names.iter().take(most).copied().collect();
    let mut text = shown.join(", ");
    if names.len() > most {
        text.push_str(&format!(", … {} more", names.len() - most));
    }
    text
}

/// As many names as fit into so many lines of so many columns, at least one, and how many more.
fn fitting(names: &[&str], room: usize, lines: usize) -> String {
    let fits = |text: &String| wrap(text, room.max(1)).len() <= lines;
    let most = names.len().min(room);
    let shown = (1..=most).rev().map(|most| listed(names, most)).find(fits);
    shown.unwrap_or_else(|| listed(names, 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::{Style, render, render_run};
    use crate::finding::{IssueClass, Outcome, Reveal, Scan};
    use crate::report::json::v1::Report;
    use crate::report::screen::width;
    use crate::report::{AssembleInput, Meta, Policy, sample};
    use crate::rule::{CheckedRule, Family, Severity};

    #[test]
    fn the_screen_of_a_pipe() {
        insta::assert_snapshot!(render(&sample::report(), Style::default()));
    }

    #[test]
    fn the_screen_of_a_wide_terminal_with_examples() {
        let style = Style { width: 120, examples: 2, ..Style::default() };
        insta::assert_snapshot!(render(&sample::report(), style));
    }

    #[test]
    fn the_screen_of_a_plain_terminal() {
        let style = Style { unicode: false, examples: 1, ..Style::default() };
        let shown = render(&sample::report(), style);
        assert!(shown.is_ascii());
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn the_screen_in_colour() {
        let style = Style { color: true, examples: 1, ..Style::default() };
        let shown = render(&sample::report(), style);
        insta::assert_snapshot!(shown.replace('\u{1b}', "^"));
        let plain = render(&sample::report(), Style { color: false, ..style });
        assert_eq!(bare(&shown), plain, "colour is never the only signal");
    }

    #[test]
    fn the_screen_of_a_clean_audit() {
        let pack = sample::pack();
        let rules: Vec<&CheckedRule> = pack.rules.iter().take(3).collect();
        let mut scan = sample::scan();
        scan.inputs = vec![sample::input("encounters.csv", "encounters", 5)];
        scan.rules =
            (0..3).map(|rule| sample::result(rule, Outcome::Pass, [0, 5, 0, 0, 0])).collect();
        let packs = std::slice::from_ref(&pack);
        let meta = Meta {
            packs_not_run: Vec::new(),
            tailoring: Vec::new(),
            reveal: Reveal::Keys,
            ..sample::meta()
        };
        let report = Report::assemble(AssembleInput { scan: &scan, packs, rules: &rules, meta });
        insta::assert_snapshot!(render(&report, Style::default()));
    }

    /// A report of many rules, all failing or all without their records, over many files.
    fn crowd(fails: bool) -> Report {
        let rules: Vec<CheckedRule> = (0..500)
            .map(|number| {
                sample::rule(
                    Family::Completeness,
                    &format!("rule-{number}"),
                    Severity::Error,
                    "title",
                )
            })
            .collect();
        let rules: Vec<&CheckedRule> = rules.iter().collect();
        let mut scan = sample::scan();
        let absent = |number: u32| {
            crate::finding::NotEvaluated::RecordSetAbsent(format!("set-{}", number % 40))
        };
        scan.rules = (0..500)
            .map(|number| {
                let outcome =
                    if fails { Outcome::Fail } else { Outcome::NotEvaluated(absent(number)) };
                sample::result(number, outcome, [0, 5, u64::from(fails), 0, 0])
            })
            .collect();
        for number in 0..200 {
            let mut input = scan.inputs[2].clone();
            input.path = format!("part-{number}.csv");
            input.record_set = Some(format!("set-{number}"));
            scan.inputs.push(input);
        }
        let meta = Meta { policy: Policy::default(), ..sample::meta() };
        Report::assemble(AssembleInput { scan: &scan, packs: &[], rules: &rules, meta })
    }

    #[test]
    fn a_pass_says_what_was_not_judged() {
        let shown =
            render(&passing(&[("`a` is missing", 3), ("`b` is missing", 2)], 9), Style::default());
        assert!(shown.contains("3: `a` is missing · 2: `b` is missing · 4: other"), "{shown}");
        assert!(
            shown.contains("exit 0: no rule fails; 1 rule could not judge every record"),
            "{shown}"
        );
        let shown = render(&passing(&[("`a` is missing", 9)], 9), Style::default());
        assert!(shown.contains("9: `a` is missing") && !shown.contains(": other"), "{shown}");
    }

    /// A passing report with one rule that could not judge so many records for these reasons.
    fn passing(reasons: &[(&str, u64)], not_evaluable: u64) -> Report {
        let pack = sample::pack();
        let rules: Vec<&CheckedRule> = pack.rules.iter().take(1).collect();
        let mut scan = sample::scan();
        scan.inputs = vec![sample::input("encounters.csv", "encounters", 50)];
        scan.rules = vec![sample::result(0, Outcome::Pass, [0, 41, 0, not_evaluable, 0])];
        scan.rules[0].not_evaluable_reasons =
            reasons.iter().map(|(reason, count)| ((*reason).to_owned(), *count)).collect();
        let packs = std::slice::from_ref(&pack);
        Report::assemble(AssembleInput { scan: &scan, packs, rules: &rules, meta: sample::meta() })
    }

    #[test]
    fn the_command_that_explains_works_as_printed() {
        let flags = ["--config", "exports/chartaudit.yaml", "--rules", "'our rules',b"];
        let flags = flags.map(str::to_owned);
        let report = sample::report();
        let shown = render_run(&report, Style { width: 200, ..Style::default() }, &flags);
        let whole = "next  chartaudit explain completeness/chart-completed-late \
                     --config exports/chartaudit.yaml --rules 'our rules',b\n";
        assert!(shown.contains(whole), "{shown}");
        let shown = render_run(&report, Style::default(), &flags);
        let broken = "next  chartaudit explain completeness/chart-completed-late \\\n        \
                      --config exports/chartaudit.yaml --rules 'our rules',b\n";
        assert!(shown.contains(broken), "{shown}");
    }

    #[test]
    fn problems_are_told_apart_by_what_they_say() {
        let mut scan = sample::scan();
        scan.inputs = vec![sample::input("encounters.csv", "encounters", 50)];
        for (line, column) in [(4, 1), (9, 0), (17, 1)] {
            let mut issue = sample::issue("read/bad-value", IssueClass::Kept, line, "no timestamp");
            issue.column = Some(column);
            scan.inputs[0].issues.add(issue);
        }
        let shown = screen_of(&scan);
        assert!(shown.contains("read/bad-value   2 times, first at line 4"), "{shown}");
        assert!(shown.contains("read/bad-value   line 9"), "{shown}");
        assert!(shown.contains("column `Disch Dt/Tm`: no timestamp"), "{shown}");
        assert_eq!(shown.matches("Name the format").count(), 1, "one remedy: {shown}");
        for line in 20..30 {
            let mut issue = sample::issue("read/bad-value", IssueClass::Kept, line, "no timestamp");
            issue.column = Some(1);
            scan.inputs[0].issues.add(issue);
        }
        let shown = screen_of(&scan);
        assert!(shown.contains("at least 4 times, first at line 4"), "{shown}");
    }

    #[test]
    fn overflows_are_an_input_problem() {
        let mut scan = sample::scan();
        scan.inputs = vec![sample::input("encounters.csv", "encounters", 50)];
        scan.inputs[0].overflows = 1;
        let shown = screen_of(&scan);
        assert!(shown.contains("1 result of arithmetic was out of range and counts as"), "{shown}");
        scan.inputs[0].overflows = 1_200;
        let shown = screen_of(&scan);
        assert!(shown.contains("encounters.csv   eval/overflow   1,200 times\n"), "{shown}");
    }

    /// The screen of a scan with the sample's rules.
    fn screen_of(scan: &Scan) -> String {
        let pack = sample::pack();
        let rules: Vec<&CheckedRule> = pack.rules.iter().collect();
        let packs = std::slice::from_ref(&pack);
        let report =
            Report::assemble(AssembleInput { scan, packs, rules: &rules, meta: sample::meta() });
        crate::report::json::assert_published(&report);
        render(&report, Style::default())
    }

    #[test]
    fn one_screen_whatever_the_counts() {
        for fails in [true, false] {
            let shown = render(&crowd(fails), Style::default());
            let lines = shown.lines().count();
            assert!(lines <= 80, "{lines} lines");
            assert!(
                shown.contains("and 188 more record sets") || shown.contains("more record sets")
            );
            assert_eq!(shown.contains("and 490 more failing rules"), fails);
            assert_eq!(shown.contains("more rules, for other reasons"), !fails);
        }
    }

    /// The text without colour.
    fn bare(text: &str) -> String {
        let mut shown = String::new();
        let mut chars = text.chars();
        while let Some(char) = chars.next() {
            if char == '\u{1b}' {
                chars.by_ref().find(char::is_ascii_alphabetic);
            } else {
                shown.push(char);
            }
        }
        shown.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    #[test]
    fn a_saved_report_cannot_reach_the_terminal() {
        let hostile = "\u{1b}[2J\u{202e}\u{9b}1m\u{7}漢字";
        let text = sample::report().to_json().unwrap();
        let mut report: serde_json::Value = serde_json::from_str(&text).unwrap();
        poison(&mut report, hostile);
        let report = Report::from_json(&report.to_string()).unwrap();
        let style = Style { examples: 3, ..Style::default() };
        let shown = render(&report, style);
        assert!(shown.contains("漢字"));
        assert!(!shown.chars().any(|char| char.is_control() && char != '\n' || char == '\u{202e}'));
        assert!(shown.lines().all(|line| width(line) <= 80), "{shown}");
    }

    /// Puts the text into every text that is no name of a variant.
    fn poison(value: &mut serde_json::Value, text: &str) {
        const KEPT: [&str; 13] = [
            "schema",
            "verdict",
            "masking",
            "fate",
            "class",
            "family",
            "severity",
            "status",
            "confidence",
            "unit",
            "outcome",
            "reason_code",
            "tier",
        ];
        match value {
            serde_json::Value::Object(map) => {
                for (key, value) in map.iter_mut() {
                    match value {
                        serde_json::Value::String(old) if !KEPT.contains(&key.as_str()) => {
                            old.push_str(text);
                        }
                        other => poison(other, text),
                    }
                }
            }
            serde_json::Value::Array(list) => {
                for value in list {
                    match value {
                        serde_json::Value::String(old) => old.push_str(text),
                        other => poison(other, text),
                    }
                }
            }
            _ => {}
        }
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_screen(columns in 0..140_usize, examples in 0..3_usize, color: bool, unicode: bool) {
            let shown = render(&sample::report(), Style { color, width: columns, unicode, examples });
            for line in bare(&shown).lines() {
                assert!(width(line) <= columns, "{line:?} in {columns}");
            }
        }
    }
}
