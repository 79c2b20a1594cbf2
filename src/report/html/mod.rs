//! The audit as one page for a browser: a file that fetches nothing, for people to look at, work from, print and hand out.
//!
//! Everything stands in the markup; the script only sorts and filters the list of deficiencies, so that the page is whole without
//! it. The style and the script are the only ones that the page's policy allows, by their digests. No text of a report
//! means anything in the page: it is escaped where it is written, and neutralised as a whole at the end.

mod policy;
mod mark;
mod figure;
mod summary;
mod gap;
mod deficiency;
mod rule;
mod input;
mod earlier;
mod evidence;
mod page;

pub(crate) use self::page::render;
