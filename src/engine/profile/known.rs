//! What is known of the patients of the audit, as signs in the columns of a release.

use std::collections::BTreeMap;

use crate::detect::known::{Owner, Sighting, best};
use crate::detect::{Identifying, Role, Tier};
use crate::engine::known::Spotting;
use crate::engine::profile::part::{By, ColumnPart, First, FoundAt, Seen, shown, value};
use crate::engine::profile::sign::{Sign, Signs};
use crate::engine::profile::task::{Look, ProfileTask, ProfiledColumn};
use crate::engine::verdict::cell;
use crate::finding::Reveal;
use crate::source::{Batch, CellSpan};

/// Adds what stands in a batch of the names and numbers of patients to what its columns show.
pub(crate) fn add_known(
    task: &ProfileTask,
    batch: &Batch,
    (slots, spans): (&BTreeMap<usize, usize>, &[Vec<CellSpan>]),
    spotting: &Spotting,
    reveal: Reveal,
    parts: &mut [ColumnPart],
) {
    for (column, part) in task.columns.iter().zip(parts) {
        let spans = slots.get(&column.column).and_then(|slot| spans.get(*slot));
        let Some(spans) = spans else { continue };
        for of_row in
            spotting.of_column(column.column).chunk_by(|(one, _), (other, _)| one == other)
        {
            let Some((row, _)) = of_row.first() else { continue };
            let raw = spans.get(*row).map_or(&[][..], |span| cell(*span, &batch.buffer));
            let Some(text) = value(column, raw) else { continue };
            let mut sightings: Vec<Sighting> = of_row.iter().map(|(_, of)| *of).collect();
            sightings.retain(|of| {
                of.known.owner != Owner::Staff && task.sought.contains(&of.known.kind)
            });
            best(&mut sightings);
            let mut signs = Signs::default();
            for sighting in &sightings {
                let Some(sign) = sign(column, text.len(), sighting) else { continue };
                let crowded = sighting.known.crowded && matches!(sign, Sign::MaybeKnown(_));
                let first = || First {
                    record: batch.ordinal(*row) + 1,
                    line: batch.line(*row) + 1,
                    value: shown(text, reveal),
                    found: Some(FoundAt {
                        by: By::Known(sighting.known.kind),
                        tier: sighting.tier,
                        span: (sighting.start, sighting.end),
                    }),
                };
                // A row counts once, however often it shows the same.
                for sign in [Some(sign), crowded.then_some(Sign::Crowded)].into_iter().flatten() {
                    if signs.add(sign) {
                        let seen = part.signs.entry(sign.index());
                        seen.or_insert_with(|| Seen { count: 0, first: first() }).count += 1;
                    }
                }
            }
        }
    }
}

/// What a known identifier says of the column in which it stands; `length` is that of the value.
fn sign(column: &ProfiledColumn, length: usize, sighting: &Sighting) -> Option<Sign> {
    let kind = match (Identifying::of_known(sighting.known.kind)?, column.role) {
        (Identifying::Phones, Some(Role::Element(Identifying::Faxes))) => Identifying::Faxes,
        (kind, _) => kind,
    };
    if sighting.tier <= Tier::B {
        return Some(Sign::Known(kind));
    }
    let whole = usize::try_from(sighting.end - sighting.start).is_ok_and(|span| span >= length);
    let plain =
        matches!(column.role, None | Some(Role::Code | Role::PersonCode | Role::Element(_)));
    let guesses = whole && plain && column.look == Look::All && kind != Identifying::Dates;
    guesses.then_some(Sign::MaybeKnown(kind))
}
