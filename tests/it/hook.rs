//! The commands that hooks and the snippets for scheduled runs name are commands of this program.

use std::fs;

use crate::program::{fixture, folder, root, run, text};

#[test]
fn hooks_refuse_what_is_wrong_and_take_what_is_sound() {
    let hooks = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).expect("there are hooks");
    let hooks: serde_json::Value = serde_yaml::from_str(&hooks).expect("hooks are YAML");
    let hooks = hooks.as_array().expect("hooks are a list");
    assert_eq!(hooks.len(), 2);
    let sound = text(&fixture("formats/rules"));
    let folder = folder();
    fs::write(folder.path().join("broken.yaml"), "pack: p\ntitel: p\n").expect("it can be written");
    for hook in hooks {
        let entry = hook["entry"].as_str().expect("a hook has a command");
        let words: Vec<&str> = entry.split(' ').collect();
        assert_eq!(words[0], "chartaudit");
        run(words[1..].iter().chain(&[sound.as_str()])).expect_code(0);
        run(words[1..].iter().chain(&[text(folder.path()).as_str()])).expect_code(2);
        assert_eq!(hook["pass_filenames"], false, "a pack is read as a whole");
    }
}

#[test]
fn the_snippets_for_scheduled_runs_work_as_they_stand() {
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    let (_, section) = readme.split_once("## In scheduled runs\n").expect("there is a section");
    let (section, _) = section.split_once("\n## ").expect("it ends");
    let plain = section.replace("\\\n", " ").replace("\"$(date -u +%F)\"", "2026-03-01");
    let mut ran = 0;
    for after in plain.split("chartaudit scan exports/").skip(1) {
        let folder = folder();
        let mut arguments = vec!["scan".to_owned(), text(&fixture("hospital/synthea/clean"))];
        let mut files = Vec::new();
        let mut words = after.split(|char: char| char.is_whitespace() || char == '\'');
        while let Some(word) = words.find(|word| !word.is_empty()) {
            if !word.starts_with("--") {
                break;
            }
            let value = words.find(|word| !word.is_empty()).expect("an option has a value");
            let value = match value.split_once('=') {
                Some((format, file)) => {
                    let place = text(&folder.path().join(file));
                    files.push(place.clone());
                    format!("{format}={place}")
                }
                None => value.to_owned(),
            };
            arguments.extend([word.to_owned(), value]);
        }
        let run = run(&arguments);
        assert!(matches!(run.code(), Some(0 | 1)), "{arguments:?}: {}", run.stderr());
        assert!(!files.is_empty());
        for file in files {
            assert!(fs::metadata(&file).is_ok_and(|file| file.len() > 0), "{file} is empty");
        }
        ran += 1;
    }
    assert!(ran > 2, "only {ran} commands were found");
}
