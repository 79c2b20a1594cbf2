//! `chartaudit evidence`: an audit sealed with a signature, and checked against what is there now.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use clap::builder::{OsStringValueParser, TypedValueParser as _};

use crate::audit;
use crate::cli::ExitCode;
use crate::cli::arguments::input;
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::output::check_place;
use crate::evidence::{
    Difference, Digests, EvidenceError, Held, KeyPair, Manifest, PublicKey, Secret, SecretKey,
    Sha256, Signed, compare,
};
use crate::report::{Audience, Report, write_atomic};
use crate::source;

/// What to do with evidence.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum EvidenceCommand {
    /// Make a pair of keys: one that signs and stays with you, one that everybody may have
    Keygen(KeygenArguments),
    /// Seal a saved JSON report: list what the audit stood on, and sign the list
    Sign(SignArguments),
    /// Check a sealed report, and the inputs if they are there
    Verify(VerifyArguments),
}

/// The arguments of `evidence keygen`.
#[derive(Debug, clap::Args)]
pub(crate) struct KeygenArguments {
    /// The file for the key that signs; only its owner may read it
    #[arg(long, value_name = "FILE")]
    secret: PathBuf,

    /// The file for the key that checks; give it to the inspector by another way than the evidence
    #[arg(long, value_name = "FILE")]
    public: PathBuf,

    #[command(flatten)]
    password: PasswordArguments,

    /// Do not protect the secret key by a password: for scheduled runs, which nobody attends
    #[arg(long, conflicts_with = "password_file")]
    no_password: bool,
}

/// The arguments of `evidence sign`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Seal a saved JSON report.\n\nWrites FILE.evidence.json beside the report, which lists every input with \
                  its size and digest, the packs, the dictionary, the project file and parameters that were in force, and \
                  the digest of the report; and FILE.evidence.json.minisig, its signature in minisign's format. The stock \
                  tool checks it too: minisign -Vm FILE.evidence.json -p public.key"
)]
pub(crate) struct SignArguments {
    /// The report that `--report json=FILE` wrote
    #[arg(value_name = "REPORT")]
    report: PathBuf,

    /// The secret key
    #[arg(long, value_name = "FILE", env = "CHARTAUDIT_EVIDENCE_KEY", hide_env_values = true)]
    key: PathBuf,

    /// The files and folders that were audited: they are read again, and nothing is signed if they differ; repeatable
    #[arg(
        long,
        value_name = "PATH",
        value_parser = OsStringValueParser::new().try_map(input)
    )]
    inputs: Vec<PathBuf>,

    /// List SHA-256 digests too, of the report and of the inputs that `--inputs` names
    #[arg(long)]
    sha256: bool,

    #[command(flatten)]
    password: PasswordArguments,
}

/// The arguments of `evidence verify`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Check a sealed report.\n\nChecks the signature, then the report beside the manifest, then the inputs that \
                  `--inputs` names, and says exactly what differs. Ends with exit code 5 if anything does."
)]
pub(crate) struct VerifyArguments {
    /// The manifest that `evidence sign` wrote: it ends in `.evidence.json`
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,

    /// The public key: its file, or the key itself
    #[arg(
        long,
        value_name = "FILE|KEY",
        env = "CHARTAUDIT_EVIDENCE_PUBLIC_KEY",
        hide_env_values = true
    )]
    key: String,

    /// The report, if it does not lie beside the manifest under its own name
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// The files and folders that were audited, to be held against the manifest; repeatable
    #[arg(
        long,
        value_name = "PATH",
        value_parser = OsStringValueParser::new().try_map(input)
    )]
    inputs: Vec<PathBuf>,
}

/// Where a password comes from if nobody can be asked.
#[derive(Debug, clap::Args)]
pub(crate) struct PasswordArguments {
    /// A file whose first line is the password of the secret key, instead of asking for it
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// Runs one of the commands.
pub(crate) fn run(command: EvidenceCommand, console: &mut Console) -> Result<ExitCode, CliError> {
    match command {
        EvidenceCommand::Keygen(arguments) => keygen(arguments, console),
        EvidenceCommand::Sign(arguments) => sign(arguments, console),
        EvidenceCommand::Verify(arguments) => verify(arguments, console),
    }
}

fn keygen(arguments: KeygenArguments, console: &mut Console) -> Result<ExitCode, CliError> {
    let KeygenArguments { secret, public, password, no_password } = arguments;
    if check_place(&secret)? == check_place(&public)? {
        return Err(CliError::SameOutput { place: secret.display().to_string() });
    }
    for path in [&secret, &public] {
        if path.exists() {
            return Err(CliError::Exists { path: path.clone() });
        }
    }
    let password = if no_password {
        None
    } else {
        Some(match password.of_file()? {
            Some(password) => password,
            None => {
                let first = ask("Password for the secret key: ")?;
                if first != ask("The same once more: ")? {
                    return Err(EvidenceError::WrongPassword.into());
                }
                Secret::new(first)
            }
        })
    };
    let pair = KeyPair::make(password)?;
    let key = PublicKey::open(&pair.public)?;
    write_atomic(&secret, pair.secret.as_bytes(), Audience::Owner)?;
    write_atomic(&public, pair.public.as_bytes(), Audience::Usual)?;
    console.print(&format!(
        "key {}\n  signs    {}   keep it to yourself; only its owner may read it\n  checks   {}   give it to \
         whoever checks, by another way than the evidence\n",
        key.id(),
        secret.display(),
        public.display(),
    ))?;
    Ok(ExitCode::Ok)
}

fn sign(arguments: SignArguments, console: &mut Console) -> Result<ExitCode, CliError> {
    let SignArguments { report: path, key, inputs, sha256, password } = arguments;
    let sha256 = if sha256 { Sha256::Wanted } else { Sha256::LeftOut };
    let (place, signature_place) = (with_ending(&path, EVIDENCE), with_ending(&path, SIGNATURE));
    check_place(&place)?;
    check_place(&signature_place)?;
    let bytes = read(&path, "the report")?;
    let text = String::from_utf8_lossy(&bytes);
    let report = Report::from_json(&text)?;
    let digests = Digests::of(&bytes[..], sha256)
        .map_err(|source| unreadable(&path, "the report", source))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut manifest = Manifest::of(&report, name, digests);
    let held = if inputs.is_empty() { Vec::new() } else { hold(&inputs, sha256)? };
    if !inputs.is_empty() {
        let differences = compare(&manifest, &held);
        let broken: Vec<&Difference> = differences.iter().filter(|one| one.breaks()).collect();
        if !broken.is_empty() {
            let mut screen = String::from("inputs      not what was audited: nothing is signed\n");
            list(&mut screen, broken.into_iter());
            console.print(&screen)?;
            return Ok(ExitCode::Trust);
        }
        for file in &held {
            if let Some(digests) = &file.digests {
                manifest.complete(&file.path, digests);
            }
        }
    }
    let secret = open_secret(&key, &password)?;
    let sealed = manifest.to_json()?;
    let comment = format!(
        "chartaudit {} as of {} report blake3 {}",
        manifest.tool.version, manifest.as_of, manifest.report.blake3
    );
    let signature = secret.sign(&sealed, &comment)?;
    write_atomic(&place, sealed.as_bytes(), Audience::Usual)?;
    write_atomic(&signature_place, signature.as_bytes(), Audience::Usual)?;
    let read_again = if inputs.is_empty() {
        "digests are those of the audit; --inputs reads the files again before signing"
    } else {
        "read again: they are what was audited"
    };
    console.print(&format!(
        "signed\n  manifest   {}\n  signature  {}\n  inputs     {}, {read_again}\n",
        place.display(),
        signature_place.display(),
        files(manifest.inputs.len()),
    ))?;
    Ok(ExitCode::Ok)
}

fn verify(arguments: VerifyArguments, console: &mut Console) -> Result<ExitCode, CliError> {
    let VerifyArguments { manifest: path, key, report, inputs } = arguments;
    let key = PublicKey::open(&match fs::read_to_string(&key) {
        Ok(text) => text,
        Err(_) if !Path::new(&key).exists() => key,
        Err(source) => return Err(unreadable(Path::new(&key), "the public key", source)),
    })?;
    let signature_path = with_ending(&path, MINISIG);
    let signature = read(&signature_path, "the signature")?;
    let bytes = read(&path, "the manifest")?;
    let mut screen = format!("evidence    {}\n", path.display());
    let mut code = ExitCode::Ok;
    // What was signed are bytes; a manifest that is no text has been changed.
    let text = String::from_utf8_lossy(&bytes);
    match key.check(&text, &String::from_utf8_lossy(&signature))? {
        Signed::Sound { comment } => {
            let _ =
                writeln!(screen, "signature   sound, by key {}\n            {comment}", key.id());
        }
        broken => {
            let why = match broken {
                Signed::OtherKey => "by another key than this one",
                _ => "broken: the manifest or its signature was changed after it was signed",
            };
            let _ = writeln!(screen, "signature   {why}");
            let _ = writeln!(screen, "report      not checked\ninputs      not checked");
            return conclude(screen, ExitCode::Trust, console);
        }
    }
    let manifest = Manifest::from_json(&text)?;
    let sha256 = if manifest.report.sha256.is_some() { Sha256::Wanted } else { Sha256::LeftOut };
    let report = report.unwrap_or_else(|| path.with_file_name(&manifest.report.file));
    let digests = fs::File::open(&report)
        .and_then(|file| Digests::of(file, sha256))
        .map_err(|source| unreadable(&report, "the report", source));
    match digests {
        Ok(digests)
            if digests.blake3 == manifest.report.blake3
                && digests.bytes == manifest.report.bytes
                && digests.sha256 == manifest.report.sha256 =>
        {
            let _ = writeln!(screen, "report      {}: unchanged", report.display());
        }
        Ok(_) => {
            code = ExitCode::Trust;
            let _ = writeln!(
                screen,
                "report      {}: not the report that was sealed",
                report.display()
            );
        }
        Err(error) => {
            code = ExitCode::Trust;
            let _ = writeln!(screen, "report      {error}");
        }
    }
    if inputs.is_empty() {
        let count = files(manifest.inputs.len());
        let _ =
            writeln!(screen, "inputs      {count}, not checked: name their folder with --inputs");
        return conclude(screen, code, console);
    }
    let held = hold(&inputs, Sha256::Wanted)?;
    let differences = compare(&manifest, &held);
    let sealed = manifest.inputs.len();
    let not_sealed = differences.iter().filter(|one| !one.breaks()).count();
    let lost = differences
        .iter()
        .filter(|one| !matches!(one, Difference::Extra { .. } | Difference::NotSealed { .. }));
    let unchanged = sealed - not_sealed - lost.count();
    let _ = writeln!(screen, "inputs      {}: {unchanged} unchanged", files(sealed));
    list(&mut screen, differences.iter());
    if differences.iter().any(Difference::breaks) {
        code = ExitCode::Trust;
    }
    conclude(screen, code, console)
}

/// Says how a check ended.
fn conclude(
    mut screen: String,
    code: ExitCode,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    screen.push_str(match code {
        ExitCode::Ok => "\nSOUND\n  exit 0: everything that was checked is what was sealed\n",
        _ => "\nNOT SOUND\n  exit 5: something is not what was sealed\n",
    });
    console.print(&screen)?;
    Ok(code)
}

fn list<'d>(screen: &mut String, differences: impl Iterator<Item = &'d Difference>) {
    for difference in differences {
        let _ = writeln!(screen, "            {}", difference.words());
    }
}

fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

/// The files that are there, read.
fn hold(inputs: &[PathBuf], sha256: Sha256) -> Result<Vec<Held>, CliError> {
    for path in inputs {
        if let Err(source) = path.metadata() {
            return Err(CliError::NoSuchPath { path: path.clone(), source });
        }
    }
    let mut found = source::discover(inputs);
    audit::hide_found(&mut found);
    let held = found.files.into_iter().map(|file| Held {
        digests: fs::File::open(&file.path).and_then(|open| Digests::of(open, sha256)).ok(),
        path: file.name,
    });
    Ok(held.collect())
}

/// What the manifest's name ends in, after the report's.
const EVIDENCE: &str = ".evidence.json";
/// What the name of a signature ends in, after the name of what it signs.
const MINISIG: &str = ".minisig";
/// What the name of the manifest's signature ends in, after the report's.
const SIGNATURE: &str = ".evidence.json.minisig";

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn read(path: &Path, what: &'static str) -> Result<Vec<u8>, CliError> {
    fs::read(path).map_err(|source| unreadable(path, what, source))
}

fn unreadable(path: &Path, what: &'static str, source: io::Error) -> CliError {
    CliError::Unreadable { what, path: path.to_owned(), source }
}

impl PasswordArguments {
    /// The password that the file holds, if one is named.
    fn of_file(&self) -> Result<Option<Secret>, CliError> {
        let Some(path) = &self.password_file else { return Ok(None) };
        let text = fs::read_to_string(path)
            .map_err(|source| unreadable(path, "the password file", source))?;
        Ok(Some(Secret::new(text.lines().next().unwrap_or_default().to_owned())))
    }
}

/// Opens the key that signs, with its password where it has one.
fn open_secret(path: &Path, password: &PasswordArguments) -> Result<SecretKey, CliError> {
    let bytes = read(path, "the secret key")?;
    let text = String::from_utf8_lossy(&bytes);
    match SecretKey::open(&text) {
        Err(EvidenceError::PasswordNeeded) => {
            let password = match password.of_file()? {
                Some(password) => password,
                None => Secret::new(ask("Password of the secret key: ")?),
            };
            Ok(SecretKey::open_with(&text, password)?)
        }
        opened => Ok(opened?),
    }
}

/// Asks the person at the terminal for a password, without showing it.
fn ask(question: &str) -> Result<String, CliError> {
    if !io::stdin().is_terminal() {
        return Err(EvidenceError::PasswordNeeded.into());
    }
    rpassword::prompt_password(question).map_err(|_| EvidenceError::PasswordNeeded.into())
}
