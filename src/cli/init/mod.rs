//! `chartaudit init`: what a site needs before its first audit: a key, and a project file that says how its exports
//! are read.
//!
//! Nothing that is there is ever replaced, and nothing is asked where no person sits.

mod export;
mod place;
mod answer;
mod dialogue;
mod draft;
mod screen;
mod command;

pub(crate) use self::command::{InitArguments, SCHEMA_FILE, run};
