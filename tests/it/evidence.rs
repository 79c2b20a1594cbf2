//! Audits that are sealed, and every way in which what is there may differ from what was sealed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::{folder, run, text, write};

#[test]
fn sound_evidence_is_sound() {
    let case = Case::sealed(&["--sha256"]);
    let verify = case.verify(&["--inputs", &text(&case.export)]).expect_code(0);
    assert!(verify.stdout().contains("report      ") && verify.stdout().contains("unchanged"));
    assert!(verify.stdout().contains("inputs      2 files: 2 unchanged"), "{}", verify.stdout());
    let manifest = fs::read_to_string(&case.manifest).expect("the manifest was written");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("it is JSON");
    let of_patients = &manifest["inputs"][0];
    assert_eq!(of_patients["path"], "patients.csv");
    assert_eq!(of_patients["records"], 2);
    let bytes = fs::read(case.export.join("patients.csv")).expect("the export is there");
    assert_eq!(of_patients["bytes"], bytes.len());
    assert_eq!(of_patients["blake3"], blake3::hash(&bytes).to_hex().as_str());
    assert_eq!(of_patients["sha256"].as_str().map(str::len), Some(64));
}

#[test]
fn an_audit_repeated_is_the_same_report() {
    let case = Case::sealed(&[]);
    let first = fs::read(&case.report).expect("the report is there");
    case.scan();
    assert_eq!(fs::read(&case.report).expect("the report is there"), first);
    case.verify(&["--inputs", &text(&case.export)]).expect_code(0);
}

#[test]
fn every_change_of_the_inputs_is_named() {
    type Change = fn(&Path);
    let changes: [(Change, &str); 5] = [
        (|export| append(&export.join("staff.csv")), "staff.csv: other bytes, 41 in place of 40"),
        (
            |export| swap(&export.join("staff.csv"), "jdoe", "jroe"),
            "staff.csv: other bytes, same size",
        ),
        (
            |export| fs::rename(export.join("staff.csv"), export.join("b.csv")).expect("moved"),
            "staff.csv: now called b.csv, same bytes",
        ),
        (|export| fs::remove_file(export.join("staff.csv")).expect("gone"), "staff.csv: missing"),
        (|export| drop(write(export, "more.csv", "a,b\n")), "more.csv: was not under audit"),
    ];
    for (change, expected) in changes {
        let case = Case::sealed(&["--sha256"]);
        change(&case.export);
        let verify = case.verify(&["--inputs", &text(&case.export)]).expect_code(5);
        assert!(verify.stdout().contains(expected), "{expected}: {}", verify.stdout());
        assert!(verify.stdout().contains("NOT SOUND"), "{}", verify.stdout());
        let again = case.sign(&["--inputs", &text(&case.export)]).expect_code(5);
        assert!(again.stdout().contains(expected), "{expected}: {}", again.stdout());
    }
}

#[test]
fn no_byte_of_the_manifest_may_change() {
    let case = Case::sealed(&[]);
    let sealed = fs::read(&case.manifest).expect("the manifest is there");
    for place in (0..sealed.len()).step_by(sealed.len() / 40) {
        let mut changed = sealed.clone();
        changed[place] ^= 1;
        fs::write(&case.manifest, &changed).expect("the manifest can be written");
        let verify = case.verify(&[]).expect_code(5);
        assert!(verify.stdout().contains("signature   broken"), "byte {place}");
    }
}

#[test]
fn no_signed_byte_of_the_signature_may_change() {
    let case = Case::sealed(&[]);
    let place = PathBuf::from(format!("{}.minisig", text(&case.manifest)));
    let sealed = fs::read_to_string(&place).expect("the signature is there");
    // The first line is a comment that minisign does not sign.
    let unsigned = sealed.find('\n').expect("a signature has lines") + 1;
    for byte in (unsigned..sealed.len() - 1).step_by(7) {
        let mut changed = sealed.clone().into_bytes();
        changed[byte] = if changed[byte] == b'x' { b'y' } else { b'x' };
        fs::write(&place, &changed).expect("the signature can be written");
        let code = case.verify(&[]).code();
        // A line that is no base 64 any more is no signature at all.
        assert!(matches!(code, Some(2 | 5)), "byte {byte} gave {code:?}");
    }
}

#[test]
fn the_report_must_be_the_one_that_was_sealed() {
    let case = Case::sealed(&[]);
    append(&case.report);
    let verify = case.verify(&[]).expect_code(5);
    assert!(verify.stdout().contains("not the report that was sealed"), "{}", verify.stdout());
    fs::remove_file(&case.report).expect("the report is there");
    let verify = case.verify(&[]).expect_code(5);
    assert!(verify.stdout().contains("cannot read the report"), "{}", verify.stdout());
}

#[test]
fn another_key_is_told() {
    let case = Case::sealed(&[]);
    let path = |name: &str| text(&case.folder.path().join(name));
    keygen(&path("other.key"), &path("other.pub"), &["--no-password"]).expect_code(0);
    let manifest = text(&case.manifest);
    let verify = run(["evidence", "verify", &manifest, "--key", &path("other.pub")]).expect_code(5);
    assert!(verify.stdout().contains("by another key"), "{}", verify.stdout());
    let key = fs::read_to_string(path("public.key")).expect("the key is there");
    let line = key.lines().last().expect("a key has lines");
    run(["evidence", "verify", &manifest, "--key", line]).expect_code(0);
}

#[test]
fn keys_are_kept_safe() {
    let folder = folder();
    let path = |name: &str| text(&folder.path().join(name));
    let asked = keygen(&path("s.key"), &path("p.key"), &[]).expect_code(2);
    assert!(asked.stderr().contains("password"), "{}", asked.stderr());
    write(folder.path(), "word", "open sesame\n");
    keygen(&path("s.key"), &path("p.key"), &["--password-file", &path("word")]).expect_code(0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path("s.key")).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let again = keygen(&path("s.key"), &path("q.key"), &["--no-password"]).expect_code(2);
    assert!(again.stderr().contains("is there already"), "{}", again.stderr());
    let case = Case::sealed(&[]);
    let sign = |more: &[&str]| {
        let report = text(&case.report);
        let key = path("s.key");
        let arguments = ["evidence", "sign", &report, "--key", &key];
        run(arguments.iter().chain(more))
    };
    assert!(sign(&[]).expect_code(2).stderr().contains("protected by a password"));
    write(folder.path(), "wrong", "sesame\n");
    let wrong = sign(&["--password-file", &path("wrong")]).expect_code(2);
    assert!(wrong.stderr().contains("does not open"), "{}", wrong.stderr());
    sign(&["--password-file", &path("word")]).expect_code(0);
    let public = path("p.key");
    run(["evidence", "verify", &text(&case.manifest), "--key", &public]).expect_code(0);
    let mixed = run(["evidence", "sign", &text(&case.report), "--key", &public]).expect_code(2);
    assert!(mixed.stderr().contains("not a secret key"), "{}", mixed.stderr());
}

#[test]
fn what_is_no_evidence_is_refused() {
    let case = Case::sealed(&[]);
    let key = text(&case.folder.path().join("public.key"));
    let verify = |path: &str| run(["evidence", "verify", path, "--key", &key]);
    let signed = verify(&text(&case.report)).expect_code(2);
    assert!(signed.stderr().contains("cannot read the signature"), "{}", signed.stderr());
    let none = write(case.folder.path(), "x.json", "{}");
    write(case.folder.path(), "x.json.minisig", "not a signature");
    let none = verify(&text(&none)).expect_code(2);
    assert!(none.stderr().contains("not a signature of minisign"), "{}", none.stderr());
    let export = text(&case.export.join("staff.csv"));
    let records = run(["evidence", "sign", &export, "--key", &key]).expect_code(2);
    assert!(records.stderr().contains("not JSON"), "{}", records.stderr());
    assert!(!records.stderr().contains("jdoe"), "{}", records.stderr());
}

/// An export that was audited, and the report sealed.
struct Case {
    folder: tempfile::TempDir,
    export: PathBuf,
    report: PathBuf,
    manifest: PathBuf,
}

impl Case {
    fn sealed(more: &[&str]) -> Self {
        let folder = folder();
        let export = folder.path().join("export");
        fs::create_dir(&export).expect("a folder can be made");
        let patients =
            "patient_id,mrn,last_name,birth_date\nP1,M1,Roe,1980-01-02\nP2,M2,Poe,1991-03-04\n";
        write(&export, "patients.csv", patients);
        write(&export, "staff.csv", "staff_id,user_id,role\nS1,jdoe,registrar\n");
        let report = folder.path().join("audit.json");
        let manifest = folder.path().join("audit.json.evidence.json");
        let case = Self { folder, export, report, manifest };
        case.scan();
        let path = |name: &str| text(&case.folder.path().join(name));
        keygen(&path("secret.key"), &path("public.key"), &["--no-password"]).expect_code(0);
        let export = text(&case.export);
        let inputs = ["--inputs", &export];
        case.sign(&inputs.iter().chain(more).copied().collect::<Vec<_>>()).expect_code(0);
        case
    }

    fn scan(&self) {
        let report = format!("json={}", text(&self.report));
        let scan = run(["scan", &text(&self.export), "--as-of", "2026-03-01", "--report", &report]);
        assert!(matches!(scan.code(), Some(0 | 1)), "{scan:?}");
    }

    fn sign(&self, more: &[&str]) -> crate::program::Run {
        let (report, key) = (text(&self.report), text(&self.folder.path().join("secret.key")));
        run(["evidence", "sign", &report, "--key", &key].iter().chain(more))
    }

    fn verify(&self, more: &[&str]) -> crate::program::Run {
        let (manifest, key) = (text(&self.manifest), text(&self.folder.path().join("public.key")));
        run(["evidence", "verify", &manifest, "--key", &key].iter().chain(more))
    }
}

fn keygen(secret: &str, public: &str, more: &[&str]) -> crate::program::Run {
    run(["evidence", "keygen", "--secret", secret, "--public", public].iter().chain(more))
}

fn append(path: &Path) {
    let mut bytes = fs::read(path).expect("the file is there");
    bytes.push(b'\n');
    fs::write(path, bytes).expect("the file can be written");
}

fn swap(path: &Path, old: &str, new: &str) {
    let text = fs::read_to_string(path).expect("the file is there");
    assert!(text.contains(old));
    fs::write(path, text.replace(old, new)).expect("the file can be written");
}
