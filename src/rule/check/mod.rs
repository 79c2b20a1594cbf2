//! From raw shapes to checked ones: every name resolved, every condition typed.

mod code_set;
mod condition;
mod dictionary;
mod layout;
mod param;
mod relation;
mod retain;
mod keep;
mod known;
mod rule;
mod schedule;
mod site;
mod waiver;

pub(crate) use self::code_set::CodeSets;
pub(crate) use self::condition::Conditions;
pub(crate) use self::dictionary::merge;
pub use self::keep::{KEPT, kept};
pub(crate) use self::layout::{check_layout, check_names, sources};
pub(crate) use self::param::{Param, check_params, set_param};
pub(crate) use self::relation::field_types;
pub(crate) use self::retain::{PackPlace, Timetables};
pub(crate) use self::rule::{
    RuleInput, check_rule, combination, date, is_kebab, severity, tolerance,
};
pub(crate) use self::schedule::schedules;
pub(crate) use self::site::{site, without_values};
pub(crate) use self::waiver::waivers;
