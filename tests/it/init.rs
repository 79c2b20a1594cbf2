//! What `init` makes is found by the audits that follow, and nothing that is there is replaced.

use std::fs;
use std::path::Path;

use crate::program::{Run, fixture, folder, program, run, text, write};

/// Runs `init` in a folder, which messages name as `.`.
fn init(folder: &Path, arguments: &[&str]) -> Run {
    let mut command = program();
    command.current_dir(folder).arg("init").args(arguments);
    Run::of(&mut command)
}

#[test]
fn a_first_run_makes_key_and_project_file_and_says_so() {
    let folder = folder();
    let run = init(folder.path(), &[]).expect_code(0);
    let key = fs::read_to_string(folder.path().join("site.key")).expect("there is a key");
    assert_eq!(key.trim_end().len(), 64);
    assert!(key.trim_end().chars().all(|char| char.is_ascii_hexdigit()), "it is hexadecimal");
    assert_eq!(run.stderr(), "");
    let mut settings = insta::Settings::clone_current();
    settings.add_filter("[0-9a-z]{4}-[0-9a-z]{4}", "kkkk-kkkk");
    settings.bind(|| {
        insta::assert_snapshot!(run.stdout(), @r"
        .gitignore       not written: this is no checkout; if it becomes one, list `/site.key` there
        site.key         made, readable by you alone: the site key kkkk-kkkk
        chartaudit.yaml  written; it names the key

        Keep a copy of the key where records are kept safe: it cannot be made again. Never hand it on with a report,
        and keep it out of exports. `chartaudit init --help` says how to keep and how to replace it.
        ");
        let project = fs::read_to_string(folder.path().join("chartaudit.yaml"));
        insta::assert_snapshot!(project.expect("there is a project file"), @r"
        # How the records of this facility are audited. Paths are relative to this file.
        # jurisdiction: [US, US-MA]                        # the packs of these places run
        # facility: {name: Riverside General, kind: hospital}
        site_key_file: site.key
        ");
    });
    let shown = run.stdout();
    assert!(!shown.contains(key.trim_end()), "the key is not shown");
}

#[cfg(unix)]
#[test]
fn the_key_is_for_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    init(folder.path(), &[]).expect_code(0);
    let key = folder.path().join("site.key");
    let mode = fs::metadata(&key).expect("there is a key").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let export = text(&fixture("hospital/synthea/clean"));
    let scan = |mode| {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).expect("the mode can be set");
        let mut command = program();
        command.env("CHARTAUDIT_SITE_KEY_FILE", &key).args(["scan", &export]);
        Run::of(command.args(["--as-of", "2026-03-01"])).stderr()
    };
    assert_eq!(scan(0o640), "", "a group may have been given it");
    let warning = scan(0o644);
    assert!(warning.contains("open to everybody") && warning.contains("chmod 600"), "{warning}");
}

#[test]
fn audits_find_the_key_that_was_made() {
    let folder = folder();
    let faulty = fixture("hospital/synthea/faulty");
    for entry in fs::read_dir(faulty).expect("a fixture can be listed") {
        let path = entry.expect("a fixture can be listed").path();
        fs::copy(&path, folder.path().join(path.file_name().expect("a file has a name")))
            .expect("a fixture can be copied");
    }
    let name = |run: &Run| {
        let shown = run.stdout();
        let (_, after) = shown.split_once("the site key ").expect("the key has a name");
        after.split_whitespace().next().unwrap_or_default().to_owned()
    };
    let made = name(&init(folder.path(), &[]).expect_code(0));
    let here = text(folder.path());
    let report = run(["scan", &here, "--as-of", "2026-03-01", "--report", "json"]).expect_code(1);
    let report: serde_json::Value =
        serde_json::from_str(&report.stdout()).expect("a report is JSON");
    assert_eq!(report["provenance"]["site_key_name"], made.as_str());
    let listed = report["inputs"].to_string();
    assert!(!listed.contains("site.key"), "the key is no input: {listed}");
    // The second run finds everything in its place.
    let before = fs::read(folder.path().join("site.key")).expect("there is a key");
    let again = init(folder.path(), &[]).expect_code(0);
    assert_eq!(name(&again), made);
    assert!(again.stdout().contains("kept, as it was there already"), "{}", again.stdout());
    assert_eq!(fs::read(folder.path().join("site.key")).expect("there is a key"), before);
}

#[test]
fn a_key_in_a_checkout_is_kept_out_of_it() {
    let top = folder();
    fs::create_dir(top.path().join(".git")).expect("a folder can be made");
    let audits = top.path().join("audits");
    fs::create_dir(&audits).expect("a folder can be made");
    write(&audits, ".gitignore", "reports/");
    let run = init(&audits, &[]).expect_code(0);
    let ignores = fs::read_to_string(audits.join(".gitignore")).expect("there is a list");
    assert_eq!(ignores, "reports/\n/site.key\n");
    assert!(run.stdout().contains("so that the key is not committed"), "{}", run.stdout());
    init(&audits, &[]).expect_code(0);
    assert_eq!(fs::read_to_string(audits.join(".gitignore")).expect("there is a list"), ignores);
}

#[test]
fn a_project_file_is_left_as_it_is() {
    let folder = folder();
    let said = "jurisdiction: US # our place\n";
    write(folder.path(), "chartaudit.yaml", said);
    let run = init(folder.path(), &[]).expect_code(0);
    assert!(run.stdout().contains("    site_key_file: site.key\n"), "{}", run.stdout());
    let project = folder.path().join("chartaudit.yaml");
    assert_eq!(fs::read_to_string(&project).expect("it is there"), said);
    // A folder below is part of the same project.
    let below = folder.path().join("exports");
    fs::create_dir(&below).expect("a folder can be made");
    init(&below, &[]).expect_code(0);
    assert!(!below.join("site.key").exists() && !below.join("chartaudit.yaml").exists());
}

#[test]
fn the_key_may_lie_elsewhere() {
    let (folder, safe) = (folder(), folder());
    let key = text(&safe.path().join("our key.txt"));
    init(folder.path(), &["--site-key-file", &key]).expect_code(0);
    let project = fs::read_to_string(folder.path().join("chartaudit.yaml")).expect("it is there");
    assert!(
        project.ends_with("our key.txt\n") && project.contains("site_key_file: /"),
        "{project}"
    );
    init(folder.path(), &[]).expect_code(0);
    assert!(!folder.path().join("site.key").exists(), "the project file names another");
    let named = folder.path().join("named.key");
    let mut command = program();
    command.current_dir(safe.path()).env("CHARTAUDIT_SITE_KEY_FILE", &named).arg("init");
    Run::of(&mut command).expect_code(0);
    assert!(named.is_file() && !safe.path().join("chartaudit.yaml").exists());
}

#[test]
fn a_key_that_is_gone_is_not_made_anew_by_the_way() {
    let folder = folder();
    write(folder.path(), "chartaudit.yaml", "site_key_file: keys/riverside.key\n");
    let run = init(folder.path(), &[]).expect_code(2);
    insta::assert_snapshot!(run.stderr(), @r"
    chartaudit::cli::site_key_gone

      × `chartaudit.yaml` names the site key `keys/riverside.key`, which is not there
      help: put a copy of the key back. If there is none, `chartaudit init --new-key` makes another,
            under which findings of earlier reports are not found again
    ");
    fs::create_dir(folder.path().join("keys")).expect("a folder can be made");
    init(folder.path(), &["--new-key"]).expect_code(0);
    assert!(folder.path().join("keys/riverside.key").is_file());
}

#[test]
fn what_is_no_key_is_never_replaced() {
    let folder = folder();
    write(folder.path(), "site.key", "Imara Quellwater\n");
    let run = init(folder.path(), &[]).expect_code(2);
    insta::assert_snapshot!(run.stderr(), @r"
    chartaudit::cli::bad_site_key

      × `site.key` holds no site key
      help: a site key is 32 random bytes, or 64 hexadecimal digits; `chartaudit init` makes one, and
            never replaces a file
    ");
    let run = init(folder.path(), &["--new-key"]).expect_code(2);
    insta::assert_snapshot!(run.stderr(), @r"
    chartaudit::cli::already_there

      × `site.key` is there already
      help: a site key is never replaced: findings of earlier reports could not be found again. To
            make another, move this file aside and keep it as long as those reports
    ");
    let kept = fs::read_to_string(folder.path().join("site.key")).expect("it is there");
    assert_eq!(kept, "Imara Quellwater\n");
    assert!(!folder.path().join("chartaudit.yaml").exists(), "nothing else was made");
}

#[test]
fn what_cannot_be_made_is_said() {
    let folder = folder();
    init(folder.path(), &["--folder", "none"]).expect_code(2);
    init(folder.path(), &["--site-key-file", "none/site.key"]).expect_code(2);
    init(folder.path(), &["--site-key-file", "."]).expect_code(2);
    write(folder.path(), "chartaudit.yaml", "juristiction: US\n");
    let run = init(folder.path(), &[]).expect_code(2);
    assert!(run.stderr().contains("jurisdiction"), "{}", run.stderr());
    assert!(!folder.path().join("site.key").exists());
}
