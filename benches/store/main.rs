//! Measures the stores that keys, relations and overlaps go through, at sizes beyond their memory.
//!
//! `cargo run --release --example bench-store -- keys|lookup|join|sort [--count 10M] [--memory 64] [--threads 1]`, one
//! measurement a process, because each ends with the most memory that the process ever had.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement, told")]

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::hint::black_box;
use std::io::{self, Error};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use chartaudit::store::{Budget, Entry, Gathered, KeyHasher, KeyStore, Lookup, RowSorter, Rows};

/// Keys or rows that a step adds, about as many records as a chunk has.
const STEP: u64 = 5_000;

/// What the command line asks for.
#[derive(Debug)]
struct Request {
    what: String,
    count: u64,
    memory: u64,
    threads: usize,
}

/// Keys as exports have them: fingerprints of ten digits.
struct Keys {
    hasher: KeyHasher,
}

/// Time since the last lap.
struct Clock {
    lap: Instant,
}

fn main() -> io::Result<()> {
    let request = Request::read(std::env::args().skip(1))?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(request.threads).build();
    pool.map_err(Error::other)?.install(|| match request.what.as_str() {
        "keys" => keys(&request),
        "lookup" => lookup(&request),
        "join" => join(&request),
        "sort" => sort(&request),
        _ => Err(Error::other("measure keys, lookup, join or sort")),
    })?;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!("peak of the process: {}", peak.unwrap_or("not known here").trim());
    Ok(())
}

/// Repeated keys among many: one key in ten thousand stands twice.
fn keys(request: &Request) -> io::Result<()> {
    let keys = Keys::new();
    let store = KeyStore::new(request.budget(), std::env::temp_dir());
    let mut clock = Clock::start();
    let mut step = Vec::new();
    let distinct = request.count - request.count / 10_000;
    for first in (0..request.count).step_by(usize::try_from(STEP).unwrap_or(1)) {
        let numbers = first..request.count.min(first + STEP);
        keys.each(numbers.clone(), distinct, |key, origin| step.push(Entry { key, origin }));
        store.add(&mut step)?;
    }
    clock.lap("hash and add", request.count);
    let mut repeated = 0_u64;
    let stats = store.finish(&|_| false, &mut |origins| repeated += origins.len() as u64)?;
    clock.lap("find repeats", request.count);
    println!("{repeated} repeated, {stats:?}");
    Ok(())
}

/// Parents of 16 bytes in memory, and children that ask for them.
fn lookup(request: &Request) -> io::Result<()> {
    let keys = Keys::new();
    let mut clock = Clock::start();
    let rows = filled(request, &keys, 16, request.count, &request.budget())?;
    clock.lap("hash and add", request.count);
    let Gathered::Memory(lookup) = rows.finish()? else {
        return Err(Error::other("that needs more --memory"));
    };
    clock.lap("finish", request.count);
    println!("{:.1} bytes a row", lookup.bytes() as f64 / request.count as f64);
    let probes = 10_000_000;
    let mut order = Vec::new();
    keys.each(0..probes, request.count, |key, _| order.push(key));
    probe("hits, keys as they come", &lookup, &order);
    // Children of one parent are neighbours in most exports, four of them here.
    order.clear();
    (0..probes / 4).for_each(|number| {
        keys.each(number..number + 1, request.count, |key, _| order.extend([key; 4]));
    });
    probe("hits, four neighbours each", &lookup, &order);
    order.clear();
    keys.each(request.count..request.count + probes, u64::MAX, |key, _| order.push(key));
    probe("misses", &lookup, &order);
    Ok(())
}

fn probe(name: &str, lookup: &Lookup, keys: &[u128]) {
    let mut clock = Clock::start();
    let mut sum = 0_u64;
    for key in keys {
        for number in lookup.find(*key) {
            sum += u64::from(lookup.row(number)[0]);
        }
    }
    clock.lap(&format!("{name}, one at a time"), keys.len() as u64);
    let mut ranges = Vec::new();
    for keys in keys.chunks(1024) {
        lookup.find_all(keys, &mut ranges);
        for number in ranges.iter().cloned().flatten() {
            sum += u64::from(lookup.row(number)[0]);
        }
    }
    clock.lap(&format!("{name}, many at once"), keys.len() as u64);
    black_box(sum);
}

/// Two sides of that many rows brought together, on disk.
fn join(request: &Request) -> io::Result<()> {
    let keys = Keys::new();
    let budget = request.budget();
    let mut clock = Clock::start();
    let parents = filled(request, &keys, 16, request.count, &budget)?;
    clock.lap("hash and add parents", request.count);
    let children = filled(request, &keys, 16, request.count / 2, &budget)?;
    clock.lap("hash and add children", request.count);
    let (parents, children) = (parents.partitions()?, children.partitions()?);
    let matches = AtomicU64::new(0);
    parents.join(&children, &|lookup, keys, _| {
        let mut ranges = Vec::new();
        lookup.find_all(keys, &mut ranges);
        let found: u64 = ranges.iter().map(|range| range.len() as u64).sum();
        matches.fetch_add(found, Ordering::Relaxed);
        Ok(())
    })?;
    clock.lap("join", request.count);
    let spilled = parents.spilled_bytes() + children.spilled_bytes();
    println!("{} matches, {} MiB spilled", matches.into_inner(), spilled >> 20);
    Ok(())
}

/// Intervals of groups of four, put in order.
fn sort(request: &Request) -> io::Result<()> {
    let keys = Keys::new();
    let sorter = RowSorter::<40>::new(request.budget(), std::env::temp_dir());
    let mut clock = Clock::start();
    let added: io::Result<()> = std::thread::scope(|scope| {
        let adders: Vec<_> = (0..request.threads)
            .map(|thread| {
                let (sorter, keys) = (&sorter, &keys);
                scope.spawn(move || add_intervals(sorter, keys, request, thread))
            })
            .collect();
        let mut outcomes = adders.into_iter().map(|adder| adder.join());
        outcomes.try_for_each(|outcome| outcome.map_err(|_| Error::other("panicked"))?)
    });
    added?;
    clock.lap("hash and add", request.count);
    let mut before = [0; 40];
    let mut count = 0_u64;
    for row in sorter.finish()? {
        let row = row?;
        if row < before {
            return Err(Error::other("out of order"));
        }
        before = row;
        count += 1;
    }
    clock.lap("finish", count);
    Ok(())
}

fn add_intervals(
    sorter: &RowSorter<40>,
    keys: &Keys,
    request: &Request,
    thread: usize,
) -> io::Result<()> {
    let mut step = Vec::new();
    let firsts = (0..request.count).step_by(usize::try_from(STEP).unwrap_or(1));
    for first in firsts.skip(thread).step_by(request.threads) {
        step.clear();
        let numbers = first..request.count.min(first + STEP);
        keys.each(numbers, request.count / 4, |key, origin| {
            let mut row = [0; 40];
            row[..16].copy_from_slice(&key.to_be_bytes());
            let from = origin.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
            row[16..24].copy_from_slice(&from.to_be_bytes());
            row[24..32].copy_from_slice(&(from + 5).to_be_bytes());
            row[32..].copy_from_slice(&origin.to_be_bytes());
            step.push(row);
        });
        sorter.push_all(&step)?;
    }
    Ok(())
}

/// That many rows under `distinct` keys.
fn filled(
    request: &Request,
    keys: &Keys,
    width: usize,
    distinct: u64,
    budget: &Arc<Budget>,
) -> io::Result<Rows> {
    let rows = Rows::new(width, Arc::clone(budget), std::env::temp_dir());
    let (mut step_keys, mut step_rows) = (Vec::new(), Vec::new());
    for first in (0..request.count).step_by(usize::try_from(STEP).unwrap_or(1)) {
        step_keys.clear();
        step_rows.clear();
        keys.each(first..request.count.min(first + STEP), distinct, |key, origin| {
            step_keys.push(key);
            let row = origin.to_le_bytes().into_iter().cycle().take(width);
            step_rows.extend(row);
        });
        rows.add(&step_keys, &step_rows)?;
    }
    Ok(rows)
}

impl Keys {
    fn new() -> Self {
        let seed = RandomState::new();
        Self { hasher: KeyHasher::new(std::array::from_fn(|number| seed.hash_one(number))) }
    }

    /// The keys of these numbers, each modulo `distinct` as ten digits, beside the numbers themselves.
    fn each(&self, numbers: std::ops::Range<u64>, distinct: u64, mut each: impl FnMut(u128, u64)) {
        let mut digits = [0; 10];
        let mut next = distinct;
        for number in numbers {
            if next == distinct {
                next = number % distinct;
                let mut rest = next;
                for digit in digits.iter_mut().rev() {
                    *digit = b'0' + (rest % 10) as u8;
                    rest /= 10;
                }
            }
            each(self.hasher.text(&digits), number);
            // Counting on is cheaper than what is measured, dividing is not.
            next += 1;
            for digit in digits.iter_mut().rev() {
                *digit += 1;
                if *digit <= b'9' {
                    break;
                }
                *digit = b'0';
            }
        }
    }
}

impl Clock {
    fn start() -> Self {
        Self { lap: Instant::now() }
    }

    fn lap(&mut self, name: &str, count: u64) {
        let seconds = self.lap.elapsed().as_secs_f64();
        println!("{name}: {seconds:.2} s, {:.1} ns each", seconds * 1e9 / count as f64);
        self.lap = Instant::now();
    }
}

impl Request {
    fn read(mut words: impl Iterator<Item = String>) -> io::Result<Self> {
        let what = words.next().unwrap_or_default();
        let mut request = Self { what, count: 10_000_000, memory: 64, threads: 1 };
        while let Some(word) = words.next() {
            let value = words.next().unwrap_or_default();
            let (digits, unit) = match value.strip_suffix('M') {
                Some(digits) => (digits, 1_000_000),
                None => (value.as_str(), 1),
            };
            let number = digits.parse::<u64>().map_err(Error::other)? * unit;
            match word.as_str() {
                "--count" => request.count = number.max(4),
                "--memory" => request.memory = number,
                "--threads" => request.threads = usize::try_from(number).unwrap_or(1).max(1),
                _ => return Err(Error::other(format!("unknown flag {word}"))),
            }
        }
        Ok(request)
    }

    fn budget(&self) -> Arc<Budget> {
        Arc::new(Budget::new(self.memory << 20))
    }
}
