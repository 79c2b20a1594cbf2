//! Measures the search for identifiers beside a set of regular expressions over the same texts.
//!
//! `cargo run --release --example bench-detect [-- NAME ...]` prints megabytes a second of one core for each text, or for
//! those named: all detectors that are on in the United States, the same with three patterns of a site, the set that only
//! says which of its dozen patterns hit a line, and how many times as fast the first is. They take turns and the best
//! turn of each counts, in time on the core, because what else the machine does only ever costs.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement, told")]

#[path = "../clock.rs"]
mod clock;
#[path = "../corpus.rs"]
mod corpus;

use chartaudit::detect::{Context, Finder, Hit, Site, SitePattern, Tier, served};
use chartaudit::value::Date;
use regex::bytes::RegexSet;
use std::error::Error;
use std::hint::black_box;

use self::clock::Clock;
use self::corpus::corpus;

/// Bytes that a turn looks at, at least.
const TURN: usize = 16_000_000;
/// Turns of each side.
const TURNS: usize = 9;
/// Bytes of a note, at least.
const NOTE: usize = 2_000;
/// Notes of a load.
const NOTES: usize = 500;

/// What the set looks for: a few of the shapes that the detectors know, judged by nothing but the shape.
const PATTERNS: [&str; 12] = [
    r"\b\d{3}[- .]\d{2}[- .]\d{4}\b",
    r"\b\(?[2-9]\d{2}\)?[- .]\d{3}[- .]\d{4}\b",
    r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z.]{2,}",
    r"\b\d{1,3}(\.\d{1,3}){3}\b",
    r"https?://\S+",
    r"\b[12]\d{9}\b",
    r"\b\d{13,19}\b",
    r"\b\d{1,2}/\d{1,2}/\d{2,4}\b",
    r"\b\d{4}-\d{2}-\d{2}\b",
    r"\b[A-HJ-NPR-Z0-9]{17}\b",
    r"(?i)\bmrn[:# ]*\d{5,10}\b",
    r"\b(Mr|Mrs|Ms|Dr)\.? [A-Z][a-z]+",
];

/// What a site may declare: numbers of charts, of visits and of staff.
const SITE: [(&str, &str); 3] = [
    ("chart-number", "RG-[0-9]{7}"),
    ("visit-number", "[VE][0-9]{9}"),
    ("staff-number", "st[0-9]{5}"),
];

/// Sentences without a number.
const PLAIN: [&str; 6] = [
    "Patient presents with persistent cough and mild fever, denies chest pain or shortness of breath.\n",
    "Lungs are clear to auscultation bilaterally; no wheezes. ",
    "Plan: supportive care, follow up as needed. ",
    "Reports that the pain is worse after meals and better at rest; sleeps well. ",
    "Abdomen soft, without guarding or rebound; bowel sounds present.\n",
    "Questions were answered and the family agrees with the plan. ",
];

/// Sentences with numbers, dates, doses and telephone numbers; each `#` is a digit.
const BUSY: [&str; 10] = [
    "Seen 20##-0#-1# for follow up. BP 1##/##, HR ##, temp 3#.#, weight ##.# kg. ",
    "Amoxicillin #00 mg tid for 1# days, recheck in # weeks.\n",
    "Call 212-555-01## with questions about the dose. ",
    "Hgb #.# on 0#/1#/20##, creatinine 0.## mg/dL, GFR ##. ",
    "Pain #/10 after walking ### feet; strength #/5 in both legs.\n",
    "Admitted March 1#, 20## at 1#:## from the ED, room ###, bed #. ",
    "Metoprolol ##.# mg bid, furosemide #0 mg daily, last filled 0#-2#-20##. ",
    "Order 4####### and accession 20-1##### were cancelled. ",
    "SpO2 9#% on # L, RR 1#, GCS 1#, PHQ-9 score ##.\n",
    "Ejection fraction ##-##%, LVEDP ## mmHg, stent 3.# x 2# mm. ",
];

/// Hardly anything but numbers.
const DENSE: [&str; 8] = [
    "Na 13# K 4.# Cl 10# CO2 2# BUN 1# Cr 0.## Glu 1## | ",
    "03/0#/201# 06:1# BP 13#/8# HR 8# RR 1# T 37.# SpO2 9# | ",
    "I/O 2##0/18## | ",
    "WBC #.# Hgb 12.# Plt 2##000 INR 1.## | ",
    "NDC 00591-04##-01 lot 44A1### acc 19-00#### |\n",
    "pH 7.3# pCO2 4# pO2 8# HCO3 23.# | ",
    "1:1### #/5 #+ 2x# ",
    "0#:## ### ml/h, 0#:## ### ml/h; ",
];

/// A text and the cells or notes that it comes in.
struct Load {
    name: &'static str,
    cells: Vec<Vec<u8>>,
}

/// Numbers by chance.
struct Dice(u64);

/// The fastest turn of something, as bytes a second.
#[derive(Debug, Default)]
struct Best {
    rate: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let names: Vec<&str> = served(&["US"]).map(|detector| detector.name).collect();
    let finder = Finder::new(&names)?;
    let site = Site::new(SITE.map(of_site).to_vec(), Vec::new())?;
    let names_of_site: Vec<&str> =
        names.iter().copied().chain(SITE.map(|(name, _)| name)).collect();
    let with_site = site.finder(&names_of_site, Date(0))?;
    let set = RegexSet::new(PATTERNS)?;
    println!(
        "{:<10}{:>10}{:>10}{:>12}{:>8}{:>14}",
        "text", "MB/s", "of site", "RegexSet", "times", "hits a MB"
    );
    for load in loads()? {
        if asked.is_empty() || asked.iter().any(|asked| asked == load.name) {
            measure(&load, [&finder, &with_site], &set);
        }
    }
    Ok(())
}

/// A pattern of a site, as its project file declares it.
fn of_site((name, pattern): (&str, &str)) -> SitePattern {
    SitePattern {
        name: name.to_owned(),
        title: name.to_owned(),
        pattern: pattern.to_owned(),
        labels: vec!["chart".to_owned()],
        contrary: Vec::new(),
        tier: Tier::B,
        check: None,
        replaces: None,
    }
}

fn measure(load: &Load, [finder, with_site]: [&Finder; 2], set: &RegexSet) {
    let (mut ours, mut theirs, mut others) = (Best::default(), Best::default(), Best::default());
    let (mut found, mut seen) = (0, 0);
    let mut hits: Vec<Hit> = Vec::new();
    for _ in 0..TURNS {
        (found, seen) = (0, 0);
        ours.turn(load, |cell| {
            hits.clear();
            finder.scan(cell, &Context::default(), false, &mut hits);
            found += hits.len();
            seen += cell.len();
        });
        theirs.turn(load, |cell| {
            hits.clear();
            with_site.scan(cell, &Context::default(), false, &mut hits);
        });
        // A set that has seen all its patterns looks no further, which a line hardly lets it do.
        others.turn(load, |cell| {
            for line in cell.split_inclusive(|byte| *byte == b'\n') {
                black_box(set.matches(line));
            }
        });
    }
    let [ours, theirs, others] = [ours, theirs, others].map(|best| best.rate / 1e6);
    let density = found as f64 / (seen as f64 / 1e6);
    let times = ours / others;
    println!(
        "{:<10}{ours:>10.0}{theirs:>10.0}{others:>12.0}{times:>8.1}{density:>14.0}",
        load.name
    );
}

impl Best {
    /// Looks at all cells as often as a turn takes.
    fn turn(&mut self, load: &Load, mut each: impl FnMut(&[u8])) {
        let size: usize = load.cells.iter().map(Vec::len).sum();
        let rounds = TURN.div_ceil(size);
        let clock = Clock::start();
        for _ in 0..rounds {
            load.cells.iter().for_each(|cell| each(cell));
        }
        let rate = (size * rounds) as f64 / clock.seconds();
        self.rate = self.rate.max(rate);
    }
}

/// The texts, from those with the fewest candidates to those with nothing else.
fn loads() -> Result<Vec<Load>, Box<dyn Error>> {
    let (notes, negatives) = (corpus("notes.txt")?, corpus("negatives.txt")?);
    let rows = corpus("rows.txt")?;
    let values = rows.lines().filter_map(|row| row.split_once(" | "));
    let cells = values.map(|(_, value)| value.as_bytes().to_vec()).collect();
    Ok(vec![
        Load::made("plain", &PLAIN),
        Load::made("busy", &BUSY),
        Load::made("upper", &BUSY.map(|sentence| sentence.to_uppercase())),
        Load::made("dense", &DENSE),
        Load::of("notes", &notes),
        Load::of("negatives", &negatives),
        Load { name: "cells", cells },
    ])
}

impl Load {
    /// The notes of a corpus, in other orders each time, so that no processor learns them by heart.
    fn of(name: &'static str, text: &str) -> Self {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        Self::mixed(name, &lines, |byte, _| byte)
    }

    /// Notes of these sentences with a digit for each `#` of theirs.
    fn made(name: &'static str, sentences: &[impl AsRef<str>]) -> Self {
        Self::mixed(name, sentences, |byte, dice| match byte {
            b'#' => b"0123456789"[dice.below(10)],
            byte => byte,
        })
    }

    /// Notes of these sentences in any order.
    fn mixed(
        name: &'static str,
        sentences: &[impl AsRef<str>],
        write: impl Fn(u8, &mut Dice) -> u8,
    ) -> Self {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        let note = |_| {
            let mut note = Vec::new();
            while note.len() < NOTE {
                let sentence = sentences[dice.below(sentences.len())].as_ref();
                note.extend(sentence.bytes().map(|byte| write(byte, &mut dice)));
            }
            note
        };
        Self { name, cells: (0..NOTES).map(note).collect() }
    }
}

impl Dice {
    /// A number below a limit; the same ones each time that the program runs.
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).map_or(0, |number| number % limit)
    }
}
