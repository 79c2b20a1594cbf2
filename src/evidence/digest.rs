//! Digests of a file, in one reading.

use std::io::{self, Read};

use sha2::{Digest as _, Sha256};

use super::manifest::Sha256 as Wanted;

/// How much is read at a time.
const BUFFER: usize = 1 << 20;

/// The size and the digests of some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digests {
    /// How many bytes there are.
    pub bytes: u64,
    /// Their BLAKE3 digest, hex.
    pub blake3: String,
    /// Their SHA-256 digest, hex, where it was asked for.
    pub sha256: Option<String>,
}

impl Digests {
    /// Reads to the end.
    ///
    /// # Errors
    /// Whatever keeps the reader from giving its bytes.
    pub fn of(mut reader: impl Read, wanted: Wanted) -> io::Result<Self> {
        let mut blake3 = blake3::Hasher::new();
        let mut sha256 = (wanted == Wanted::Wanted).then(Sha256::new);
        let mut buffer = vec![0; BUFFER];
        let mut bytes = 0_u64;
        loop {
            let length = match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let read = &buffer[..length];
            blake3.update(read);
            if let Some(sha256) = &mut sha256 {
                sha256.update(read);
            }
            bytes += length as u64;
        }
        Ok(Self {
            bytes,
            blake3: blake3.finalize().to_hex().to_string(),
            sha256: sha256.map(|sha256| hex(&sha256.finalize())),
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{Digests, Wanted};

    #[test]
    fn digests_are_those_that_everybody_computes() {
        let digests = Digests::of(&b"abc"[..], Wanted::Wanted).unwrap();
        assert_eq!(digests.bytes, 3);
        assert_eq!(
            digests.blake3,
            "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"
        );
        assert_eq!(
            digests.sha256.as_deref(),
            Some("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        );
        assert_eq!(Digests::of(&b"abc"[..], Wanted::LeftOut).unwrap().sha256, None);
    }
}
