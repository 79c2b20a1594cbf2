//! How fast whole files are split, for a person to read.

use std::fmt::Write as _;

use super::input;
use crate::source::{Batch, Chunk, HeaderAt, ReadOptions, open};

/// Run with `cargo test --release --lib rate -- --ignored --nocapture`.
#[test]
#[ignore = "measures speed; needs a release build"]
fn rates_are_shown() {
    let observation = "2022-07-20T07:13:55Z,982192b6-6843-4011-ef46-32caaf87d8a9,3c1c5636-2c43-bd4b-6eab-9eabf5929c55,vital-signs,8302-2,Body Height,166.7,cm\n";
    show(
        "observations",
        "date,patient,encounter,category,code,description,value,unit\n",
        observation,
    );
    show(
        "crlf",
        "date,patient,encounter,category,code,description,value,unit\r\n",
        &observation.replace('\n', "\r\n"),
    );
    let short = "20220720,982192b6,3c1c5636,vital-signs,8302-2,Body Height,166.7,cm,numeric,final,no,x,yes,1\n";
    show("short fields", "a,b,c,d,e,f,g,h,i,j,k,l,m,n\n", short);
    let line =
        "The patient was seen on the ward and reports no complaints, eats and sleeps well.\n";
    let note = format!("1,2,2022-07-20,progress,\"{}\",final\n", line.repeat(12));
    show("notes", "a,b,c,d,e,f\n", &note);
    let names = observation.replace("Body", "K\u{f6}rper");
    show("accents", "date,patient,encounter,category,code,description,value,unit\n", &names);
    let damaged = format!("{}2022-07-20,short\n", observation.repeat(50));
    show(
        "a short row in 50",
        "date,patient,encounter,category,code,description,value,unit\n",
        &damaged,
    );
}

/// What this thread has used, whatever else the machine does.
fn cpu_nanoseconds() -> u64 {
    let words = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    words.split(' ').next().unwrap().parse().unwrap()
}

#[expect(clippy::print_stdout, reason = "a measurement for a person")]
fn show(name: &str, header: &str, row: &str) {
    let mut text = header.to_owned();
    while text.len() < 64 << 20 {
        text.push_str(row);
    }
    let options = ReadOptions { header: HeaderAt::First, ..ReadOptions::default() };
    let table = open(input(text.as_bytes()), &options, &|_| 0).unwrap();
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    let mut words = format!("{name:>18}:");
    for size in [256_u64 << 10, 1 << 20] {
        let mut best = (u64::MAX, u64::MAX);
        for _ in 0..5 {
            let before = cpu_nanoseconds();
            for index in 0..table.input.len.div_ceil(size) {
                table.load(&mut chunk, index, size).unwrap();
            }
            let loaded = cpu_nanoseconds();
            let mut start = table.data_start;
            for index in 0..table.input.len.div_ceil(size) {
                table.load(&mut chunk, index, size).unwrap();
                start = table.split(&mut chunk, start, &mut batch).unwrap();
            }
            let end = cpu_nanoseconds();
            best = (best.0.min(loaded - before), best.1.min(end - loaded));
        }
        let rate = |nanoseconds: u64| text.len() as u64 * 1000 / nanoseconds.max(1);
        let _ = write!(
            words,
            "  {} KiB chunks: load {}, split {}, both {} MB/s",
            size >> 10,
            rate(best.0),
            rate(best.1.saturating_sub(best.0)),
            rate(best.1)
        );
    }
    println!("{words}");
}
