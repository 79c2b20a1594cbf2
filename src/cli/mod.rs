//! Flags, clock, environment, terminal and exit codes; nothing else has them.
//!
//! A command reads its arguments into types, settles what the project file and the environment add,
//! checks every place it will write to, and only then lets the other rooms work. It decides nothing
//! about records.

mod exit;
mod program;
mod arguments;
mod request;
mod size;
mod day;
mod near;
mod word;
mod project;
mod site_key;
mod checkout;
mod book;
mod settings;
mod console;
mod table;
mod output;
mod progress;
mod interrupt;
mod guard;
mod error;
mod init;
mod exception;
mod baseline;
mod scan;
mod plan;
mod proposal;
mod explain;
mod retention;
mod transfer;
mod rules;
mod report;
mod evidence;
mod sample;
mod waiver;
mod completions;
mod man;
mod compare;
mod trend;

pub use self::exit::ExitCode;
pub use self::program::run;
