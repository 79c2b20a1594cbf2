//! chartaudit audits exported health records against declarative rules.
//!
//! Data flows one way through the rooms, in this reading order:
//!
//! 1. [`value`]: what a cell can hold: dates, decimals, forms of identifiers; the formats they are read from.
//! 2. [`detect`]: identifiers in text: found, told apart, ranked.
//! 3. [`expr`]: the condition language: parse, type, check.
//! 4. [`retention`]: how long records are kept: schedules, and what they say of one record.
//! 5. [`rule`]: what a person writes in YAML, checked: dictionary, layouts, packs, schedules, rules.
//! 6. [`source`]: exported files as batches of cells, with everything that was wrong with them.
//! 7. [`store`]: fingerprints of keys in bounded memory, spilled when need be.
//! 8. [`delivery`]: lists of what was to be delivered, and what arrived.
//! 9. [`plan`]: checked rules bound to the files at hand.
//! 10. [`engine`]: plan and batches to findings, in parallel and exact.
//! 11. [`finding`]: one violation, masked; outcomes and counts.
//! 12. [`transfer`]: two exports held against each other.
//! 13. [`report`]: the audit as a document: JSON, terminal, streams.
//! 14. [`evidence`]: what an audit stood on, listed, signed and checked.
//! 15. [`sample`]: random samples for review by hand, and what a review says of all records.
//! 16. [`survey`]: what an export looks like before anybody says how it is read.
//! 17. [`audit`]: one audit from rules to report, for programs that embed it.
//! 18. [`cli`]: flags, clock, environment, terminal and exit codes; nothing else has them.
//!
//! # Embedding
//!
//! A program that audits by itself uses [`audit`], whose steps are types: a request is loaded into rules, these are bound
//! to files, and that is scanned into a report. Values of records are masked in everything that comes out, as on the
//! command line. What [`audit`] offers, and [`report::Report`] with its formats, is kept stable from version to version;
//! the rooms below are open to tests and to the curious, and may be rebuilt.
//!
//! ```
//! use std::path::PathBuf;
//!
//! use chartaudit::audit::{Machine, Request, Rules};
//! use chartaudit::report::{ReportFormat, Style, Verdict};
//! use chartaudit::value::Date;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Load: everything that is wrong with a rule file or the project file is an error, at its place.
//! let day = Date::from_ymd(2026, 3, 1).ok_or("no such day")?;
//! let rules = Rules::load(Request {
//!     jurisdictions: vec!["US".to_owned()],
//!     facility: Some("hospital".to_owned()),
//!     ..Request::on(day)
//! })?;
//!
//! // Bind: which file holds which records, and which rules can run. No record has been judged yet.
//! let export = rules.bind(&[PathBuf::from("fixtures/hospital/synthea/faulty")]);
//! let recognised = export.plan().files.iter().filter(|file| file.state.refusal().is_none());
//! assert_eq!(recognised.count(), 9);
//!
//! // Scan: one pass, in bounded memory.
//! let report = export.scan(&Machine::small(std::env::temp_dir()))?;
//! assert_eq!(report.verdict, Verdict::Fail);
//! assert_eq!(report.exit_code, 1);
//!
//! // Report: the audit as a document, in any format.
//! let page = ReportFormat::Markdown.render(&report, Style::default())?;
//! assert!(page.contains("# Audit of health records"));
//! # Ok(())
//! # }
//! ```

pub mod value;
pub mod detect;
pub mod expr;
pub mod retention;
pub mod rule;
pub mod source;
pub mod store;
pub mod delivery;
pub mod plan;
pub mod engine;
pub mod finding;
pub mod transfer;
pub mod report;
pub mod evidence;
pub mod sample;
pub mod survey;
pub mod audit;
pub mod cli;
