//! The audit as SARIF 2.1.0: what stands in the file, and how it is made of a report.

mod v2;
mod draw;

pub(crate) use self::draw::{Scope, render};
