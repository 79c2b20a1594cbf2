//! From the arguments of `init` to what it leaves behind.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::ExitCode;
use crate::cli::arguments::{BookArguments, PlaceArguments, RuleArguments};
use crate::cli::book;
use crate::cli::checkout::{self, IGNORES, Ignored};
use crate::cli::console::Console;
use crate::cli::day::Day;
use crate::cli::error::CliError;
use crate::cli::init::answer::Answers;
use crate::cli::init::dialogue::{self, Ended};
use crate::cli::init::export::Export;
use crate::cli::init::{draft, screen};
use crate::cli::project::{self, PROJECT_FILE};
use crate::cli::settings::{Origin, Project, Said, Setting, Settings, shell_word};
use crate::cli::site_key::{self, Exposure, SITE_KEY};
use crate::cli::table::Table;
use crate::rule::{self, RuleText};
use crate::survey::Calendar;

/// The file beside the project file from which editors know its keys.
pub(crate) const SCHEMA_FILE: &str = "chartaudit.schema.json";

/// The arguments of `init`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Look at an export, and make the project file and the site's key.\n\nOf each file it says which records it \
                  holds, how sure that is, how its columns are read and what is left to settle, and writes all of it \
                  into a commented chartaudit.yaml, which audits of the export then use. At a terminal a few \
                  questions come first. Without PATH it makes the site's key and a project file that names it.\n\nThe \
                  key turns the keys of records into \
                  tags and fingerprints: with it the same record has the same tag in every report, and a finding \
                  can be found again next month; without it nobody can tell which record a tag stands for. It is 32 \
                  bytes of the system's random source, in a file that its owner alone can read. Nothing that is \
                  there is ever replaced.",
    after_long_help = NOTES
)]
pub(crate) struct InitArguments {
    /// Files and folders of an export to look at
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The folder of the audits, in which the project file lies or is to lie [default: the current folder]
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,

    /// Where the facility is: `US`, `US-MA` [default: the country that the columns show]; repeatable
    #[arg(
        long,
        value_name = "PLACE",
        env = "CHARTAUDIT_JURISDICTION",
        hide_env_values = true,
        value_delimiter = ','
    )]
    jurisdiction: Vec<String>,

    /// The kind of facility: `hospital` [default: what the records show]
    #[arg(long, value_name = "KIND", env = "CHARTAUDIT_FACILITY", hide_env_values = true)]
    facility: Option<String>,

    /// Ask nothing at a terminal either
    #[arg(long)]
    yes: bool,

    /// Print the project file for PATH, and write nothing
    #[arg(long, requires = "paths")]
    print: bool,

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
    chartaudit init exports/
    chartaudit init exports/ --jurisdiction US-MA --facility hospital
    chartaudit init --folder audits --site-key-file /secure/riverside.key";

/// Makes what is missing, and says what was made and what was there.
pub(crate) fn run(
    arguments: InitArguments,
    said: &Said,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    for path in &arguments.paths {
        path.metadata().map_err(|source| CliError::NoSuchPath { path: path.clone(), source })?;
    }
    let folder = arguments.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    if !folder.is_dir() {
        return Err(CliError::NoSuchFolder { path: folder.join(PROJECT_FILE), folder });
    }
    // What counts for audits of the export counts here, wherever it lies.
    let above = match (&arguments.folder, arguments.paths.as_slice()) {
        (None, [_, ..]) => project::nearest(&arguments.paths)?,
        _ => None,
    };
    let project = Project::find(above, std::slice::from_ref(&folder))?;
    project.file.check()?;
    let place = key_place(&arguments, &folder, &project)?;
    let key_line = key_line(&folder, &place.value);
    let draft = if arguments.paths.is_empty() {
        Some(bare(&key_line))
    } else {
        guided(&arguments, said, &project, &key_line, console)?
    };
    let Some(draft) = draft else {
        console.print("Nothing was written.\n")?;
        return Ok(ExitCode::Ok);
    };
    if arguments.print {
        console.print(&draft)?;
        return Ok(ExitCode::Ok);
    }
    if !arguments.paths.is_empty() {
        console.print("\n")?;
    }
    let mut done = Table::new(2);
    key(&place.value, &mut done, console)?;
    let advice = match &project.path {
        None if place.origin == Origin::Environment && arguments.paths.is_empty() => None,
        None => {
            let path = folder.join(PROJECT_FILE);
            write_new(&path, &draft)?;
            let written = if arguments.paths.is_empty() {
                "written; it names the key"
            } else {
                "written; read it through, its comments say what is to settle"
            };
            done.row([shown(&path).display().to_string(), written.to_owned()]);
            if !arguments.paths.is_empty() {
                schema(&folder, &mut done)?;
            }
            None
        }
        Some(path) => {
            let named = place.origin == Origin::Project
                || project.site_key_file().as_ref() == Some(&place.value);
            let said = match (arguments.paths.is_empty(), named) {
                (true, _) => "names the key",
                (false, _) => "left as it is; `--print` shows what would be written",
            };
            if named || !arguments.paths.is_empty() {
                done.row([shown(path).display().to_string(), said.to_owned()]);
            }
            (!named).then(|| {
                let line = self::key_line(project.folder(), &place.value);
                format!(
                    "\nAdd this line to {}, so that audits find the key:\n    {line}",
                    shown(path).display()
                )
            })
        }
    };
    console.print(&done.render(0, console.out.width))?;
    console.print(advice.as_deref().unwrap_or_default())?;
    if !arguments.paths.is_empty() {
        console.print(&next(&arguments.paths, &folder, &project)?)?;
    }
    if lies_below(&place.value, &arguments.paths) {
        console.warn(
            "the site key lies among the files of the export: whoever is handed the folder is handed the key. \
             `--site-key-file` puts it elsewhere",
        );
    }
    console.print(
        "\nKeep a copy of the key where records are kept safe: it cannot be made again. Never hand it on with \
         a report,\nand keep it out of exports. `chartaudit init --help` says how to keep and how to replace it.\n",
    )?;
    Ok(ExitCode::Ok)
}

/// Where the key is to lie.
fn key_place(
    arguments: &InitArguments,
    folder: &Path,
    project: &Project,
) -> Result<Setting<PathBuf>, CliError> {
    let flag = &arguments.site_key_file;
    let mut place = Setting::settle(
        flag.clone().or_else(site_key::variable),
        if flag.is_some() { Origin::Flag } else { Origin::Environment },
        project.site_key_file(),
        || project.path.as_ref().map_or(folder, |_| project.folder()).join(SITE_KEY),
    );
    if place.value.is_dir() || place.value.file_name().is_none() {
        return Err(CliError::OutputIsFolder { path: place.value });
    }
    place.value = shown(&place.value);
    let there = place.value.symlink_metadata().is_ok();
    if place.origin == Origin::Project
        && !arguments.new_key
        && !arguments.print
        && !there
        && let Some(named_in) = &project.path
    {
        return Err(CliError::SiteKeyGone { project: named_in.clone(), path: place.value });
    }
    if arguments.new_key && there {
        return Err(CliError::AlreadyThere { path: place.value });
    }
    Ok(place)
}

/// Looks at the export, shows what was seen, asks where somebody can be asked, and drafts the project file; `None` where
/// nothing is to be written.
fn guided(
    arguments: &InitArguments,
    said: &Said,
    project: &Project,
    key_line: &str,
    console: &mut Console,
) -> Result<Option<String>, CliError> {
    let place = PlaceArguments {
        jurisdiction: arguments.jurisdiction.clone(),
        facility: arguments.facility.clone(),
        param: Vec::new(),
    };
    let config = project.path.clone();
    let book = BookArguments { config, rules: Vec::new(), place, as_of: None };
    let mut settings = Settings::settle(&arguments.paths, None, RuleArguments::of(book), said)?;
    // What a project file already says of columns is not looked at: the proposal stands beside it.
    settings.project.file.sources.clear();
    settings.layout.value = None;
    let calendar = Calendar { year: Day::today().0.year() };
    let loaded = settings.load_rules()?;
    let export = Export::look(&settings, &arguments.paths, &loaded, calendar);
    let jurisdictions = settings.rules.jurisdictions.value.clone();
    let mut answers = Answers::of(&export, jurisdictions, settings.rules.facility.value.clone());
    if !arguments.print {
        console.print(&screen::render(&export, &answers, console.out.width))?;
    }
    if console.can_ask() && !arguments.yes && !arguments.print && project.path.is_none() {
        let check = |places: &[String], kind: Option<&str>| {
            let texts = book::everything().all.into_iter().map(RuleText::skip_examples).collect();
            rule::check_places(texts, places, kind).map_err(CliError::from)
        };
        if dialogue::ask(&export, &mut answers, &check, console)? == Ended::Leave {
            return Ok(None);
        }
    }
    settings.rules.jurisdictions.value.clone_from(&answers.places);
    settings.rules.facility.value.clone_from(&answers.kind);
    let book = settings.load_rules()?.book;
    Ok(Some(draft::write(&export, &answers, &book, key_line)))
}

/// What to run next.
fn next(paths: &[PathBuf], folder: &Path, project: &Project) -> Result<String, CliError> {
    let words: Vec<String> = paths.iter().map(|path| shell_word(&path.to_string_lossy())).collect();
    let mut words = words.join(" ");
    // Audits look for the project file above the export; where it lies elsewhere it has to be named.
    let file = project.path.clone().unwrap_or_else(|| folder.join(PROJECT_FILE));
    let whole = |path: &Path| path.canonicalize().ok();
    let found = project::nearest(paths).ok().flatten();
    if found.and_then(|found| whole(&found)) != whole(&file) {
        let file = shell_word(&shown(&file).to_string_lossy());
        words.push_str(&format!(" --config {file}"));
    }
    Ok(format!("\nnext  chartaudit plan {words}\n      chartaudit scan {words}\n"))
}

/// Whether a file lies in one of these folders.
fn lies_below(file: &Path, folders: &[PathBuf]) -> bool {
    let Ok(file) = file.canonicalize() else { return false };
    folders
        .iter()
        .filter_map(|folder| folder.canonicalize().ok())
        .any(|folder| file.starts_with(folder))
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
fn bare(key_line: &str) -> String {
    format!(
        "# How the records of this facility are audited. Paths are relative to this file.\n\
         # jurisdiction: [US, US-MA]                        # the packs of these places run\n\
         # facility: {{name: Riverside General, kind: hospital}}\n\
         {key_line}\n"
    )
}

/// Puts the schema beside the project file, if none is there.
fn schema(folder: &Path, done: &mut Table) -> Result<(), CliError> {
    let path = folder.join(SCHEMA_FILE);
    let said = if path.symlink_metadata().is_ok() {
        "kept, as it was there already"
    } else {
        write_new(&path, &format!("{:#}\n", rule::schema()))?;
        "written; editors that know YAML complete and check the project file by it"
    };
    done.row([shown(&path).display().to_string(), said.to_owned()]);
    Ok(())
}

/// Writes a file that is not there yet.
fn write_new(path: &Path, text: &str) -> Result<(), CliError> {
    let opened = OpenOptions::new().write(true).create_new(true).open(path);
    opened
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|source| CliError::CannotWrite { path: path.to_owned(), source })
}

/// The setting that names the key.
#[derive(Debug, Serialize)]
struct KeySetting {
    site_key_file: String,
}

/// The line of a project file in this folder that names the key, which need not be there yet.
fn key_line(folder: &Path, key: &Path) -> String {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let above = match key.parent() {
        Some(above) if !above.as_os_str().is_empty() => above,
        _ => Path::new("."),
    };
    let (folder, key) = (whole(folder), whole(above).join(key.file_name().unwrap_or_default()));
    let site_key_file = key.strip_prefix(&folder).unwrap_or(&key).to_string_lossy().into_owned();
    let line = serde_yaml::to_string(&KeySetting { site_key_file }).unwrap_or_default();
    line.trim_end().to_owned()
}

/// A path as it is read best: without the dot before it.
fn shown(path: &Path) -> PathBuf {
    path.strip_prefix(".").unwrap_or(path).to_owned()
}
