//! The working list of a records manager: what may be destroyed, what not and until when, what cannot be decided.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::finding::{Holding, Reveal};
use crate::report::holdings::{Words, year_from};
use crate::report::screen::{Ink, Screen, Style, counted, length, number, pad, pad_left, width};
use crate::report::{Report, terminal};
use crate::retention::{
    Caveat, Fact, FloorKind, RecordClass, Ruling, Schedule, Standing, Timetable,
};
use crate::value::Date;

/// How many lines of each kind the screen shows at most; what is left out is counted.
const YEARS: usize = 6;
const FLOORS: usize = 6;
const LACKING: usize = 8;
const GAPS: usize = 3;

/// What all records come to, in memory that does not grow with their number.
#[derive(Debug, Clone, Default)]
pub struct HoldingTally {
    /// How many records of each standing and class.
    standings: BTreeMap<(Standing, Option<RecordClass>), u64>,
    /// In which year records that are kept are free.
    years: BTreeMap<i32, u64>,
    /// Records that are kept and of which no day is safe.
    endless: u64,
    /// The floors that keep records, by row and part.
    floors: BTreeMap<(u16, u8), (FloorKind, u64)>,
    /// How many undecided records lack each fact.
    lacking: BTreeMap<Fact, u64>,
    /// How many undecided records stand under the law of each place that is not in the schedule.
    gaps: BTreeMap<u16, u64>,
    /// How many of them hang on the wording of a rule alone.
    wording: u64,
    /// Records that a pending litigation stops.
    litigation: u64,
}

impl HoldingTally {
    /// Adds a record.
    pub fn add(&mut self, holding: &Holding, table: &Timetable, as_of: Date) {
        let words = Words::of(holding, table, as_of);
        add(self.standings.entry((words.standing, holding.class)).or_default());
        match words.standing {
            Standing::Keep => {
                match words.until {
                    Some(day) => add(self.years.entry(year_from(day)).or_default()),
                    None => add(&mut self.endless),
                }
                if let Some((row, kind)) = words.floor {
                    add(&mut self.floors.entry((row, kind as u8)).or_insert((kind, 0)).1);
                }
            }
            Standing::Undecided => {
                let why = holding.outlook.undecided(&holding.claims, as_of);
                for fact in why.open.iter() {
                    add(self.lacking.entry(fact).or_default());
                }
                if let Some(place) = holding.outlook.gap {
                    add(self.gaps.entry(place).or_default());
                } else if why.open.is_empty() {
                    add(&mut self.wording);
                }
            }
            Standing::Held if matches!(holding.claims.litigation, Ruling::Violation(_)) => {
                add(&mut self.litigation);
            }
            _ => {}
        }
    }

    /// How many records there are.
    #[must_use]
    pub fn records(&self) -> u64 {
        sum(self.standings.values().copied())
    }

    /// How many records have that standing.
    #[must_use]
    pub fn of(&self, standing: Standing) -> u64 {
        let own = self.standings.iter().filter(|((other, _), _)| *other == standing);
        sum(own.map(|(_, count)| *count))
    }

    /// How many records could not be decided, or have no rule.
    #[must_use]
    pub fn undecided(&self) -> u64 {
        self.of(Standing::Undecided).saturating_add(self.of(Standing::NoRow))
    }

    /// How many records of a standing each class has, the most first.
    fn classes(&self, standing: Standing) -> Vec<(Option<RecordClass>, u64)> {
        let own = self.standings.iter().filter(|((other, _), _)| *other == standing);
        let mut classes: Vec<_> = own.map(|((_, class), count)| (*class, *count)).collect();
        classes.sort_by_key(|(_, count)| Reverse(*count));
        classes
    }
}

/// One more.
fn add(count: &mut u64) {
    *count = count.saturating_add(1);
}

fn sum(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}

/// Everything that the screen of the working list shows.
#[derive(Debug)]
pub struct RetentionView<'a> {
    /// The run: what was read, what was wrong with it, and how it ended.
    pub report: &'a Report,
    /// The record set of the records.
    pub record_set: &'a str,
    /// The record sets that are asked.
    pub sets: &'a [&'a str],
    /// What they come to.
    pub tally: &'a HoldingTally,
    /// The rows that were asked.
    pub table: &'a Timetable,
    /// The schedules that they are from.
    pub schedules: &'a [Schedule],
    /// The chosen places.
    pub places: &'a [String],
    /// The kind of facility, where it is said.
    pub facility: Option<&'a str>,
    /// What the export says nothing of.
    pub caveats: &'a [Caveat],
    /// What is shown in clear.
    pub reveal: Reveal,
    /// The list that was written.
    pub list: Option<&'a str>,
}

/// The screen of the working list, ending in a line end.
#[must_use]
pub fn render(view: &RetentionView<'_>, style: Style) -> String {
    let mut screen = Screen::new(style);
    header(&mut screen, view);
    terminal::inputs(&mut screen, &asked(view));
    records(&mut screen, view);
    keep(&mut screen, view);
    undecided(&mut screen, view);
    caveats(&mut screen, view);
    terminal::problems(&mut screen, view.report);
    ending(&mut screen, view);
    screen.finish()
}

/// The run without the record sets that the list does not ask.
fn asked(view: &RetentionView<'_>) -> Report {
    let mut report = view.report.clone();
    report
        .inputs
        .retain(|input| input.record_set.as_deref().is_none_or(|set| view.sets.contains(&set)));
    report
}

/// Which list this is, and by which rows.
fn header(screen: &mut Screen, view: &RetentionView<'_>) {
    terminal::title(screen, view.report, "   retention");
    let mut about: Vec<String> = view.report.provenance.facility.iter().cloned().collect();
    about.push(view.places.join(", "));
    about.push(view.facility.unwrap_or("any kind of facility").to_owned());
    about.push("not legal advice".to_owned());
    screen.paragraph(0, Ink::Faint, &about.join(" · "));
    let used = view
        .schedules
        .iter()
        .filter(|schedule| view.table.rows().iter().any(|row| row.schedule == schedule.name));
    for schedule in used {
        let rows = view.table.rows().iter().filter(|row| row.schedule == schedule.name);
        let rows = sum(rows.map(|_| 1));
        let digest: String = schedule.digest.chars().take(16).collect();
        let words = format!(
            "{} {} · rows that hold here: {} of {} · blake3 {digest}",
            schedule.name,
            schedule.version,
            number(rows),
            number(length(&schedule.rows)),
        );
        screen.hanging("schedule ", Ink::Faint, &words);
    }
    if view.reveal != Reveal::Nothing && view.list.is_some() {
        screen.paragraph(0, Ink::Bad, "The list holds record data: keep it like the records.");
    }
}

/// What may be done with so many records, by class.
fn records(screen: &mut Screen, view: &RetentionView<'_>) {
    screen.blank();
    let all = counted(view.tally.records(), "record", "records");
    screen.line(&[
        (Ink::Strong, "RECORDS"),
        (Ink::Plain, &format!("   {all} of {}", view.record_set)),
    ]);
    for standing in Standing::ALL {
        let count = view.tally.of(standing);
        let always =
            matches!(standing, Standing::Destroyable | Standing::Keep | Standing::Undecided);
        if count == 0 && !always {
            continue;
        }
        let ink = match standing {
            Standing::Destroyable => Ink::Good,
            Standing::Undecided | Standing::NoRow => Ink::Doubtful,
            _ => Ink::Strong,
        };
        let classes: Vec<String> = view
            .tally
            .classes(standing)
            .into_iter()
            .map(|(class, count)| {
                let name = class.map_or("class not known", RecordClass::name);
                format!("{name} {}", number(count))
            })
            .collect();
        let figures = pad_left(&number(count), 13);
        screen.line(&[
            (if count > 0 { ink } else { Ink::Plain }, &format!("  {}", pad(standing.name(), 12))),
            (Ink::Plain, &figures),
            (Ink::Plain, &format!("   {}", meaning(standing))),
        ]);
        if !classes.is_empty() {
            screen.paragraph(30, Ink::Faint, &classes.join(", "));
        }
    }
    if view.tally.litigation > 0 {
        let words = counted(view.tally.litigation, "held record is", "held records are");
        screen.paragraph(2, Ink::Plain, &format!("{words} stopped by a pending litigation"));
    }
}

/// What a standing means.
fn meaning(standing: Standing) -> &'static str {
    match standing {
        Standing::Destroyable => "every period has run",
        Standing::Keep => "must not be destroyed yet",
        Standing::Held => "a legal hold or litigation stops destruction",
        Standing::Requested => "a request of the patient is open",
        Standing::Undecided => "cannot be decided: keep until it can",
        Standing::Permanent => "must never be destroyed",
        Standing::NoRow => "no row of the schedule is for it: keep it",
        Standing::Gone => "gone already, as the export says",
    }
}

/// In which years records are free, and by which law they are kept.
fn keep(screen: &mut Screen, view: &RetentionView<'_>) {
    let tally = view.tally;
    if tally.of(Standing::Keep) == 0 {
        return;
    }
    screen.blank();
    screen.line(&[(Ink::Strong, "KEEP"), (Ink::Plain, "   free on 1 January of, at the latest")]);
    let later = sum(tally.years.iter().skip(YEARS).map(|(_, count)| *count));
    let shown = tally.years.iter().take(YEARS).map(|(year, count)| (year.to_string(), *count));
    let after = tally.years.keys().nth(YEARS).map(|year| (format!("{year} and later"), later));
    let open = (tally.endless > 0).then(|| ("not known".to_owned(), tally.endless));
    for (when, count) in shown.chain(after).chain(open) {
        screen.line(&[
            (Ink::Plain, &format!("  {}", pad(&when, 16))),
            (Ink::Plain, &pad_left(&number(count), 9)),
        ]);
    }
    let mut floors: Vec<(u16, FloorKind, u64)> =
        tally.floors.iter().map(|((row, _), (kind, count))| (*row, *kind, *count)).collect();
    floors.sort_by_key(|(.., count)| Reverse(*count));
    screen.line(&[(Ink::Plain, "  decided by")]);
    let most = floors.iter().map(|(.., count)| width(&number(*count))).max().unwrap_or(0);
    for (row, kind, count) in floors.iter().take(FLOORS) {
        let place = view.table.row(*row).map_or("", |row| row.place.as_str());
        let lead = format!("    {}   ", pad_left(&number(*count), most));
        let words = format!("{place}: {}", view.table.floor_words(*row, *kind));
        screen.hanging(&lead, Ink::Plain, &words);
    }
    terminal::more(screen, floors.len(), FLOORS, "floor", "floors");
}

/// What is missing, and how many records it keeps undecided.
fn undecided(screen: &mut Screen, view: &RetentionView<'_>) {
    let tally = view.tally;
    if tally.undecided() == 0 {
        return;
    }
    screen.blank();
    let records = counted(tally.undecided(), "record", "records");
    screen.line(&[(Ink::Doubtful, "UNDECIDED"), (Ink::Plain, &format!("   {records}"))]);
    let mut lacking: Vec<(String, u64)> = tally
        .lacking
        .iter()
        .map(|(fact, count)| (format!("not known: {}{}", fact.name(), remedy(*fact)), *count))
        .collect();
    lacking.sort_by_key(|(_, count)| Reverse(*count));
    let gaps = tally.gaps.iter().map(|(place, count)| {
        let place = view.table.places().get(usize::from(*place));
        let name = place.map_or("a place", |place| place.name.as_str());
        let why = place.and_then(|place| place.gap.as_ref()).map_or("", |gap| gap.because.as_str());
        (format!("the period of {name} is not in the schedule: {why}"), *count)
    });
    let shown = lacking.len();
    let mut lines: Vec<(String, u64)> = lacking.into_iter().take(LACKING).collect();
    lines.extend(gaps.take(GAPS));
    if tally.wording > 0 {
        let words = "the rule can be read in two ways, and the day lies between them";
        lines.push((words.to_owned(), tally.wording));
    }
    let none = tally.of(Standing::NoRow);
    if none > 0 {
        lines.push(("no row of the schedule is for such a record".to_owned(), none));
    }
    let most = lines.iter().map(|(_, count)| width(&number(*count))).max().unwrap_or(0);
    for (words, count) in &lines {
        let lead = format!("  {}   ", pad_left(&number(*count), most));
        screen.hanging(&lead, Ink::Plain, words);
    }
    terminal::more(screen, shown, LACKING, "missing fact", "missing facts");
    screen.paragraph(2, Ink::Faint, "A record that lacks several stands under each of them.");
}

/// What would supply a fact, where it is not a field of records alone.
fn remedy(fact: Fact) -> &'static str {
    match fact {
        Fact::Facility => " (say it with --facility)",
        Fact::Place => " (choose it with --jurisdiction)",
        _ => "",
    }
}

/// What the export does not tell, so that it was not judged.
fn caveats(screen: &mut Screen, view: &RetentionView<'_>) {
    let broad = broad_places(view);
    if view.caveats.is_empty() && broad.is_empty() {
        return;
    }
    screen.blank();
    screen.line(&[(Ink::Doubtful, "NOT JUDGED")]);
    for place in broad {
        let words = format!(
            "no state or region of {place} is chosen: its law, which is often longer, was not counted; name it with \
             --jurisdiction before anything is destroyed"
        );
        screen.paragraph(2, Ink::Doubtful, &words);
    }
    for caveat in view.caveats {
        screen.paragraph(2, Ink::Plain, caveat.words());
    }
    if view.caveats.contains(&Caveat::Holds) {
        let words = "Ask counsel for the holds in force before anything is destroyed.";
        screen.paragraph(2, Ink::Doubtful, words);
    }
}

/// Chosen places whose states or regions have law of their own, of which none is chosen.
fn broad_places<'a>(view: &RetentionView<'a>) -> Vec<&'a str> {
    let within = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('-'))
    };
    let rows = || view.schedules.iter().flat_map(|schedule| &schedule.rows);
    view.places
        .iter()
        .filter(|place| rows().any(|row| within(&row.place, place)))
        .filter(|place| !view.places.iter().any(|other| within(other, place)))
        .map(String::as_str)
        .collect()
}

/// How it ended, and what to do next.
fn ending(screen: &mut Screen, view: &RetentionView<'_>) {
    let (report, tally) = (view.report, view.tally);
    screen.blank();
    if view.reveal != Reveal::Values {
        screen.paragraph(
            0,
            Ink::Faint,
            "Years stand for days, rounded to the safe side, because a day can show a birthday; what may be \
             destroyed today is judged by the day.",
        );
        screen.blank();
    }
    let undecided = tally.undecided();
    let (word, ink) = match (report.exit_code, undecided) {
        (0, 0) => ("DECIDED", Ink::Good),
        (0, _) => ("DECIDED IN PART", Ink::Doubtful),
        (4, _) => ("NO RECORDS", Ink::Doubtful),
        _ => ("INCOMPLETE", Ink::Bad),
    };
    let why = match (report.exit_code, undecided) {
        (0, 0) => "every record was decided".to_owned(),
        (0, _) => {
            let verb = if undecided == 1 { "is" } else { "are" };
            format!("{} {verb} undecided", counted(undecided, "record", "records"))
        }
        (4, _) => format!("no record of `{}` was found", view.record_set),
        _ => report.exit_reason.clone(),
    };
    screen.line(&[(ink, word)]);
    screen.paragraph(2, Ink::Strong, &format!("exit {}: {why}", report.exit_code));
    let mut next = Vec::new();
    match view.list {
        Some(list) => screen.paragraph(2, Ink::Plain, &format!("the list is in {list}")),
        None => next.push("add --list list.csv for every record and why"),
    }
    if view.facility.is_none() {
        next.push("add --facility hospital, or what yours is: some rows hold for one kind only");
    }
    for (index, words) in next.iter().enumerate() {
        screen.hanging(if index == 0 { "next  " } else { "      " }, Ink::Plain, words);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::{HoldingTally, RetentionView, render};
    use crate::finding::{Holding, Reveal};
    use crate::report::holdings::tests::{AS_OF, holding, schedule, table};
    use crate::report::screen::width;
    use crate::report::{Style, sample};
    use crate::retention::{Caveat, Claims, FactValue, RecordClass, Standing};

    #[test]
    fn the_screen_of_a_list() {
        insta::assert_snapshot!(shown(&tally(), Style::default()));
    }

    #[test]
    fn an_empty_list_says_so() {
        let shown = shown(&HoldingTally::default(), Style::default());
        assert!(shown.contains("0 records of record_inventory"), "{shown}");
    }

    #[test]
    fn every_record_is_counted_once() {
        let tally = tally();
        let all: u64 = Standing::ALL.iter().map(|standing| tally.of(*standing)).sum();
        assert_eq!(all, tally.records());
        assert_eq!(tally.records(), records().len() as u64);
        assert_eq!(tally.undecided(), 2);
    }

    fn records() -> Vec<Holding> {
        let held = Claims { holds: FactValue::exact(2), ..Claims::NONE };
        let asked = Claims { requests: FactValue::exact(1), ..Claims::NONE };
        let mut none = holding(8, None, None, Claims::NONE);
        none.outlook.rows = 0;
        none.outlook.open = crate::retention::FactSet::EMPTY;
        none.class = Some(RecordClass::Mpi);
        let mut records = vec![
            holding(1, Some(-9), Some(-9), Claims::NONE),
            holding(3, Some(-9), Some(900), Claims::NONE),
            holding(4, Some(900), None, Claims::NONE),
            holding(5, Some(-9), Some(-9), held),
            holding(6, Some(-9), Some(-9), asked),
            none,
        ];
        records.extend((0..9).map(|year| {
            let days = year * 366 + 10;
            holding(10, Some(days), Some(days), Claims::NONE)
        }));
        records
    }

    fn tally() -> HoldingTally {
        let mut tally = HoldingTally::default();
        for holding in records() {
            tally.add(&holding, &table(), AS_OF);
        }
        tally
    }

    fn shown(tally: &HoldingTally, style: Style) -> String {
        let view = RetentionView {
            report: &sample::report(),
            record_set: "record_inventory",
            sets: &["record_inventory", "encounters"],
            tally,
            table: &table(),
            schedules: &[schedule()],
            places: &["US-WA".to_owned()],
            facility: None,
            caveats: &[Caveat::Holds, Caveat::Payer],
            reveal: Reveal::Nothing,
            list: None,
        };
        render(&view, style)
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_screen(columns in 0..120_usize, unicode: bool) {
            let style = Style { width: columns, unicode, ..Style::default() };
            let shown = shown(&tally(), style);
            assert!(shown.lines().all(|line| width(line) <= columns));
        }
    }
}
