//! The BLAKE3 digest of a file, from the chunks that different threads read.

use blake3::Hasher;
use blake3::hazmat::{
    ChainingValue, HasherExt as _, Mode, merge_subtrees_non_root, merge_subtrees_root,
};

/// Whether chunks of this size are subtrees of the hash.
pub(crate) fn is_subtree(size: u64) -> bool {
    size.is_power_of_two() && size >= 1024
}

/// The chaining value of a chunk at this offset of a file longer than the chunk.
pub(crate) fn subtree(bytes: &[u8], offset: u64) -> ChainingValue {
    Hasher::new().set_input_offset(offset).update(bytes).finalize_non_root()
}

/// Joins the chunks of a file, in order.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    stack: Vec<ChainingValue>,
    count: u64,
}

impl Tree {
    /// Adds the next chunk.
    pub(crate) fn push(&mut self, value: ChainingValue) {
        while self.stack.len() > self.count.count_ones() as usize {
            self.merge();
        }
        self.stack.push(value);
        self.count += 1;
    }

    fn merge(&mut self) {
        if let (Some(right), Some(left)) = (self.stack.pop(), self.stack.pop()) {
            self.stack.push(merge_subtrees_non_root(&left, &right, Mode::Hash));
        }
    }

    /// The digest of the file; `None` for fewer than two chunks, which are hashed whole.
    pub(crate) fn finish(mut self) -> Option<blake3::Hash> {
        while self.stack.len() > 2 {
            self.merge();
        }
        match self.stack.as_slice() {
            [left, right] => Some(merge_subtrees_root(left, right, Mode::Hash)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_give_the_digest_of_the_whole() {
        let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n * 7 % 251) as u8).collect();
        for size in [1024, 2048, 4096, 65_536] {
            for len in [1025, 2048, 2049, 5000, 9000, 70_000, 99_999] {
                if len <= size {
                    continue;
                }
                let mut tree = Tree::default();
                for (n, chunk) in bytes[..len].chunks(size).enumerate() {
                    tree.push(subtree(chunk, (n * size) as u64));
                }
                assert_eq!(tree.finish(), Some(blake3::hash(&bytes[..len])), "{size} {len}");
            }
        }
    }
}
