//! Ctrl-C: the first asks for an honest partial report, the second stops at once.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cli::ExitCode;

/// Raised by the first interrupt.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Whether the handler stands; a process has only one.
static INSTALLED: OnceLock<bool> = OnceLock::new();

/// Starts to listen, and gives the flag that the first interrupt raises.
///
/// Where no handler can be installed the flag stays down and an interrupt ends the process as usual.
pub(crate) fn listen() -> &'static AtomicBool {
    INSTALLED.get_or_init(|| ctrlc::set_handler(interrupt).is_ok());
    &INTERRUPTED
}

/// What an interrupt does.
fn interrupt() {
    if INTERRUPTED.swap(true, Ordering::SeqCst) {
        #[expect(
            clippy::exit,
            reason = "the second interrupt asks to stop at once, whatever runs"
        )]
        std::process::exit(i32::from(ExitCode::Interrupted.number()));
    }
}
