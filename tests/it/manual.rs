//! Manual pages and completions know every command and every option, because they are made of the same definition.

use std::collections::BTreeSet;
use std::fs;

use crate::program::{folder, run, text};

/// The commands that the help of a command lists.
fn below(command: &[&str]) -> Vec<String> {
    let help = run(command.iter().copied().chain(["--help"])).stdout();
    let Some((_, list)) = help.split_once("Commands:\n") else { return Vec::new() };
    let lines = list.lines().take_while(|line| line.starts_with("  "));
    let names = lines.filter(|line| !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// Every command with the commands below it, as words.
fn commands() -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for command in below(&[]) {
        let more = below(&[&command]);
        all.push(vec![command.clone()]);
        all.extend(more.into_iter().map(|below| vec![command.clone(), below]));
    }
    assert!(all.len() > 15, "only {all:?}");
    all
}

/// The options that the help of a command names.
fn options(command: &[String]) -> BTreeSet<String> {
    let arguments = command.iter().map(String::as_str).chain(["--help"]);
    let help = run(arguments).expect_code(0).stdout();
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let words = lines.flat_map(|line| line.split([' ', ',', '=', '[']));
    words.filter(|word| word.starts_with("--")).map(str::to_owned).collect()
}

#[test]
fn every_command_has_its_page_with_every_option() {
    let folder = folder();
    let out = text(folder.path());
    let listed = run(["man", "--out", &out]).expect_code(0).stdout();
    let mut pages = 1;
    for command in commands() {
        let name = format!("chartaudit-{}.1", command.join("-"));
        let page = fs::read_to_string(folder.path().join(&name)).expect("it has a page");
        let page = page.replace("\\-", "-");
        assert!(
            page.contains(&format!(".TH chartaudit-{} 1", command.join("-"))),
            "{name}: {page}"
        );
        for option in options(&command) {
            assert!(page.contains(&option), "{name} does not know {option}");
        }
        assert!(listed.contains(&name), "{listed}");
        pages += 1;
    }
    assert_eq!(fs::read_dir(folder.path()).expect("it can be listed").count(), pages);
    let page = run(["man"]).expect_code(0).stdout();
    let written = fs::read_to_string(folder.path().join("chartaudit.1"));
    assert_eq!(page, written.expect("the program has a page"));
    run(["man", "--out", &text(&folder.path().join("none"))]).expect_code(2);
}

#[test]
fn every_shell_is_told_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(["completions", shell]).expect_code(0).stdout();
        for command in commands() {
            let last = command.last().expect("a command has a name");
            assert!(script.contains(last.as_str()), "{shell} is not told of {last}");
        }
        for option in ["--as-of", "--site-key-file", "--worksheet"] {
            let bare = option.trim_start_matches('-');
            assert!(script.contains(bare), "{shell} is not told of {option}");
        }
    }
    run(["completions", "tcsh"]).expect_code(2);
}
