//! Writes an export of any size for measurements: patients, encounters and observations as Synthea has them, and notes.
//!
//! `cargo run --release --example bench-export -- --size 800MB --out DIR [--notes 250MB] [--seed N]`. The same size and seed
//! give the same bytes. A few records in ten thousand violate each rule of `benches/load.yaml`.

use std::fs::{self, File};
use std::io::{self, BufWriter, Error, Write as _};
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;
use std::thread;

use block::{Block, HEADERS, NAMES, NOTES_HEADER};

#[path = "../../fixtures/generate/random.rs"]
mod random;
#[path = "../../fixtures/generate/calendar.rs"]
mod calendar;
mod block;

/// Blocks are written by as many threads; their order, and so the bytes, do not depend on it.
const THREADS: u64 = 2;

/// What the command line asks for.
#[derive(Debug)]
struct Request {
    out: PathBuf,
    tables: u64,
    notes: u64,
    seed: u64,
}

fn main() -> io::Result<()> {
    let request = Request::read(std::env::args().skip(1))?;
    fs::create_dir_all(&request.out)?;
    let mut files = Vec::new();
    for (name, header) in NAMES.iter().zip(HEADERS) {
        files.push(create(&request.out.join(name), header)?);
    }
    write(&mut files, request.tables, |number| Block::tables(request.seed, number))?;
    if request.notes > 0 {
        let mut notes = [create(&request.out.join("notes.csv"), NOTES_HEADER)?];
        write(&mut notes, request.notes, |number| Block::notes(request.seed, number))?;
    }
    Ok(())
}

fn create(path: &PathBuf, header: &str) -> io::Result<BufWriter<File>> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    file.write_all(header.as_bytes())?;
    Ok(file)
}

/// Writes blocks in their order until the files hold so many bytes together.
fn write<const FILES: usize>(
    files: &mut [BufWriter<File>],
    bytes: u64,
    block: impl Fn(u64) -> Block<FILES> + Sync,
) -> io::Result<()> {
    thread::scope(|scope| {
        let block = &block;
        let sources: Vec<_> = (0..THREADS)
            .map(|first| {
                let (send, receive) = sync_channel(2);
                scope.spawn(move || {
                    let mut number = first;
                    while send.send(block(number)).is_ok() {
                        number += THREADS;
                    }
                });
                receive
            })
            .collect();
        let mut written = 0_u64;
        for source in sources.iter().cycle() {
            if written >= bytes {
                break;
            }
            let block: Block<FILES> = source.recv().map_err(Error::other)?;
            for (file, text) in files.iter_mut().zip(&block.texts) {
                file.write_all(text.as_bytes())?;
                written += u64::try_from(text.len()).unwrap_or(u64::MAX);
            }
        }
        files.iter_mut().try_for_each(BufWriter::flush)
    })
}

impl Request {
    fn read(mut words: impl Iterator<Item = String>) -> io::Result<Self> {
        let mut request =
            Self { out: PathBuf::from("bench-export"), tables: 800_000_000, notes: 0, seed: 1 };
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| usage(&word))?;
            match word.as_str() {
                "--out" => request.out = PathBuf::from(value),
                "--size" => request.tables = size(&value).ok_or_else(|| usage(&word))?,
                "--notes" => request.notes = size(&value).ok_or_else(|| usage(&word))?,
                "--seed" => request.seed = value.parse().map_err(|_| usage(&word))?,
                _ => return Err(usage(&word)),
            }
        }
        Ok(request)
    }
}

/// `800MB` as a number of bytes.
fn size(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match text.strip_prefix(digits)? {
        "" | "B" => 1,
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

fn usage(word: &str) -> Error {
    Error::other(format!(
        "cannot use `{word}`; usage: bench-export --size 800MB --out DIR [--notes 250MB] [--seed N]"
    ))
}
