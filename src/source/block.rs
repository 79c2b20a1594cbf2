//! Whole blocks of regular records at once: separators found by vectors, shapes checked by masks.
//!
//! A block is regular where every quote opens or closes a field, every CR belongs to a CR LF, and every
//! `width`-th separator is a line end. The first place that is not is left to the reader of single records.

use wide::u8x16;

use crate::source::flag::{is_strange, may_be_odd};
use crate::source::lexer::{Dialect, place};
use crate::source::split::Splitter;
use crate::source::{Batch, Table};

/// How much text is indexed at a time, at first.
const BLOCK: usize = 64 << 10;

/// The separators of a stretch of text.
#[derive(Debug, Default)]
struct Index {
    /// How many separators were found.
    separators: usize,
    /// How many of them are line ends.
    line_ends: usize,
    /// How far the text is regular.
    regular: usize,
    /// Whether a byte asks for a closer look.
    strange: bool,
    /// Whether a quote stands in it.
    quoted: bool,
    /// Whether a quote stands beside another.
    doubled: bool,
}

/// The bytes of 64 that are alike, as bits.
struct Masks {
    delimiter: u64,
    quote: u64,
    lf: u64,
    cr: u64,
    strange: bool,
}

/// What a dialect looks for, in every lane.
struct Needles {
    delimiter: u8x16,
    quote: u8x16,
    lf: u8x16,
    cr: u8x16,
    tab: u8x16,
    control: u8x16,
}

impl Needles {
    fn new(dialect: Dialect) -> Self {
        Self {
            delimiter: u8x16::splat(dialect.delimiter),
            quote: u8x16::splat(dialect.quote),
            lf: u8x16::splat(b'\n'),
            cr: u8x16::splat(b'\r'),
            tab: u8x16::splat(b'\t'),
            control: u8x16::splat(0x1F),
        }
    }

    #[inline]
    fn masks<const QUOTES: bool>(&self, bytes: &[u8; 64]) -> Masks {
        let mut masks = Masks { delimiter: 0, quote: 0, lf: 0, cr: 0, strange: false };
        let mut odd = u8x16::splat(0);
        let (lanes, _) = bytes.as_chunks::<16>();
        for (lane, &bytes) in lanes.iter().enumerate() {
            let shift = 16 * lane;
            let text = u8x16::new(bytes);
            let lf = text.simd_eq(self.lf);
            let cr = text.simd_eq(self.cr);
            masks.delimiter |= u64::from(text.simd_eq(self.delimiter).to_bitmask()) << shift;
            if QUOTES {
                masks.quote |= u64::from(text.simd_eq(self.quote).to_bitmask()) << shift;
            }
            masks.lf |= u64::from(lf.to_bitmask()) << shift;
            masks.cr |= u64::from(cr.to_bitmask()) << shift;
            let control = text.min(self.control).simd_eq(text);
            let common = lf | cr | text.simd_eq(self.tab);
            // A byte above 127 has its top bit set, as a lane that is true has.
            odd |= text | (control & !common);
        }
        masks.strange = odd.to_bitmask() != 0;
        masks
    }
}

/// Finds the separators of a text that starts outside quotes, until it is irregular.
///
/// Their places, moved by `base`, go to `places`; those of line ends inside quotes go to `breaks`. Without `QUOTES`
/// there is no quote in the text.
fn index<const QUOTES: bool>(
    text: &[u8],
    base: u32,
    dialect: Dialect,
    places: &mut Vec<u32>,
    breaks: &mut Vec<u32>,
) -> Index {
    let needles = Needles::new(dialect);
    let mut found = Index::default();
    // The last bit of the word before: inside quotes (all ones), a place where a field may start, a closing quote, a CR.
    let (mut inside_before, mut opener_before, mut close_before, mut cr_before) =
        (0_u64, 1_u64, 0_u64, 0_u64);
    if places.len() < text.len() + 64 {
        places.resize(text.len() + 64, 0);
    }
    breaks.clear();
    let (words, rest) = text.as_chunks::<64>();
    let mut last = [filler(dialect); 64];
    last[..rest.len()].copy_from_slice(rest);
    let last = (!rest.is_empty()).then_some(&last);
    let mut at = base;
    for word in words.iter().chain(last) {
        let Masks { delimiter, quote, lf, cr, strange } = needles.masks::<QUOTES>(word);
        let mut separators = delimiter | lf;
        let cr_faults = (cr << 1 | cr_before) & !lf;
        if cr_faults != 0 {
            break;
        }
        let mut line_ends = lf;
        if QUOTES && quote | inside_before != 0 {
            let inside = prefix_xor(quote) ^ inside_before;
            let (open, close) = (quote & inside, quote & !inside);
            let line_ends_inside = lf & inside;
            separators &= !inside;
            line_ends &= !inside;
            let openers = (separators | close) << 1 | opener_before;
            let closers = delimiter | lf | cr | quote;
            let after_close = close << 1 | close_before;
            if (open & !openers) | (after_close & !closers) != 0 {
                break;
            }
            found.quoted |= quote != 0;
            found.doubled |= (after_close & open) != 0;
            push_bits(line_ends_inside, at, breaks);
            // The sign bit is spread over the word.
            inside_before = 0_u64.wrapping_sub(inside >> 63);
            opener_before = (separators | close) >> 63;
            close_before = close >> 63;
        } else {
            if close_before & !(delimiter | lf | cr) != 0 {
                break;
            }
            close_before = 0;
            opener_before = separators >> 63;
        }
        cr_before = cr >> 63;
        found.strange |= strange;
        found.line_ends += line_ends.count_ones() as usize;
        found.separators = write_bits(separators, at, places, found.separators);
        found.regular += 64;
        at = at.wrapping_add(64);
    }
    found.regular = found.regular.min(text.len());
    found
}

/// What fills the last word up: a byte that means nothing.
fn filler(dialect: Dialect) -> u8 {
    let plain = |byte: &u8| *byte != dialect.delimiter && *byte != dialect.quote;
    [b' ', b'a', b'b'].into_iter().find(plain).unwrap_or(b' ')
}

/// For each bit, whether an odd number of bits is set up to it.
#[inline]
fn prefix_xor(bits: u64) -> u64 {
    let mut bits = bits;
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^= bits << 32;
    bits
}

/// Writes the places of the bits from `count` on, and says how many there are then.
///
/// Eight are written at a time whether they are bits or not: what stands beyond the count means nothing.
#[inline]
fn write_bits(bits: u64, at: u32, places: &mut [u32], count: usize) -> usize {
    let total = bits.count_ones() as usize;
    let mut bits = bits;
    let mut written = 0;
    while written < total {
        if let Some(slots) =
            places.get_mut(count + written..).and_then(|rest| rest.first_chunk_mut::<8>())
        {
            for slot in slots {
                *slot = at.wrapping_add(bits.trailing_zeros());
                bits &= bits.wrapping_sub(1);
            }
        }
        written += 8;
    }
    count + total
}

#[inline]
fn push_bits(bits: u64, at: u32, places: &mut Vec<u32>) {
    let mut bits = bits;
    while bits != 0 {
        places.push(at.wrapping_add(bits.trailing_zeros()));
        bits &= bits.wrapping_sub(1);
    }
}

/// What a row's first byte must not be for the row to be taken unseen.
struct Suspects {
    /// What the header's first cell starts with.
    header: Option<u8>,
    quote: u8,
}

impl Suspects {
    fn new(table: &Table) -> Self {
        let name = table.header.names.first().and_then(|name| name.bytes().next());
        Self { header: name.filter(|_| table.header.line > 0), quote: table.quote }
    }

    /// Whether a row needs a look at its cells: it may be the header, or a row of dashes.
    #[inline]
    fn suspect(&self, row: &[u8]) -> bool {
        let first = match *row {
            [first, second, ..] if first == self.quote => second,
            [first, ..] => first,
            [] => return true,
        };
        match self.header {
            Some(header) => first == header || matches!(first, b'-' | b'=' | ..=b' ' | 0x80..),
            None => matches!(first, b'-' | b'=' | ..=b' '),
        }
    }
}

/// Whether any byte asks for a closer look; without a way out of the loop, so that it becomes vector code.
#[inline]
pub(super) fn has_strange(row: &[u8]) -> bool {
    row.iter().fold(false, |odd, &byte| odd | is_strange(byte))
}

impl Splitter<'_> {
    /// Takes the regular records from the next one on, as far as `owned`.
    pub(super) fn blocks(&mut self, owned: usize) {
        let mut places = std::mem::take(&mut self.batch.positions);
        let mut breaks = std::mem::take(&mut self.batch.breaks);
        let mut size = BLOCK;
        while self.at < owned {
            let end = self.at.saturating_add(size).min(owned);
            let text = &self.text[self.at..end];
            let index = if self.chunk.quotes == 0 { index::<false> } else { index::<true> };
            let found = index(text, place(self.at), self.dialect, &mut places, &mut breaks);
            self.strange |= found.strange;
            let before = self.at;
            let all = self.rows(&found, &places, &breaks);
            if self.at > before && all {
                continue;
            }
            // A record longer than the block needs a larger one; anything else is for the reader of records.
            if all && found.regular == end - before && end < owned {
                size = size.saturating_mul(2);
                continue;
            }
            break;
        }
        self.batch.positions = places;
        self.batch.breaks = breaks;
    }

    /// Enters the rows of an indexed block; false if it is not regular to its end.
    fn rows(&mut self, found: &Index, places: &[u32], breaks: &[u32]) -> bool {
        let width = self.table.width;
        let block_start = self.at;
        let regular_end = block_start + found.regular;
        let suspects = Suspects::new(self.table);
        let unnamed = self.table.header.names.first().is_some_and(String::is_empty);
        // As many line ends as rows, and one at each `width`-th place: then none stands anywhere else.
        let counted = found.separators / width == found.line_ends
            && places[..found.separators]
                .chunks_exact(width)
                .all(|ends| ends.last().is_some_and(|&end| self.text[end as usize] == b'\n'));
        let mut breaks = breaks.iter().copied().peekable();
        let mut scratch = Vec::new();
        let mut whole = true;
        let rows = if counted { found.line_ends } else { found.separators / width };
        self.batch.ends.reserve(rows * width);
        self.batch.row_start.reserve(rows);
        for ends in places[..found.separators].chunks_exact(width).take(rows) {
            let Some((&last, inner)) = ends.split_last() else { break };
            let line_end = last as usize;
            let start = self.at;
            let shaped = self.text[line_end] == b'\n'
                && line_end < regular_end
                && (counted || inner.iter().all(|&end| self.text[end as usize] != b'\n'));
            if !shaped {
                whole = false;
                break;
            }
            let row = &self.text[start..line_end];
            let end = line_end - usize::from(row.last() == Some(&b'\r'));
            let trailing = self.table.trailing
                && match inner.last() {
                    Some(&before) => end - before as usize != 1,
                    None => end != start,
                };
            let blank = width == 1 && end == start;
            let form_feed = found.strange && row.first() == Some(&0x0C);
            if trailing || blank || form_feed {
                whole = false;
                break;
            }
            let fields_before = self.batch.ends.len();
            self.batch.ends.extend_from_slice(ends);
            if let Some(last) = self.batch.ends.last_mut() {
                *last = place(end);
            }
            if (unnamed || suspects.suspect(row))
                && self
                    .table
                    .aside(&self.text, start, &self.batch.ends[fields_before..], &mut scratch)
                    .is_some()
            {
                self.batch.ends.truncate(fields_before);
                whole = false;
                break;
            }
            let mut lines = 1;
            while breaks.next_if(|&at| (at as usize) < line_end).is_some() {
                lines += 1;
            }
            self.enter(start, fields_before, end, found);
            self.batch.tally.lines += lines;
            self.at = line_end + 1;
        }
        whole && counted
    }

    /// Enters a row whose ends are there, with what is odd about it.
    #[inline]
    fn enter(&mut self, start: usize, fields_before: usize, end: usize, found: &Index) {
        if found.doubled && memchr::memchr(b'=', &self.text[start..end]).is_some() {
            self.flag_formulas(start, fields_before);
        }
        if found.strange
            && has_strange(&self.text[start..end])
            && may_be_odd(&self.text[start..end])
        {
            let row = self.batch.rows;
            self.flag_cells(row, start, fields_before);
        }
        if found.quoted && !self.batch.quoted {
            let quote = self.dialect.quote;
            self.batch.quoted = memchr::memchr(quote, &self.text[start..end]).is_some();
        }
        self.keep(start);
        let Batch { tally, .. } = &mut *self.batch;
        tally.records += 1;
    }
}
