//! A line of the file of waivers with the place underlined that somebody has to look at.
//!
//! The line stands in the report, so that a saved one shows it too; the file is not read again.

use miette::{
    Diagnostic, LabeledSpan, MietteError, MietteSpanContents, Severity, SourceCode, SourceSpan,
    SpanContents,
};

use crate::report::json::v1::WaiverLine;
use crate::report::screen::{Screen, Style, width};
use crate::report::snippet::draw;

/// The line as miette draws it in so many columns; `None` where it would be wider.
pub(super) fn drawing(
    screen: &Screen,
    line: &WaiverLine,
    file: &str,
    (message, label): (&str, &str),
    severity: Severity,
    indent: usize,
) -> Option<String> {
    let style = screen.style();
    let room = style.width.checked_sub(indent)?;
    let shown = screen.safe(&line.text);
    let start = offset(&shown, line.before)?;
    let end = offset(&shown, line.before.checked_add(line.length)?)?;
    let place = Line {
        message: screen.safe(message),
        name: screen.safe(file),
        number: usize::try_from(line.number.saturating_sub(1)).ok()?,
        label: LabeledSpan::new(Some(screen.safe(label)), start, end - start),
        severity,
        text: shown,
    };
    let bare = draw(&place, Style { color: false, ..style }, room)?;
    if bare.lines().any(|line| width(line) > room) {
        return None;
    }
    let drawn = if style.color { draw(&place, style, room)? } else { bare };
    let lines = drawn.lines().filter(|line| !line.trim().is_empty());
    Some(lines.map(|line| format!("{}{line}\n", " ".repeat(indent))).collect())
}

/// The byte before which so many characters stand.
fn offset(text: &str, characters: u64) -> Option<usize> {
    let characters = usize::try_from(characters).ok()?;
    let mut ends = text.char_indices().map(|(at, _)| at).chain(std::iter::once(text.len()));
    ends.nth(characters)
}

/// One line as a text that miette can underline.
#[derive(Debug)]
struct Line {
    message: String,
    text: String,
    name: String,
    /// Its number, from 0.
    number: usize,
    label: LabeledSpan,
    severity: Severity,
}

impl SourceCode for Line {
    /// The whole line, whatever is asked for.
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            self.text.as_bytes(),
            SourceSpan::from((0, self.text.len())),
            self.number,
            0,
            1,
        )))
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Line {}

impl Diagnostic for Line {
    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(self.label.clone())))
    }
}
