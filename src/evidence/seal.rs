//! Keys and signatures in minisign's format.

use std::io::Cursor;

use minisign::{PublicKeyBox, SecretKeyBox, SignatureBox};

use super::error::EvidenceError;

/// A password, which is never shown.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The password of that text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A new pair of keys as the files that hold them.
pub struct KeyPair {
    /// The text of the public key's file.
    pub public: String,
    /// The text of the secret key's file.
    pub secret: String,
}

impl std::fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyPair").field("public", &self.public).finish_non_exhaustive()
    }
}

impl KeyPair {
    /// Makes a pair from the system's random numbers; a password protects the secret key.
    ///
    /// # Errors
    /// If the system gives no random numbers.
    pub fn make(password: Option<Secret>) -> Result<Self, EvidenceError> {
        let pair = match password {
            Some(Secret(password)) => minisign::KeyPair::generate_encrypted_keypair(Some(password)),
            None => minisign::KeyPair::generate_unencrypted_keypair(),
        };
        let pair = pair.map_err(|_| EvidenceError::NoRandomness)?;
        let written = |_| EvidenceError::NoRandomness;
        Ok(Self {
            public: pair.pk.to_box().map_err(written)?.into_string(),
            secret: pair.sk.to_box(Some(SECRET_COMMENT)).map_err(written)?.into_string(),
        })
    }
}

/// The first line of a secret key's file.
const SECRET_COMMENT: &str = "chartaudit evidence: secret key, keep it to yourself";

/// How the second line of a protected secret key begins: the marks of Ed25519 and scrypt, in base 64.
const PROTECTED: &str = "RWRTY0";

/// A key that signs.
pub struct SecretKey(minisign::SecretKey);

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

impl SecretKey {
    /// Reads the file of a secret key that no password protects.
    ///
    /// # Errors
    /// [`EvidenceError::PasswordNeeded`] if one does; if it is no secret key.
    pub fn open(text: &str) -> Result<Self, EvidenceError> {
        let bad = |_| EvidenceError::BadKey { what: "secret" };
        let line = text.lines().nth(1).unwrap_or_default();
        if line.starts_with(PROTECTED) {
            return Err(EvidenceError::PasswordNeeded);
        }
        let boxed = SecretKeyBox::from_string(text).map_err(bad)?;
        boxed.into_unencrypted_secret_key().map(Self).map_err(bad)
    }

    /// Reads the file of a secret key that a password protects.
    ///
    /// # Errors
    /// If it is no secret key, or if the password is another one.
    pub fn open_with(text: &str, password: Secret) -> Result<Self, EvidenceError> {
        let boxed = SecretKeyBox::from_string(text)
            .map_err(|_| EvidenceError::BadKey { what: "secret" })?;
        let key = boxed.into_secret_key(Some(password.0));
        key.map(Self).map_err(|_| EvidenceError::WrongPassword)
    }

    /// Signs; gives the text of the signature's file. The comment is signed with it.
    ///
    /// # Errors
    /// If the system gives no random numbers.
    pub fn sign(&self, text: &str, comment: &str) -> Result<String, EvidenceError> {
        let public = minisign::PublicKey::from_secret_key(&self.0)
            .map_err(|_| EvidenceError::BadKey { what: "secret" })?;
        let boxed = minisign::sign(
            Some(&public),
            &self.0,
            Cursor::new(text),
            Some(comment),
            Some("signature of chartaudit evidence"),
        );
        boxed.map(SignatureBox::into_string).map_err(|_| EvidenceError::NoRandomness)
    }
}

/// A key that checks signatures.
#[derive(Debug)]
pub struct PublicKey(minisign::PublicKey);

/// What a signature says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signed {
    /// It is of this text and this key.
    Sound {
        /// The comment that was signed with it.
        comment: String,
    },
    /// It is by another key.
    OtherKey,
    /// The text, the comment or the signature was changed after it was signed.
    Broken,
}

impl PublicKey {
    /// Reads a public key: the text of its file, or its one line of letters and digits.
    ///
    /// # Errors
    /// If it is none.
    pub fn open(text: &str) -> Result<Self, EvidenceError> {
        let bad = |_| EvidenceError::BadKey { what: "public" };
        let text = text.trim();
        let key = if text.lines().count() > 1 {
            PublicKeyBox::from_string(text).and_then(PublicKeyBox::into_public_key)
        } else {
            minisign::PublicKey::from_base64(text)
        };
        key.map(Self).map_err(bad)
    }

    /// The key's number as minisign shows it.
    #[must_use]
    pub fn id(&self) -> String {
        self.0.keynum().iter().rev().map(|byte| format!("{byte:02X}")).collect()
    }

    /// Checks the signature of a text.
    ///
    /// # Errors
    /// If it is no signature.
    pub fn check(&self, text: &str, signature: &str) -> Result<Signed, EvidenceError> {
        let boxed =
            SignatureBox::from_string(signature).map_err(|_| EvidenceError::NotASignature)?;
        if boxed.keynum() != self.0.keynum() {
            return Ok(Signed::OtherKey);
        }
        let sound =
            minisign::verify(&self.0, &boxed, Cursor::new(text), true, false, false).is_ok();
        Ok(match (sound, boxed.trusted_comment()) {
            (true, Ok(comment)) => Signed::Sound { comment },
            _ => Signed::Broken,
        })
    }
}
