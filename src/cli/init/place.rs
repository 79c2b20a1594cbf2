//! Where an export is from, and from what kind of facility, as far as its columns tell.

use crate::cli::init::export::Export;

/// Columns that only records of one country have: record set, field, place.
const OF_PLACE: [(&str, &str, &str); 8] = [
    ("patients", "ssn", "US"),
    ("patients", "mbi", "US"),
    ("patients", "zip3", "US"),
    ("encounters", "drg", "US"),
    ("claims", "bill_type", "US"),
    ("staff", "dea", "US"),
    ("breaches", "notified_hhs_on", "US"),
    ("patients", "nhs_number", "GB"),
];

/// Record sets that only hospitals have.
const OF_HOSPITAL: [&str; 2] = ["restraints", "ed_log"];

/// Something that the export shows, and what shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Evident {
    /// What it shows.
    pub(super) value: String,
    /// What shows it, in words.
    pub(super) by: String,
}

/// The country, where columns of one country hold values.
pub(super) fn country(export: &Export) -> Option<Evident> {
    let mut found: Vec<(&str, String)> = Vec::new();
    for file in export.recognised() {
        for (set, field, place) in OF_PLACE {
            let bound = file.seen.is_some_and(|seen| {
                let column = |id: usize| file.set.fields.get(id);
                seen.columns.iter().any(|column_seen| {
                    column(usize::from(column_seen.field.0)).is_some_and(|of| of.name == field)
                        && column_seen.filled > 0
                })
            });
            if file.set.name == set && bound {
                found.push((place, format!("`{set}.{field}`")));
            }
        }
    }
    // A register number of another country may stand beside those of the own one: most say where it is.
    let count = |place: &str| found.iter().filter(|(of, _)| *of == place).count();
    let place = found.iter().map(|(place, _)| *place).max_by_key(|place| (count(place), *place))?;
    let mut by: Vec<&str> =
        found.iter().filter(|(of, _)| *of == place).map(|(_, by)| by.as_str()).collect();
    by.sort_unstable();
    by.dedup();
    Some(Evident { value: place.to_owned(), by: by.join(", ") })
}

/// The kind of facility, where a record set shows it.
pub(super) fn facility(export: &Export) -> Option<Evident> {
    let recognised = export.recognised();
    let mut shown = recognised.iter().filter(|file| OF_HOSPITAL.contains(&file.set.name.as_str()));
    let by = shown.next().map(|file| format!("`{}` is among the records", file.set.name));
    let stays = || {
        let encounters = recognised.iter().filter(|file| file.set.name == "encounters");
        encounters
            .filter_map(|file| file.seen)
            .any(|seen| seen.shows("inpatient"))
            .then(|| "stays of inpatients are among the `encounters`".to_owned())
    };
    let by = by.or_else(stays)?;
    Some(Evident { value: "hospital".to_owned(), by })
}
