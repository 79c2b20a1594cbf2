//! `chartaudit init`: what a site needs before its first audit that later ones can be compared with.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::ExitCode;
use crate::cli::checkout::{self, IGNORES, Ignored};
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::project::PROJECT_FILE;
use crate::cli::settings::{Origin, Project, Setting};
use crate::cli::site_key::{self, Exposure, SITE_KEY};
use crate::cli::table::Table;

/// The arguments of `init`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Make the site's key, and the project file that names it.\n\nThe key turns the keys of records into \
                  tags and fingerprints: with it the same record has the same tag in every report, and a finding \
                  can be found again next month; without it nobody can tell which record a tag stands for. It is 32 \
                  bytes of the system's random source, in a file that its owner alone can read. Nothing that is \
                  there is ever replaced.",
    after_long_help = NOTES
)]
pub(crate) struct InitArguments {
    /// The folder of the audits, in which the project file lies or is to lie
    #[arg(long, value_name = "DIR", default_value = ".")]
    folder: PathBuf,

    /// The file for the site key [default: what CHARTAUDIT_SITE_KEY_FILE or the project file names, else site.key
    /// beside the project file]
    #[arg(long, value_name = "FILE")]
    site_key_file: Option<PathBuf>,

    /// Make another key in the place of one that is gone or was moved aside
    ///
    /// Findings of earlier reports are not found again under it.
    #[arg(long)]
    new_key: bool,
}

/// How to keep a key, for people.
const NOTES: &str = "\
The site key:
    keep     where the records themselves are kept safe: not in an export, not in version
             control, not beside reports that you hand on. Who has the key and a report can
             find the record numbers behind its tags by trying them.
    copy     one copy in the safe or vault of your site, one to each machine that audits. A
             key that is lost cannot be made again, and findings of earlier reports can then
             not be found again.
    replace  when somebody who had it leaves, or when it may have been seen: move the old
             file aside, run `chartaudit init --new-key`, and audit the last export once more
             as of its day. That report links the old findings with the new key. Keep the old
             key as long as the reports made with it.

Examples:
    chartaudit init
    chartaudit init --folder audits --site-key-file /secure/riverside.key";

/// Makes what is missing, and says what was made and what was there.
pub(crate) fn run(arguments: InitArguments, console: &mut Console) -> Result<ExitCode, CliError> {
    let InitArguments { folder, site_key_file, new_key } = arguments;
    if !folder.is_dir() {
        return Err(CliError::NoSuchFolder { path: folder.join(PROJECT_FILE), folder });
    }
    let project = Project::find(None, std::slice::from_ref(&folder))?;
    project.file.check()?;
    let mut place = Setting::settle(
        site_key_file.clone().or_else(site_key::variable),
        if site_key_file.is_some() { Origin::Flag } else { Origin::Environment },
        project.site_key_file(),
        || project.path.as_ref().map_or(folder.as_path(), |_| project.folder()).join(SITE_KEY),
    );
    if place.value.is_dir() || place.value.file_name().is_none() {
        return Err(CliError::OutputIsFolder { path: place.value });
    }
    place.value = shown(&place.value);
    if place.origin == Origin::Project
        && !new_key
        && let Some(named_in) = &project.path
        && place.value.symlink_metadata().is_err()
    {
        return Err(CliError::SiteKeyGone { project: named_in.clone(), path: place.value });
    }

    if new_key && place.value.symlink_metadata().is_ok() {
        return Err(CliError::AlreadyThere { path: place.value });
    }
    let mut done = Table::new(2);
    key(&place.value, &mut done, console)?;
    let advice = match &project.path {
        None if place.origin == Origin::Environment => None,
        None => {
            write_project(&folder, &place.value)?;
            let path = folder.join(PROJECT_FILE);
            done.row([shown(&path).display().to_string(), "written; it names the key".to_owned()]);
            None
        }
        Some(path)
            if place.origin == Origin::Project
                || project.site_key_file().as_ref() == Some(&place.value) =>
        {
            done.row([shown(path).display().to_string(), "names the key".to_owned()]);
            None
        }
        Some(path) => {
            let line = key_line(project.folder(), &place.value);
            Some(format!(
                "\nAdd this line to {}, so that audits find the key:\n    {line}",
                shown(path).display()
            ))
        }
    };
    console.print(&done.render(0, console.out.width))?;
    console.print(advice.as_deref().unwrap_or_default())?;
    console.print(
        "\nKeep a copy of the key where records are kept safe: it cannot be made again. Never hand it on with \
         a report,\nand keep it out of exports. `chartaudit init --help` says how to keep and how to replace it.\n",
    )?;
    Ok(ExitCode::Ok)
}

/// Makes the key if it is not there, after version control was told to leave it alone.
fn key(path: &Path, done: &mut Table, console: &mut Console) -> Result<(), CliError> {
    let there = path.symlink_metadata().is_ok();
    let (kept, word) = if there {
        (site_key::read(path)?, "kept, as it was there already")
    } else {
        (
            leave_alone(path, done).and_then(|()| site_key::make(path))?,
            "made, readable by you alone",
        )
    };
    if there {
        leave_alone(path, done)?;
    }
    done.row([
        shown(path).display().to_string(),
        format!("{word}: the site key {}", kept.key.name()),
    ]);
    if kept.exposure == Exposure::Others {
        console.warn(&site_key::exposed(path));
    }
    Ok(())
}

/// Makes version control leave the key alone, or says what to do so that it does.
fn leave_alone(path: &Path, done: &mut Table) -> Result<(), CliError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let ignores = folder.join(IGNORES);
    let line = checkout::line(&name);
    let cannot = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => {
            CliError::NoSuchFolder { path: path.to_owned(), folder: folder.to_owned() }
        }
        _ => CliError::CannotWrite { path: ignores.clone(), source },
    };
    let said = match checkout::ignore(folder, &name).map_err(cannot)? {
        Ignored::Now => format!("now lists `{line}`, so that the key is not committed"),
        Ignored::Before => format!("lists `{name}`"),
        Ignored::NoCheckout => {
            format!("not written: this is no checkout; if it becomes one, list `{line}` there")
        }
    };
    done.row([shown(&ignores).display().to_string(), said]);
    Ok(())
}

/// A project file that says where the key lies, and nothing else.
fn write_project(folder: &Path, key: &Path) -> Result<(), CliError> {
    let path = folder.join(PROJECT_FILE);
    let line = key_line(folder, key);
    let text = format!(
        "# How the records of this facility are audited. Paths are relative to this file.\n\
         # jurisdiction: [US, US-MA]                        # the packs of these places run\n\
         # facility: {{name: Riverside General, kind: hospital}}\n\
         {line}\n"
    );
    let opened = OpenOptions::new().write(true).create_new(true).open(&path);
    opened
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|source| CliError::CannotWrite { path, source })
}

/// The setting that names the key.
#[derive(Debug, Serialize)]
struct KeySetting {
    site_key_file: String,
}

/// The line of a project file in this folder that names the key.
fn key_line(folder: &Path, key: &Path) -> String {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (folder, key) = (whole(folder), whole(key));
    let site_key_file = key.strip_prefix(&folder).unwrap_or(&key).to_string_lossy().into_owned();
    let line = serde_yaml::to_string(&KeySetting { site_key_file }).unwrap_or_default();
    line.trim_end().to_owned()
}

/// A path as it is read best: without the dot before it.
fn shown(path: &Path) -> PathBuf {
    path.strip_prefix(".").unwrap_or(path).to_owned()
}
