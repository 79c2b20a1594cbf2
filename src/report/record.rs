//! One record, for a person: what a rule says of it and why, and how long it is kept, floor by floor.

use miette::Severity;

use crate::finding::{Account, Finding, Reveal};
use crate::report::explain::read_in;
use crate::report::holdings::{from, not_before};
use crate::report::json::v1::{Confidence, Waiver};
use crate::report::screen::{Ink, Screen, Style, counted, length};
use crate::report::{Report, assemble, snippet, terminal};
use crate::retention::{
    self, Applies, Bounds, Decides, Derivation, Fact, FactValue, FloorKind, Held, Line, Outlook,
    Timetable,
};
use crate::rule::{Check, CheckedRule, Expectation};
use crate::value::Date;

/// How far the text below a heading is indented.
const INDENT: usize = 2;

/// Everything that is shown of the records with one key.
#[derive(Debug)]
pub struct RecordView<'a> {
    /// The run.
    pub report: &'a Report,
    /// The rule.
    pub rule: &'a CheckedRule,
    /// What it says of each record with the key.
    pub accounts: &'a [Account],
    /// The day of the audit.
    pub as_of: Date,
    /// What is shown in clear.
    pub reveal: Reveal,
    /// Whether the rule is one of a pack, rather than the question of a list.
    pub of_pack: bool,
    /// Whether the records are kept ones, rather than entries about destroyed ones.
    pub kept: bool,
}

/// The records, ending in a line end.
#[must_use]
pub fn render(view: &RecordView<'_>, style: Style) -> String {
    let mut screen = Screen::new(style);
    terminal::title(&mut screen, view.report, "");
    if view.of_pack {
        screen.line(&[(Ink::Strong, &view.rule.id.text)]);
    }
    screen.paragraph(0, Ink::Plain, &view.rule.title);
    if view.reveal != Reveal::Nothing {
        let words = "This page holds record data: keep it like the records themselves.";
        screen.paragraph(0, Ink::Bad, words);
    }
    if view.accounts.len() > 1 {
        let records = counted(length(view.accounts), "record", "records");
        screen.blank();
        screen.line(&[(Ink::Doubtful, &format!("{records} have this key"))]);
    }
    let told: Vec<Finding> = view.accounts.iter().map(|account| told(view, account)).collect();
    let shown = assemble::shown(told.iter(), view.report.provenance.site_key);
    for (account, finding) in view.accounts.iter().zip(&shown) {
        screen.blank();
        screen.line(&[(Ink::Strong, "RECORD")]);
        let waiver = finding
            .waiver
            .and_then(|number| view.report.waivers.iter().find(|waiver| waiver.number == number));
        let gravity = if waiver.is_some() { Severity::Advice } else { gravity(account.word) };
        snippet::one(&mut screen, finding, gravity);
        if let Some(waiver) = waiver {
            excused(&mut screen, view, waiver);
        }
        if let (Some(derivation), Check::Retain(retain)) = (&account.derivation, &view.rule.check) {
            derived(&mut screen, view, derivation, &retain.timetable);
        }
    }
    screen.blank();
    screen.paragraph(0, Ink::Faint, "not legal advice");
    screen.finish()
}

/// The record with what is said of it as its message.
fn told(view: &RecordView<'_>, account: &Account) -> Finding {
    let message = match account.word {
        _ if !view.of_pack => "how long it is kept".to_owned(),
        Expectation::Violation => format!("violates the rule: {}", account.finding.message),
        Expectation::Pass => "the rule holds for it".to_owned(),
        Expectation::NotApplicable => "the rule does not apply to it".to_owned(),
        Expectation::Pending => "it is not yet due".to_owned(),
        Expectation::NotEvaluable if account.reasons.is_empty() => "it cannot be judged".to_owned(),
        Expectation::NotEvaluable => format!("it cannot be judged: {}", account.reasons.join("; ")),
    };
    Finding { message, ..account.finding.clone() }
}

/// What excuses a violation, why and until when.
fn excused(screen: &mut Screen, view: &RecordView<'_>, waiver: &Waiver) {
    let source = view.report.provenance.waivers.as_ref().map_or("", |source| &source.name);
    let words =
        format!("   excused by waiver {} of {source}, until {}", waiver.number, waiver.expires);
    screen.line(&[(Ink::Good, "WAIVED"), (Ink::Plain, &words)]);
    screen.paragraph(INDENT, Ink::Plain, &waiver.reason);
    let by = format!("approved by {} on {}", waiver.approved_by, waiver.approved_on);
    screen.paragraph(INDENT, Ink::Faint, &format!("owner {} · {by}", waiver.owner));
}

/// How a word is drawn.
fn gravity(word: Expectation) -> Severity {
    match word {
        Expectation::Violation => Severity::Error,
        Expectation::NotEvaluable => Severity::Warning,
        Expectation::Pass | Expectation::NotApplicable | Expectation::Pending => Severity::Advice,
    }
}

/// From when on a record may be destroyed, and which floors say so.
fn derived(screen: &mut Screen, view: &RecordView<'_>, derived: &Derivation, table: &Timetable) {
    screen.blank();
    screen.line(&[(Ink::Strong, "EARLIEST LAWFUL DAY OF DESTRUCTION")]);
    earliest(screen, view, &derived.outlook, table);
    claims(screen, derived, table);
    if !derived.outlook.open.is_empty() {
        let missing: Vec<&str> = derived.outlook.open.iter().map(Fact::name).collect();
        screen.hanging("  missing        ", Ink::Doubtful, &missing.join(", "));
    }
    for caveat in &derived.caveats {
        screen.hanging("  not judged     ", Ink::Faint, caveat.words());
    }
    screen.blank();
    let floors = counted(length(&derived.floors), "floor", "floors");
    screen.line(&[
        (Ink::Strong, "DERIVATION"),
        (Ink::Plain, &format!("   {floors}; the latest decides")),
    ]);
    for (number, line) in (1_u32..).zip(table.lines(derived)) {
        one_floor(screen, view, number, &line);
    }
    if derived.floors.is_empty() {
        screen.paragraph(INDENT, Ink::Doubtful, "No row of the schedules is for such a record.");
    }
    if view.reveal != Reveal::Values {
        screen.blank();
        let words = "Years stand for days, because a day can show a birthday; --reveal values shows the days.";
        screen.paragraph(0, Ink::Faint, words);
    }
}

/// The day itself, as far as it is certain.
fn earliest(screen: &mut Screen, view: &RecordView<'_>, outlook: &Outlook, table: &Timetable) {
    let Bounds { low, high } = outlook.lawful;
    let why = |floor: Option<(u16, FloorKind)>| {
        floor.map_or_else(String::new, |(row, kind)| format!(": {}", table.floor_words(row, kind)))
    };
    if view.kept {
        let (ink, words) = match (low, high) {
            (Some(Date::MAX), _) => (Ink::Bad, "no period ever ends"),
            (Some(low), _) if low > view.as_of => (Ink::Bad, "a period has not run: keep it"),
            (_, Some(high)) if high <= view.as_of => (Ink::Good, "every period has run"),
            _ => (Ink::Doubtful, "it cannot be told whether every period has run: keep it"),
        };
        screen.hanging(&format!("  on {}  ", view.as_of), ink, words);
    }
    match low {
        Some(Date::MAX) => {
            let words = format!("it is never to be destroyed{}", why(outlook.certain));
            screen.hanging("  unlawful       ", Ink::Plain, &words);
            return;
        }
        Some(day) if day > Date::MIN => {
            let when = not_before(day, view.reveal);
            let words = format!("before {when} for certain{}", why(outlook.certain));
            screen.hanging("  unlawful       ", Ink::Plain, &words);
        }
        _ => screen.hanging("  unlawful       ", Ink::Plain, "on no day for certain"),
    }
    match high {
        Some(day) if outlook.rows > 0 && view.kept && day <= view.as_of => {
            let words = format!("already, for certain{}", why(outlook.safe));
            screen.hanging("  lawful         ", Ink::Plain, &words);
        }
        Some(day) if outlook.rows > 0 => {
            let day = if view.reveal == Reveal::Values {
                from(day, view.reveal)
            } else {
                format!("1 January {}", from(day, view.reveal))
            };
            let words = format!("from {day} on for certain{}", why(outlook.safe));
            screen.hanging("  lawful         ", Ink::Plain, &words);
        }
        _ => {
            let words = format!("on no day for certain{}", why(outlook.safe));
            screen.hanging("  lawful         ", Ink::Plain, &words);
        }
    }
    if let Some(place) = outlook.gap.and_then(|place| table.places().get(usize::from(place))) {
        let because = place.gap.as_ref().map_or("", |gap| gap.because.as_str());
        let words = format!("the period of {} is not in the schedule: {because}", place.name);
        screen.hanging("  gap            ", Ink::Doubtful, &words);
    }
}

/// What else stops destruction.
fn claims(screen: &mut Screen, derived: &Derivation, table: &Timetable) {
    for (lead, value, one, many) in [
        ("  holds          ", derived.holds, "legal hold is in force", "legal holds are in force"),
        ("  requests       ", derived.requests, "request is open", "requests are open"),
    ] {
        match value {
            FactValue::Absent => {}
            _ if value.holds() == Held::No => screen.hanging(lead, Ink::Plain, "none"),
            FactValue::Known { low, high } if low == high => {
                let count = u64::try_from(low).unwrap_or(0);
                screen.hanging(lead, Ink::Bad, &counted(count, one, many));
            }
            _ => screen.hanging(lead, Ink::Doubtful, "it cannot be told how many"),
        }
    }
    let mut rows = derived.stopped_by_litigation.clone();
    rows.dedup();
    for row in rows {
        let words = format!("a pending litigation stops it: {}", table.citation(row));
        screen.hanging("  litigation     ", Ink::Bad, &words);
    }
}

/// One floor: what it asks for, whether it applies, from when to when it runs, and where it stands.
fn one_floor(screen: &mut Screen, view: &RecordView<'_>, number: u32, line: &Line<'_>) {
    let (ink, decides) = match line.decides {
        Decides::Both => (Ink::Strong, "; decides"),
        Decides::Certain => (Ink::Strong, "; decides until when it is certainly unlawful"),
        Decides::Safe => (Ink::Strong, "; decides from when it is certainly lawful"),
        Decides::Neither => (Ink::Plain, ""),
    };
    let lead = format!("  {number:>2}  ");
    screen.hanging(&lead, ink, &format!("{}: {}", line.place, line.what));
    let (ink, applies) = match line.applies {
        Applies::Yes => (Ink::Plain, format!("yes{decides}")),
        Applies::Maybe => (Ink::Doubtful, format!("cannot be told{decides}")),
        Applies::No => (Ink::Faint, format!("no: {}", why_not(line))),
    };
    screen.hanging("      applies     ", ink, &applies);
    if line.applies != Applies::No {
        if line.kind != FloorKind::Permanent {
            let start = match line.kind {
                FloorKind::Minor | FloorKind::MinorUnknown => "      a minor on  ",
                _ => "      runs from   ",
            };
            screen.hanging(start, Ink::Plain, &span(line.start, view.reveal));
            screen.hanging("      has run     ", Ink::Plain, &span(line.day, view.reveal));
        }
        if !line.open.is_empty() {
            let missing: Vec<&str> = line.open.iter().map(Fact::name).collect();
            screen.hanging("      not exact   ", Ink::Doubtful, &missing.join(", "));
        }
    }
    let confidence = match line.confidence {
        retention::Confidence::Primary => Confidence::Primary,
        retention::Confidence::Secondary => Confidence::Secondary,
        retention::Confidence::Unverified => Confidence::Unverified,
    };
    let mut source = vec![read_in(confidence).to_owned()];
    source.extend(line.row.verified_on.map(|day| format!("checked {day}")));
    source.extend(line.row.from.map(|day| format!("in force from {day}")));
    source.extend(line.row.to.map(|day| format!("in force to {day}")));
    source.push(format!("schedule {}", line.row.schedule));
    screen.hanging("      source      ", Ink::Faint, &source.join(" · "));
    if let Some(note) = line.note {
        screen.hanging("      note        ", Ink::Faint, note);
    }
}

/// Why a floor does not apply.
fn why_not(line: &Line<'_>) -> &'static str {
    match line.kind {
        FloorKind::Minor | FloorKind::MinorUnknown => {
            "the patient was no minor on the day that decides"
        }
        FloorKind::AfterDeath => "no death is known that counts here",
        FloorKind::Litigation => "no litigation was announced in time",
        FloorKind::Period | FloorKind::Permanent
            if line.row.unless.is_some() || !line.row.lifted_by.is_empty() =>
        {
            "its matter is otherwise, or evidence lifts it"
        }
        FloorKind::Period | FloorKind::Permanent => "what starts it did not happen",
    }
}

/// When something was, as far as that is known and may be shown.
fn span(bounds: Bounds, reveal: Reveal) -> String {
    let shown = |day: Date| match day {
        Date::MAX => "never".to_owned(),
        day => not_before(day, reveal),
    };
    match (bounds.low.map(shown), bounds.high.map(shown)) {
        (Some(low), Some(high)) if low == high => low,
        (Some(low), Some(high)) => format!("between {low} and {high}"),
        (Some(low), None) => format!("{low} or later"),
        (None, Some(high)) => format!("{high} or before"),
        (None, None) => "not known".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::proptest;

    use super::{RecordView, render};
    use crate::finding::{Account, Masked, Reveal};
    use crate::report::holdings::tests::{AS_OF, table};
    use crate::report::screen::width;
    use crate::report::{Style, sample};
    use crate::retention::{Fact, FactValue, Facts, RecordClass, RetainKind};
    use crate::rule::{Check, Expectation, Retain};
    use crate::value::Date;

    /// The chart of a child whose stay ended long ago.
    fn facts() -> Facts {
        let stay = FactValue::day(Date(16_500));
        [Fact::Admitted, Fact::Discharged, Fact::LastDischarge, Fact::LastAdmission]
            .into_iter()
            .fold(Facts::new(), |facts, fact| facts.with(fact, stay))
            .with(Fact::Class, FactValue::exact(RecordClass::MedicalRecord.number()))
            .with(Fact::Birth, FactValue::day(Date(14_000)))
            .with(Fact::OpenStays, FactValue::exact(0))
            .with(Fact::Holds, FactValue::exact(1))
    }

    fn shown(facts: &Facts, reveal: Reveal, of_pack: bool, style: Style) -> String {
        let mut rule = sample::pack().rules.remove(0);
        let timetable = Arc::new(table());
        let derivation = Some(timetable.derive(facts, AS_OF));
        let kind = RetainKind::Overdue { grace: None };
        rule.check = Check::Retain(Retain { kind, facts: Vec::new(), timetable });
        let finding = sample::finding(0, "inventory.csv", 7, &[("record_id", Masked::missing())]);
        let account = |word, reasons: &[&str]| Account {
            finding: finding.clone(),
            word,
            reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
            derivation: derivation.clone(),
        };
        let accounts = if of_pack {
            vec![
                account(Expectation::Violation, &[]),
                account(Expectation::NotEvaluable, &["not known: birth date"]),
            ]
        } else {
            vec![account(Expectation::NotApplicable, &[])]
        };
        let view = RecordView {
            report: &sample::report(),
            rule: &rule,
            accounts: &accounts,
            as_of: AS_OF,
            reveal,
            of_pack,
            kept: true,
        };
        render(&view, style)
    }

    #[test]
    fn a_derivation_is_shown_by_years() {
        insta::assert_snapshot!(shown(&facts(), Reveal::Nothing, false, Style::default()));
    }

    #[test]
    fn days_are_shown_on_request_only() {
        let birthday = "2029-05-01";
        let masked = shown(&facts(), Reveal::Keys, false, Style::default());
        assert!(masked.contains("2029") && !masked.contains(birthday), "{masked}");
        let clear = shown(&facts(), Reveal::Values, false, Style::default());
        assert!(clear.contains(birthday), "{clear}");
        assert!(clear.contains("holds record data"), "{clear}");
    }

    #[test]
    fn what_is_missing_is_named() {
        let facts = facts().with(Fact::Birth, FactValue::Missing);
        let shown = shown(&facts, Reveal::Nothing, true, Style::default());
        assert!(shown.contains("missing        birth date"), "{shown}");
        assert!(shown.contains("2 records have this key"), "{shown}");
        assert!(shown.contains("it cannot be judged: not known: birth date"), "{shown}");
    }

    #[test]
    fn a_class_without_rows_says_so() {
        let mpi = FactValue::exact(RecordClass::Mpi.number());
        let shown =
            shown(&facts().with(Fact::Class, mpi), Reveal::Nothing, false, Style::default());
        assert!(shown.contains("No row of the schedules"), "{shown}");
        assert!(shown.contains("on no day for certain"), "{shown}");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_screen(columns in 0..120_usize, unicode: bool) {
            let style = Style { width: columns, unicode, ..Style::default() };
            let shown = shown(&facts(), Reveal::Nothing, true, style);
            assert!(shown.lines().all(|line| width(line) <= columns));
        }
    }
}
