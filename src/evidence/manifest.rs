//! The manifest: what is signed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::digest::Digests;
use super::error::EvidenceError;
use crate::report::json::v1::{Provenance, Report, Tool, Verdict};

/// The name of this version of the manifest.
pub(super) const SCHEMA: &str = "chartaudit.evidence/1";

/// Whether SHA-256 digests are wanted beside those of BLAKE3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the answers")]
pub enum Sha256 {
    Wanted,
    LeftOut,
}

/// What an audit stood on and what it said, as it is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `chartaudit.evidence/1`.
    pub schema: String,
    /// The program that made the report.
    pub tool: Tool,
    /// The day on which the audit stands.
    pub as_of: String,
    /// What the audit says as a whole.
    pub verdict: Verdict,
    /// The exit code of the audit.
    pub exit_code: u8,
    /// The report.
    pub report: SealedReport,
    /// Every input of the audit, in the order of the report.
    pub inputs: Vec<SealedInput>,
    /// Everything that was in force: packs, dictionary, layouts, project file, parameters, tailoring, selection.
    pub provenance: Provenance,
}

/// The report that the evidence is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SealedReport {
    /// The name of its file, without folders.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// Its BLAKE3 digest, hex.
    pub blake3: String,
    /// Its SHA-256 digest, hex, where it was asked for.
    pub sha256: Option<String>,
}

/// One input of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SealedInput {
    /// Its path as the report names it.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// How many records were read from it.
    pub records: u64,
    /// Its BLAKE3 digest, hex; null where the audit did not read it whole and it was not at hand when this was signed.
    pub blake3: Option<String>,
    /// Its SHA-256 digest, hex, where it was asked for and the file was at hand when this was signed.
    pub sha256: Option<String>,
}

impl Manifest {
    /// The manifest of a report: its file's name and digests.
    #[must_use]
    pub fn of(report: &Report, file: String, digests: Digests) -> Self {
        let inputs = report.inputs.iter().map(|input| SealedInput {
            path: input.path.clone(),
            bytes: input.bytes,
            records: input.records.read,
            blake3: input.blake3.clone(),
            sha256: None,
        });
        Self {
            schema: SCHEMA.to_owned(),
            tool: report.tool.clone(),
            as_of: report.as_of.clone(),
            verdict: report.verdict,
            exit_code: report.exit_code,
            report: SealedReport {
                file,
                bytes: digests.bytes,
                blake3: digests.blake3,
                sha256: digests.sha256,
            },
            inputs: inputs.collect(),
            provenance: report.provenance.clone(),
        }
    }

    /// The manifest as it is written and signed.
    ///
    /// # Errors
    /// Never in practice: every part can be written as JSON.
    pub fn to_json(&self) -> Result<String, EvidenceError> {
        let text = serde_json::to_string_pretty(self).map_err(|_| EvidenceError::NotAManifest)?;
        Ok(text + "\n")
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// If it is none, or one of another version.
    pub fn from_json(text: &str) -> Result<Self, EvidenceError> {
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|_| EvidenceError::NotAManifest)?;
        match value.get("schema").and_then(serde_json::Value::as_str) {
            Some(SCHEMA) => serde_json::from_str(text).map_err(|_| EvidenceError::NotAManifest),
            Some(schema) if schema.starts_with("chartaudit.evidence/") => {
                Err(EvidenceError::OtherVersion { expected: SCHEMA })
            }
            _ => Err(EvidenceError::NotAManifest),
        }
    }

    /// Enters what was read of the inputs when this is signed: digests that the audit has not, and SHA-256.
    pub fn complete(&mut self, path: &str, digests: &Digests) {
        for input in self.inputs.iter_mut().filter(|input| input.path == path) {
            if input.blake3.is_none() {
                input.bytes = digests.bytes;
                input.blake3 = Some(digests.blake3.clone());
            }
            input.sha256.clone_from(&digests.sha256);
        }
    }
}
