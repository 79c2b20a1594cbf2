//! Single findings, each as a small table of masked fields.
//!
//! miette draws them. It is given a text made for the purpose, one line a field, and never a line of the export:
//! nothing is read again and nothing raw can be shown.

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, Severity, SourceCode, SourceSpan, SpanContents, ThemeCharacters,
    ThemeStyles,
};

use crate::report::json::v1::{Finding, Rule};
use crate::report::phrase;
use crate::report::screen::{Ink, Screen, Style, number, pad, shorten, width};

/// How many fields a table shows.
const FIELDS: usize = 10;
/// How far tables are indented.
const INDENT: &str = "    ";
/// A table narrower than this cannot be read.
const NARROWEST: usize = 40;

/// Adds the examples of a rule's findings that the style asks for.
pub(crate) fn examples(screen: &mut Screen, rule: &Rule) {
    let shown = screen.style().examples.min(rule.findings.len());
    for finding in rule.findings.iter().take(shown) {
        one(screen, finding, Severity::Error);
    }
    let left = rule.findings.len() - shown;
    let left = u64::try_from(left).unwrap_or(u64::MAX).saturating_add(rule.findings_omitted);
    if shown > 0 && left > 0 {
        screen.line(&[(Ink::Faint, &format!("{INDENT}… and {} more", number(left)))]);
    }
}

/// Adds one record: a finding, or what is said of a record that is none.
pub(crate) fn one(screen: &mut Screen, finding: &Finding, severity: Severity) {
    match drawing(screen, finding, severity) {
        Some(lines) => screen.drawn(&lines),
        None => plain(screen, finding),
    }
}

/// The finding as miette draws it; `None` where it would be wider than the screen.
fn drawing(screen: &Screen, finding: &Finding, severity: Severity) -> Option<String> {
    let style = screen.style();
    let room = style.width.checked_sub(INDENT.len())?;
    if room < NARROWEST || finding.fields.is_empty() {
        return None;
    }
    let table = Table { severity, ..Table::new(screen, finding, room) };
    let bare = draw(&table, Style { color: false, ..style }, room)?;
    if bare.lines().any(|line| width(line) > room) {
        return None;
    }
    let drawn = if style.color { draw(&table, style, room)? } else { bare };
    let lines = drawn.lines().filter(|line| !line.trim().is_empty());
    let numbered = lines.scan(Number::Wanted(finding.line), |number, line| Some(number.keep(line)));
    Some(numbered.map(|line| format!("{INDENT}{line}\n")).collect())
}

/// Draws what is to be underlined in so many columns.
pub(crate) fn draw(diagnostic: &dyn Diagnostic, style: Style, room: usize) -> Option<String> {
    let characters =
        if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    let styles = if style.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let mut drawn = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
        .with_links(false)
        .with_width(room)
        .without_primary_span_start()
        .without_syntax_highlighting()
        .render_report(&mut drawn, diagnostic)
        .ok()?;
    Some(drawn)
}

/// A finding as a text that miette can underline.
#[derive(Debug)]
struct Table {
    /// What is wrong.
    message: String,
    /// One line a field: its name and its value.
    text: String,
    /// The file, the record and its key.
    name: String,
    /// The physical line of the record, from 0.
    line: usize,
    /// What is said about values.
    labels: Vec<LabeledSpan>,
    /// Whether it is wrong, doubtful or neither.
    severity: Severity,
}

impl Table {
    /// The finding's table in so many columns.
    fn new(screen: &Screen, finding: &Finding, room: usize) -> Self {
        let line = finding.line.unwrap_or(1).saturating_sub(1);
        // The line number and the frame stand left of the text.
        let room = room.saturating_sub(number(finding.line.unwrap_or(1)).len() + 5);
        let shown = finding.fields.iter().take(FIELDS);
        let names = shown
            .clone()
            .map(|field| width(&screen.safe(&field.name)))
            .max()
            .unwrap_or(0)
            .min(room / 2);
        let mut text = String::new();
        let mut labels = Vec::new();
        for field in shown {
            let name = pad(&screen.safe(&shorten(&field.name, names)), names);
            let value = screen.safe(&shorten(&field.value, room.saturating_sub(names + 4)));
            text.push_str(&name);
            text.push_str("  ");
            let start = text.len();
            text.push_str(&value);
            if let Some(words) = remark(&value) {
                labels.push(LabeledSpan::new(Some(words.to_owned()), start, value.len()));
            }
            text.push('\n');
        }
        if labels.is_empty() {
            // Something must be underlined for the table to be drawn: the value that the check came to last.
            let value = text.trim_end().rsplit("  ").next().map_or(0, str::len);
            let start = text.trim_end().len() - value;
            labels.push(LabeledSpan::new(identifier(finding), start, value));
        }
        if let Some(left) = finding.fields.len().checked_sub(FIELDS).filter(|left| *left > 0) {
            text.push_str(&screen.safe(&format!("… and {left} more\n")));
        }
        Self {
            message: screen.safe(&finding.message),
            text,
            name: screen.safe(&shorten(&place(finding), room.saturating_sub(4))),
            line: usize::try_from(line).unwrap_or(usize::MAX),
            labels,
            severity: Severity::Error,
        }
    }
}

/// What is worth saying about a value.
fn remark(value: &str) -> Option<&'static str> {
    if value == "(missing)" {
        Some("missing")
    } else if value.starts_with("(unreadable") {
        Some("cannot be read")
    } else {
        None
    }
}

/// What was found, for identifier findings.
fn identifier(finding: &Finding) -> Option<String> {
    let (detector, tier) = (finding.detector.as_deref()?, finding.tier.as_deref()?);
    let place = finding.span.map(|[start, end]| format!(", bytes {start} to {end}"));
    let person = phrase::person(finding).map(|person| format!(", of {person}"));
    Some(format!(
        "{detector}, tier {tier}{}{}",
        place.unwrap_or_default(),
        person.unwrap_or_default()
    ))
}

/// File, record and key.
fn place(finding: &Finding) -> String {
    let mut parts: Vec<String> = finding.file.iter().cloned().collect();
    parts.extend(finding.record.map(|record| format!("record {}", number(record))));
    parts.extend(finding.key.iter().map(|part| format!("{} {}", part.field, part.tag)));
    parts.join(" · ")
}

impl SourceCode for Table {
    /// The whole table, whatever is asked for.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        if span.offset().saturating_add(span.len()) > self.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            self.text.as_bytes(),
            SourceSpan::from((0, self.text.len())),
            self.line,
            0,
            self.text.lines().count(),
        )))
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Table {}

impl Diagnostic for Table {
    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// Which line number stays: miette numbers every line of the table, and all of them are one record.
enum Number {
    /// The first one, if the record has a line.
    Wanted(Option<u64>),
    /// None any more.
    Done,
}

impl Number {
    /// The line, its number blanked where it is not the record's.
    fn keep(&mut self, line: &str) -> String {
        let mut shown = String::with_capacity(line.len());
        let mut chars = line.chars().peekable();
        let mut numbered = false;
        while let Some(char) = chars.next() {
            match char {
                '\u{1b}' => {
                    shown.push(char);
                    for code in chars.by_ref() {
                        shown.push(code);
                        if code.is_ascii_alphabetic() {
                            break;
                        }
                    }
                }
                ' ' if !numbered => shown.push(' '),
                '0'..='9' => {
                    numbered = true;
                    shown.push(if matches!(self, Self::Wanted(Some(_))) { char } else { ' ' });
                }
                _ => {
                    shown.push(char);
                    shown.extend(chars.by_ref());
                }
            }
        }
        if numbered {
            *self = Self::Done;
        }
        shown
    }
}

/// The finding in lines of text, for narrow screens and findings without fields.
fn plain(screen: &mut Screen, finding: &Finding) {
    screen.paragraph(INDENT.len(), Ink::Plain, &finding.message);
    let mut place = place(finding);
    if let Some(line) = finding.line {
        place.push_str(&format!(" · line {}", number(line)));
    }
    screen.paragraph(INDENT.len() + 2, Ink::Faint, &place);
    if let Some(person) = phrase::person(finding) {
        screen.paragraph(INDENT.len() + 2, Ink::Plain, &format!("of {person}"));
    }
    for field in finding.fields.iter().take(FIELDS) {
        screen.paragraph(INDENT.len() + 2, Ink::Plain, &format!("{}  {}", field.name, field.value));
    }
}
