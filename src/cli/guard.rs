//! A bug of this program ends in one honest message, without a word from a record.

use std::io::Write as _;
use std::panic::{self, PanicHookInfo, UnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cli::ExitCode;

/// Whether a panic was already reported; several threads may fail on the same bug.
static REPORTED: AtomicBool = AtomicBool::new(false);

/// Replaces the message of a panic, which may quote data, by the place in the source.
pub(crate) fn install() {
    panic::set_hook(Box::new(|info| {
        if !REPORTED.swap(true, Ordering::SeqCst) {
            drop(std::io::stderr().write_all(message(info).as_bytes()));
        }
    }));
}

/// Runs the program, and turns a panic into [`ExitCode::Internal`].
pub(crate) fn run(program: impl FnOnce() -> ExitCode + UnwindSafe) -> ExitCode {
    panic::catch_unwind(program).unwrap_or(ExitCode::Internal)
}

/// What a person sees of a panic.
fn message(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map_or_else(
        || "an unknown place".to_owned(),
        |location| format!("{}:{}:{}", location.file(), location.line(), location.column()),
    );
    format!(
        "error: this is a bug in chartaudit {} at {place}\n  \
         The audit is not complete and no verdict was reached. This message holds nothing from your \
         records;\n  please report it together with the command line.\n",
        env!("CARGO_PKG_VERSION")
    )
}

#[cfg(test)]
mod tests {
    use super::{ExitCode, message, run};
    use std::panic;
    use std::sync::{Arc, Mutex};

    #[test]
    fn a_panic_is_an_internal_error_without_its_payload() {
        let seen = Arc::new(Mutex::new(String::new()));
        let sink = Arc::clone(&seen);
        let before = panic::take_hook();
        let here = std::thread::current().id();
        panic::set_hook(Box::new(move |info| {
            if std::thread::current().id() == here {
                *sink.lock().unwrap() = message(info);
            } else {
                before(info);
            }
        }));
        let code = run(|| panic!("CANARY {}", 7));
        drop(panic::take_hook());
        assert_eq!(code, ExitCode::Internal);
        let seen = seen.lock().unwrap();
        assert!(seen.contains("guard.rs:"), "{seen}");
        assert!(seen.contains(env!("CARGO_PKG_VERSION")), "{seen}");
        assert!(!seen.contains("CANARY"), "{seen}");
    }

    #[test]
    fn without_a_panic_the_code_is_the_programs() {
        assert_eq!(run(|| ExitCode::Incomplete), ExitCode::Incomplete);
    }
}
