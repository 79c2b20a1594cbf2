//! chartaudit audits exported health records against declarative rules.
//!
//! Data flows one way through the rooms, in this reading order:
//!

