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

/// A copy of a fixture's tables in a folder of their own.
fn export_of(fixture_name: &str) -> tempfile::TempDir {
    let folder = folder();
    let export = folder.path().join("export");
    fs::create_dir(&export).expect("a folder can be made");
    for entry in fs::read_dir(fixture(fixture_name)).expect("a fixture can be listed") {
        let path = entry.expect("a fixture can be listed").path();
        if path.extension().is_some_and(|extension| extension != "yaml") {
            fs::copy(&path, export.join(path.file_name().expect("a file has a name")))
                .expect("a fixture can be copied");
        }
    }
    folder
}

/// A look at a fixture is what its snapshot says, screen and project file.
#[track_caller]
fn look(name: &str) {
    let folder = export_of(name);
    let run = init(folder.path(), &["export"]).expect_code(0);
    assert_eq!(run.stderr(), "");
    let project = fs::read_to_string(folder.path().join("chartaudit.yaml"));
    let project = project.expect("there is a project file");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(fixture("look"));
    settings.set_prepend_module_to_snapshot(false);
    settings.remove_snapshot_suffix();
    settings.add_filter("[0-9a-z]{4}-[0-9a-z]{4}", "kkkk-kkkk");
    // Years of two digits go by the year in which the look is taken.
    settings.add_filter("pivot: [0-9]{4}", "pivot: YYYY");
    settings.add_filter("taken for [0-9]{4} to [0-9]{4}", "taken for YYYY to YYYY");
    settings.bind(|| {
        let name = name.replace("look/", "");
        insta::assert_snapshot!(format!("{name}-screen"), run.stdout());
        insta::assert_snapshot!(format!("{name}-project"), project);
    });
    keeps_to_the_schema(&folder.path().join("chartaudit.schema.json"), &project);
    let plan = Run::of(program().current_dir(folder.path()).args(["plan", "export"]));
    let planned = plan.expect_code(0).stdout();
    assert!(planned.contains("layout        project file  generic"), "{planned}");
}

/// Demands that a project file keeps to the schema beside it.
#[track_caller]
fn keeps_to_the_schema(schema: &Path, project: &str) {
    let schema = fs::read_to_string(schema).expect("the schema is there");
    let schema = serde_json::from_str(&schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let project = serde_yaml::from_str(project).expect("a project file is YAML");
    let problems: Vec<String> =
        validator.iter_errors(&project).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(!validator.is_valid(&serde_json::json!({"juristiction": "US"})), "it refuses nothing");
}

#[test]
fn a_look_proposes_what_is_seen() {
    look("look/told");
}

#[test]
fn a_look_leaves_open_what_no_value_tells() {
    look("look/open");
}

/// The counts of every rule about records in a report, by its id.
fn counts(report: &str) -> std::collections::BTreeMap<String, String> {
    let report: serde_json::Value = serde_json::from_str(report).expect("a report is JSON");
    let rules = report["rules"].as_array().expect("a report lists rules");
    let rule = |rule: &serde_json::Value| {
        let outcome = (&rule["outcome"], &rule["counts"]);
        (rule["id"].to_string(), format!("{} {}", outcome.0, outcome.1))
    };
    rules.iter().filter(|rule| rule["unit"] != "file").map(rule).collect()
}

#[test]
fn what_is_proposed_audits_like_what_a_person_wrote() {
    let rules = [
        "--as-of=2026-03-01",
        "--rules=essentials,us-hipaa,us-hospital",
        "--param=us-hipaa.daily_patients=5",
        "--param=us-hospital.electronic_since=2023-06-01",
        "--report=json",
    ];
    for name in ["hospital/ehr/faulty", "hospital/ehr/clean"] {
        let by_hand = counts(&run(["scan", &text(&fixture(name))].iter().chain(&rules)).stdout());
        assert!(by_hand.len() > 400, "only {} rules ran", by_hand.len());
        let folder = export_of(name);
        init(folder.path(), &["export"]).expect_code(0);
        let mut scan = program();
        let proposed =
            Run::of(scan.current_dir(folder.path()).args(["scan", "export"]).args(rules));
        for (rule, outcome) in counts(&proposed.stdout()) {
            assert_eq!(by_hand.get(&rule), Some(&outcome), "{rule} on {name}");
        }
    }
}

#[test]
fn a_look_replaces_nothing_and_prints_without_a_trace() {
    let folder = export_of("look/told");
    let print = init(folder.path(), &["export", "--print"]).expect_code(0);
    assert!(print.stdout().starts_with("# yaml-language-server: $schema="), "{}", print.stdout());
    assert_eq!(
        fs::read_dir(folder.path()).expect("it can be listed").count(),
        1,
        "only the export"
    );
    let said = "jurisdiction: US # our place\n";
    write(folder.path(), "chartaudit.yaml", said);
    let run = init(folder.path(), &["export"]).expect_code(0);
    let project = folder.path().join("chartaudit.yaml");
    assert_eq!(fs::read_to_string(&project).expect("it is there"), said);
    assert!(run.stdout().contains("left as it is"), "{}", run.stdout());
    assert!(run.stdout().contains("    site_key_file: site.key\n"), "{}", run.stdout());
    init(folder.path(), &["--print"]).expect_code(2);
}

#[test]
fn what_a_flag_says_goes_before_what_columns_show() {
    let folder = export_of("look/open");
    let place = ["--jurisdiction", "GB", "--facility", "clinic", "--print"];
    let draft = init(folder.path(), &[&["export"][..], &place].concat()).expect_code(0).stdout();
    assert!(draft.contains("\njurisdiction: [GB]\n"), "{draft}");
    assert!(draft.contains("\nfacility: {kind: clinic}"), "{draft}");
    assert!(
        draft.contains("start_at: {column: Hired, formats: [\"D/M/YY\"]")
            && draft.contains("# day first, as is usual in GB: its own values do not tell"),
        "{draft}"
    );
    init(folder.path(), &["export", "--jurisdiction", "Massachusetts"]).expect_code(2);
    init(folder.path(), &["no-export"]).expect_code(2);
    assert!(!folder.path().join("chartaudit.yaml").exists(), "nothing was written");
}

#[test]
fn the_next_command_finds_the_project_file() {
    let (here, there) = (folder(), export_of("look/told"));
    let export = text(&there.path().join("export"));
    let run = init(here.path(), &[&export]).expect_code(0);
    let shown = run.stdout();
    let (_, next) = shown.split_once("next  chartaudit ").expect("it says what is next");
    let next = next.lines().next().unwrap_or_default();
    assert_eq!(next, format!("plan {export} --config chartaudit.yaml"));
    let plan = Run::of(program().current_dir(here.path()).args(next.split(' '))).expect_code(0);
    let planned = plan.stdout();
    let bound = "patients_2026-01.csv  patients    layout generic, 8 fields bound";
    assert!(planned.contains(bound), "{}", planned.lines().take(20).collect::<String>());
    // In the folder of the export itself the key would be handed on with it.
    let run = init(&there.path().join("export"), &["."]).expect_code(0);
    assert!(run.stderr().contains("the site key lies among the files"), "{}", run.stderr());
    let listed = Run::of(program().args(["plan", &export])).expect_code(0).stdout();
    assert!(!listed.contains("chartaudit.schema.json"), "settings are no input: {listed}");
}
