//! Whose an identifier is that was found because the audit knows the person.

/// The person whose identifier was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// Who that is to the record.
    pub bearer: Bearer,
    /// The keyed hash of the person's key, the same as that of the tag of the person's own record; 0 where several people
    /// share the identifier, and for the patient whose record it is.
    pub hash: u128,
}

/// Who somebody is to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearer {
    /// The patient whose record it is.
    OwnPatient,
    /// Another patient.
    AnotherPatient,
    /// A patient, in a record that does not say whose it is.
    SomePatient,
    /// A member of staff.
    Staff,
}
