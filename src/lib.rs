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
//! 17. [`cli`]: flags, clock, environment, terminal and exit codes; nothing else has them.

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
pub mod cli;
