//! What is known of people.

/// A kind of known identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "`words` says what each is")]
pub enum KnownKind {
    Mrn,
    Ssn,
    Mbi,
    HealthPlan,
    NhsNumber,
    Licence,
    Passport,
    Phone,
    Email,
    PatientNumber,
    StaffNumber,
    Npi,
    Dea,
    Name,
    LastName,
    FirstName,
    Address,
    BirthDate,
    Digest,
    Composed,
}

impl KnownKind {
    /// Every kind; where a value is of several, the first of them is told.
    pub const ALL: [Self; 20] = [
        Self::Mrn,
        Self::Ssn,
        Self::Mbi,
        Self::HealthPlan,
        Self::NhsNumber,
        Self::Licence,
        Self::Passport,
        Self::Phone,
        Self::Email,
        Self::PatientNumber,
        Self::StaffNumber,
        Self::Npi,
        Self::Dea,
        Self::Name,
        Self::LastName,
        Self::FirstName,
        Self::Address,
        Self::BirthDate,
        Self::Digest,
        Self::Composed,
    ];

    /// The detector that findings name: `known-mrn`.
    #[must_use]
    pub fn detector(self) -> &'static str {
        match self {
            Self::Mrn => "known-mrn",
            Self::Ssn => "known-ssn",
            Self::Mbi => "known-mbi",
            Self::HealthPlan => "known-member-id",
            Self::NhsNumber => "known-nhs",
            Self::Licence => "known-licence",
            Self::Passport => "known-passport",
            Self::Phone => "known-phone",
            Self::Email => "known-email",
            Self::PatientNumber => "known-patient-number",
            Self::StaffNumber => "known-staff-number",
            Self::Npi => "known-npi",
            Self::Dea => "known-dea",
            Self::Name | Self::LastName | Self::FirstName => "known-name",
            Self::Address => "known-address",
            Self::BirthDate => "known-birth-date",
            Self::Digest | Self::Composed => "known-pseudonym",
        }
    }

    /// The name by which rules choose it: `mrn`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.detector().trim_start_matches("known-")
    }

    /// The names that rules use, each once.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        let mut names: Vec<_> = Self::ALL.iter().map(|kind| kind.name()).collect();
        names.dedup();
        names
    }

    /// What it is, in words: `medical record number`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Mrn => "medical record number",
            Self::Ssn => "social security number",
            Self::Mbi => "Medicare number",
            Self::HealthPlan => "health plan number",
            Self::NhsNumber => "NHS number",
            Self::Licence => "licence number",
            Self::Passport => "passport number",
            Self::Phone => "telephone number",
            Self::Email => "email address",
            Self::PatientNumber => "patient number",
            Self::StaffNumber => "staff number",
            Self::Npi => "NPI",
            Self::Dea => "DEA number",
            Self::Name => "full name",
            Self::LastName => "last name",
            Self::FirstName => "first name",
            Self::Address => "street address",
            Self::BirthDate => "date of birth",
            Self::Digest => "identifier, hashed without a key,",
            Self::Composed => "code of initials and date of birth",
        }
    }

    /// Whether it stands for a person in place of an identifier.
    #[must_use]
    pub fn is_pseudonym(self) -> bool {
        matches!(self, Self::Digest | Self::Composed)
    }

    /// Its number in [`KnownKind::ALL`].
    #[must_use]
    pub fn index(self) -> u8 {
        self as u8
    }

    /// The kind of that number.
    #[must_use]
    pub fn numbered(index: u8) -> Option<Self> {
        Self::ALL.get(usize::from(index)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::KnownKind;

    #[test]
    fn kinds_are_numbered_in_their_order() {
        for (index, kind) in (0_u8..).zip(KnownKind::ALL) {
            assert_eq!(kind.index(), index);
            assert_eq!(KnownKind::numbered(index), Some(kind));
        }
        assert_eq!(KnownKind::numbered(20), None);
    }
}
