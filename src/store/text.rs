//! Texts put aside for a second look, sealed.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::scratch::{Scratch, Seal};

/// Takes texts one after the other into a temporary file without a name, sealed with a key of its own.
pub struct Texts {
    scratch: Scratch,
    /// What is not yet in the file.
    pending: Vec<u8>,
    /// The place of the next text.
    next: u64,
    /// How much is gathered before it is written.
    most: usize,
}

/// Texts that can be read at their places, by several threads at once.
pub struct SealedTexts {
    scratch: Scratch,
    /// What never went into the file.
    rest: Vec<u8>,
}

/// Bytes written at once, about.
const BUFFER: usize = 1 << 17;

impl Texts {
    /// None yet; the file, should there be any text, lies in `temp_dir` and has no name there.
    #[must_use]
    pub fn new(temp_dir: PathBuf) -> Self {
        let scratch = Scratch::new(temp_dir, Some(Seal::random()));
        Self { scratch, pending: Vec::new(), next: 0, most: BUFFER }
    }

    /// None yet; all stay in memory.
    #[must_use]
    pub fn in_memory() -> Self {
        Self { scratch: Scratch::default(), pending: Vec::new(), next: 0, most: usize::MAX }
    }

    /// The place of the next text.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.next
    }

    /// Adds texts, and tells the place of the first of them; the others follow without a gap.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub fn add(&mut self, texts: &[u8]) -> io::Result<u64> {
        let place = self.next;
        self.next += texts.len() as u64;
        self.pending.extend_from_slice(texts);
        if self.pending.len() >= self.most {
            self.scratch.append(&mut self.pending)?;
        }
        Ok(place)
    }

    /// The texts, to be read.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub fn finish(mut self) -> io::Result<SealedTexts> {
        if !self.pending.is_empty() && self.most < usize::MAX {
            self.scratch.append(&mut self.pending)?;
        }
        Ok(SealedTexts { scratch: self.scratch, rest: self.pending })
    }
}

impl SealedTexts {
    /// Fills the buffer with what was added at that place.
    ///
    /// # Errors
    /// When the temporary file cannot be read, or ends before the buffer does.
    pub fn read(&self, place: u64, buffer: &mut [u8]) -> io::Result<()> {
        if self.rest.is_empty() {
            return self.scratch.read(place, buffer);
        }
        let start = usize::try_from(place).map_err(io::Error::other)?;
        let text = start.checked_add(buffer.len()).and_then(|end| self.rest.get(start..end));
        buffer.copy_from_slice(text.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts").field("bytes", &self.next).finish_non_exhaustive()
    }
}

impl fmt::Debug for SealedTexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedTexts").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Texts;

    #[test]
    fn texts_are_read_back_at_their_places() {
        check(Texts::new(std::env::temp_dir()));
        check(Texts::in_memory());
    }

    #[track_caller]
    fn check(mut texts: Texts) {
        let text = |number: usize| format!("text {number} ").repeat(number % 40).into_bytes();
        let places: Vec<u64> = (0..3000).map(|number| texts.add(&text(number)).unwrap()).collect();
        let sealed = texts.finish().unwrap();
        for number in [2999, 0, 17, 1500, 1501] {
            let mut read = vec![0; text(number).len()];
            sealed.read(places[number], &mut read).unwrap();
            assert_eq!(read, text(number), "text {number}");
        }
        assert!(sealed.read(places[2999], &mut [0; 4096]).is_err());
        assert!(Texts::new(std::env::temp_dir()).finish().unwrap().read(0, &mut [0]).is_err());
    }
}
