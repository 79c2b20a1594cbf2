//! The named forms of identifiers and codes, check digits included.
//!
//! A form says that a text could be such an identifier or code: its shape is right and its check digits
//! hold. Whether a registry or a code table knows it is another question, which is not asked here.

mod check_digit;
mod person;
mod kingdom;
mod america;
mod europe;
mod world;
mod practice;
mod contact;
mod code;
mod thing;

/// A named form that a value can be held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each form is documented where it is judged")]
pub enum Form {
    UsSsn,
    UsItin,
    UsNpi,
    UsMbi,
    UsDea,
    UsZip,
    UsPhone,
    Email,
    Uuid,
    Icd10cm,
    Icd10pcs,
    Cpt,
    Hcpcs,
    Loinc,
    Snomed,
    Ndc,
    Cvx,
    Luhn,
    Iban,
    Vin,
    NhsNumber,
    UkNino,
    UkChi,
    UkPostcode,
    UsAba,
    UsClia,
    UsHicn,
    CaSin,
    CaOnHealth,
    CaBcHealth,
    CaQcHealth,
    CaPostal,
    AuMedicare,
    AuTfn,
    AuIhi,
    DeKvnr,
    DeRvnr,
    DeTaxId,
    EsNif,
    EsNie,
    ItFiscalCode,
    FrNir,
    PlPesel,
    SePersonnummer,
    FiHetu,
    NlBsn,
    IePps,
    PtNif,
    InAadhaar,
    InAbha,
    ZaId,
    KrRrn,
    SgNric,
    TrId,
    ThId,
    Gtin,
}

impl Form {
    /// Every form, in the order of the reference.
    pub const ALL: [Self; 56] = [
        Self::UsSsn,
        Self::UsItin,
        Self::UsNpi,
        Self::UsMbi,
        Self::UsDea,
        Self::UsZip,
        Self::UsPhone,
        Self::Email,
        Self::Uuid,
        Self::Icd10cm,
        Self::Icd10pcs,
        Self::Cpt,
        Self::Hcpcs,
        Self::Loinc,
        Self::Snomed,
        Self::Ndc,
        Self::Cvx,
        Self::Luhn,
        Self::Iban,
        Self::Vin,
        Self::NhsNumber,
        Self::UkNino,
        Self::UkChi,
        Self::UkPostcode,
        Self::UsAba,
        Self::UsClia,
        Self::UsHicn,
        Self::CaSin,
        Self::CaOnHealth,
        Self::CaBcHealth,
        Self::CaQcHealth,
        Self::CaPostal,
        Self::AuMedicare,
        Self::AuTfn,
        Self::AuIhi,
        Self::DeKvnr,
        Self::DeRvnr,
        Self::DeTaxId,
        Self::EsNif,
        Self::EsNie,
        Self::ItFiscalCode,
        Self::FrNir,
        Self::PlPesel,
        Self::SePersonnummer,
        Self::FiHetu,
        Self::NlBsn,
        Self::IePps,
        Self::PtNif,
        Self::InAadhaar,
        Self::InAbha,
        Self::ZaId,
        Self::KrRrn,
        Self::SgNric,
        Self::TrId,
        Self::ThId,
        Self::Gtin,
    ];

    /// The name that rules use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UsSsn => "us-ssn",
            Self::UsItin => "us-itin",
            Self::UsNpi => "us-npi",
            Self::UsMbi => "us-mbi",
            Self::UsDea => "us-dea",
            Self::UsZip => "us-zip",
            Self::UsPhone => "us-phone",
            Self::Email => "email",
            Self::Uuid => "uuid",
            Self::Icd10cm => "icd10cm",
            Self::Icd10pcs => "icd10pcs",
            Self::Cpt => "cpt",
            Self::Hcpcs => "hcpcs",
            Self::Loinc => "loinc",
            Self::Snomed => "snomed",
            Self::Ndc => "ndc",
            Self::Cvx => "cvx",
            Self::Luhn => "luhn",
            Self::Iban => "iban",
            Self::Vin => "vin",
            Self::NhsNumber => "nhs-number",
            Self::UkNino => "uk-nino",
            Self::UkChi => "uk-chi",
            Self::UkPostcode => "uk-postcode",
            Self::UsAba => "us-aba",
            Self::UsClia => "us-clia",
            Self::UsHicn => "us-hicn",
            Self::CaSin => "ca-sin",
            Self::CaOnHealth => "ca-on-health",
            Self::CaBcHealth => "ca-bc-health",
            Self::CaQcHealth => "ca-qc-health",
            Self::CaPostal => "ca-postal",
            Self::AuMedicare => "au-medicare",
            Self::AuTfn => "au-tfn",
            Self::AuIhi => "au-ihi",
            Self::DeKvnr => "de-kvnr",
            Self::DeRvnr => "de-rvnr",
            Self::DeTaxId => "de-tax-id",
            Self::EsNif => "es-nif",
            Self::EsNie => "es-nie",
            Self::ItFiscalCode => "it-fiscal-code",
            Self::FrNir => "fr-nir",
            Self::PlPesel => "pl-pesel",
            Self::SePersonnummer => "se-personnummer",
            Self::FiHetu => "fi-hetu",
            Self::NlBsn => "nl-bsn",
            Self::IePps => "ie-pps",
            Self::PtNif => "pt-nif",
            Self::InAadhaar => "in-aadhaar",
            Self::InAbha => "in-abha",
            Self::ZaId => "za-id",
            Self::KrRrn => "kr-rrn",
            Self::SgNric => "sg-nric",
            Self::TrId => "tr-id",
            Self::ThId => "th-id",
            Self::Gtin => "gtin",
        }
    }

    /// The form of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }

    /// Whether the whole text has this form, check digits included.
    ///
    /// Blanks around the text are not trimmed; blanks and dashes inside it are allowed only where people
    /// customarily write the identifier so. A published sample does not hold: see [`Form::fictional`].
    #[must_use]
    pub fn holds(self, text: &[u8]) -> bool {
        match self {
            Self::UsSsn => person::us_ssn(text),
            Self::UsItin => person::us_itin(text),
            Self::UsNpi => practice::us_npi(text),
            Self::UsMbi => person::us_mbi(text),
            Self::UsDea => practice::us_dea(text),
            Self::UsZip => contact::us_zip(text),
            Self::UsPhone => contact::us_phone(text),
            Self::Email => contact::email(text),
            Self::Uuid => thing::uuid(text),
            Self::Icd10cm => code::icd10cm(text),
            Self::Icd10pcs => code::icd10pcs(text),
            Self::Cpt => code::cpt(text),
            Self::Hcpcs => code::hcpcs(text),
            Self::Loinc => code::loinc(text),
            Self::Snomed => code::snomed(text),
            Self::Ndc => code::ndc(text),
            Self::Cvx => code::cvx(text),
            Self::Luhn => thing::luhn(text),
            Self::Iban => thing::iban(text),
            Self::Vin => thing::vin(text),
            Self::NhsNumber => person::nhs_number(text),
            Self::UkNino => kingdom::nino(text),
            Self::UkChi => kingdom::chi(text),
            Self::UkPostcode => kingdom::uk_postcode(text),
            Self::UsAba => america::us_aba(text),
            Self::UsClia => america::us_clia(text),
            Self::UsHicn => america::us_hicn(text),
            Self::CaSin => america::ca_sin(text),
            Self::CaOnHealth => america::ca_on_health(text),
            Self::CaBcHealth => america::ca_bc_health(text),
            Self::CaQcHealth => america::ca_qc_health(text),
            Self::CaPostal => america::ca_postal(text),
            Self::AuMedicare => world::au_medicare(text),
            Self::AuTfn => world::au_tfn(text),
            Self::AuIhi => world::au_ihi(text),
            Self::DeKvnr => europe::de_kvnr(text),
            Self::DeRvnr => europe::de_rvnr(text),
            Self::DeTaxId => europe::de_tax_id(text),
            Self::EsNif => europe::es_nif(text),
            Self::EsNie => europe::es_nie(text),
            Self::ItFiscalCode => europe::it_fiscal_code(text),
            Self::FrNir => europe::fr_nir(text),
            Self::PlPesel => europe::pl_pesel(text),
            Self::SePersonnummer => europe::se_personnummer(text),
            Self::FiHetu => europe::fi_hetu(text),
            Self::NlBsn => europe::nl_bsn(text),
            Self::IePps => europe::ie_pps(text),
            Self::PtNif => europe::pt_nif(text),
            Self::InAadhaar => world::in_aadhaar(text),
            Self::InAbha => world::in_abha(text),
            Self::ZaId => world::za_id(text),
            Self::KrRrn => world::kr_rrn(text),
            Self::SgNric => world::sg_nric(text),
            Self::TrId => world::tr_id(text),
            Self::ThId => world::th_id(text),
            Self::Gtin => thing::gtin(text),
        }
    }

    /// Whether the text is of a kind that is never given to anyone: a published sample, or a range kept for
    /// tests and fiction.
    ///
    /// Such a value may hold (`1234567893` is a sound NPI) or not (`078-05-1120` is no valid SSN any more).
    #[must_use]
    pub fn fictional(self, text: &[u8]) -> bool {
        match self {
            Self::UsSsn => person::fictional_ssn(text),
            Self::UsNpi => text == practice::SAMPLE_NPI,
            Self::UsMbi => person::fictional_mbi(text),
            Self::UsDea => text == practice::SAMPLE_DEA,
            Self::UsPhone => contact::fictional_phone(text),
            Self::Email => contact::fictional_email(text),
            Self::Luhn => thing::fictional_card(text),
            Self::Iban => thing::fictional_iban(text),
            Self::Vin => text == thing::SAMPLE_VIN,
            Self::NhsNumber => person::fictional_nhs_number(text),
            Self::UkNino => kingdom::fictional_nino(text),
            Self::CaSin => america::fictional_sin(text),
            Self::FiHetu => europe::fictional_hetu(text),
            Self::UsItin
            | Self::UsZip
            | Self::Uuid
            | Self::Icd10cm
            | Self::Icd10pcs
            | Self::Cpt
            | Self::Hcpcs
            | Self::Loinc
            | Self::Snomed
            | Self::Ndc
            | Self::Cvx
            | Self::UkChi
            | Self::UkPostcode
            | Self::UsAba
            | Self::UsClia
            | Self::UsHicn
            | Self::CaOnHealth
            | Self::CaBcHealth
            | Self::CaQcHealth
            | Self::CaPostal
            | Self::AuMedicare
            | Self::AuTfn
            | Self::AuIhi
            | Self::DeKvnr
            | Self::DeRvnr
            | Self::DeTaxId
            | Self::EsNif
            | Self::EsNie
            | Self::ItFiscalCode
            | Self::FrNir
            | Self::PlPesel
            | Self::SePersonnummer
            | Self::NlBsn
            | Self::IePps
            | Self::PtNif
            | Self::InAadhaar
            | Self::InAbha
            | Self::ZaId
            | Self::KrRrn
            | Self::SgNric
            | Self::TrId
            | Self::ThId
            | Self::Gtin => false,
        }
    }
}

/// The digits of a text in groups of these sizes, with one and the same sign between all groups, or none at all.
fn grouped<const N: usize>(text: &[u8], groups: &[usize], signs: &[u8]) -> Option<[u8; N]> {
    let mut out = [0; N];
    let mut filled = 0;
    if text.len() == N {
        out.copy_from_slice(text);
        return Some(out);
    }
    let mut rest = text;
    let mut sign = None;
    for (index, &size) in groups.iter().enumerate() {
        if index > 0 {
            let (&found, after) = rest.split_first()?;
            if !signs.contains(&found) || *sign.get_or_insert(found) != found {
                return None;
            }
            rest = after;
        }
        let (group, after) = rest.split_at_checked(size)?;
        out.get_mut(filled..filled + size)?.copy_from_slice(group);
        filled += size;
        rest = after;
    }
    (rest.is_empty() && filled == N).then_some(out)
}

/// As [`grouped`], and every byte a digit, as its value.
fn grouped_digits<const N: usize>(text: &[u8], groups: &[usize], signs: &[u8]) -> Option<[u8; N]> {
    digits(&grouped::<N>(text, groups, signs)?)
}

/// Exactly so many ASCII digits, as their values.
fn digits<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let mut values = <[u8; N]>::try_from(text).ok()?;
    for value in &mut values {
        *value = value.wrapping_sub(b'0');
        if *value > 9 {
            return None;
        }
    }
    Some(values)
}

/// The number that digits make.
fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |sum, &digit| sum * 10 + u32::from(digit))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, proptest};

    use super::Form;

    /// Values of each form that hold, and neighbours that do not.
    const VECTORS: &[(Form, &[&str], &[&str])] = &[
        (
            Form::UsSsn,
            &["536-22-1234", "536 22 1234", "536221234", "899-99-9998"],
            &[
                "078-05-1120",
                "219-09-9999",
                "219099999",
                "000-12-3456",
                "666-12-3456",
                "900-12-3456",
                "999-99-9999",
                "536-00-1234",
                "536-22-0000",
                "111-11-1111",
                "123-45-6789",
                "987654321",
                "536-22 1234",
                "53-622-1234",
                "536-22-123",
                "536-22-12345",
                "536.22.1234",
                " 536221234",
                "5362-21234",
                "",
                "٥٣٦٢٢١٢٣٤",
            ],
        ),
        (
            Form::UsItin,
            &[
                "900-50-1234",
                "999-65-1234",
                "912701234",
                "912 88 1234",
                "912-90-1234",
                "912-92-1234",
                "912-94-1234",
                "912-99-1234",
            ],
            &[
                "900-49-1234",
                "912-66-1234",
                "912-69-1234",
                "912-89-1234",
                "912-93-1234",
                "812-70-1234",
                "91270123",
            ],
        ),
        (
            Form::UsNpi,
            &["1234567893", "2000000002"],
            &[
                "1234567890",
                "1234567894",
                "3234567893",
                "123456789",
                "12345678931",
                "1234-567-893",
                "",
            ],
        ),
        (
            Form::UsMbi,
            &["1EG4TE5MK73", "1EG4-TE5-MK73"],
            &[
                "0EG4TE5MK73",
                "1SG4TE5MK73",
                "1EGATE5MK73",
                "1EG44E5MK73",
                "1EG4TEAMK73",
                "1EG4TE55K73",
                "1EG4TE5MKA3",
                "1EG4TE5MK7",
                "1EG4TE5MK733",
                "1eg4te5mk73",
                "1EG-4TE5-MK73",
                "1EG4-TE5MK73",
                "1OG4TE5MK73",
            ],
        ),
        (
            Form::UsDea,
            &["AB1234563", "B91234563"],
            &["AB1234562", "1B1234563", "A11234563", "AB123456", "AB12345633", "ab1234563"],
        ),
        (
            Form::UsZip,
            &["02139", "02139-4307"],
            &["2139", "021394", "02139-430", "02139 4307", "021394307", "0213A", "02139-", ""],
        ),
        (
            Form::UsPhone,
            &[
                "617-555-0123",
                "(617) 253-1000",
                "(617)253-1000",
                "+1 617 253 1000",
                "1-617-253-1000",
                "617.253.1000",
                "6172531000",
                "16172531000",
                "+16172531000",
            ],
            &[
                "117-253-1000",
                "617-153-1000",
                "617-253-100",
                "617-253-10000",
                "911-253-1000",
                "26172531000",
                "617/253/1000",
                "(617 253-1000",
                "617) 253-1000",
                "+44 20 7946 0018",
                "617--253-1000",
                "",
                "1",
            ],
        ),
        (
            Form::Email,
            &[
                "a@b.co",
                "first.last+tag@mail.example.org",
                "o'neil@x-y.health",
                "a@xn--bcher-kva.xn--p1ai",
            ],
            &[
                "",
                "a",
                "a@",
                "@b.co",
                "a@b",
                "a@@b.co",
                ".a@b.co",
                "a.@b.co",
                "a..b@c.co",
                "a@-b.co",
                "a@b-.co",
                "a@b..co",
                "a@b.c",
                "a@b.12",
                "a b@c.co",
                "a@b.co ",
                "a@b.co.",
                "é@b.co",
                "a@b_c.co",
            ],
        ),
        (
            Form::Uuid,
            &["123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000"],
            &[
                "123e4567e89b12d3a456426614174000",
                "123e4567-e89b-12d3-a456-42661417400",
                "123e4567-e89b-12d3-a456-42661417400g",
                "{123e4567-e89b-12d3-a456-426614174000}",
            ],
        ),
        (
            Form::Icd10cm,
            &[
                "E11.9", "E119", "A00", "Z3A.00", "C4A.0", "QA0", "U07.1", "S72.001A", "S72001A",
                "M1A.00X0", "T36.0X1A",
            ],
            &[
                "11.9",
                "E1",
                "E1.19",
                "E11.",
                "E11.90000",
                "e11.9",
                "EB1.9",
                "E1C.9",
                "E11-9",
                "E11.9 ",
                "S72.0.1A",
            ],
        ),
        (
            Form::Icd10pcs,
            &["0DTJ4ZZ", "00HU33Z"],
            &["0DTJ4Z", "0DTJ4ZZZ", "0DTI4ZZ", "0DTO4ZZ", "0dtj4zz", "0DT.4ZZ"],
        ),
        (
            Form::Cpt,
            &["99213", "0001F", "0042T", "0001U", "0001M"],
            &["9921", "992133", "0001A", "A0001", "99213-25"],
        ),
        (
            Form::Hcpcs,
            &["J1100", "A0428", "V2020", "99213", "0001F"],
            &["W1100", "J110", "J11000", "j1100", "0001X"],
        ),
        (
            Form::Loinc,
            &[
                "2160-0", "4548-4", "8480-6", "8462-4", "2345-7", "718-7", "34117-2", "18842-5",
                "11504-8", "11488-4", "11506-3", "59284-0", "34133-9",
            ],
            &[
                "1234-5",
                "2160-1",
                "2160",
                "21600",
                "-0",
                "2160-",
                "2160-00",
                "12345678-9",
                "LP2160-0",
            ],
        ),
        (
            Form::Snomed,
            &["22298006", "73211009", "38341003", "404684003"],
            &[
                "22298007",
                "22298060",
                "12345",
                "022298006",
                "2229800",
                "22298006 ",
                "1234567890123456789",
            ],
        ),
        (
            Form::Ndc,
            &[
                "0002-8215-01",
                "50242-040-62",
                "60575-4112-1",
                "60575-4112-01",
                "00002821501",
                "123456-1234-1",
                "123456-123-12",
            ],
            &[
                "0002821501",
                "0002-8215-1",
                "000-28215-01",
                "123456-1234-12",
                "123456123412",
                "50242 040 62",
                "50242-040-6A",
            ],
        ),
        (Form::Cvx, &["08", "140", "208"], &["8", "1400", "14A", "", "-08"]),
        (
            Form::Luhn,
            &[
                "4111111111111111",
                "4111 1111 1111 1111",
                "4111-1111-1111-1111",
                "9876543217",
                "046454286",
                "046 454 286",
                "8003608833357361",
                "79927398713",
            ],
            &[
                "4111111111111112",
                "9876543216",
                "046454287",
                "8003608833357362",
                "0",
                "00000000",
                "4111  1111",
                "-41",
                "",
                "41x",
            ],
        ),
        (
            Form::Iban,
            &[
                "GB82WEST12345698765432",
                "GB82 WEST 1234 5698 7654 32",
                "DE89370400440532013000",
                "NO9386011117947",
            ],
            &[
                "GB82WEST12345698765433",
                "GB83WEST12345698765432",
                "GB82WEST1234569876543",
                "XX82WEST12345698765432",
                "gb82west12345698765432",
                "GB82 WEST1234 5698 7654 32",
                "GB82-WEST-1234-5698-7654-32",
                "GB",
            ],
        ),
        (
            Form::Vin,
            &["1M8GDM9AXKP042788", "11111111111111111", "WVWZZZ1JZXW000001"],
            &[
                "1M8GDM9A1KP042788",
                "1M8GDM9AXKP04278",
                "1M8GDM9AXKP0427888",
                "1M8GDM9AXKO042788",
                "1m8gdm9axkp042788",
            ],
        ),
        (
            Form::NhsNumber,
            &["9434765919", "943 476 5919", "943-476-5919", "9999999999"],
            &[
                "9434765918",
                "943476591",
                "94347659190",
                "943 4765919",
                "9434 76 5919",
                "1234567890",
                "",
            ],
        ),
        (
            Form::UkNino,
            &["AB123456C", "AB 12 34 56 C", "TW987654A"],
            &[
                "QQ123456C",
                "DA123456C",
                "AO123456C",
                "BG123456A",
                "AB123456E",
                "AB12345C",
                "ab123456c",
                "AB 123456 C",
            ],
        ),
        (
            Form::UkChi,
            &["0101010001", "010101 0001"],
            &["0101010002", "3201010001", "0113010001", "010101-0001", ""],
        ),
        (
            Form::UkPostcode,
            &["SW1A 1AA", "M1 1AE", "B33 8TH", "CR2 6XH", "DN551PT", "W1A 0AX", "GIR 0AA"],
            &[
                "SW1A 1CA",
                "QW1 1AA",
                "SWA1 1AA",
                "SW1A  1AA",
                "sw1a 1aa",
                "1AA",
                "S 1AA",
                "ÄB1 1AA",
            ],
        ),
        (
            Form::UsAba,
            &["021000021", "111000025"],
            &["021000022", "511000028", "02100002", "0210000211", ""],
        ),
        (
            Form::UsClia,
            &["05D0000000", "11D2030855"],
            &["05E0000000", "5D00000000", "05D000000", "05d0000000", ""],
        ),
        (
            Form::UsHicn,
            &["536-22-1234A", "536221234B6", "536-22-1234HA", "536221234TA"],
            &["536-22-1234", "536-22-1234X", "000-22-1234A", "536-22-1234A66", "536-22-1234a", "A"],
        ),
        (
            Form::CaSin,
            &["046454286", "046 454 286", "193-456-787"],
            &["046454287", "000000000", "800000002", "046 454-286", "04645428", ""],
        ),
        (
            Form::CaOnHealth,
            &["9876543217", "9876-543-217", "9876-543-217-XK", "9876543217XK"],
            &["9876543218", "0000000000", "9876543217X", "987-654-3217", "XK", ""],
        ),
        (
            Form::CaBcHealth,
            &["9698658215", "9698 658 215", "9123456780"],
            &["9698658216", "8698658215", "969 865 8215", ""],
        ),
        (
            Form::CaQcHealth,
            &["DOEJ70051512", "DOEJ 7055 1512"],
            &["DOEJ70131512", "DOEJ70053212", "DOE170051512", "doej70051512", "DOEJ7005151"],
        ),
        (
            Form::CaPostal,
            &["K1A 0B1", "K1A0B1", "V6B 4Y8"],
            &["D1A 0B1", "W1A 0B1", "K1A-0B1", "K11 0B1", "k1a 0b1", "K1A 0B"],
        ),
        (
            Form::AuMedicare,
            &["2123456701", "2123 45670 1", "21234567011", "2123-45670-1-1"],
            &[
                "2123456711",
                "1123456701",
                "7123456701",
                "2123456700",
                "21234567010",
                "2123 4567 01",
            ],
        ),
        (
            Form::AuTfn,
            &["123456782", "123 456 782"],
            &["123456783", "000000000", "12345678", "1234 56 782"],
        ),
        (
            Form::AuIhi,
            &["8003608833357361", "8003 6088 3335 7361"],
            &["8003608833357362", "8003618833357361", "800360883335736"],
        ),
        (
            Form::DeKvnr,
            &["A123456780"],
            &["A123456781", "B123456780", "1123456780", "a123456780", "A12345678", "A1234567800"],
        ),
        (
            Form::DeRvnr,
            &["15070649C103", "15 070649 C 103", "65180539W001"],
            &["15070649C104", "15320649C103", "15071349C103", "15070649c103", "15070649C10"],
        ),
        (
            Form::DeTaxId,
            &["36574261809", "36 574 261 809"],
            &["36574261808", "06574261809", "36554266806", "12345678903", "3657426180"],
        ),
        (
            Form::EsNif,
            &["54362315K", "54362315-K"],
            &["54362315Z", "5436231K", "54362315k", "X4362315K"],
        ),
        (
            Form::EsNie,
            &["X2482300W", "X-2482300-W"],
            &["X2482300A", "A2482300W", "X248230W", "x2482300w"],
        ),
        (
            Form::ItFiscalCode,
            &["RSSMRA85T10A562S", "RCCMNL83S18D969H", "CNTCHR83T41D969D"],
            &[
                "RSSMRA85T10A562T",
                "RSSMRA85F10A562S",
                "RSSMRA85T32A562S",
                "RSSMRA85T10A56S",
                "rssmra85t10a562s",
                "RSSMRA85T10A5é",
            ],
        ),
        (
            Form::FrNir,
            &["255081416802538", "295109912611193", "2 95 10 99 126 111 93", "266042B60476359"],
            &["255081416802539", "555081416802538", "255151416802538", "25508141680253"],
        ),
        (
            Form::PlPesel,
            &["44051401359", "88082519520"],
            &["44051401358", "44133001359", "4405140135"],
        ),
        (
            Form::SePersonnummer,
            &["880320-0016", "8803200016", "19880320-0016", "198803200016"],
            &["880320-0017", "881320-0016", "880320 0016", "17880320-0016", "88032-00016", "٣"],
        ),
        (
            Form::FiHetu,
            &["131052-308T", "010916A445C", "010190-900P"],
            &["131052-308U", "131352-308T", "131052/308T", "131052-001X"],
        ),
        (
            Form::NlBsn,
            &["111222333", "1112.22.333", "416747887"],
            &["111222334", "000000000", "1112-22-333"],
        ),
        (
            Form::IePps,
            &["6433435F", "6433435FW", "6433435OA", "8407361U"],
            &["6433435E", "643343F", "6433435FZ", "6433435f"],
        ),
        (
            Form::PtNif,
            &["123456789", "125136617", "125 136 617"],
            &["123456788", "501964843", "12345678"],
        ),
        (
            Form::InAadhaar,
            &["234123412346", "2341 2341 2346", "662635280544"],
            &["234123412347", "123412341234", "23412341234"],
        ),
        (
            Form::InAbha,
            &["91-1234-5678-9012", "91123456789012"],
            &["01-1234-5678-9012", "91-1234-5678-901", "911234567890123"],
        ),
        (
            Form::ZaId,
            &["7503305044089", "750330 5044 089"],
            &["7503305044088", "7513305044089", "7503305044389", "750330504408"],
        ),
        (
            Form::KrRrn,
            &["971013-9019902", "9710139019902"],
            &["971313-9019902", "971032-9019902", "971013-901990", "971013 9019902"],
        ),
        (
            Form::SgNric,
            &["S1234567D", "T1234567J", "F1234567N", "G1234567X", "M1234567K"],
            &["S1234567E", "A1234567D", "S123456D", "s1234567d", ""],
        ),
        (
            Form::TrId,
            &["17291716060", "10122744966"],
            &["17291716061", "07291716060", "1729171606"],
        ),
        (
            Form::ThId,
            &["1234545678781", "1-2345-45678-78-1"],
            &["1234545678782", "0234545678781", "123-4545678781"],
        ),
        (
            Form::Gtin,
            &["00844588003288", "04012345678901"],
            &["00844588003289", "00000000000000", "0844588003288"],
        ),
    ];

    #[test]
    fn vectors_hold_and_their_neighbours_do_not() {
        for (form, sound, unsound) in VECTORS {
            for text in *sound {
                assert!(form.holds(text.as_bytes()), "{} should hold for {text:?}", form.name());
            }
            for text in *unsound {
                assert!(
                    !form.holds(text.as_bytes()),
                    "{} should not hold for {text:?}",
                    form.name()
                );
            }
        }
    }

    #[test]
    fn every_form_has_vectors_and_a_name() {
        for form in Form::ALL {
            assert!(VECTORS.iter().any(|(of, ..)| *of == form), "{}", form.name());
            assert_eq!(Form::named(form.name()), Some(form));
        }
    }

    #[test]
    fn samples_and_test_ranges_are_fictional() {
        let check = |form: Form, text: &str, expected: bool| {
            assert_eq!(form.fictional(text.as_bytes()), expected, "{} {text:?}", form.name());
        };
        for text in [
            "078-05-1120",
            "219099999",
            "999-12-3456",
            "900 00 0000",
            "123-45-6789",
            "111111111",
            "987-65-4320",
        ] {
            check(Form::UsSsn, text, true);
        }
        // 987-70 could be a taxpayer number, which is given to people.
        for text in ["536-22-1234", "987-70-4320", "000-12-3456", "99-912-3456", "x"] {
            check(Form::UsSsn, text, false);
        }
        check(Form::UsPhone, "617-555-0100", true);
        check(Form::UsPhone, "(617) 555-0199", true);
        check(Form::UsPhone, "1-555-253-1000", true);
        check(Form::UsPhone, "617-555-0200", false);
        check(Form::UsPhone, "617-253-0100", false);
        for text in [
            "a@example.com",
            "a@EXAMPLE.org",
            "a@mail.example.net",
            "a@site.test",
            "a@hospital.invalid",
            "a@x.example",
        ] {
            check(Form::Email, text, true);
        }
        for text in [
            "a@notexample.com",
            "a@example.com.br",
            "example.com",
            "a@b@example.com",
            "a@example.co",
        ] {
            check(Form::Email, text, false);
        }
        check(Form::UsMbi, "1EG4-TE5-MK73", true);
        check(Form::UsMbi, "1EG4TE5MK72", true);
        check(Form::UsMbi, "1EG4TE5MK74", false);
        check(Form::UsNpi, "1234567893", true);
        check(Form::UsDea, "AB1234563", true);
        check(Form::Luhn, "4111 1111 1111 1111", true);
        check(Form::Luhn, "79927398713", false);
        check(Form::Iban, "GB82 WEST 1234 5698 7654 32", true);
        check(Form::NhsNumber, "999 999 9999", true);
        check(Form::NhsNumber, "9434765919", false);
        check(Form::Vin, "1M8GDM9AXKP042788", true);
        check(Form::UkNino, "QQ 12 34 56 C", true);
        check(Form::UkNino, "AB 12 34 56 C", false);
        check(Form::CaSin, "046 454 286", true);
        check(Form::FiHetu, "010190-900P", true);
        check(Form::FiHetu, "131052-308T", false);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(text in prop::collection::vec(any::<u8>(), 0..300)) {
            for form in Form::ALL {
                let _ = (form.holds(&text), form.fictional(&text));
            }
        }

        #[test]
        fn no_near_miss_panics(text in "[-+(). @A-Z0-9a-f]{0,40}") {
            for form in Form::ALL {
                let _ = (form.holds(text.as_bytes()), form.fictional(text.as_bytes()));
            }
        }

        #[test]
        fn check_digits_see_every_single_error(at in 0_usize..10, digit in b'0'..=b'9') {
            for (form, sound) in [(Form::UsNpi, b"1234567893"), (Form::NhsNumber, b"9434765919")] {
                let mut text = *sound;
                text[at] = digit;
                assert_eq!(form.holds(&text), text == *sound);
            }
        }
    }
}
