//! The kinds of elements that identify a person.

use crate::detect::known::KnownKind;

/// A kind of element that identifies a person, as the rules of releases tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identifying {
    /// Names of people.
    Names,
    /// Street addresses.
    Addresses,
    /// Other places smaller than a state: towns, counties, postal codes, coordinates.
    Places,
    /// Dates finer than a year.
    Dates,
    /// Ages over 89, and years that show one.
    Ages,
    /// Telephone numbers.
    Phones,
    /// Fax numbers.
    Faxes,
    /// E-mail addresses.
    Emails,
    /// Social security numbers and their like of other countries.
    Ssns,
    /// Medical record numbers.
    RecordNumbers,
    /// Health plan numbers.
    PlanNumbers,
    /// Account numbers.
    Accounts,
    /// Certificate and licence numbers.
    Licences,
    /// Vehicles and their plates.
    Vehicles,
    /// Devices and their serial numbers.
    Devices,
    /// Web addresses.
    Urls,
    /// Internet addresses.
    IpAddresses,
    /// Fingerprints, voice prints and their like.
    Biometrics,
    /// Photographs of faces and comparable images.
    Images,
    /// Any other number or code that is a person's own.
    Codes,
}

impl Identifying {
    /// Every kind, in the order of the law.
    pub const ALL: [Self; 20] = [
        Self::Names,
        Self::Addresses,
        Self::Places,
        Self::Dates,
        Self::Ages,
        Self::Phones,
        Self::Faxes,
        Self::Emails,
        Self::Ssns,
        Self::RecordNumbers,
        Self::PlanNumbers,
        Self::Accounts,
        Self::Licences,
        Self::Vehicles,
        Self::Devices,
        Self::Urls,
        Self::IpAddresses,
        Self::Biometrics,
        Self::Images,
        Self::Codes,
    ];

    /// The word that rules use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Names => "names",
            Self::Addresses => "addresses",
            Self::Places => "places",
            Self::Dates => "dates",
            Self::Ages => "ages",
            Self::Phones => "phones",
            Self::Faxes => "faxes",
            Self::Emails => "emails",
            Self::Ssns => "ssns",
            Self::RecordNumbers => "record_numbers",
            Self::PlanNumbers => "plan_numbers",
            Self::Accounts => "accounts",
            Self::Licences => "licences",
            Self::Vehicles => "vehicles",
            Self::Devices => "devices",
            Self::Urls => "urls",
            Self::IpAddresses => "ip_addresses",
            Self::Biometrics => "biometrics",
            Self::Images => "images",
            Self::Codes => "codes",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What it is, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Names => "names of people",
            Self::Addresses => "street addresses",
            Self::Places => "places smaller than a state",
            Self::Dates => "dates finer than a year",
            Self::Ages => "ages over 89",
            Self::Phones => "telephone numbers",
            Self::Faxes => "fax numbers",
            Self::Emails => "e-mail addresses",
            Self::Ssns => "social security numbers",
            Self::RecordNumbers => "medical record numbers",
            Self::PlanNumbers => "health plan numbers",
            Self::Accounts => "account numbers",
            Self::Licences => "certificate or licence numbers",
            Self::Vehicles => "vehicle numbers or plates",
            Self::Devices => "device numbers",
            Self::Urls => "web addresses",
            Self::IpAddresses => "internet addresses",
            Self::Biometrics => "biometric identifiers",
            Self::Images => "images of a face",
            Self::Codes => "numbers or codes of single people",
        }
    }

    /// What a detector finds; `None`: something that is no patient's.
    #[must_use]
    pub fn of_detector(name: &str) -> Option<Self> {
        Some(match name {
            "us-npi" | "us-clia" | "password" | "access-token" | "private-key" => return None,
            "name" => Self::Names,
            "address" => Self::Addresses,
            "us-zip" | "uk-postcode" | "ca-postal" => Self::Places,
            "date" | "birth-date" => Self::Dates,
            "age-over-89" => Self::Ages,
            "phone" => Self::Phones,
            "email" => Self::Emails,
            "mrn" | "uk-nhs" | "uk-chi" | "au-ihi" => Self::RecordNumbers,
            "us-mbi" | "us-hicn" | "member-id" | "ca-on-health" | "ca-bc-health"
            | "ca-qc-health" | "au-medicare" | "de-kvnr" => Self::PlanNumbers,
            "account" | "card" | "iban" | "us-aba" => Self::Accounts,
            "driver-license" | "professional-license" | "passport" | "us-dea" => Self::Licences,
            "vin" | "license-plate" => Self::Vehicles,
            "udi" | "device-serial" | "mac" => Self::Devices,
            "url" => Self::Urls,
            "ip" => Self::IpAddresses,
            "claim" | "prescription" | "authorization" | "encounter" => Self::Codes,
            // What is left are national numbers.
            _ => Self::Ssns,
        })
    }

    /// What is known of a patient; `None`: something that only staff have.
    #[must_use]
    pub fn of_known(kind: KnownKind) -> Option<Self> {
        Some(match kind {
            KnownKind::StaffNumber | KnownKind::Npi | KnownKind::Dea => return None,
            KnownKind::Name | KnownKind::LastName | KnownKind::FirstName => Self::Names,
            KnownKind::Address => Self::Addresses,
            KnownKind::BirthDate => Self::Dates,
            KnownKind::Phone => Self::Phones,
            KnownKind::Email => Self::Emails,
            KnownKind::Ssn => Self::Ssns,
            KnownKind::Mrn | KnownKind::NhsNumber => Self::RecordNumbers,
            KnownKind::Mbi | KnownKind::HealthPlan => Self::PlanNumbers,
            KnownKind::Licence | KnownKind::Passport => Self::Licences,
            KnownKind::PatientNumber | KnownKind::Digest | KnownKind::Composed => Self::Codes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Identifying;
    use crate::detect::DETECTORS;

    #[test]
    fn kinds_are_named_once() {
        for kind in Identifying::ALL {
            assert_eq!(Identifying::named(kind.name()), Some(kind));
        }
        assert_eq!(Identifying::named("Names"), None);
    }

    #[test]
    fn what_is_left_of_the_detectors_are_national_numbers() {
        let left = DETECTORS
            .iter()
            .filter(|detector| Identifying::of_detector(detector.name) == Some(Identifying::Ssns));
        let foreign = |country: Option<&str>| country.is_some_and(|country| country != "us");
        for detector in left {
            let ours = ["us-ssn", "us-itin"].contains(&detector.name);
            assert!(ours || foreign(detector.country), "{} is no national number", detector.name);
        }
    }
}
