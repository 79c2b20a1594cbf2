//! What is written for somebody who listens: sentences, without columns, drawings and colours.

use crate::program::{Run, fixture, folder, program, run, text, write};

/// What no line may hold that is read aloud.
fn is_drawn(char: char) -> bool {
    ('\u{2500}'..='\u{25ff}').contains(&char) || matches!(char, '\u{1b}' | '·' | '×' | '`')
}

#[test]
fn the_screen_of_a_scan_is_the_narrated_report() {
    let export = text(&fixture("hospital/synthea/faulty"));
    let scan = ["scan", &export, "--as-of", "2026-03-01"];
    let heard = run(scan.iter().chain(&["--format", "narrated"])).expect_code(1);
    let report = run(scan.iter().chain(&["--report", "narrated"])).expect_code(1);
    assert_eq!(heard.stdout(), report.stdout());
    let mut by_variable = program();
    let by_variable = Run::of(by_variable.args(scan).env("CHARTAUDIT_FORMAT", "narrated"));
    assert_eq!(by_variable.stdout(), report.stdout());
    let mut lines = 0;
    for line in heard.stdout().lines().filter(|line| !line.is_empty()) {
        assert!(!line.contains(is_drawn) && !line.contains("  "), "{line:?}");
        assert!(line.ends_with(['.', '?', '!']), "{line:?}");
        lines += 1;
    }
    assert!(lines > 40, "only {lines} sentences");
    let drawn = run(scan).expect_code(1).stdout();
    assert_ne!(drawn, heard.stdout(), "nobody has to listen who did not ask");
    let coloured = Run::of(
        program()
            .args(scan)
            .args(["--format", "narrated", "--progress", "always"])
            .env("CLICOLOR_FORCE", "1"),
    );
    assert!(!coloured.stdout().contains('\u{1b}') && !coloured.stderr().contains('\u{1b}'));
}

#[test]
fn problems_of_a_rule_file_are_told_line_by_line() {
    let folder = folder();
    let rules = write(
        folder.path(),
        "ours.yaml",
        "pack: ours\ntitle: Ours\nversion: 1.0.0\nrules:\n  - id: completeness/x\n    title: X\n    severity: eror\n    \
         records: patients\n    require: [mrn]\n",
    );
    let mut check = program();
    check.current_dir(folder.path()).args(["rules", "check", "ours.yaml", "--format", "narrated"]);
    let run = Run::of(&mut check).expect_code(2);
    let heard = run.stderr() + &run.stdout();
    assert!(!heard.contains(['│', '╭', '─', '\u{1b}']), "{heard}");
    insta::assert_snapshot!(heard);
    assert!(rules.is_file());
}
