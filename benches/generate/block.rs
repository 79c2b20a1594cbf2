//! Blocks of patients with all their records, each decided by the seed and its own number alone.

use std::fmt::Write as _;

use crate::calendar::{Day, Moment};
use crate::random::Random;

/// The files of the tables.
pub(crate) const NAMES: [&str; 3] = ["patients.csv", "encounters.csv", "observations.csv"];

/// Their header lines.
pub(crate) const HEADERS: [&str; 3] = [
    "Id,BIRTHDATE,DEATHDATE,SSN,DRIVERS,PASSPORT,PREFIX,FIRST,MIDDLE,LAST,SUFFIX,MAIDEN,MARITAL,RACE,ETHNICITY,\
     GENDER,BIRTHPLACE,ADDRESS,CITY,STATE,COUNTY,FIPS,ZIP,LAT,LON,HEALTHCARE_EXPENSES,HEALTHCARE_COVERAGE,INCOME\n",
    "Id,START,STOP,PATIENT,ORGANIZATION,PROVIDER,PAYER,ENCOUNTERCLASS,CODE,DESCRIPTION,BASE_ENCOUNTER_COST,\
     TOTAL_CLAIM_COST,PAYER_COVERAGE,REASONCODE,REASONDESCRIPTION\n",
    "DATE,PATIENT,ENCOUNTER,CATEGORY,CODE,DESCRIPTION,VALUE,UNITS,TYPE\n",
];

/// The header line of the notes.
pub(crate) const NOTES_HEADER: &str = "Id,DATE,PATIENT,ENCOUNTER,AUTHOR,TEXT\n";

const PATIENTS_A_BLOCK: u64 = 64;
const NOTES_A_BLOCK: u64 = 512;
/// So many records in a million violate a rule.
const FAULTS: u64 = 150;

const CLASSES: &[&str] =
    &["ambulatory", "ambulatory", "wellness", "outpatient", "emergency", "inpatient", "urgentcare"];
const VISITS: &[(&str, &str)] = &[
    ("162673000", "General examination of patient (procedure)"),
    ("185345009", "Encounter for symptom (procedure)"),
    ("410620009", "Well child visit (procedure)"),
    ("50849002", "Emergency room admission (procedure)"),
    ("185347001", "\"Encounter for problem, new or old (procedure)\""),
];
const REASONS: &[(&str, &str)] = &[
    ("", ""),
    ("", ""),
    ("59621000", "Essential hypertension (disorder)"),
    ("10509002", "Acute bronchitis (disorder)"),
];
const VITALS: &[(&str, &str, &str, i64, i64, &str)] = &[
    ("vital-signs", "8302-2", "Body Height", 150, 195, "cm"),
    ("vital-signs", "29463-7", "Body Weight", 45, 120, "kg"),
    ("vital-signs", "8480-6", "Systolic Blood Pressure", 95, 165, "mm[Hg]"),
    ("vital-signs", "8462-4", "Diastolic Blood Pressure", 55, 98, "mm[Hg]"),
    ("vital-signs", "8867-4", "Heart rate", 55, 100, "/min"),
    ("laboratory", "2345-7", "Glucose [Mass/volume] in Serum or Plasma", 65, 180, "mg/dL"),
    ("laboratory", "4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", 4, 11, "%"),
    ("laboratory", "2093-3", "Cholesterol [Mass/volume] in Serum or Plasma", 120, 290, "mg/dL"),
    ("laboratory", "718-7", "Hemoglobin [Mass/volume] in Blood", 10, 17, "g/dL"),
];
const SENTENCES: &[&str] = &[
    "Seen on rounds, no new complaints.",
    "BP 120/80, pulse 72, afebrile; lungs clear on both sides.",
    "Reports pain 3/10 after walking, \"better than last week\".",
    "Continue present treatment, labs in the morning, diet as tolerated.",
    "Wound dry, dressing changed; drain out on 03/14/2023.",
    "Discussed results with the family; questions answered.",
];

/// The text of so many files, of a few patients.
#[derive(Debug)]
pub(crate) struct Block<const FILES: usize> {
    /// What is added to each file.
    pub(crate) texts: [String; FILES],
}

/// The kinds of results in turn.
fn vital(number: u64) -> (&'static str, &'static str, &'static str, i64, i64, &'static str) {
    VITALS.iter().cycle().nth(usize::try_from(number).unwrap_or(0)).copied().unwrap_or_default()
}

/// One record in so many, by chance.
fn fault(random: &mut Random) -> bool {
    random.chance(FAULTS, 1_000_000)
}

impl Block<3> {
    /// Patients, encounters and observations of that number.
    pub(crate) fn tables(seed: u64, number: u64) -> Self {
        let mut random = Random::new(seed ^ number.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let mut block = Self { texts: [String::new(), String::new(), String::new()] };
        for place in 0..PATIENTS_A_BLOCK {
            block.patient(number * PATIENTS_A_BLOCK + place, &mut random);
        }
        block
    }

    fn patient(&mut self, serial: u64, random: &mut Random) {
        let random = &mut *random;
        let id = Uuid(random.bits(), random.bits());
        let born = Day::of(1935, 1, 1).plus(random.within(0, 70 * 365));
        let mut seen = Day::of(2014, 1, 1).plus(random.within(0, 700));
        for _ in 0..12 {
            seen = seen.plus(random.within(20, 330));
            self.visit(id, seen, random);
        }
        let patients = &mut self.texts[0];
        write_id(patients, id, fault(random));
        let _ = match random.below(40) {
            _ if fault(random) => write!(patients, ",,,"),
            _ if fault(random) => write!(patients, ",2031-01-01,,"),
            _ if fault(random) => write!(patients, ",{born},1901-01-01,"),
            0 => write!(patients, ",{born},{},", seen.plus(100)),
            _ => write!(patients, ",{born},,"),
        };
        let female = random.below(2) == 0;
        let (prefix, sex) = if female { ("Ms.", "F") } else { ("Mr.", "M") };
        let sex = if fault(random) { "?" } else { sex };
        let zip = 1_000 + random.below(1_700);
        let short = if fault(random) { "9" } else { "" };
        let _ = writeln!(
            patients,
            "9{:02}-{:02}-{:04},S999{:05},X{:08}X,{prefix},First{},,{},,,M,{},nonhispanic,{sex},Weir  Massachusetts  US,\
             {} Quarry Road Apt {},Riverside,{},Weir County,25999,0{zip}{short},42.{:014},-71.{:014},{}.{:02},{}.{:02},{}",
            serial / 4_000_000 % 100,
            10 + serial / 10_000 % 40,
            serial % 10_000,
            serial % 100_000,
            serial % 100_000_000,
            serial % 997,
            if fault(random) { String::new() } else { format!("Surname{}", serial % 99_991) },
            random.pick(&["white", "black", "asian", "other"]),
            1 + random.below(980),
            random.below(90),
            if fault(random) { "" } else { "Massachusetts" },
            random.below(99_999_999_999_999),
            random.below(99_999_999_999_999),
            random.below(900_000),
            random.below(100),
            random.below(700_000),
            random.below(100),
            random.below(140_000),
        );
    }

    fn visit(&mut self, patient: Uuid, on: Day, random: &mut Random) {
        let id = Uuid(random.bits(), random.bits());
        let mut start = on.at(random.within(7, 17), random.within(0, 59));
        let class = *random.pick(CLASSES);
        let stay = if class == "inpatient" {
            random.within(1_500, 20_000)
        } else {
            random.within(15, 300)
        };
        let mut stop = start.plus_minutes(stay);
        self.results(patient, id, start, random);
        match random.below(1_000_000) {
            0..FAULTS => std::mem::swap(&mut start, &mut stop),
            200..350 => stop = start.plus_minutes(900 * 1_440),
            400..550 => {
                (start, stop) = (start.plus_minutes(9_000_000), stop.plus_minutes(9_000_000));
            }
            _ => {}
        }
        let visits = &mut self.texts[1];
        write_id(visits, id, fault(random));
        let _ = if fault(random) {
            write!(visits, ",{} 25:00:00,{stop}Z,", start.day())
        } else {
            write!(visits, ",{start}Z,{stop}Z,")
        };
        match random.below(1_000_000) {
            0..FAULTS => {}
            200..350 => visits.push_str("unknown-patient"),
            _ => write_id(visits, patient, false),
        }
        let (code, name) = *random.pick(VISITS);
        let (reason, because) = *random.pick(REASONS);
        let _ = write!(
            visits,
            ",0b5a3c1e-0000-4000-8000-{:012},0b5a3c1e-0000-4000-8001-{:012},0b5a3c1e-0000-4000-8002-000000000003,",
            random.below(900),
            random.below(4_000)
        );
        let cost = 40 + random.below(160);
        let total =
            if fault(random) { cost.saturating_sub(20) } else { cost + random.below(2_000) };
        let minus = if fault(random) { "-" } else { "" };
        let _ = writeln!(
            visits,
            "{},{}{code},{name},{minus}{cost}.{:02},{total}.99,{}.{:02},{reason}{},{because}{}",
            if fault(random) { "lunch" } else { class },
            if fault(random) { "X" } else { "" },
            random.below(99),
            random.below(40),
            random.below(100),
            if fault(random) { "zz" } else { "" },
            if fault(random) { " SSN 987-65-4321" } else { "" },
        );
    }

    fn results(&mut self, patient: Uuid, visit: Uuid, at: Moment, random: &mut Random) {
        let results = &mut self.texts[2];
        let first = random.below(9);
        for step in 0..random.below(7) + 3 {
            let _ = match random.below(1_000_000) {
                0..FAULTS => write!(results, "{},", at.day().0),
                200..350 => write!(results, "2031-01-01T00:00:00Z,"),
                _ => write!(results, "{at}Z,"),
            };
            write_id(results, patient, false);
            results.push(',');
            match random.below(1_000_000) {
                0..FAULTS => results.push_str("not-an-id"),
                200..350 => {}
                _ => write_id(results, visit, false),
            }
            // Each code once a visit, but for a few that stand twice.
            let step = if fault(random) { step.saturating_sub(1) } else { step };
            let (category, code, name, low, high, unit) = vital(first + step);
            let category = if fault(random) { "gossip" } else { category };
            let code = if fault(random) { "8480" } else { code };
            let _ = write!(results, ",{category},{code},{name},");
            match random.below(1_000_000) {
                0..FAULTS => {}
                200..350 => results.push_str("1e3"),
                400..550 => results.push_str("988.0"),
                _ => {
                    let _ = write!(results, "{}.{}", random.within(low, high), random.below(10));
                }
            }
            let unit = if fault(random) { "" } else { unit };
            let kind = if fault(random) { "number" } else { "numeric" };
            let _ = writeln!(results, ",{unit},{kind}");
        }
    }
}

impl Block<1> {
    /// Notes of several quoted lines of that number.
    pub(crate) fn notes(seed: u64, number: u64) -> Self {
        let mut random = Random::new(!seed ^ number.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let random = &mut random;
        let mut text = String::new();
        for _ in 0..NOTES_A_BLOCK {
            write_id(&mut text, Uuid(random.bits(), random.bits()), false);
            let at = Day::of(2019, 1, 1)
                .plus(random.within(0, 2_000))
                .at(random.within(0, 23), random.within(0, 59));
            let at = if fault(random) { at.plus_minutes(9_000_000) } else { at };
            let _ = write!(text, ",{at}Z,");
            write_id(&mut text, Uuid(random.bits(), random.bits()), false);
            text.push(',');
            write_id(&mut text, Uuid(random.bits(), random.bits()), false);
            if fault(random) {
                text.push_str(",,\"");
            } else {
                let _ = write!(text, ",S{:04},\"", random.below(4_000));
            }
            for _ in 0..random.within(4, 14) {
                text.push_str(&random.pick(SENTENCES).replace('"', "\"\""));
                text.push('\n');
            }
            match random.below(400) {
                0 => text.push_str("SSN 987-65-4321 given by the son.\n"),
                1 => text.push_str("Call 617-555-0143 after six.\n"),
                2 => text.push_str("Write to someone@example.com.\n"),
                3 => text.push_str("Medicare number 1EG4-TE5-MK73.\n"),
                _ => {}
            }
            text.push_str("Signed electronically.\"\n");
        }
        Self { texts: [text] }
    }
}

/// An identifier in the shape of a UUID.
#[derive(Debug, Clone, Copy)]
struct Uuid(u64, u64);

/// Writes an identifier; a worn one is written as that of everybody whose identifier is worn.
fn write_id(text: &mut String, id: Uuid, worn: bool) {
    let Uuid(high, low) = if worn { Uuid(7, 7) } else { id };
    let _ = write!(
        text,
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    );
}
