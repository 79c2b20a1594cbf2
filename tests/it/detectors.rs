//! How well the detectors do on the labelled texts of `fixtures/detect`, held against the table there.

#[path = "../../fixtures/detect/score.rs"]
mod score;

use std::fs;
use std::path::Path;

use chartaudit::detect::DETECTORS;

use self::score::Score;

/// The least share of what is found that must be right, and of what is labelled that must be found.
const PRECISION: f64 = 0.99;
const RECALL: f64 = 0.95;

#[test]
fn every_detector_is_as_good_as_the_table_says() {
    let (score, folder) = scored();
    let table = fs::read_to_string(folder.join("table.txt")).expect("the table is committed");
    let faults = score.faults.join("\n");
    assert_eq!(score.table(), table, "write the table again, or mend:\n{faults}");
}

#[test]
fn every_detector_is_precise_and_misses_little() {
    let (score, _) = scored();
    for (name, count) in score.counts() {
        let faults = score.faults.join("\n");
        assert!(count.right + count.missed >= 2, "{name} is labelled twice at least");
        assert!(count.precision() >= PRECISION, "{name}: {count:?}\n{faults}");
        assert!(count.recall() >= RECALL, "{name}: {count:?}\n{faults}");
    }
}

#[test]
fn the_readme_says_how_many_kinds_there_are() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"));
    let said = format!("knows {} kinds of them", DETECTORS.len());
    assert!(readme.expect("the README is there").contains(&said), "{said}");
}

fn scored() -> (Score, std::path::PathBuf) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/detect");
    let score = score::score(&folder).expect("the texts are labelled well");
    (score, folder)
}
