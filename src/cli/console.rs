//! The two streams a person sees, and what the terminal behind them can show.

use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal as _, Write};

use clap::ValueEnum;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, NarratableReportHandler};

use crate::cli::error::CliError;
use crate::report::Style;

/// The width used where there is no terminal to ask.
const DEFAULT_WIDTH: usize = 100;

/// How a person takes in what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Voice {
    /// By looking: tables, underlines, colours
    #[default]
    Drawn,
    /// By listening: a sentence a line
    Narrated,
}

/// What a stream can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Face {
    /// Whether it is a terminal.
    pub(crate) terminal: bool,
    /// Whether it takes colours.
    pub(crate) colour: bool,
    /// Whether it takes more than ASCII.
    pub(crate) unicode: bool,
    /// How many columns it has.
    pub(crate) width: usize,
    /// How it is taken in.
    pub(crate) voice: Voice,
}

/// Wider than any line: what is listened to is not broken.
const UNBROKEN: usize = 100_000;

impl Face {
    /// Judges a stream by what the environment says.
    fn judge(
        terminal: bool,
        width: Option<usize>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let said = |name: &str| variable(name).filter(|value| !value.is_empty());
        let dumb = said("TERM").is_some_and(|value| value == "dumb");
        let forced = said("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        let refused =
            said("NO_COLOR").is_some() || said("CLICOLOR").is_some_and(|value| value == "0");
        let colour = if said("NO_COLOR").is_some() {
            false
        } else {
            forced || (terminal && !dumb && !refused)
        };
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(said);
        let unicode = match locale.map(|locale| locale.to_ascii_lowercase()) {
            Some(locale) => locale.contains("utf-8") || locale.contains("utf8"),
            None => {
                !(terminal && said("TERM").is_some_and(|value| value == "linux" || value == "dumb"))
            }
        };
        let columns = said("COLUMNS").and_then(|value| value.parse().ok());
        let width = width.or(columns).unwrap_or(DEFAULT_WIDTH).clamp(40, 400);
        Self { terminal, colour, unicode, width, voice: Voice::Drawn }
    }

    /// How a screen is drawn on such a stream.
    pub(crate) fn style(self, examples: usize) -> Style {
        Style { color: self.colour, width: self.width, unicode: self.unicode, examples }
    }

    /// How rule files are shown on such a stream.
    fn theme(self) -> GraphicalTheme {
        match (self.unicode, self.colour) {
            (true, true) => GraphicalTheme::unicode(),
            (true, false) => GraphicalTheme::unicode_nocolor(),
            (false, true) => GraphicalTheme::ascii(),
            (false, false) => GraphicalTheme::none(),
        }
    }

    /// A diagnostic as text for such a stream.
    pub(crate) fn diagnose(self, diagnostic: &dyn Diagnostic) -> String {
        let mut text = String::new();
        if self.voice == Voice::Narrated {
            return match NarratableReportHandler::new().render_report(&mut text, diagnostic) {
                Ok(()) => text,
                Err(_) => format!("{diagnostic}\n"),
            };
        }
        let handler = GraphicalReportHandler::new_themed(self.theme())
            .with_links(false)
            .with_width(self.width);
        match handler.render_report(&mut text, diagnostic) {
            Ok(()) => text,
            Err(_) => format!("{diagnostic}\n"),
        }
    }
}

/// Standard output and standard error.
pub(crate) struct Console {
    stdout: Box<dyn Write>,
    stderr: Box<dyn Write>,
    /// Where a person answers; nothing where no person sits.
    stdin: Option<Box<dyn BufRead>>,
    /// What standard output can show.
    pub(crate) out: Face,
    /// What standard error can show.
    pub(crate) err: Face,
    /// True once the reader of standard output has gone away.
    closed: bool,
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console")
            .field("out", &self.out)
            .field("err", &self.err)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}

impl Console {
    /// The streams of this process.
    pub(crate) fn of_process() -> Self {
        let size = |of: &dyn Fn() -> Option<(terminal_size::Width, terminal_size::Height)>| {
            of().map(|(width, _)| usize::from(width.0))
        };
        let stdout = io::stdout();
        let stderr = io::stderr();
        let out_width = size(&|| terminal_size::terminal_size_of(io::stdout()));
        let err_width = size(&|| terminal_size::terminal_size_of(io::stderr()));
        let person = io::stdin().is_terminal() && stdout.is_terminal();
        Self {
            stdin: person.then(|| Box::new(io::BufReader::new(io::stdin())) as Box<dyn BufRead>),
            out: Face::judge(stdout.is_terminal(), out_width, variable),
            err: Face::judge(stderr.is_terminal(), err_width, variable),
            stdout: Box::new(stdout),
            stderr: Box::new(stderr),
            closed: false,
        }
    }

    /// Streams that end in memory.
    #[cfg(test)]
    pub(crate) fn in_memory(stdout: Box<dyn Write>, stderr: Box<dyn Write>) -> Self {
        let face = Face::judge(false, None, |_| None);
        Self { stdout, stderr, stdin: None, out: face, err: face, closed: false }
    }

    /// Streams that end in memory, and the lines that a person types.
    #[cfg(test)]
    pub(crate) fn with_answers(stdout: Box<dyn Write>, answers: &'static str) -> Self {
        let stdin: Box<dyn BufRead> = Box::new(answers.as_bytes());
        Self { stdin: Some(stdin), ..Self::in_memory(stdout, Box::new(io::sink())) }
    }

    /// Writes from now on for somebody who looks or listens.
    pub(crate) fn speak(&mut self, voice: Voice) {
        for face in [&mut self.out, &mut self.err] {
            face.voice = voice;
            if voice == Voice::Narrated {
                face.colour = false;
                face.width = UNBROKEN;
                // No bar is drawn for it.
                face.terminal = false;
            }
        }
    }

    /// Whether a person sits before it who can be asked.
    pub(crate) fn can_ask(&self) -> bool {
        self.stdin.is_some()
    }

    /// Asks, and gives the answer without blanks around it; `None` where nobody answers any more.
    ///
    /// # Errors
    /// If the question cannot be shown.
    pub(crate) fn ask(&mut self, question: &str) -> Result<Option<String>, CliError> {
        self.print(question)?;
        let mut answer = String::new();
        let Some(stdin) = &mut self.stdin else { return Ok(None) };
        match stdin.read_line(&mut answer) {
            Ok(0) | Err(_) => {
                self.print("\n")?;
                Ok(None)
            }
            Ok(_) => Ok(Some(answer.trim().to_owned())),
        }
    }

    /// Writes to standard output. A reader that has gone away is not an error: the rest is dropped.
    ///
    /// # Errors
    /// If the text cannot be written for another reason, such as a full disk.
    pub(crate) fn print(&mut self, text: &str) -> Result<(), CliError> {
        self.print_bytes(text.as_bytes())
    }

    /// Writes bytes to standard output, like [`Console::print`].
    ///
    /// # Errors
    /// If they cannot be written for another reason than a reader that has gone away.
    pub(crate) fn print_bytes(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        self.print_with(|stdout| stdout.write_all(bytes))
    }

    /// Lets something write to standard output by itself, like [`Console::print`].
    ///
    /// # Errors
    /// If it cannot be written for another reason than a reader that has gone away.
    pub(crate) fn print_with(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CliError> {
        if self.closed {
            return Ok(());
        }
        let stdout: &mut dyn Write = &mut self.stdout;
        match write(stdout).and_then(|()| self.stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            Err(source) => Err(CliError::Stdout { source }),
            Ok(()) => Ok(()),
        }
    }

    /// Writes a warning to standard error.
    pub(crate) fn warn(&mut self, text: &str) {
        let (start, end) = if self.err.colour { ("\u{1b}[33;1m", "\u{1b}[0m") } else { ("", "") };
        self.write_err(&format!("{start}warning{end}: {text}\n"));
    }

    /// Writes a text to standard error as it is.
    pub(crate) fn complain(&mut self, text: &str) {
        self.write_err(text);
    }

    /// Writes a diagnostic to standard error.
    pub(crate) fn diagnose(&mut self, diagnostic: &dyn Diagnostic) {
        let text = self.err.diagnose(diagnostic);
        self.write_err(&text);
    }

    /// Writes to standard error; there is nowhere left to complain if that fails.
    fn write_err(&mut self, text: &str) {
        drop(self.stderr.write_all(text.as_bytes()).and_then(|()| self.stderr.flush()));
    }
}

/// A variable of the environment, if it is there and is text.
pub(crate) fn variable(name: &str) -> Option<String> {
    variable_os(name).and_then(|value| value.into_string().ok())
}

/// A variable of the environment, if it is there.
pub(crate) fn variable_os(name: &str) -> Option<OsString> {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the environment")]
    std::env::var_os(name)
}

#[cfg(test)]
mod tests {
    use super::{Console, Face};
    use std::io::{self, Write};

    #[test]
    fn colour_follows_the_conventions() {
        colour(true, &[], true);
        colour(false, &[], false);
        colour(true, &[("TERM", "dumb")], false);
        colour(true, &[("NO_COLOR", "1")], false);
        colour(true, &[("NO_COLOR", "")], true);
        colour(true, &[("CLICOLOR", "0")], false);
        colour(false, &[("CLICOLOR_FORCE", "1")], true);
        colour(false, &[("CLICOLOR_FORCE", "0")], false);
        colour(false, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false);
    }

    #[test]
    fn unicode_follows_the_locale() {
        unicode(&[("LANG", "de_DE.UTF-8")], true);
        unicode(&[("LANG", "C")], false);
        unicode(&[("LC_ALL", "C.utf8"), ("LANG", "C")], true);
        unicode(&[("LC_ALL", ""), ("LANG", "en_US.UTF-8")], true);
        unicode(&[], true);
        unicode(&[("TERM", "linux")], false);
    }

    #[test]
    fn a_closed_pipe_is_quiet_and_a_full_disk_is_not() {
        let mut gone =
            Console::in_memory(Box::new(Broken(io::ErrorKind::BrokenPipe)), Box::new(io::sink()));
        assert!(gone.print("a").is_ok());
        assert!(gone.print("b").is_ok());
        let mut full =
            Console::in_memory(Box::new(Broken(io::ErrorKind::StorageFull)), Box::new(io::sink()));
        assert!(full.print("a").is_err());
    }

    /// A stream that fails in one way.
    struct Broken(io::ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    #[track_caller]
    fn colour(terminal: bool, variables: &[(&str, &str)], expected: bool) {
        assert_eq!(face(terminal, variables).colour, expected, "with {variables:?}");
    }

    #[track_caller]
    fn unicode(variables: &[(&str, &str)], expected: bool) {
        assert_eq!(face(true, variables).unicode, expected, "with {variables:?}");
    }

    fn face(terminal: bool, variables: &[(&str, &str)]) -> Face {
        Face::judge(terminal, None, |name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }
}
