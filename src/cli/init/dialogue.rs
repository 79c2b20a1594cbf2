//! The few questions that a person at a terminal is asked, each with the answer that Enter gives.

use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::init::answer::Answers;
use crate::cli::init::export::Export;
use crate::survey::Order;

/// So many columns are asked about; the rest stand in the file as comments.
const COLUMNS: usize = 6;

/// Says what is wrong with places and a kind of facility.
pub(super) type Check<'c> = dyn Fn(&[String], Option<&str>) -> Result<(), CliError> + 'c;

/// How a dialogue ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// With leave to write.
    Write,
    /// Without.
    Leave,
}

/// Asks what the export does not tell.
///
/// # Errors
/// If the questions cannot be shown.
pub(super) fn ask(
    export: &Export,
    answers: &mut Answers,
    check: &Check<'_>,
    console: &mut Console,
) -> Result<Ended, CliError> {
    console.print("\nA few questions; Enter takes what stands in brackets.\n\n")?;
    let Some(name) = console.ask("Name of the facility, for reports []: ")? else {
        return Ok(Ended::Leave);
    };
    answers.name = Some(name).filter(|name| !name.is_empty());
    if !places(answers, check, console)? || !kind(answers, check, console)? {
        return Ok(Ended::Leave);
    }
    answers.settle_order(export);
    if export.has_open_order() && export.told_order().is_none() && !order(answers, console)? {
        return Ok(Ended::Leave);
    }
    if !columns(export, answers, console)? {
        return Ok(Ended::Leave);
    }
    match console.ask("Write chartaudit.yaml? [Y/n]: ")? {
        Some(answer) if !is_no(&answer) => Ok(Ended::Write),
        _ => Ok(Ended::Leave),
    }
}

/// Where the facility is; false once nobody answers any more.
fn places(
    answers: &mut Answers,
    check: &Check<'_>,
    console: &mut Console,
) -> Result<bool, CliError> {
    loop {
        let question = format!(
            "Where is it, such as US-MA? `none` for the rules of every country alone [{}]: ",
            answers.places.join(", ")
        );
        let Some(answer) = console.ask(&question)? else { return Ok(false) };
        if answer.is_empty() {
            return Ok(true);
        }
        let words = answer.split([',', ' ']).filter(|word| !word.is_empty());
        let places: Vec<String> = match answer.to_lowercase().as_str() {
            "none" => Vec::new(),
            _ => words.map(str::to_uppercase).collect(),
        };
        match check(&places, None) {
            Ok(()) => {
                answers.places = places;
                answers.places_by = None;
                return Ok(true);
            }
            Err(problem) => console.diagnose(&problem),
        }
    }
}

/// What kind of facility it is; false once nobody answers any more.
fn kind(answers: &mut Answers, check: &Check<'_>, console: &mut Console) -> Result<bool, CliError> {
    loop {
        let question = format!(
            "What kind of facility is it, such as hospital or clinic? [{}]: ",
            answers.kind.as_deref().unwrap_or("any")
        );
        let Some(answer) = console.ask(&question)? else { return Ok(false) };
        if answer.is_empty() {
            return Ok(true);
        }
        let kind = Some(answer.to_lowercase()).filter(|kind| kind != "any");
        match check(&[], kind.as_deref()) {
            Ok(()) => {
                answers.kind = kind;
                answers.kind_by = None;
                return Ok(true);
            }
            Err(problem) => console.diagnose(&problem),
        }
    }
}

/// Which comes first, month or day; false once nobody answers any more.
fn order(answers: &mut Answers, console: &mut Console) -> Result<bool, CliError> {
    let usual = match answers.order {
        Some(Order::MonthFirst) => "month",
        Some(Order::DayFirst) => "day",
        None => "",
    };
    let question =
        format!("Dates such as 2/3/2024 are there: which comes first, month or day? [{usual}]: ");
    loop {
        let Some(answer) = console.ask(&question)? else { return Ok(false) };
        let order = match answer.to_lowercase().as_str() {
            "" => return Ok(true),
            "m" | "month" => Order::MonthFirst,
            "d" | "day" => Order::DayFirst,
            _ => continue,
        };
        answers.order = Some(order);
        "as was answered".clone_into(&mut answers.order_by);
        return Ok(true);
    }
}

/// Which columns are fields although they are called otherwise; false once nobody answers any more.
fn columns(
    export: &Export,
    answers: &mut Answers,
    console: &mut Console,
) -> Result<bool, CliError> {
    let mut asked = 0;
    for file in export.recognised() {
        for (field, header, _) in file.perhaps() {
            let name = (file.set.name.clone(), field.to_owned(), header.to_owned());
            let taken =
                answers.accepted.iter().any(|(set, field, _)| (set, field) == (&name.0, &name.1));
            if asked == COLUMNS || taken || file.has_layout() {
                continue;
            }
            asked += 1;
            let (set, field, header) = &name;
            let label = file.set.fields.iter().find(|known| known.name == *field);
            let label = label.and_then(|field| field.label.as_deref()).unwrap_or(field);
            let question =
                format!("Is the column `{header}` of `{set}` the field {field} ({label})? [y/N]: ");
            match console.ask(&question)? {
                None => return Ok(false),
                Some(answer) if is_yes(&answer) => answers.accepted.push(name),
                Some(_) => {}
            }
        }
    }
    Ok(true)
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.to_lowercase().as_str(), "y" | "yes")
}

fn is_no(answer: &str) -> bool {
    matches!(answer.to_lowercase().as_str(), "n" | "no")
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{Ended, ask};
    use crate::cli::console::Console;
    use crate::cli::error::CliError;
    use crate::cli::init::answer::Answers;
    use crate::cli::init::export::Export;
    use crate::plan::{self, BindOptions};
    use crate::rule::Dictionary;
    use crate::source::Discovery;

    #[test]
    fn enter_takes_what_is_proposed() {
        let (ended, answers) = talk("\n\n\n\n");
        assert_eq!(ended, Ended::Write);
        assert_eq!(answers.name, None);
        assert_eq!(answers.places, ["US"]);
        assert_eq!(answers.kind.as_deref(), Some("hospital"));
    }

    #[test]
    fn answers_are_taken_and_wrong_ones_asked_again() {
        let (ended, answers) = talk("Mill Race Clinic\nnowhere\nus-ma, us-nh\nzoo\nclinic\nyes\n");
        assert_eq!(ended, Ended::Write);
        assert_eq!(answers.name.as_deref(), Some("Mill Race Clinic"));
        assert_eq!(answers.places, ["US-MA", "US-NH"]);
        assert_eq!(answers.kind.as_deref(), Some("clinic"));
        let (_, answers) = talk("\nnone\nany\n\n");
        assert!(answers.places.is_empty() && answers.kind.is_none());
    }

    #[test]
    fn nothing_is_written_without_leave() {
        assert_eq!(talk("\n\n\nn\n").0, Ended::Leave);
        for gone in ["", "\n", "\n\n", "\n\n\n"] {
            assert_eq!(talk(gone).0, Ended::Leave, "after {gone:?}");
        }
    }

    /// The one place in this file that knows the signature under test.
    fn talk(typed: &'static str) -> (Ended, Answers) {
        let dictionary = Dictionary::default();
        let (found, options) = (Discovery::default(), BindOptions::default());
        let plan = plan::bind(dictionary, &[], Vec::new(), found, &options);
        let export = Export { plan, seen: Vec::new() };
        let mut answers = Answers {
            places: vec!["US".to_owned()],
            kind: Some("hospital".to_owned()),
            ..Answers::default()
        };
        let check = |places: &[String], kind: Option<&str>| {
            let known = places.iter().all(|place| place.starts_with("US")) && kind != Some("zoo");
            if known { Ok(()) } else { Err(CliError::NoRandomBytes) }
        };
        let mut console = Console::with_answers(Box::new(io::sink()), typed);
        let ended = ask(&export, &mut answers, &check, &mut console).expect("it is in memory");
        (ended, answers)
    }
}
