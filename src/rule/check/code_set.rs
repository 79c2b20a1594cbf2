//! Code sets: files with one code a line.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use crate::expr::typed::CodeSet;
use crate::rule::file::File;
use crate::rule::text::embedded_file;

/// Reads the code sets that the rules of one file name, each once.
pub(crate) struct CodeSets<'a> {
    file: &'a File,
    read_file: &'a dyn Fn(&str) -> Option<String>,
    given: &'a [(String, String)],
    known: RefCell<HashMap<String, Option<Arc<CodeSet>>>>,
}

impl<'a> CodeSets<'a> {
    /// The code sets beside a rule file; texts that an example gives go before files.
    pub(crate) fn new(
        file: &'a File,
        read_file: &'a dyn Fn(&str) -> Option<String>,
        given: &'a [(String, String)],
    ) -> Self {
        Self { file, read_file, given, known: RefCell::new(HashMap::new()) }
    }

    /// The code set of a name: a path, or a name whose file lies in the folder `codes`.
    pub(crate) fn get(&self, name: &str) -> Option<Arc<CodeSet>> {
        if let Some(known) = self.known.borrow().get(name) {
            return known.clone();
        }
        let text = self.places(name).into_iter().find_map(|place| self.text(name, &place));
        let set = text.map(|text| Arc::new(parse(name, &text)));
        self.known.borrow_mut().insert(name.to_owned(), set.clone());
        set
    }

    /// Where the file of a code set is looked for, relative to the rule file.
    pub(crate) fn places(&self, name: &str) -> Vec<String> {
        if name.contains('.') || name.contains('/') {
            vec![name.to_owned()]
        } else {
            vec![format!("codes/{name}.csv"), format!("codes/{name}.txt")]
        }
    }

    fn text(&self, name: &str, place: &str) -> Option<String> {
        let given = self.given.iter().find(|(given, _)| given == name || given == place);
        if let Some((_, text)) = given {
            return Some(text.clone());
        }
        let path = self.file.beside(place);
        (self.read_file)(&path).or_else(|| embedded_file(&path).map(str::to_owned))
    }
}

/// The codes of the first column; lines that begin with `#`, and a header `code`, are none.
fn parse(name: &str, text: &str) -> CodeSet {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut members: Vec<String> = reader
        .records()
        .filter_map(Result::ok)
        .filter_map(|record| record.get(0).map(str::to_owned))
        .enumerate()
        .filter(|(index, code)| !(code.is_empty() || *index == 0 && is_header(code)))
        .map(|(_, code)| code)
        .collect();
    members.sort_unstable();
    members.dedup();
    CodeSet { name: name.to_owned(), members }
}

fn is_header(code: &str) -> bool {
    code.eq_ignore_ascii_case("code") || code.eq_ignore_ascii_case("codes")
}
