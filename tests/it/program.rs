//! Runs the program as a person would, in an environment that says nothing.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder of the package, where every run starts.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A fixture by its path inside `fixtures/`.
pub(crate) fn fixture(path: &str) -> PathBuf {
    let fixture = root().join("fixtures").join(path);
    assert!(fixture.exists(), "there is no fixture {path}");
    fixture
}

/// The program, ready to be given more than arguments.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chartaudit"));
    command.env_clear().current_dir(root());
    command
}

/// What a run of the program with these arguments left behind.
pub(crate) fn run<I, A>(arguments: I) -> Run
where
    I: IntoIterator<Item = A>,
    A: AsRef<std::ffi::OsStr>,
{
    let output = program().args(arguments).output().expect("the program can be started");
    Run(output)
}

/// A finished run.
#[derive(Debug)]
pub(crate) struct Run(Output);

impl Run {
    /// Runs a command that was made ready.
    pub(crate) fn of(command: &mut Command) -> Self {
        Self(command.output().expect("the program can be started"))
    }

    /// The exit code; a run that a signal ended has none.
    pub(crate) fn code(&self) -> Option<i32> {
        self.0.status.code()
    }

    /// Standard output, which is always UTF-8.
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).expect("output is UTF-8")
    }

    /// Standard error, which is always UTF-8.
    pub(crate) fn stderr(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).expect("output is UTF-8")
    }

    /// Everything a person could see of the run.
    pub(crate) fn streams(&self) -> Vec<u8> {
        [self.0.stdout.as_slice(), self.0.stderr.as_slice()].concat()
    }

    /// Demands an exit code, and shows the run if it ended otherwise.
    #[track_caller]
    pub(crate) fn expect_code(self, expected: i32) -> Self {
        assert_eq!(
            self.code(),
            Some(expected),
            "stdout:\n{}\nstderr:\n{}",
            self.stdout(),
            self.stderr()
        );
        self
    }
}

/// A folder that is gone after the test.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder can be made")
}

/// Writes a file of a case.
pub(crate) fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a case can be written");
    path
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> String {
    path.to_str().expect("paths of tests are text").to_owned()
}

/// Reads a report, and demands that it keeps to the published schema.
#[track_caller]
pub(crate) fn keeps_to_its_schema(report: &str) -> serde_json::Value {
    let schema = std::fs::read_to_string(root().join("src/report/json/v1.schema.json"))
        .expect("the schema is published");
    let schema = serde_json::from_str(&schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let report = serde_json::from_str(report).expect("a report is JSON");
    let problems: Vec<String> =
        validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    report
}
