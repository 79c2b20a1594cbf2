//! The labelled texts of the fixtures.

use std::error::Error;
use std::fs;
use std::path::Path;

/// A labelled text of the fixtures without its labels.
pub(crate) fn corpus(file: &str) -> Result<String, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/detect");
    let labelled = fs::read_to_string(folder.join(file))?;
    let mut pieces = labelled.split('{');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (mark, after) = piece.split_once('}').ok_or("a label is not closed")?;
        let (_, value) = mark.split_once(':').ok_or("a label has no value")?;
        text.push_str(value);
        text.push_str(after);
    }
    Ok(text)
}
