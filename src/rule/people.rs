//! Which fields of the built-in record sets of people hold what identifies them.

use crate::detect::known::{Attribute, KnownKind};
use crate::expr::typed::FieldId;
use crate::rule::dictionary::RecordSet;
use crate::value::FieldType;

/// The fields of each of the record sets of [`crate::rule::KNOWN_PEOPLE`], by name.
const FIELDS: [(&str, &[(&str, Attribute)]); 3] = [
    (
        PATIENTS,
        &[
            ("patient_id", Attribute::Code(KnownKind::PatientNumber)),
            ("mrn", Attribute::Code(KnownKind::Mrn)),
            ("first_name", Attribute::FirstName),
            ("last_name", Attribute::LastName),
            ("maiden_name", Attribute::LastName),
            ("full_name", Attribute::FullName),
            ("address_line", Attribute::Address),
            ("phone", Attribute::Code(KnownKind::Phone)),
            ("email", Attribute::Code(KnownKind::Email)),
            ("ssn", Attribute::Code(KnownKind::Ssn)),
            ("health_plan_id", Attribute::Code(KnownKind::HealthPlan)),
            ("mbi", Attribute::Code(KnownKind::Mbi)),
            ("nhs_number", Attribute::Code(KnownKind::NhsNumber)),
            ("driver_licence", Attribute::Code(KnownKind::Licence)),
            ("passport", Attribute::Code(KnownKind::Passport)),
        ],
    ),
    (
        "staff",
        &[
            ("staff_id", Attribute::Code(KnownKind::StaffNumber)),
            ("user_id", Attribute::Code(KnownKind::StaffNumber)),
            ("first_name", Attribute::FirstName),
            ("last_name", Attribute::LastName),
            ("address_line", Attribute::Address),
            ("phone", Attribute::Code(KnownKind::Phone)),
            ("npi", Attribute::Code(KnownKind::Npi)),
            ("dea", Attribute::Code(KnownKind::Dea)),
            ("licence_no", Attribute::Code(KnownKind::Licence)),
        ],
    ),
    (
        "providers",
        &[
            ("provider_id", Attribute::Code(KnownKind::StaffNumber)),
            ("name", Attribute::FullName),
            ("npi", Attribute::Code(KnownKind::Npi)),
        ],
    ),
];

/// The field of the day of birth.
const BIRTH: &str = "birth_date";

/// The fields of a record set that hold what identifies the people of its records; none if it is not of people.
#[must_use]
pub fn known_fields(set: &RecordSet) -> Vec<(FieldId, Attribute)> {
    let fields = FIELDS.iter().find(|(name, _)| *name == set.name).map_or(&[][..], |of| of.1);
    let known = |(name, attribute): &(&str, Attribute)| Some((set.field_id(name)?, *attribute));
    fields.iter().filter_map(known).collect()
}

/// The field of a record set of people that holds the day of birth.
#[must_use]
pub fn birth_field(set: &RecordSet) -> Option<FieldId> {
    set.field_id(BIRTH).filter(|field| set.field(*field).ty == FieldType::Date)
}

/// The record set of the people whom records are about.
pub const PATIENTS: &str = "patients";

/// The field that says whose a record is: its own key if it is a patient's, else the field that refers to the patients.
#[must_use]
pub fn owner_field(set: &RecordSet) -> Option<FieldId> {
    if set.name == PATIENTS
        && let [key] = set.key.as_slice()
    {
        return Some(*key);
    }
    let fields = set.fields.iter().zip(0_u16..);
    let mut referring = fields
        .filter(|(field, _)| field.references.as_ref().is_some_and(|of| of.record_set == PATIENTS));
    referring.next().map(|(_, number)| FieldId(number))
}

#[cfg(test)]
mod tests {
    use super::{FIELDS, birth_field, known_fields};
    use crate::rule::{KNOWN_PEOPLE, LoadRequest, embedded, load};

    #[test]
    fn the_built_in_record_sets_have_every_field() {
        let book = load(embedded(), &LoadRequest::default()).unwrap();
        for (name, fields) in FIELDS {
            assert!(KNOWN_PEOPLE.contains(&name));
            let set = book.dictionary.set(name).unwrap();
            assert_eq!(known_fields(set).len(), fields.len(), "{name}");
        }
        assert!(birth_field(book.dictionary.set("patients").unwrap()).is_some());
    }
}
