//! Raw shapes from a span tree, so that a file is parsed once and parts of it can be left out.
//!
//! The tree was held against the schema before; a text that is no number where one is meant is refused here too.

use std::str::FromStr;

use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{Deserialize, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use crate::rule::tree::{Node, NodeKind};

/// What a node says, in another shape.
pub(crate) fn decode<'n, T: Deserialize<'n>>(node: &'n Node) -> Result<T, Error> {
    T::deserialize(Value(node))
}

/// A node as serde takes it. A single value keeps its spelling unless a number or a boolean is asked for.
#[derive(Clone, Copy)]
struct Value<'n>(&'n Node);

impl<'n> Value<'n> {
    fn text(self) -> Result<&'n str, Error> {
        self.0.text().ok_or_else(|| Error::custom("expected a single value"))
    }

    fn parsed<T: FromStr>(self, what: &str) -> Result<T, Error> {
        self.text()?.parse().map_err(|_| Error::custom(format!("expected {what}")))
    }
}

impl<'n> IntoDeserializer<'n, Error> for Value<'n> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.0.kind {
            NodeKind::Scalar { .. } if self.0.is_null() => visitor.visit_unit(),
            NodeKind::Scalar { text, .. } => visitor.visit_borrowed_str(text),
            NodeKind::List(items) => {
                visitor.visit_seq(SeqDeserializer::new(items.iter().map(Value)))
            }
            NodeKind::Mapping(entries) => {
                let entries = entries.iter().map(|entry| (entry.key.as_str(), Value(&entry.value)));
                visitor.visit_map(MapDeserializer::new(entries))
            }
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bool(self.parsed("`true` or `false`")?)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_i32(self.parsed("a whole number")?)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_u64(self.parsed("a whole number, 0 or more")?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self.text()?.into_deserializer())
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i64 i128 u8 u16 u32 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct
    }
}
