//! Checked rules bound to the files at hand: which file holds which record set, which column which
//! field, which rules can run and why others cannot.
//!
//! This room evaluates no record; the only bytes it sees are those that recognise a file, and the manifests that say
//! what files claim to be.

mod reader;
mod recognise;
mod bound;
mod bind;
mod release;
mod delivery;
mod waiver;

pub use self::bind::{BindOptions, Twins, bind};
pub use self::bound::{BoundColumn, BoundFile, FileState, Plan, PlannedFile, Readiness};
pub use self::delivery::{Delivery, DeliveryList};
pub use self::reader::{CellReader, ReaderKind, ReaderProblem};
pub use self::recognise::{GENERIC, normalise, rival};
pub use self::release::{Claim, MANIFEST, ReleaseRequest};
pub use self::waiver::PlannedWaiver;
