//! One temporary file without a name, appended to and then read at any place.

use std::fs::File;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::path::PathBuf;

/// A temporary file that comes into being with the first byte written to it.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    temp_dir: PathBuf,
    file: Option<File>,
    written: u64,
    seal: Option<Seal>,
    failed: bool,
}

/// Makes what is written unreadable to all who lack the key, which never leaves the program.
///
/// Bytes are combined with a key stream (the extendable output of keyed BLAKE3) at their place in the file;
/// a place is written once only, so that no part of the stream serves twice.
pub(super) struct Seal {
    key: [u8; blake3::KEY_LEN],
}

impl Scratch {
    /// A file to be in `temp_dir`; without a seal it must get nothing that a record says.
    pub(super) fn new(temp_dir: PathBuf, seal: Option<Seal>) -> Self {
        Self { temp_dir, seal, ..Self::default() }
    }

    /// Bytes in the file.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Appends these bytes and leaves the list empty; after a failure the file is of no use and
    /// [`Scratch::check`] says so.
    pub(super) fn append(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        let outcome = self.try_append(bytes);
        self.failed |= outcome.is_err();
        bytes.clear();
        outcome
    }

    fn try_append(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(&self.temp_dir)?),
        };
        if let Some(seal) = &self.seal {
            seal.apply(self.written, bytes);
        }
        file.write_all(bytes)?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// Fails if something could not be written.
    pub(super) fn check(&self) -> io::Result<()> {
        if self.failed {
            return Err(io::Error::other("a temporary file could not be written"));
        }
        Ok(())
    }

    /// Fills the buffer with what stands from that place on; several threads may read at once.
    pub(super) fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let mut done = 0;
        while done < buffer.len() {
            let Some(file) = &self.file else { return Err(io::ErrorKind::UnexpectedEof.into()) };
            match read_at(file, offset + done as u64, &mut buffer[done..]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if let Some(seal) = &self.seal {
            seal.apply(offset, buffer);
        }
        Ok(())
    }
}

/// Reads what stands at a place, wherever the file was read before.
#[cfg(unix)]
pub(super) fn read_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
pub(super) fn read_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

impl Seal {
    /// A seal of a key drawn at random.
    pub(super) fn random() -> Self {
        let mut hasher = blake3::Hasher::new();
        for number in 0_u64..4 {
            hasher.update(&RandomState::new().hash_one(number).to_le_bytes());
        }
        Self { key: *hasher.finalize().as_bytes() }
    }

    /// Seals bytes that are in the clear, and the other way round.
    fn apply(&self, offset: u64, bytes: &mut [u8]) {
        let mut stream = blake3::Hasher::new_keyed(&self.key).finalize_xof();
        stream.set_position(offset);
        let mut block = [0; 4096];
        for part in bytes.chunks_mut(block.len()) {
            let block = &mut block[..part.len()];
            stream.fill(block);
            part.iter_mut().zip(block).for_each(|(byte, mask)| *byte ^= *mask);
        }
    }
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key is a secret of the run.
        f.debug_struct("Seal").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Scratch, Seal};

    #[test]
    fn what_is_sealed_is_read_back_from_any_place() {
        let mut scratch = Scratch::new(std::env::temp_dir(), Some(Seal::random()));
        let text: Vec<u8> = (0..=250).cycle().take(30_000).collect();
        for part in text.chunks(7_001) {
            scratch.append(&mut part.to_vec()).unwrap();
        }
        let mut buffer = vec![0; 6_000];
        for offset in [0, 1, 63, 64, 4_095, 7_000, 24_000] {
            scratch.read(offset as u64, &mut buffer).unwrap();
            assert_eq!(buffer, text[offset..offset + 6_000], "from {offset}");
        }
        assert!(scratch.read(24_001, &mut buffer).is_err());
    }

    #[test]
    fn the_file_holds_no_clear_text() {
        let mut scratch = Scratch::new(std::env::temp_dir(), Some(Seal::random()));
        let text = b"a word that stands out ".repeat(500);
        scratch.append(&mut text.clone()).unwrap();
        scratch.append(&mut text.clone()).unwrap();
        scratch.seal = None;
        let mut raw = vec![0; text.len()];
        for offset in [0, text.len()] {
            scratch.read(offset as u64, &mut raw).unwrap();
            assert!(!raw.windows(4).any(|bytes| b"that".eq(bytes)));
        }
    }

    #[test]
    fn seals_differ() {
        assert_ne!(Seal::random().key, Seal::random().key);
    }
}
