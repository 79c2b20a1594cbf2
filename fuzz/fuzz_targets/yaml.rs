//! Rule files: any text loads, or fails with problems that can be drawn.

#![no_main]

use chartaudit::rule::{LoadRequest, RuleText, load};
use libfuzzer_sys::fuzz_target;
use miette::{GraphicalReportHandler, GraphicalTheme};

fuzz_target!(|text: &str| {
    let text = RuleText { name: "fuzz.yaml".to_owned(), text: text.to_owned() };
    let problems = match load(vec![text], &LoadRequest::default()) {
        Ok(book) => book.warnings,
        Err(errors) => errors.0,
    };
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor());
    for problem in &problems {
        let mut drawn = String::new();
        handler.render_report(&mut drawn, problem).expect("a problem can be drawn");
        assert!(!drawn.contains("Failed to read contents"), "a place outside the text:\n{drawn}");
    }
});
