//! Where reports go: every place is checked before a byte of data is read.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::console::{Console, Voice};
use crate::cli::error::CliError;
use crate::cli::request::{ReportRequest, StreamRequest};
use crate::finding::Reveal;
use crate::report::json::v1::Masking;
use crate::report::{
    Audience, Report, ReportFormat, Style, Worklist, terminal, write_atomic, write_atomic_with,
};

/// Everything a run writes, each to a place of its own that can be written.
#[derive(Debug)]
pub(crate) struct Outputs {
    /// The report for standard output, which takes the place of the screen.
    pub(crate) stdout: Option<ReportFormat>,
    /// Reports and their files.
    pub(crate) files: Vec<(ReportFormat, PathBuf)>,
    /// The file for every finding.
    pub(crate) stream: Option<StreamRequest>,
}

impl Outputs {
    /// Checks what was asked for: places that differ, folders that exist, files that may be written,
    /// and nothing that is under audit or in force as a setting.
    ///
    /// # Errors
    /// With the first place that cannot be used.
    pub(crate) fn check(
        reports: Vec<ReportRequest>,
        stream: Option<StreamRequest>,
        inputs: &[PathBuf],
        in_force: &[PathBuf],
    ) -> Result<Self, CliError> {
        let mut outputs = Self { stdout: None, files: Vec::new(), stream };
        for request in reports {
            match request.file {
                Some(file) => outputs.files.push((request.format, file)),
                None if outputs.stdout.is_none() => outputs.stdout = Some(request.format),
                None => return Err(CliError::SameOutput { place: "standard output".to_owned() }),
            }
        }
        let whole = |paths: &[PathBuf]| -> Vec<PathBuf> {
            paths.iter().filter_map(|path| path.canonicalize().ok()).collect()
        };
        let (inputs, in_force) = (whole(inputs), whole(in_force));
        let mut taken: Vec<PathBuf> = Vec::new();
        let files = outputs.files.iter().map(|(_, file)| file);
        for file in files.chain(outputs.stream.iter().map(|stream| &stream.file)) {
            let place = check_place(file)?;
            if inputs.contains(&place) {
                return Err(CliError::OutputIsInput { path: file.clone() });
            }
            if in_force.contains(&place) {
                return Err(CliError::OutputIsSetting { path: file.clone() });
            }
            if taken.contains(&place) {
                return Err(CliError::SameOutput { place: file.display().to_string() });
            }
            taken.push(place);
        }
        Ok(outputs)
    }

    /// Checks one more place that is written beside the reports.
    ///
    /// # Errors
    /// If it cannot be used, or is taken.
    pub(crate) fn check_beside(
        &self,
        path: &Path,
        inputs: &[PathBuf],
        in_force: &[PathBuf],
    ) -> Result<(), CliError> {
        let place = check_place(path)?;
        let is = |other: &PathBuf| {
            other.canonicalize().is_ok_and(|other| other == place) || *other == path
        };
        if inputs.iter().any(is) {
            return Err(CliError::OutputIsInput { path: path.to_owned() });
        }
        if in_force.iter().any(is) {
            return Err(CliError::OutputIsSetting { path: path.to_owned() });
        }
        let files = self.files.iter().map(|(_, file)| file);
        if files.chain(self.stream.iter().map(|stream| &stream.file)).any(is) {
            return Err(CliError::SameOutput { place: path.display().to_string() });
        }
        Ok(())
    }

    /// Whether a worklist is asked for, which a scan fills with every finding.
    pub(crate) fn want_worklist(&self) -> bool {
        let files = self.files.iter().map(|(format, _)| *format);
        files.chain(self.stdout).any(|format| format == ReportFormat::Csv)
    }

    /// Writes the report to every place: files first, then the screen or what takes its place. A place that
    /// cannot be written does not keep the others from being written; what went wrong is given back. The flags are
    /// those that make `explain` see the rules of the run. The worklist is the whole one of a scan; without it a worklist
    /// has what the report has.
    pub(crate) fn write(
        &self,
        report: &Report,
        mut worklist: Option<Worklist>,
        examples: usize,
        explain: &[String],
        console: &mut Console,
    ) -> Vec<CliError> {
        let mut problems = Vec::new();
        // A worklist can be longer than memory: it is written once, and copied from there.
        let mut written: Option<&Path> = None;
        for (format, path) in &self.files {
            let style = Style { examples, width: 100, ..Style::default() };
            let outcome = match (format, worklist.take(), written) {
                (ReportFormat::Csv, Some(list), _) => {
                    written = Some(path);
                    write_atomic_with(path, audience(report), |to| list.write(report, to))
                        .map_err(CliError::from)
                }
                (ReportFormat::Csv, None, Some(written)) => copy(report, written, path),
                (_, list, _) => {
                    worklist = list;
                    write_file(report, *format, path, style)
                }
            };
            problems.extend(outcome.err());
        }
        let style = console.out.style(examples);
        let screen = match self.stdout {
            Some(ReportFormat::Csv) if worklist.is_some() || written.is_some() => {
                let printed = console.print_with(|stdout| match (worklist, written) {
                    (Some(list), _) => list.write(report, stdout),
                    (None, Some(written)) => io::copy(&mut File::open(written)?, stdout).map(drop),
                    (None, None) => Ok(()),
                });
                problems.extend(printed.err());
                return problems;
            }
            None if console.out.voice == Voice::Narrated => {
                ReportFormat::Narrated.render(report, style).map_err(CliError::from)
            }
            None | Some(ReportFormat::Text) => Ok(terminal::render_run(report, style, explain)),
            Some(format) => format.render(report, style).map_err(CliError::from),
        };
        problems.extend(screen.and_then(|screen| console.print(&screen)).err());
        problems
    }
}

/// Checks that a file can be written, and gives the one name it has.
pub(crate) fn check_place(path: &Path) -> Result<PathBuf, CliError> {
    let problem = |source| CliError::CannotWrite { path: path.to_owned(), source };
    if path.is_dir() || path.file_name().is_none() {
        return Err(CliError::OutputIsFolder { path: path.to_owned() });
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(CliError::NoSuchFolder { path: path.to_owned(), folder: folder.to_owned() });
    }
    if let Ok(place) = path.canonicalize() {
        OpenOptions::new().append(true).open(&place).map_err(problem)?;
        if place.is_file() {
            let folder = place.parent().unwrap_or(folder);
            drop(tempfile::tempfile_in(folder).map_err(problem)?);
        }
        return Ok(place);
    }
    drop(tempfile::tempfile_in(folder).map_err(problem)?);
    let folder = folder.canonicalize().map_err(problem)?;
    Ok(folder.join(path.file_name().unwrap_or_default()))
}

/// Writes a report to a file, whole or not at all.
pub(crate) fn write_file(
    report: &Report,
    format: ReportFormat,
    path: &Path,
    style: Style,
) -> Result<(), CliError> {
    let text = format.render(report, style)?;
    Ok(write_atomic(path, text.as_bytes(), audience(report))?)
}

/// Writes a worklist again to another file.
fn copy(report: &Report, from: &Path, path: &Path) -> Result<(), CliError> {
    let copied = |to: &mut dyn io::Write| io::copy(&mut File::open(from)?, to).map(drop);
    Ok(write_atomic_with(path, audience(report), copied)?)
}

/// Who may read a report in which so much is in clear.
fn audience(report: &Report) -> Audience {
    Audience::of(match report.provenance.masking {
        Masking::On => Reveal::Nothing,
        Masking::KeysRevealed => Reveal::Keys,
        Masking::ValuesRevealed => Reveal::Values,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::Outputs;
    use crate::cli::error::CliError;

    #[test]
    fn sound_outputs_are_taken() {
        let folder = folder();
        let outputs = check(folder.path(), &["json", "json=a.json", "text=b.txt"], Some("c.csv"));
        let outputs = outputs.expect("all of them can be written");
        assert_eq!(outputs.files.len(), 2);
        assert!(outputs.stdout.is_some() && outputs.stream.is_some());
    }

    #[test]
    fn unsound_outputs_are_refused_before_anything_is_read() {
        let folder = folder();
        refuse(folder.path(), &["json", "text"], None, "two outputs go to `standard output`");
        refuse(folder.path(), &["json=a.json", "text=./a.json"], None, "two outputs go to");
        refuse(folder.path(), &["json=a.csv"], Some("a.csv"), "two outputs go to");
        refuse(folder.path(), &["json=none/a.json"], None, "there is no folder");
        refuse(folder.path(), &["json=."], None, "it is a folder");
        refuse(folder.path(), &["json=patients.csv"], None, "is under audit");
        refuse(folder.path(), &[], Some("patients.csv"), "is under audit");
        refuse(folder.path(), &["json=chartaudit.yaml"], None, "is in force");
        refuse(folder.path(), &["json=none/../codes.csv"], None, "there is no folder");
        refuse(folder.path(), &[], Some("./codes.csv"), "is in force");
    }

    /// A folder with one file that is under audit, and two that are in force.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in ["patients.csv", "chartaudit.yaml", "codes.csv"] {
            fs::write(folder.path().join(name), "id\n1\n").unwrap();
        }
        folder
    }

    #[track_caller]
    fn refuse(folder: &Path, reports: &[&str], stream: Option<&str>, expected: &str) {
        let message = check(folder, reports, stream).expect_err("it should be refused").to_string();
        assert!(message.contains(expected), "{message}");
    }

    /// The check, with every file in that folder.
    fn check(folder: &Path, reports: &[&str], stream: Option<&str>) -> Result<Outputs, CliError> {
        let place = |file: PathBuf| folder.join(file);
        let reports = reports.iter().map(|text| {
            let mut request: crate::cli::request::ReportRequest = text.parse().unwrap();
            request.file = request.file.map(place);
            request
        });
        let stream = stream.map(|text| {
            let mut request: crate::cli::request::StreamRequest = text.parse().unwrap();
            request.file = place(request.file);
            request
        });
        let in_force = ["chartaudit.yaml", "codes.csv"].map(|name| folder.join(name));
        Outputs::check(reports.collect(), stream, &[folder.join("patients.csv")], &in_force)
    }
}
