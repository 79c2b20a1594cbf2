//! What can be wrong with evidence.

use miette::Diagnostic;
use thiserror::Error;

/// Why evidence cannot be made or read. No message quotes the file.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[non_exhaustive]
pub enum EvidenceError {
    /// The text is no manifest.
    #[error("the file is not a manifest of evidence")]
    #[diagnostic(
        code(chartaudit::evidence::not_a_manifest),
        help(
            "name the file that `chartaudit evidence sign REPORT` wrote: it ends in `.evidence.json`"
        )
    )]
    NotAManifest,
    /// The manifest has another version.
    #[error("the manifest has another version than `{expected}`")]
    #[diagnostic(
        code(chartaudit::evidence::other_version),
        help("check it with the version of chartaudit that wrote it")
    )]
    OtherVersion {
        /// The version that can be read.
        expected: &'static str,
    },
    /// A key cannot be read.
    #[error("the file is not a {what} key of minisign")]
    #[diagnostic(
        code(chartaudit::evidence::bad_key),
        help("make a pair of keys with `chartaudit evidence keygen --secret FILE --public FILE`")
    )]
    BadKey {
        /// `public` or `secret`.
        what: &'static str,
    },
    /// The secret key is protected, and no password is at hand.
    #[error("the secret key is protected by a password, and nobody can be asked for it")]
    #[diagnostic(
        code(chartaudit::evidence::password_needed),
        help(
            "run this on a terminal, or name a file that holds the password with `--password-file`; a new key can do without with `--no-password`"
        )
    )]
    PasswordNeeded,
    /// The password does not open the key.
    #[error("the password does not open the secret key")]
    #[diagnostic(code(chartaudit::evidence::wrong_password), help("try again"))]
    WrongPassword,
    /// The signature cannot be read.
    #[error("the file is not a signature of minisign")]
    #[diagnostic(
        code(chartaudit::evidence::bad_signature_file),
        help(
            "name the file that `chartaudit evidence sign REPORT` wrote beside the manifest: it ends in `.minisig`"
        )
    )]
    NotASignature,
    /// A key or a signature cannot be made.
    #[error("the system gives no random numbers, so that no key and no signature can be made")]
    #[diagnostic(
        code(chartaudit::evidence::no_randomness),
        help("report this as a bug of chartaudit")
    )]
    NoRandomness,
}
