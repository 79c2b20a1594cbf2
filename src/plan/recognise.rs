//! Which record set a header belongs to, and by which layout.

use std::collections::{HashMap, HashSet};

use crate::expr::typed::FieldId;
use crate::rule::{Binding, Dictionary, Layout, LayoutSource, RecordSet};

/// The name under which headers that no layout knows are bound.
pub const GENERIC: &str = "generic";

/// A header name as it is compared: case, blanks, underscores and hyphens do not count.
#[must_use]
pub fn normalise(name: &str) -> String {
    name.chars()
        .filter(|&c| !c.is_whitespace() && !matches!(c, '_' | '-' | '\u{feff}' | '\u{200b}'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// A record set as one layout sees it.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    /// The layout.
    pub(super) layout: String,
    /// The record set, as an index into the dictionary.
    pub(super) set: usize,
    /// The source that says how it is read.
    pub(super) source: LayoutSource,
    /// One entry a binding: the field and the normalised names of its columns.
    fields: Vec<(FieldId, Vec<String>)>,
    /// The record key.
    pub(super) key: Vec<FieldId>,
}

/// A shape held against a header.
#[derive(Debug, Clone)]
pub(super) struct Match<'s> {
    pub(super) shape: &'s Shape,
    /// One entry a binding of the shape: the columns that it matches.
    pub(super) columns: Vec<Vec<usize>>,
    pub(super) bound_fields: usize,
    pub(super) unbound_columns: usize,
    pub(super) key_bound: bool,
}

/// The columns of a header, by normalised name.
#[derive(Debug)]
struct Header {
    width: usize,
    columns: HashMap<String, Vec<usize>>,
}

/// Why no shape could be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unplaced {
    /// No shape knows enough of the names; the record set that comes closest, and how many columns it knows.
    Unknown { closest: Option<(usize, usize)> },
    /// Two shapes fit equally well.
    Ambiguous(String, String),
    /// The best shape lacks a field of its key.
    KeyMissing { set: usize, fields: Vec<FieldId> },
}

impl Shape {
    pub(super) fn new(
        layout: &str,
        set_index: usize,
        set: &RecordSet,
        source: &LayoutSource,
        overlay: Option<&LayoutSource>,
    ) -> Self {
        let mut source = source.clone();
        if let Some(overlay) = overlay {
            for binding in &overlay.bind {
                source.bind.retain(|old| old.field != binding.field);
                source.bind.push(binding.clone());
            }
            if !overlay.files.is_empty() {
                source.files.clone_from(&overlay.files);
            }
            source.options = overlay.options.clone();
            if overlay.key.is_some() {
                source.key.clone_from(&overlay.key);
            }
        }
        source.bind.retain(|binding| set.field_id(&binding.field).is_some());
        let fields = source
            .bind
            .iter()
            .filter_map(|binding| {
                let names = binding.columns.iter().map(|name| normalise(name)).collect();
                Some((set.field_id(&binding.field)?, names))
            })
            .collect();
        let key = match &source.key {
            Some(names) => names.iter().filter_map(|name| set.field_id(name)).collect(),
            None => set.key.clone(),
        };
        Self { layout: layout.to_owned(), set: set_index, source, fields, key }
    }

    /// The normalised names that this shape knows.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().flat_map(|(_, names)| names.iter().map(String::as_str))
    }

    /// The field of each binding.
    pub(super) fn field(&self, binding: usize) -> FieldId {
        self.fields[binding].0
    }

    /// Holds the shape against a header.
    fn hold<'s>(&'s self, header: &Header) -> Match<'s> {
        let mut used = vec![false; header.width];
        let columns: Vec<Vec<usize>> = self
            .fields
            .iter()
            .map(|(_, names)| names.iter().find_map(|name| header.columns.get(name)))
            .map(|columns| columns.cloned().unwrap_or_default())
            .collect();
        for &column in columns.iter().flatten() {
            used[column] = true;
        }
        let bound: Vec<FieldId> = columns
            .iter()
            .enumerate()
            .filter(|(_, columns)| !columns.is_empty())
            .map(|(binding, _)| self.field(binding))
            .collect();
        Match {
            shape: self,
            bound_fields: bound.len(),
            unbound_columns: used.iter().filter(|used| !**used).count(),
            key_bound: self.key.iter().all(|field| bound.contains(field)),
            columns,
        }
    }
}

/// The shapes of all layouts, and of the dictionary's alias lists under the name `generic`.
pub(super) fn shapes(
    dictionary: &Dictionary,
    layouts: &[Layout],
    overlays: &[LayoutSource],
) -> Vec<Shape> {
    let overlay = |set: &RecordSet| overlays.iter().find(|source| source.record_set == set.name);
    let mut shapes = Vec::new();
    for layout in layouts {
        for source in &layout.sources {
            if let Some((index, set)) =
                dictionary.sets.iter().enumerate().find(|(_, set)| set.name == source.record_set)
            {
                shapes.push(Shape::new(&layout.name, index, set, source, overlay(set)));
            }
        }
    }
    for (index, set) in dictionary.sets.iter().enumerate() {
        let bind = set
            .fields
            .iter()
            .map(|field| {
                let mut columns = vec![field.name.clone()];
                columns.extend(field.label.clone());
                columns.extend(field.aliases.iter().cloned());
                Binding { field: field.name.clone(), columns, ..Binding::default() }
            })
            .collect();
        let source = LayoutSource {
            record_set: set.name.clone(),
            files: vec![format!("*{}*", set.name)],
            options: crate::rule::SourceOptions::default(),
            bind,
            key: None,
        };
        shapes.push(Shape::new(GENERIC, index, set, &source, overlay(set)));
    }
    shapes
}

/// All normalised names that any shape knows.
pub(super) fn known_names(shapes: &[Shape]) -> HashSet<String> {
    shapes.iter().flat_map(Shape::names).map(str::to_owned).collect()
}

/// Chooses the shape that binds most fields, then the one that leaves fewest columns unbound; a layout
/// goes before the alias lists, and a file name that a shape names breaks what is left of a tie.
pub(super) fn choose<'s>(
    shapes: &'s [Shape],
    header: &[String],
    pinned: Option<&str>,
    file_name: &str,
) -> Result<Match<'s>, Unplaced> {
    let mut columns: HashMap<String, Vec<usize>> = HashMap::new();
    for (column, name) in header.iter().enumerate() {
        columns.entry(name.clone()).or_default().push(column);
    }
    let header = Header { width: header.len(), columns };
    let all: Vec<Match<'s>> = shapes.iter().map(|shape| shape.hold(&header)).collect();
    let closest = all.iter().max_by_key(|held| (held.bound_fields, held.key_bound));
    let unknown = Unplaced::Unknown {
        closest: closest
            .filter(|held| held.bound_fields > 0)
            .map(|held| (held.shape.set, header.width - held.unbound_columns)),
    };
    // A header of which the alias lists know less than a third is somebody else's.
    let enough = |held: &Match<'_>| {
        let bound_columns = header.width - held.unbound_columns;
        (held.bound_fields >= 2 || header.width == 1 && held.bound_fields == 1)
            && (held.shape.layout != GENERIC || bound_columns * 3 >= header.width)
    };
    let all: Vec<Match<'s>> = all.into_iter().filter(enough).collect();
    let of_pinned: Vec<Match<'s>> =
        all.iter().filter(|held| Some(held.shape.layout.as_str()) == pinned).cloned().collect();
    let pool = if of_pinned.is_empty() { all } else { of_pinned };
    let rank = |held: &Match<'_>| {
        (
            held.bound_fields,
            usize::MAX - held.unbound_columns,
            held.key_bound,
            held.shape.layout != GENERIC,
            held.shape.source.files.iter().any(|pattern| glob(pattern, file_name)),
        )
    };
    let Some(best) = pool.iter().max_by_key(|held| rank(held)) else {
        return Err(unknown);
    };
    if !best.key_bound {
        let bound: Vec<FieldId> = best
            .columns
            .iter()
            .enumerate()
            .filter(|(_, columns)| !columns.is_empty())
            .map(|(binding, _)| best.shape.field(binding))
            .collect();
        let fields =
            best.shape.key.iter().copied().filter(|field| !bound.contains(field)).collect();
        return Err(Unplaced::KeyMissing { set: best.shape.set, fields });
    }
    let twin = pool.iter().find(|held| {
        rank(held) == rank(best)
            && (held.shape.set != best.shape.set || held.shape.layout != best.shape.layout)
    });
    match twin {
        Some(twin) => {
            let name = |held: &Match<'_>| {
                format!("{} of layout {}", held.shape.source.record_set, held.shape.layout)
            };
            Err(Unplaced::Ambiguous(name(twin), name(best)))
        }
        None => Ok(best.clone()),
    }
}

/// The record set besides the bound one that knows most columns of a header, its key included, and how many fields it
/// would bind.
#[must_use]
pub fn rival(
    dictionary: &Dictionary,
    layouts: &[Layout],
    header: &[String],
    bound: usize,
) -> Option<(usize, usize)> {
    let mut columns: HashMap<String, Vec<usize>> = HashMap::new();
    for (column, name) in header.iter().enumerate() {
        columns.entry(normalise(name)).or_default().push(column);
    }
    let header = Header { width: header.len(), columns };
    let shapes = shapes(dictionary, layouts, &[]);
    let others = shapes.iter().filter(|shape| shape.set != bound).map(|shape| shape.hold(&header));
    let others = others.filter(|held| held.key_bound && held.bound_fields > 0);
    others.map(|held| (held.shape.set, held.bound_fields)).max_by_key(|(_, fields)| *fields)
}

/// Whether a file name fits a pattern of `*` and `?`; case does not count.
pub(super) fn glob(pattern: &str, name: &str) -> bool {
    fn fits(pattern: &[char], name: &[char]) -> bool {
        let (mut p, mut n) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        while n < name.len() {
            if p < pattern.len() && (pattern[p] == '?' || pattern[p] == name[n]) {
                p += 1;
                n += 1;
            } else if p < pattern.len() && pattern[p] == '*' {
                star = Some((p, n));
                p += 1;
            } else if let Some((star_p, star_n)) = star {
                p = star_p + 1;
                n = star_n + 1;
                star = Some((star_p, star_n + 1));
            } else {
                return false;
            }
        }
        pattern[p..].iter().all(|&c| c == '*')
    }
    let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<_>>();
    let file = name.rsplit('/').next().unwrap_or(name);
    fits(&lower(pattern), &lower(file)) || fits(&lower(pattern), &lower(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_whole_names() {
        for (pattern, name, fits) in [
            ("encounters*.csv", "a/b/Encounters_2024.csv", true),
            ("*.csv", "x.tsv", false),
            ("a?c", "abc", true),
            ("a?c", "abbc", false),
            ("*", "", true),
            ("a*b*c", "aXbYbc", true),
        ] {
            assert_eq!(glob(pattern, name), fits, "{pattern} {name}");
        }
    }

    fn layout(name: &str, field: &str) -> Layout {
        let bind = [("id", "Foo"), (field, "Bar")].map(|(field, column)| Binding {
            field: field.to_owned(),
            columns: vec![column.to_owned()],
            ..Binding::default()
        });
        let source = LayoutSource {
            record_set: "things".to_owned(),
            files: Vec::new(),
            options: crate::rule::SourceOptions::default(),
            bind: bind.into(),
            key: None,
        };
        Layout { name: name.to_owned(), sources: vec![source] }
    }

    #[test]
    fn two_layouts_that_fit_alike_are_both_named() {
        let field = |name: &str| crate::rule::Field {
            name: name.to_owned(),
            ty: crate::value::FieldType::Text,
            phi: crate::rule::Phi::None,
            label: None,
            aliases: Vec::new(),
            values: Vec::new(),
            references: None,
            often_blank: false,
        };
        let set = RecordSet {
            name: "things".to_owned(),
            title: "Things".to_owned(),
            key: vec![FieldId(0)],
            fields: ["id", "sex", "zip"].map(field).into(),
        };
        let dictionary = Dictionary { sets: vec![set] };
        let header = ["foo".to_owned(), "bar".to_owned()];
        for names in [["one", "two"], ["two", "one"]] {
            let layouts = [layout(names[0], "sex"), layout(names[1], "zip")];
            let shapes = shapes(&dictionary, &layouts, &[]);
            let chosen = choose(&shapes, &header, None, "x.csv").map(|held| &held.shape.layout);
            assert!(matches!(chosen, Err(Unplaced::Ambiguous(..))), "{chosen:?}");
            let pinned = choose(&shapes, &header, Some("two"), "x.csv");
            assert_eq!(pinned.unwrap().shape.layout, "two");
        }
    }

    #[test]
    fn names_compare_without_case_blanks_and_underscores() {
        assert_eq!(normalise(" Disch Dt_Tm "), normalise("DISCHDTTM"));
        assert_ne!(normalise("MRN"), normalise("MRN #"));
    }
}
