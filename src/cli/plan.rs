//! `chartaudit plan`: what a scan would do.

use std::collections::BTreeSet;

use crate::cli::ExitCode;
use crate::cli::arguments::{InputArguments, RuleArguments};
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::settings::{Said, Settings};
use crate::cli::table::Table;
use crate::cli::{proposal, word};
use crate::detect::DETECTORS;
use crate::plan::{BoundFile, FileState, Plan, Readiness};
use crate::report;
use crate::rule::{Check, RuleBook};
use crate::source;

/// The arguments of `plan`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Show what a scan would do, without evaluating a record.\n\nNames the settings in force and where \
                  each comes from, the files and the record sets they are recognised as, the columns that bind \
                  to fields and those that do not, and the rules that would run or cannot, with the reason."
)]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    input: InputArguments,
    #[command(flatten)]
    rules: RuleArguments,
}

/// Shows the plan. It ends well whatever the plan: only a scan judges.
pub(crate) fn run(
    arguments: PlanArguments,
    said: &Said,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let PlanArguments { input, rules } = arguments;
    let settings = Settings::settle(&input.paths, input.layout, rules, said)?;
    let loaded = settings.load_rules()?;
    let plan = settings.bind(&input.paths, source::discover(&input.paths), &loaded);
    let book = loaded.book;
    let width = console.out.width;
    let sections = [
        ("Settings", in_force(&settings).render(2, width)),
        ("Files", files(&plan).render(2, width)),
        ("Columns that could be bound so, in chartaudit.yaml", proposal::render(&plan)),
        ("Rules that would run", ready(&plan, &book).render(2, width)),
        ("Identifiers that are looked for", searched(&plan).render(2, width)),
        ("Rules that cannot run", unready(&plan, width)),
        ("Packs that do not run", not_run(&book).render(2, width)),
    ];
    let sections = sections.into_iter().filter(|(_, body)| !body.is_empty());
    let text: Vec<String> = sections.map(|(title, body)| format!("{title}\n{body}")).collect();
    console.print(&text.join("\n"))?;
    Ok(ExitCode::Ok)
}

/// The settings in force.
fn in_force(settings: &Settings) -> Table {
    let mut table = Table::new(3);
    if let Some(path) = &settings.project.path {
        table.row(["project file".to_owned(), String::new(), path.display().to_string()]);
    }
    for (name, value, origin) in settings.rows() {
        table.row([name.to_owned(), origin.name().to_owned(), value]);
    }
    table
}

/// Every input, and what would be done with it.
fn files(plan: &Plan) -> Table {
    let mut table = Table::new(3);
    for file in &plan.files {
        let mut what = match (&file.state, file.state.refusal()) {
            (FileState::Bound(bound), _) => binding(bound),
            (_, None) => String::new(),
            (_, Some((issues, _))) => {
                let why = issues.by_code.iter().map(|(code, count)| {
                    let detail = count.first.first().map_or("", |issue| issue.detail.as_str());
                    format!("{} {detail}", code.0)
                });
                format!("not read: {}", why.collect::<Vec<_>>().join("; "))
            }
        };
        let set = match &file.state {
            FileState::Bound(bound) => {
                plan.dictionary.sets.get(bound.set).map_or("", |set| set.name.as_str())
            }
            state => state.refusal().and_then(|(_, set)| set).unwrap_or("?"),
        };
        if let Some(kind) = file.claim.kind {
            what.push_str(&format!("; claimed to be {}", kind.name()));
        }
        for issue in &file.claim.issues {
            what.push_str(&format!("; {}", issue.detail));
        }
        table.row([file.name.clone(), set.to_owned(), what]);
    }
    for (name, issue) in &plan.problems {
        let why = format!("not read: {} {}", issue.code.0, issue.detail);
        table.row([name.clone(), "?".to_owned(), why]);
    }
    table
}

/// How the columns of a file bind.
fn binding(file: &BoundFile) -> String {
    let fields = file.columns.iter().filter(|column| column.is_some()).count();
    let mut text = format!("layout {}, {} bound", file.layout, word::counted(fields, "field"));
    let unbound: Vec<String> = file
        .unbound
        .iter()
        .filter_map(|column| file.table.header.names.get(*column))
        .map(|name| if name.is_empty() { "(blank)".to_owned() } else { report::header(name, true) })
        .collect();
    if !unbound.is_empty() {
        text.push_str(&format!("; not placed: {}", unbound.join(", ")));
    }
    text
}

/// The rules that would run, a line a pack.
fn ready(plan: &Plan, book: &RuleBook) -> Table {
    let mut table = Table::new(2);
    for pack in &book.packs {
        let rules = plan.rules.iter().filter(|rule| rule.pack == pack.name);
        let (all, ready) = rules.fold((0, 0), |(all, ready), rule| {
            (all + 1, ready + usize::from(plan.readiness(rule) == Readiness::Ready))
        });
        let name = format!("{} {}", pack.name, pack.version);
        table.row([name, format!("{ready} of {}", word::counted(all, "rule"))]);
    }
    table
}

/// What the rules that would run look for, a line a group of detectors.
fn searched(plan: &Plan) -> Table {
    let ready = plan.rules.iter().filter(|rule| plan.readiness(rule) == Readiness::Ready);
    let looked_for = ready.flat_map(|rule| match &rule.check {
        Check::Identifiers(asked) | Check::FileNames(asked) => {
            asked.detect.iter().map(String::as_str).collect()
        }
        Check::Release(check) => check.detection.default_names(),
        _ => Vec::new(),
    });
    let mut names: BTreeSet<&str> = looked_for.collect();
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for detector in DETECTORS.iter().filter(|detector| names.remove(detector.name)) {
        match groups.iter_mut().find(|(group, _)| *group == detector.group) {
            Some((_, members)) => members.push(detector.name),
            None => groups.push((detector.group, vec![detector.name])),
        }
    }
    // What no detector of the catalogue is called is a pattern of the project file.
    if !names.is_empty() {
        groups.push(("your own", names.into_iter().collect()));
    }
    let mut table = Table::new(2);
    for (group, members) in groups {
        table.row([group.to_owned(), members.join(", ")]);
    }
    table
}

/// The rules that cannot run, by the reason.
fn unready(plan: &Plan, width: usize) -> String {
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    for rule in &plan.rules {
        let why = match plan.readiness(rule) {
            Readiness::Ready | Readiness::NotClaimed => continue,
            Readiness::Off(reason) => format!("off: {reason}"),
            Readiness::SetAbsent(set) => format!("no file holds {set}"),
            Readiness::NotBound(fields) => {
                format!("no file of {} has {}", rule.record_set, fields.join(", "))
            }
        };
        match reasons.iter_mut().find(|(reason, _)| *reason == why) {
            Some((_, rules)) => rules.push(&rule.id.text),
            None => reasons.push((why, vec![&rule.id.text])),
        }
    }
    let mut text = String::new();
    for (why, rules) in reasons {
        text.push_str(&format!("  {}: {why}\n", word::counted(rules.len(), "rule")));
        let mut table = Table::new(1);
        table.row([rules.join(", ")]);
        text.push_str(&table.render(6, width));
    }
    text
}

/// The packs that do not run, and the flag that would run each.
fn not_run(book: &RuleBook) -> Table {
    let mut table = Table::new(2);
    for pack in &book.not_run {
        table.row([pack.name.clone(), format!("{}; add `{}`", pack.why, pack.flag_that_runs_it)]);
    }
    table
}
