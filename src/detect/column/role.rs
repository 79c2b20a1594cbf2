//! What the name of a column says that it holds.

use super::{Fineness, Identifying};

/// What a column holds by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Elements of this kind; what it holds is one whatever it looks like.
    Element(Identifying),
    /// ZIP codes.
    Zip,
    /// Coordinates.
    Coordinate,
    /// Dates.
    Date,
    /// Dates or years of birth.
    Birth,
    /// Years.
    Year,
    /// Numbers of the month, the quarter, the week or the day.
    Calendar(CalendarPart),
    /// Ages in years.
    Age,
    /// Numbers or codes that are one person's, stay's or document's.
    PersonCode,
    /// Numbers or codes of something.
    Code,
    /// Amounts and counts.
    Amount,
    /// The number of the row.
    Ordinal,
}

/// A part of a date that is a small number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CalendarPart {
    /// 1 to 12.
    Month,
    /// 1 to 4.
    Quarter,
    /// 1 to 53.
    Week,
    /// 1 to 31, or to 366.
    Day,
    /// 0 to 7.
    Weekday,
}

impl CalendarPart {
    /// How fine it is.
    #[must_use]
    pub fn fineness(self) -> Fineness {
        match self {
            Self::Month => Fineness::Month,
            Self::Quarter => Fineness::Quarter,
            Self::Week => Fineness::Week,
            Self::Day => Fineness::Day,
            Self::Weekday => Fineness::Weekday,
        }
    }

    /// The highest number that it can be.
    #[must_use]
    pub fn most(self) -> u32 {
        match self {
            Self::Month => 12,
            Self::Quarter => 4,
            Self::Week => 53,
            Self::Day => 366,
            Self::Weekday => 7,
        }
    }
}

/// Whose the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Whose {
    /// The patient's, or of the patient's household; nothing else is said.
    Patient,
    /// A provider's, a facility's or a payer's by the column's name.
    Other,
}

use super::Identifying::{
    Accounts, Addresses, Biometrics, Devices, Emails, Faxes, Images, IpAddresses, Licences, Names,
    Phones, Places, PlanNumbers, RecordNumbers, Ssns, Urls, Vehicles,
};

/// Phrases in names of columns, and what they say. Of those that stand in a name the longest counts, then the
/// first of this list.
const PHRASES: &[(Role, &[&str])] = &[
    (
        Role::Element(Names),
        &[
            "first name",
            "last name",
            "middle name",
            "full name",
            "given name",
            "family name",
            "legal name",
            "maiden name",
            "birth name",
            "preferred name",
            "previous name",
            "alias name",
            "patient name",
            "pt name",
            "pat name",
            "person name",
            "participant name",
            "subject name",
            "mother name",
            "mothers name",
            "father name",
            "fathers name",
            "spouse name",
            "guardian name",
            "guarantor name",
            "contact name",
            "subscriber name",
            "insured name",
            "beneficiary name",
            "member name",
            "employer name",
            "owner name",
            "child name",
            "relative name",
            "surname",
            "forename",
            "lname",
            "fname",
            "mname",
            "nickname",
            "middle initial",
            "initials",
            "emergency contact",
            "next of kin",
            "kin",
            "employer",
            "name of patient",
            "patient last",
            "patient first",
        ],
    ),
    (
        Role::Element(Addresses),
        &[
            "address",
            "addr",
            "address line",
            "street",
            "street name",
            "street address",
            "house number",
            "apartment",
            "po box",
            "home address",
            "mailing address",
            "residence",
        ],
    ),
    (
        Role::Element(Places),
        &[
            "city",
            "town",
            "village",
            "municipality",
            "hometown",
            "neighborhood",
            "neighbourhood",
            "suburb",
            "borough",
            "birth place",
            "birthplace",
            "place of birth",
            "county",
            "parish",
            "fips",
            "county code",
            "county fips",
            "fips code",
            "census tract",
            "tract",
            "census block",
            "block group",
            "precinct",
            "geocode",
            "geohash",
            "geoid",
            "plus code",
            "school district",
            "congressional district",
            "geolocation",
            "gps",
            "gps location",
            "msa",
            "cbsa",
        ],
    ),
    (
        Role::Zip,
        &[
            "zip",
            "zip code",
            "zipcode",
            "zip plus 4",
            "postal code",
            "postcode",
            "post code",
            "postal",
            "zcta",
        ],
    ),
    (
        Role::Coordinate,
        &[
            "latitude",
            "longitude",
            "lat",
            "lon",
            "lng",
            "coordinate",
            "coordinates",
            "lat lon",
            "geo",
        ],
    ),
    (
        Role::Birth,
        &[
            "dob",
            "date of birth",
            "birth date",
            "birthdate",
            "birthday",
            "birth",
            "born",
            "year of birth",
            "birth year",
            "birth yr",
            "yob",
        ],
    ),
    (Role::Year, &["year", "yr", "since", "fiscal year", "calendar year"]),
    (
        Role::Calendar(CalendarPart::Month),
        &["month", "month of birth", "birth month", "month number", "month name"],
    ),
    (Role::Calendar(CalendarPart::Quarter), &["quarter", "qtr"]),
    (
        Role::Calendar(CalendarPart::Week),
        &["week", "week number", "week of year", "epi week", "isoweek"],
    ),
    (Role::Calendar(CalendarPart::Weekday), &["weekday", "day of week", "dow", "day name"]),
    (
        Role::Calendar(CalendarPart::Day),
        &["day", "day of month", "day of year", "doy", "birth day", "day of birth"],
    ),
    (
        Role::Date,
        &[
            "date",
            "dt",
            "datetime",
            "timestamp",
            "dttm",
            "date time",
            "year month",
            "yearmonth",
            "date of death",
            "dod",
            "dos",
            "date of service",
            "service date",
            "admit date",
            "discharge date",
            "admitted at",
            "discharged at",
            "admitted",
            "discharged",
            "on date",
            "created at",
            "updated at",
            "recorded at",
            "birth time",
            "time of birth",
            "death date",
        ],
    ),
    (
        Role::Age,
        &[
            "age",
            "ages",
            "patient age",
            "age years",
            "age in years",
            "age yrs",
            "age at admission",
            "age at death",
            "age at diagnosis",
        ],
    ),
    (
        Role::Element(Phones),
        &[
            "phone",
            "phone number",
            "phone no",
            "telephone",
            "telephone number",
            "tel",
            "mobile",
            "mobile phone",
            "cell",
            "cell phone",
            "home phone",
            "work phone",
            "pager",
            "contact number",
        ],
    ),
    (Role::Element(Faxes), &["fax", "fax number", "fax no", "facsimile", "phone fax"]),
    (
        Role::Element(Emails),
        &["email", "e mail", "email address", "e mail address", "mail address"],
    ),
    (
        Role::Element(Ssns),
        &[
            "ssn",
            "social security",
            "social security number",
            "social security no",
            "soc sec",
            "soc sec no",
            "social insurance number",
            "itin",
            "ssn last 4",
            "national insurance number",
        ],
    ),
    (
        Role::Element(RecordNumbers),
        &[
            "mrn",
            "pat mrn",
            "medical record",
            "medical record number",
            "medical record no",
            "med rec",
            "med rec no",
            "med rec num",
            "chart number",
            "chart no",
            "hospital number",
            "empi",
            "mpi",
            "nhs number",
            "nhs no",
            "chi number",
            "pat mrn id",
        ],
    ),
    (
        Role::Element(PlanNumbers),
        &[
            "member id",
            "member number",
            "member no",
            "subscriber id",
            "subscriber number",
            "beneficiary id",
            "beneficiary number",
            "policy number",
            "policy no",
            "policy id",
            "health plan id",
            "health plan number",
            "plan number",
            "plan member",
            "mbi",
            "hicn",
            "hic",
            "medicare number",
            "medicare id",
            "medicare no",
            "medicaid number",
            "medicaid id",
            "insurance id",
            "insurance number",
            "health card",
            "health card number",
            "medicare beneficiary id",
            "medicare beneficiary identifier",
        ],
    ),
    (
        Role::Element(Accounts),
        &[
            "account",
            "account number",
            "account no",
            "account id",
            "acct",
            "acct no",
            "acct number",
            "bank account",
            "iban",
            "routing number",
            "credit card",
            "card number",
        ],
    ),
    (
        Role::Element(Licences),
        &[
            "license",
            "licence",
            "license number",
            "licence number",
            "license no",
            "licence no",
            "driver license",
            "drivers license",
            "driver licence",
            "driving licence",
            "dl number",
            "drivers",
            "certificate",
            "certificate number",
            "certificate no",
            "birth certificate",
            "death certificate",
            "passport",
            "passport number",
            "passport no",
            "dea",
            "dea number",
        ],
    ),
    (
        Role::Element(Vehicles),
        &[
            "vin",
            "vehicle",
            "vehicle id",
            "vehicle number",
            "license plate",
            "licence plate",
            "plate number",
            "number plate",
            "plate",
        ],
    ),
    (
        Role::Element(Devices),
        &[
            "serial",
            "serial number",
            "serial no",
            "device serial",
            "device id",
            "device identifier",
            "device number",
            "udi",
            "implant serial",
            "imei",
            "mac address",
        ],
    ),
    (Role::Element(Urls), &["url", "uri", "web address", "website", "web site", "homepage"]),
    (
        Role::Element(IpAddresses),
        &["ip", "ip address", "ip addr", "ipv4", "ipv6", "source ip", "client ip"],
    ),
    (
        Role::Element(Biometrics),
        &[
            "fingerprint",
            "fingerprints",
            "finger print",
            "iris scan",
            "retina scan",
            "retinal scan",
            "voiceprint",
            "voice print",
            "faceprint",
            "face print",
            "biometric",
            "biometrics",
            "palm print",
        ],
    ),
    (
        Role::Element(Images),
        &[
            "photo",
            "photograph",
            "portrait",
            "face image",
            "facial image",
            "full face",
            "headshot",
            "selfie",
            "patient image",
            "patient photo",
        ],
    ),
    (
        Role::PersonCode,
        &[
            "patient id",
            "patient number",
            "patient no",
            "patient num",
            "patient key",
            "patient",
            "pt id",
            "pat id",
            "subject id",
            "subject",
            "person id",
            "person key",
            "participant id",
            "participant",
            "study subject",
            "enterprise id",
            "hadm id",
            "stay id",
            "icustay id",
            "encounter id",
            "encounter number",
            "encounter no",
            "encounter",
            "csn",
            "visit id",
            "visit number",
            "visit no",
            "episode id",
            "case id",
            "case number",
            "case no",
            "admission id",
            "specimen id",
            "sample id",
            "accession",
            "accession number",
            "accession no",
            "order id",
            "order number",
            "document id",
            "note id",
            "claim id",
            "claim number",
            "appointment id",
            "transaction id",
            "result id",
            "report id",
            "prescription number",
            "rx number",
            "record id",
            "instance uid",
            "series uid",
            "study uid",
            "study instance uid",
            "pseudonym",
            "uuid",
            "guid",
            "fingerprint id",
        ],
    ),
    (
        Role::Ordinal,
        &[
            "row",
            "row number",
            "row no",
            "row id",
            "index",
            "seq",
            "sequence",
            "line",
            "line number",
        ],
    ),
    (
        Role::Code,
        &[
            "id",
            "ids",
            "identifier",
            "key",
            "number",
            "no",
            "num",
            "nbr",
            "token",
            "hash",
            "uid",
            "code no",
        ],
    ),
    (
        Role::Amount,
        &[
            "amount",
            "amt",
            "charge",
            "charges",
            "cost",
            "costs",
            "count",
            "n",
            "total",
            "price",
            "paid",
            "balance",
            "income",
            "score",
            "weight",
            "height",
            "value",
            "rate",
            "percent",
            "length",
            "length of stay",
            "los",
            "days",
            "hours",
            "minutes",
            "months",
            "weeks",
            "years",
            "quantity",
            "qty",
            "dose",
            "result",
            "population",
            "bmi",
            "number of",
            "size",
            "volume",
            "age months",
            "age days",
            "age weeks",
            "age in months",
            "age in days",
            "gestational age",
            "bone age",
            "state fips",
            "email opt in",
            "has phone",
            "has email",
            "status",
            "flag",
            "type",
            "class",
            "category",
            "group",
            "disposition",
            "source",
            "reason",
        ],
    ),
];

/// Words in the name of a column that make its values somebody else's than the patient's.
const OTHERS: &[&str] = &[
    "provider",
    "providers",
    "physician",
    "doctor",
    "attending",
    "surgeon",
    "nurse",
    "clinician",
    "practitioner",
    "prescriber",
    "staff",
    "user",
    "author",
    "facility",
    "hospital",
    "clinic",
    "site",
    "organization",
    "organisation",
    "org",
    "department",
    "dept",
    "pharmacy",
    "payer",
    "insurer",
    "vendor",
    "manufacturer",
    "lab",
    "laboratory",
    "ordering",
    "referring",
    "rendering",
    "billing",
    "approved",
    "institution",
    "center",
    "centre",
    "drug",
    "product",
    "brand",
    "test",
    "file",
    "plan name",
];

/// Two words: whose the values are otherwise, though one of [`OTHERS`] stands in the name.
const STILL_PATIENT: &[&str] = &["hospital number", "user name of patient"];

impl Role {
    /// What the name of a column says, and whose its values are; `None` where it says nothing.
    #[must_use]
    pub fn of_name(name: &str) -> Option<(Self, Whose)> {
        let words = words(name);
        let joined: String = words.concat();
        let mut best: Option<(usize, Self)> = None;
        for (role, phrases) in PHRASES {
            for phrase in *phrases {
                let count = phrase.split(' ').count();
                let longer = best.is_none_or(|(most, _)| count > most);
                if longer && (stands_in(phrase, &words) || joined == phrase.replace(' ', "")) {
                    best = Some((count, *role));
                }
            }
        }
        let of_others = OTHERS.iter().any(|word| stands_in(word, &words))
            && !STILL_PATIENT.iter().any(|phrase| stands_in(phrase, &words));
        let whose = if of_others { Whose::Other } else { Whose::Patient };
        best.map(|(_, role)| (role, whose))
    }

    /// Whether every word of a column's name is one that this list knows: then it is a name and no value.
    #[must_use]
    pub fn knows_all(name: &str) -> bool {
        let known = |word: &String| {
            let phrases = PHRASES.iter().flat_map(|(_, phrases)| *phrases).chain(OTHERS);
            phrases.copied().any(|phrase| {
                phrase.split(' ').any(|part| part == word) || phrase.replace(' ', "") == *word
            }) || word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_digit())
        };
        let words = words(name);
        !words.is_empty() && words.iter().all(known)
    }
}

/// Whether the words of a phrase stand side by side.
fn stands_in(phrase: &str, words: &[String]) -> bool {
    let phrase: Vec<&str> = phrase.split(' ').collect();
    words.windows(phrase.len()).any(|window| window.iter().zip(&phrase).all(|(a, b)| a == b))
}

/// The words of a column's name in small letters: parted by signs, by digits and where small letters turn to capitals.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = ' ';
    for char in name.chars() {
        let starts = !last.is_alphanumeric()
            || last.is_lowercase() && char.is_uppercase()
            || last.is_alphabetic() && char.is_numeric()
            || last.is_numeric() && char.is_alphabetic();
        // `mother's` is one word, `#` means a number.
        match char {
            '\'' | '\u{2019}' => continue,
            '#' => words.push("no".to_owned()),
            char if char.is_alphanumeric() => {
                if starts {
                    words.push(String::new());
                }
                if let Some(word) = words.last_mut() {
                    word.extend(char.to_lowercase());
                }
            }
            _ => {}
        }
        last = char;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{CalendarPart, Role, Whose};
    use crate::detect::Identifying;

    #[track_caller]
    fn check(name: &str, expected: Option<Role>) {
        let found = Role::of_name(name).map(|(role, _)| role);
        assert_eq!(found, expected, "{name:?}");
    }

    #[test]
    fn names_of_columns_say_what_they_hold() {
        use Identifying::{
            Addresses, Emails, Faxes, IpAddresses, Licences, Names, Phones, Places, PlanNumbers,
            RecordNumbers, Ssns, Vehicles,
        };
        for (name, role) in [
            ("LastName", Role::Element(Names)),
            ("PATIENT_NAME", Role::Element(Names)),
            ("Mother's Name", Role::Element(Names)),
            ("lastname", Role::Element(Names)),
            ("Street Address 1", Role::Element(Addresses)),
            ("email address", Role::Element(Emails)),
            ("IP Address", Role::Element(IpAddresses)),
            ("Home Phone", Role::Element(Phones)),
            ("Fax #", Role::Element(Faxes)),
            ("SSN", Role::Element(Ssns)),
            ("Med Rec #", Role::Element(RecordNumbers)),
            ("MemberID", Role::Element(PlanNumbers)),
            ("License Plate", Role::Element(Vehicles)),
            ("Driver's License", Role::Element(Licences)),
            ("county", Role::Element(Places)),
            ("Zip5", Role::Zip),
            ("postal_code", Role::Zip),
            ("LAT", Role::Coordinate),
            ("birth_year", Role::Birth),
            ("admit_year", Role::Year),
            ("AdmitDate", Role::Date),
            ("discharged_at", Role::Date),
            ("birth_month", Role::Calendar(CalendarPart::Month)),
            ("day_of_week", Role::Calendar(CalendarPart::Weekday)),
            ("Age", Role::Age),
            ("age_in_months", Role::Amount),
            ("patient_id", Role::PersonCode),
            ("site_id", Role::Code),
            ("total_charges", Role::Amount),
            ("row_number", Role::Ordinal),
        ] {
            check(name, Some(role));
        }
        for name in ["sex", "diagnosis", "lab", "Platelets", "class", ""] {
            let found = Role::of_name(name).map(|(role, _)| role);
            assert!(matches!(found, None | Some(Role::Amount)), "{name:?} is {found:?}");
        }
    }

    #[test]
    fn values_of_others_are_told_from_those_of_patients() {
        for (name, whose) in [
            ("Provider Name", None),
            ("facility_city", Some(Whose::Other)),
            ("city", Some(Whose::Patient)),
            ("Hospital Number", Some(Whose::Patient)),
        ] {
            assert_eq!(Role::of_name(name).map(|(_, whose)| whose), whose, "{name:?}");
        }
    }

    #[test]
    fn only_known_words_make_a_name() {
        for (name, known) in [
            ("Patient Name", true),
            ("Jane Roe", false),
            ("ZIP", true),
            ("", false),
            ("Roe 1", false),
        ] {
            assert_eq!(Role::knows_all(name), known, "{name:?}");
        }
    }
}
