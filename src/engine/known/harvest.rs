//! What the records of people give to the stores.

use std::sync::Arc;

use crate::detect::is_placeholder;
use crate::detect::known::{
    Attribute, Birth, KnownKind, Owner, Person, Pseudonyms, Reach, WordSieve, forms,
};
use crate::engine::known::answer::{put_own, put_row, slot};
use crate::engine::known::pseudonym::SeenDigests;
use crate::engine::known::{EVERYBODY, KnownStore, OWN};
use crate::engine::relation::{Keys, Yield};
use crate::engine::verdict::Cells;
use crate::expr::typed::FieldId;
use crate::finding::KeyedHash;
use crate::plan::BoundFile;
use crate::rule::{PATIENTS, RecordSet, birth_field, known_fields};
use crate::store::KeyHasher;
use crate::value::Date;

/// What a file of people's records gives.
#[derive(Debug)]
pub(crate) struct PeopleHarvest {
    /// The fields that its columns hold.
    pub(crate) fields: Vec<(FieldId, Attribute)>,
    /// The day of birth.
    pub(crate) birth: Option<FieldId>,
    /// The key of a person.
    pub(crate) key: Vec<FieldId>,
    owner: Owner,
    /// The digests that are worth making; none where no pseudonyms are looked for.
    digests: Option<Arc<SeenDigests>>,
    words: Arc<WordSieve>,
}

impl PeopleHarvest {
    /// Of one file.
    pub(crate) fn of(set: &RecordSet, file: &BoundFile, store: &KnownStore<'_>) -> Self {
        let is_bound =
            |field: FieldId| file.columns.get(usize::from(field.0)).is_some_and(Option::is_some);
        let owner = if set.name == PATIENTS { Owner::Patient } else { Owner::Staff };
        let mut fields = known_fields(set);
        fields.retain(|(field, _)| is_bound(*field));
        let birth = birth_field(set).filter(|field| is_bound(*field));
        let (digests, words) = (store.digests.clone(), Arc::clone(&store.people.words));
        Self { fields, birth, key: set.key.clone(), owner, digests, words }
    }

    /// What a batch gives.
    pub(crate) fn take(
        &self,
        cells: &Cells<'_>,
        hasher: &KeyHasher,
        keyed: &KeyedHash,
    ) -> [Yield; 2] {
        let mut everybody = Yield { sink: EVERYBODY, keys: Vec::new(), rows: Vec::new() };
        let mut own = Yield { sink: OWN, keys: Vec::new(), rows: Vec::new() };
        let keys = Keys::of(cells, &self.key, hasher);
        let mut values: Vec<(Attribute, &[u8])> = Vec::new();
        let mut slots = Vec::new();
        let digests = self.digests.as_ref();
        let pseudonyms = digests.map_or(Pseudonyms::Unsought, |seen| seen.sought());
        let is_seen = |key| digests.is_some_and(|seen| seen.may_have(key));
        for row in 0..cells.rows {
            values.clear();
            values.extend(self.fields.iter().filter_map(|(field, attribute)| {
                let of = cells.field(*field)?;
                let text = of.texts.present.get(row).then(|| cells.space.get(of.texts.refs[row]));
                // What stands for a name that was taken out is nobody's.
                Some((*attribute, text.filter(|text| !is_placeholder(text))?))
            }));
            let person = Person { values: &values, birth: self.born(cells, row) };
            let text = match self.key.as_slice() {
                [key] => cells.field(*key).map(|of| cells.space.get(of.texts.refs[row])),
                _ => None,
            };
            let mark = keyed.tag(text.unwrap_or_default());
            slots.clear();
            forms(&person, pseudonyms, &mut |form| {
                let key = hasher.text(form.key);
                if form.kind == KnownKind::Digest && !is_seen(key) {
                    return;
                }
                self.words.add(&form);
                slots.push(slot(key, form.kind));
                if form.reach == Reach::Everybody {
                    everybody.keys.push(key);
                    put_row(&form, self.owner, mark, &mut everybody.rows);
                }
            });
            if self.owner == Owner::Patient && keys.whole.get(row) {
                let rows = put_own(&mut slots, &mut own.rows);
                own.keys.extend(std::iter::repeat_n(keys.prints[row], rows));
            }
        }
        [everybody, own]
    }

    /// The day of birth of a row, if it is known to the day.
    fn born(&self, cells: &Cells<'_>, row: usize) -> Option<Birth> {
        let typed = cells.field(self.birth?)?.typed.as_ref()?;
        let exact = typed.present.get(row) && typed.int(row) == typed.int_high(row);
        let date = Date(i32::try_from(typed.int(row)).ok().filter(|_| exact)?);
        let (year, month, day) = date.ymd();
        Some(Birth { year, month, day })
    }
}
