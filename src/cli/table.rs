//! Columns of text, aligned.

use crate::finding::neutral;

/// Rows of cells; the last cell of a row is wrapped where the others leave room.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
    columns: usize,
}

impl Table {
    /// A table of so many columns.
    pub(crate) fn new(columns: usize) -> Self {
        Self { rows: Vec::new(), columns }
    }

    /// Appends a row.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.map(|cell| neutral(&cell)).into_iter().take(self.columns).collect());
    }

    /// The table as text: indented, columns two blanks apart, nothing wider than `width` that can be wrapped.
    pub(crate) fn render(&self, indent: usize, width: usize) -> String {
        let mut text = String::new();
        let columns = self.columns.saturating_sub(1);
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
            })
            .collect();
        let before = indent + widths.iter().map(|width| width + 2).sum::<usize>();
        let room = width.saturating_sub(before).max(24);
        for row in &self.rows {
            let mut line = " ".repeat(indent);
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(&format!("{cell:<width$}  "));
            }
            let last = row.get(columns).map_or("", String::as_str);
            for (index, part) in wrap(last, room).into_iter().enumerate() {
                if index > 0 {
                    line = " ".repeat(before);
                }
                line.push_str(&part);
                text.push_str(line.trim_end());
                text.push('\n');
            }
        }
        text
    }
}

/// The text in lines of at most so many characters, broken at blanks; always at least one line.
fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let longer = line.chars().count() + 1 + word.chars().count();
        if !line.is_empty() && longer > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn columns_are_aligned_and_the_last_is_wrapped() {
        let mut table = Table::new(3);
        table.row([
            "a".to_owned(),
            "bbb".to_owned(),
            "one two three four five six seven".to_owned(),
        ]);
        table.row(["aaaa".to_owned(), "é".to_owned(), "x\u{1b}y".to_owned()]);
        let expected = "  a     bbb  one two three four five\n             six seven\n  aaaa  é    x\u{fffd}y\n";
        assert_eq!(table.render(2, 37), expected);
    }

    #[test]
    fn an_empty_last_cell_leaves_no_blanks() {
        let mut table = Table::new(2);
        table.row(["a".to_owned(), String::new()]);
        assert_eq!(table.render(0, 80), "a\n");
    }
}
