//! The commands of the README and of `tests/cmd` print what is written there.

use std::fs;
use std::path::Path;

use crate::program::{folder, root, run, text, write};

#[test]
fn commands_print_what_is_written() {
    let cases = trycmd::TestCases::new();
    cases
        .register_bin("chartaudit", Path::new(env!("CARGO_BIN_EXE_chartaudit")))
        .env("NO_COLOR", "1")
        .env("LANG", "C.UTF-8")
        .env("COLUMNS", "100")
        .env("CI", "")
        .case(root().join("tests/cmd/*.toml"))
        .case(root().join("README.md"));
}

#[test]
fn the_example_rules_pass_their_own_examples() {
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    let (_, after) =
        readme.split_once("<!-- example rule -->\n```yaml\n").expect("there is an example");
    let (pack, _) = after.split_once("```").expect("the example ends");
    let folder = folder();
    let pack = text(&write(folder.path(), "our-rules.yaml", pack));
    run(["rules", "check", "--strict", &pack]).expect_code(0);
    run(["rules", "test", &pack]).expect_code(0);
}

#[test]
fn the_example_conditions_are_sound() {
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    let (_, table) =
        readme.split_once("| to say | write |\n|---|---|\n").expect("there is a table");
    let rows: Vec<&str> = table.lines().take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 4, "only {} conditions", rows.len());
    let folder = folder();
    for row in rows {
        let code = row.split('`').nth(1).expect("a row has its condition as code");
        let check = if code.starts_with("measure: ") {
            code.to_owned()
        } else {
            format!("assert: \"{code}\"")
        };
        let sound = ["encounters", "patients", "documents"].into_iter().any(|set| {
            let pack = format!(
                "pack: p\ntitle: p\nversion: 1.0.0\nrules:\n  - id: completeness/r\n    title: r\n    \
                 severity: note\n    records: {set}\n    {check}\n"
            );
            let pack = text(&write(folder.path(), "p.yaml", pack));
            run(["rules", "check", &pack]).code() == Some(0)
        });
        assert!(sound, "{code}");
    }
}

#[test]
fn every_option_of_the_readme_exists() {
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    let commands = [
        &["scan"][..],
        &["init"],
        &["retention"],
        &["transfer"],
        &["explain"],
        &["rules", "check"],
        &["evidence", "sign"],
        &["sample"],
        &["sample", "estimate"],
    ];
    let help: String =
        commands.map(|command| run(command.iter().chain(&["--help"])).stdout()).concat();
    let mut seen = 0;
    for after in readme.split("`--").skip(1) {
        let name = after.chars().take_while(|char| char.is_ascii_lowercase() || *char == '-');
        let option = format!("--{}", name.collect::<String>());
        assert!(help.contains(&option), "the README names {option}");
        seen += 1;
    }
    assert!(seen > 10, "only {seen} options were looked at");
}
