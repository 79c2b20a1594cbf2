//! Seeded 128-bit fingerprints of keys.

/// Makes seeded 128-bit fingerprints of keys.
///
/// Two lanes of 64 bits, keyed independently. A lane multiplies the two words of each 16-byte block, each moved
/// by a key of its own, adds up the whole 128-bit products (the NH family of universal hashes: two texts
/// have equal sums with a chance of at most 2^-63, whatever the texts) and folds the sum to 64 bits by one more
/// keyed multiplication. Over both lanes two given keys collide with a chance of about 2^-124, so that the chance
/// of a single false repeat is about 2e-21 among 100 million keys, and 2e-19 among a billion. It holds for keys
/// chosen without knowledge of the seed: draw the seed at random for each run. This is no cryptographic
/// hash; a fingerprint must not leave the program.
#[derive(Clone)]
pub struct KeyHasher {
    /// Keys of the blocks of a stripe, the last block of a text, and the links between stripes and parts.
    blocks: [BlockKey; STRIPE_BLOCKS],
    last: BlockKey,
    length: BlockKey,
    fold: BlockKey,
    link: BlockKey,
    missing: u128,
}

/// The four words by which one block is moved, two a lane.
#[derive(Clone, Copy)]
struct BlockKey {
    a: [u64; 2],
    b: [u64; 2],
}

/// What the two lanes have added up so far.
#[derive(Clone, Copy)]
struct Sums {
    a: u128,
    b: u128,
}

/// Bytes of a block: two words.
const BLOCK: usize = 16;
/// Blocks with keys of their own; longer texts are hashed a stripe at a time.
const STRIPE_BLOCKS: usize = 8;

impl KeyHasher {
    /// A hasher of that seed; hashers of equal seeds give equal fingerprints on every machine.
    #[must_use]
    pub fn new(seed: [u64; 4]) -> Self {
        let mut keys = KeyStream { state: seed };
        Self {
            blocks: std::array::from_fn(|_| keys.block()),
            last: keys.block(),
            length: keys.block(),
            fold: keys.block(),
            link: keys.block(),
            missing: join(keys.word(), keys.word()),
        }
    }

    /// The fingerprint of a key of several parts; `None` is a missing part, which differs from an empty one.
    ///
    /// Where one part ends and the next begins counts: `("ab", "c")` and `("a", "bc")` differ. A key of one
    /// present part has the fingerprint of its text.
    #[must_use]
    pub fn key(&self, parts: &[Option<&[u8]>]) -> u128 {
        let Some((first, rest)) = parts.split_first() else { return self.missing };
        let mut key = self.part(*first);
        for part in rest {
            key = self.linked(key, self.part(*part));
        }
        key
    }

    /// The fingerprint of a key of one part.
    #[inline]
    #[must_use]
    pub fn text(&self, bytes: &[u8]) -> u128 {
        let count = bytes.len() as u64;
        let mut sums = Sums {
            a: wide(count | LENGTH_MARK, self.length.a[0]),
            b: wide(count | LENGTH_MARK, self.length.b[0]),
        };
        let Some(end) = bytes.last_chunk::<BLOCK>() else {
            sums.add(short_block(bytes), &self.last);
            return self.folded(sums);
        };
        let (blocks, rest) = bytes.as_chunks::<BLOCK>();
        // A text of whole blocks needs its last one once only.
        let before_end = if rest.is_empty() { &blocks[..blocks.len() - 1] } else { blocks };
        if before_end.len() > STRIPE_BLOCKS {
            return self.long(before_end, *end, sums);
        }
        for (block, key) in before_end.iter().zip(&self.blocks) {
            sums.add(words(*block), key);
        }
        sums.add(words(*end), &self.last);
        self.folded(sums)
    }

    /// The fingerprint of a text of more than a stripe: stripes are folded and linked one after the other.
    #[cold]
    fn long(&self, before_end: &[[u8; BLOCK]], end: [u8; BLOCK], length: Sums) -> u128 {
        let mut so_far = self.folded(length);
        for stripe in before_end.chunks(STRIPE_BLOCKS) {
            let mut sums = Sums { a: 0, b: 0 };
            for (block, key) in stripe.iter().zip(&self.blocks) {
                sums.add(words(*block), key);
            }
            so_far = self.linked(so_far, self.folded(sums));
        }
        let mut sums = Sums { a: 0, b: 0 };
        sums.add(words(end), &self.last);
        self.linked(so_far, self.folded(sums))
    }

    fn part(&self, part: Option<&[u8]>) -> u128 {
        part.map_or(self.missing, |bytes| self.text(bytes))
    }

    /// Two fingerprints as one; their order counts.
    fn linked(&self, first: u128, second: u128) -> u128 {
        let mut sums = Sums { a: 0, b: 0 };
        sums.add(halves(first), &self.link);
        sums.add(halves(second), &self.length);
        self.folded(sums)
    }

    #[inline]
    fn folded(&self, sums: Sums) -> u128 {
        join(fold(sums.a, self.fold.a), fold(sums.b, self.fold.b))
    }
}

impl std::fmt::Debug for KeyHasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The keys are a secret of the run.
        f.debug_struct("KeyHasher").finish_non_exhaustive()
    }
}

impl Sums {
    #[inline]
    fn add(&mut self, [first, second]: [u64; 2], key: &BlockKey) {
        let a = wide(first.wrapping_add(key.a[0]), second.wrapping_add(key.a[1]));
        let b = wide(first.wrapping_add(key.b[0]), second.wrapping_add(key.b[1]));
        self.a = self.a.wrapping_add(a);
        self.b = self.b.wrapping_add(b);
    }
}

/// Set in the length word, so that a text of no bytes still multiplies its key.
const LENGTH_MARK: u64 = 1 << 63;

/// The bytes of a text shorter than a block as two words; texts of equal length never share them.
#[inline]
fn short_block(bytes: &[u8]) -> [u64; 2] {
    if let (Some(head), Some(tail)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        [u64::from_le_bytes(*head), u64::from_le_bytes(*tail)]
    } else if let (Some(head), Some(tail)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        [u64::from(u32::from_le_bytes(*head)), u64::from(u32::from_le_bytes(*tail))]
    } else {
        match *bytes {
            [] => [0, 0],
            [one] => [u64::from(one), 0],
            [one, two] => [u64::from(one), u64::from(two)],
            [one, two, ref rest @ ..] => {
                let three = rest.first().copied().unwrap_or_default();
                [u64::from(one), u64::from(two) | u64::from(three) << 8]
            }
        }
    }
}

#[inline]
fn words(block: [u8; BLOCK]) -> [u64; 2] {
    halves(u128::from_le_bytes(block))
}

/// The whole product of two words.
#[inline]
fn wide(first: u64, second: u64) -> u128 {
    u128::from(first).wrapping_mul(u128::from(second))
}

/// The 128 bits of a sum folded to 64 by one keyed multiplication.
#[inline]
fn fold(sum: u128, key: [u64; 2]) -> u64 {
    let [low, high] = halves(sum);
    let [low, high] = halves(wide(low ^ key[0], high ^ key[1]));
    low ^ high
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the two halves are the point")]
fn halves(wide: u128) -> [u64; 2] {
    [wide as u64, (wide >> 64) as u64]
}

#[inline]
fn join(low: u64, high: u64) -> u128 {
    u128::from(low) | u128::from(high) << 64
}

/// Key words drawn from the seed: xoshiro256++ after a stir, so that seeds that differ in a bit share nothing.
struct KeyStream {
    state: [u64; 4],
}

impl KeyStream {
    fn word(&mut self) -> u64 {
        // An odd constant a draw keeps an all-zero seed from staying zero.
        self.state[0] = self.state[0].wrapping_add(0x9e37_79b9_7f4a_7c15);
        for round in 0..4 {
            let left = self.state[round];
            let right = self.state[(round + 1) % 4];
            let product = fold(join(left, right), [0x2d35_8dcc_aa6c_78a5, 0x8bb8_4b93_962e_acc9]);
            self.state[(round + 1) % 4] = right.rotate_left(23) ^ product;
        }
        self.state[1] ^ self.state[3].rotate_left(32)
    }

    fn block(&mut self) -> BlockKey {
        BlockKey { a: [self.word(), self.word()], b: [self.word(), self.word()] }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{KeyHasher, halves};

    const SEED: [u64; 4] = [1, 2, 3, 4];

    #[test]
    fn parts_have_edges() {
        check_differ(&[Some(b"ab"), Some(b"c")], &[Some(b"a"), Some(b"bc")]);
        check_differ(&[Some(b"a"), None], &[None, Some(b"a")]);
        check_differ(&[Some(b"a"), None], &[Some(b"a"), Some(b"")]);
        check_differ(&[Some(b"a"), None], &[Some(b"a")]);
        check_differ(&[None], &[Some(b"")]);
        check_differ(&[None, None], &[None]);
        check_differ(&[Some(b"a"), Some(b"b")], &[Some(b"b"), Some(b"a")]);
        check_differ(&[Some(b"a"), Some(b"a")], &[Some(b"a"), Some(b"a"), Some(b"a")]);
    }

    #[test]
    fn one_part_is_its_text() {
        let hasher = KeyHasher::new(SEED);
        assert_eq!(hasher.key(&[Some(b"A-1")]), hasher.text(b"A-1"));
    }

    #[test]
    fn seeds_matter_and_repeat() {
        let key = KeyHasher::new(SEED).text(b"A-1");
        assert_eq!(key, KeyHasher::new(SEED).text(b"A-1"));
        for word in 0..4 {
            let mut seed = SEED;
            seed[word] ^= 1;
            assert_ne!(key, KeyHasher::new(seed).text(b"A-1"), "seed word {word}");
        }
        assert_ne!(KeyHasher::new([0; 4]).text(b"a"), KeyHasher::new([0; 4]).text(b"b"));
    }

    /// Every length up to several stripes, every byte of it, and runs of one byte of neighbouring lengths.
    #[test]
    fn every_byte_and_length_counts() {
        let hasher = KeyHasher::new(SEED);
        let mut seen = HashSet::new();
        for length in 0..420 {
            let mut text = vec![b'0'; length];
            assert!(seen.insert(hasher.text(&text)), "{length} equal bytes");
            for place in 0..length {
                text[place] ^= 1;
                assert!(seen.insert(hasher.text(&text)), "byte {place} of {length}");
                text[place] ^= 1;
            }
        }
        // Blocks that trade places.
        let mut text: Vec<u8> = (0..=255).collect();
        let before = hasher.text(&text);
        text.rotate_left(128);
        assert_ne!(before, hasher.text(&text));
    }

    /// A flipped bit of the key flips each bit of the fingerprint about every other time.
    #[test]
    fn one_bit_flips_half() {
        let hasher = KeyHasher::new([7, 7, 7, 7]);
        for length in [1, 3, 4, 7, 8, 10, 15, 16, 17, 31, 32, 36, 40, 64, 150, 300] {
            let mut flips = [0_u32; 128];
            let mut trials = 0_u32;
            for sample in 0_u8..24 {
                let mut text = vec![b'0'; length];
                text[0] = b'0' + sample;
                text[length / 2] = b'z' - sample;
                let before = hasher.text(&text);
                for bit in 0..length.min(48) * 8 {
                    text[bit / 8] ^= 1 << (bit % 8);
                    let change = before ^ hasher.text(&text);
                    text[bit / 8] ^= 1 << (bit % 8);
                    trials += 1;
                    for (place, count) in flips.iter_mut().enumerate() {
                        *count += u32::from(change >> place & 1 == 1);
                    }
                }
            }
            // Ten standard deviations: never by chance, always by a weak bit.
            let slack = 10.0 * (f64::from(trials) / 4.0).sqrt();
            for (place, count) in flips.into_iter().enumerate() {
                let off = (f64::from(count) - f64::from(trials) / 2.0).abs();
                assert!(off < slack, "bit {place}, length {length}: {count} of {trials}");
            }
        }
    }

    /// Ten million keys as exports have them: counters, padded numbers, UUIDs of a counter, pairs.
    #[test]
    #[ignore = "takes half a gigabyte; run it in release after a change of the hash"]
    fn no_collision_among_structured_keys() {
        let hasher = KeyHasher::new(SEED);
        let mut keys = Vec::with_capacity(10_000_000);
        for number in 0_u64..2_500_000 {
            keys.push(hasher.text(number.to_string().as_bytes()));
            keys.push(hasher.text(format!("MRN-{number:010}").as_bytes()));
            let uuid = format!("{number:08x}-0000-4000-8000-{number:012x}");
            keys.push(hasher.text(uuid.as_bytes()));
            let parts = [(number / 1000).to_string(), (number % 1000).to_string()];
            keys.push(hasher.key(&[Some(parts[0].as_bytes()), Some(parts[1].as_bytes())]));
        }
        for half in [0, 1] {
            // Each lane alone must hold as well: 10 million of 64 bits collide with a chance of 3e-6.
            let mut lane: Vec<u64> = keys.iter().map(|key| halves(*key)[half]).collect();
            lane.sort_unstable();
            assert!(lane.windows(2).all(|pair| pair[0] != pair[1]), "lane {half}");
        }
        let mut top = [0_u32; 256];
        keys.iter().for_each(|key| top[usize::from(key.to_be_bytes()[0])] += 1);
        assert!(top.iter().all(|count| (37_000..41_000).contains(count)), "{top:?}");
    }

    #[track_caller]
    fn check_differ(left: &[Option<&[u8]>], right: &[Option<&[u8]>]) {
        let hasher = KeyHasher::new(SEED);
        assert_ne!(hasher.key(left), hasher.key(right), "{left:?} and {right:?}");
    }
}
