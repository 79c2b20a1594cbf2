//! Parameters: their types, bounds and values.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::expr::typed::Value;
use crate::rule::checked::ParamValue;
use crate::rule::error::{RuleProblem, span};
use crate::rule::raw::{RawPack, RawParam, RawParamType, RawUnit};
use crate::rule::tree::Node;
use crate::value::parse;

/// A parameter that can be used.
#[derive(Debug, Clone)]
pub(crate) struct Param {
    /// Its name.
    pub(crate) name: String,
    ty: RawParamType,
    /// What it counts.
    pub(crate) unit: Option<RawUnit>,
    min: Option<(Value, String)>,
    max: Option<(Value, String)>,
    default: String,
    text: String,
    /// Its value in force.
    pub(crate) value: Value,
}

impl Param {
    /// The parameter as reports show it.
    pub(crate) fn shown(&self) -> ParamValue {
        ParamValue {
            name: self.name.clone(),
            value: self.text.clone(),
            unit: self.unit.map(|unit| unit_name(unit).to_owned()),
            changed: self.text != self.default,
        }
    }

    fn bounds(&self) -> String {
        match (&self.min, &self.max) {
            (Some((_, min)), Some((_, max))) => format!("{min} to {max}"),
            (Some((_, min)), None) => format!("at least {min}"),
            (None, Some((_, max))) => format!("at most {max}"),
            (None, None) => String::new(),
        }
    }

    fn in_bounds(&self, value: &Value) -> bool {
        let low = self.min.as_ref().is_none_or(|(min, _)| compare(min, value) != Ordering::Greater);
        let high = self.max.as_ref().is_none_or(|(max, _)| compare(max, value) != Ordering::Less);
        low && high
    }
}

/// The word of a unit.
pub(crate) fn unit_name(unit: RawUnit) -> &'static str {
    match unit {
        RawUnit::Hours => "hours",
        RawUnit::Days => "days",
        RawUnit::Months => "months",
        RawUnit::Years => "years",
    }
}

/// The parameters of a pack with their defaults.
pub(crate) fn check_params(
    raw: &RawPack,
    pack: &Node,
    problems: &mut Vec<RuleProblem>,
) -> Vec<Param> {
    let Some(all) = pack.get("params") else { return Vec::new() };
    raw.params
        .0
        .iter()
        .filter_map(|(name, raw)| check_param(name, raw, all.get(name)?, problems))
        .collect()
}

fn check_param(
    name: &str,
    raw: &RawParam,
    node: &Node,
    problems: &mut Vec<RuleProblem>,
) -> Option<Param> {
    let mut typed = |key: &str, text: &str| match value_of(raw.ty, text) {
        Some(value) => Some((value, text.to_owned())),
        None => {
            problems.push(RuleProblem::ParamType {
                name: name.to_owned(),
                value: text.to_owned(),
                wanted: wanted(raw.ty).to_owned(),
                span: span(node.span_of(key)),
                help: None,
            });
            None
        }
    };
    let default = typed("default", &raw.default);
    let min = raw.min.as_ref().and_then(|text| typed("min", text));
    let max = raw.max.as_ref().and_then(|text| typed("max", text));
    if matches!(raw.ty, RawParamType::Text | RawParamType::Boolean) {
        for key in ["min", "max"] {
            if let Some(bound) = node.entry(key) {
                problems.push(RuleProblem::ParamBounds {
                    why: "a parameter of this type has no bounds".to_owned(),
                    span: span(bound.key_span.clone()),
                });
            }
        }
    } else if let (Some((low, _)), Some((high, _))) = (&min, &max)
        && compare(low, high) == Ordering::Greater
    {
        problems.push(RuleProblem::ParamBounds {
            why: "`min` is greater than `max`".to_owned(),
            span: span(node.span_of("min")),
        });
    }
    let (value, text) = default?;
    let param = Param {
        name: name.to_owned(),
        ty: raw.ty,
        unit: raw.unit,
        min,
        max,
        default: text.clone(),
        text,
        value,
    };
    if !param.in_bounds(&param.value) {
        problems.push(RuleProblem::ParamRange {
            name: name.to_owned(),
            value: param.text.clone(),
            bounds: param.bounds(),
            span: span(node.span_of("default")),
            help: Some("change the default or the bounds".to_owned()),
        });
    }
    Some(param)
}

/// Gives a parameter another value, or says why it cannot have it.
pub(crate) fn set_param(param: &mut Param, text: &str) -> Result<(), String> {
    let Some(value) = value_of(param.ty, text) else {
        return Err(format!("it takes {}", wanted(param.ty)));
    };
    if !param.in_bounds(&value) {
        return Err(format!("its bounds are {}", param.bounds()));
    }
    param.value = value;
    text.clone_into(&mut param.text);
    Ok(())
}

fn wanted(ty: RawParamType) -> &'static str {
    match ty {
        RawParamType::Integer => "a whole number",
        RawParamType::Decimal => "a decimal number",
        RawParamType::Text => "text",
        RawParamType::Date => "a date, YYYY-MM-DD",
        RawParamType::Boolean => "`true` or `false`",
    }
}

fn value_of(ty: RawParamType, text: &str) -> Option<Value> {
    match ty {
        RawParamType::Integer => parse::integer(text.as_bytes()).map(Value::Integer),
        RawParamType::Decimal => parse::decimal(text.as_bytes()).map(Value::Decimal),
        RawParamType::Text => Some(Value::Text(Arc::from(text))),
        RawParamType::Date => parse::date(text.as_bytes()).map(Value::Date),
        RawParamType::Boolean => match text {
            "true" => Some(Value::Boolean(true)),
            "false" => Some(Value::Boolean(false)),
            _ => None,
        },
    }
}

/// The order of two values of one type.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        (Value::Decimal(a), Value::Decimal(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}
