//! Bytes that can be read at positions: a file, or memory in tests and rule examples.

use std::io;

/// Bytes read at positions, by several threads at once.
pub trait ReadAt: Send + Sync {
    /// Reads into `buffer` from `offset`; less than the buffer's length only at the end.
    ///
    /// # Errors
    /// Whatever the file system says.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
}

impl ReadAt for Vec<u8> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.len());
        let rest = &self[start..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

impl ReadAt for std::fs::File {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            let at = offset.saturating_add(filled as u64);
            match read_once(self, at, &mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}

#[cfg(unix)]
fn read_once(file: &std::fs::File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_once(file: &std::fs::File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// An opened export file.
pub struct Input {
    /// Its path relative to the PATH argument, with `/`.
    pub name: String,
    /// Its length when it was opened, in bytes.
    pub len: u64,
    /// Its bytes.
    pub bytes: Box<dyn ReadAt>,
}

impl Input {
    /// Bytes held in memory, for examples and tests.
    #[must_use]
    pub fn memory(name: &str, bytes: Vec<u8>) -> Self {
        Self { name: name.to_owned(), len: bytes.len() as u64, bytes: Box::new(bytes) }
    }

    /// Replaces what `out` holds by the bytes from `offset` on, `count` of them or as many as the file has.
    ///
    /// # Errors
    /// As [`Input::append`].
    pub(super) fn fill(&self, offset: u64, count: u64, out: &mut Vec<u8>) -> io::Result<()> {
        let count = count.min(self.len.saturating_sub(offset));
        let count =
            usize::try_from(count).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        // Old bytes are left to be overwritten: to zero them first costs as much as to read.
        out.resize(count, 0);
        let read = self.bytes.read_at(offset, out)?;
        if read < count {
            out.truncate(read);
            return Err(shorter());
        }
        Ok(())
    }

    /// Appends the bytes from `offset` on to `out`, `count` of them or as many as the file has.
    ///
    /// # Errors
    /// Whatever the file system says, and a file that has become shorter since it was opened.
    pub(super) fn append(&self, offset: u64, count: u64, out: &mut Vec<u8>) -> io::Result<()> {
        let count = count.min(self.len.saturating_sub(offset));
        let count =
            usize::try_from(count).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        let before = out.len();
        out.resize(before + count, 0);
        let read = self.bytes.read_at(offset, &mut out[before..])?;
        if read < count {
            out.truncate(before + read);
            return Err(shorter());
        }
        Ok(())
    }
}

fn shorter() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter while it was read")
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("name", &self.name)
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}
