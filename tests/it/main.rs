//! What the program promises, held against the program itself.

#![expect(clippy::expect_used, reason = "a test that cannot set up its case must fail")]

mod detectors;
mod identifiers;
mod program;
mod sweep;
mod rooms;
mod opaque;
mod exit_codes;
mod canary;
mod init;
mod leaks;
// It looks into open files by way of `/proc`.
#[cfg(target_os = "linux")]
mod spill;
mod audits;
mod classes;
mod known;
mod purposes;
mod delivery;
mod file_names;
mod laws;
mod formats;
mod readme;
mod relations;
mod retention;
mod release;
mod evidence;
mod sample;
mod transfer;
mod waivers;
mod manual;
mod narrated;
mod embed;
mod baseline;
mod hook;
