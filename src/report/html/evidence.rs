//! What the audit stands on: enough for somebody else to run it again and compare.

use maud::{Markup, html};

use super::mark;
use crate::report::json::v1::{Digest, Input, Masking, Pack, Report, Waiver, WaiverState};
use crate::report::screen::{counted, length, number};

pub(super) fn section(report: &Report) -> Markup {
    let provenance = &report.provenance;
    html! {
        section #evidence aria-labelledby="evidence-title" {
            h2 #evidence-title { "Evidence" }
            (run(report))
            (packs(&provenance.packs))
            (parameters(&provenance.packs))
            (changes(report))
            (waivers(report))
            (digests(report))
            (files(&report.inputs))
            (manual(report))
            h3 { "What this report is not" }
            p { (report.notice) }
        }
    }
}

/// How the audit was run.
fn run(report: &Report) -> Markup {
    let provenance = &report.provenance;
    let masking = match provenance.masking {
        Masking::On => "every value",
        Masking::KeysRevealed => "values; record keys and assignees are in clear",
        Masking::ValuesRevealed => "nothing: keys and values are in clear",
    };
    let site_key = match (&provenance.site_key_name, provenance.site_key) {
        (Some(name), _) => {
            format!("key {name}: tags and fingerprints can be matched with other reports under it")
        }
        (None, true) => "tags and fingerprints are keyed".to_owned(),
        (None, false) => "none: findings cannot be matched with other reports".to_owned(),
    };
    let selection = if provenance.selection.is_empty() {
        "all rules of the packs"
    } else {
        &provenance.selection
    };
    html! {
        h3 { "The run" }
        dl.facts {
            dt { "As of" } dd { (report.as_of) }
            dt { "Program" } dd { (report.tool.name) " " (report.tool.version) ", report " code { (report.schema) } }
            dt { "Exit code" } dd { (report.exit_code) ": " (mark::prose(&report.exit_reason)) }
            @if let Some(facility) = &provenance.facility { dt { "Facility" } dd { (facility) } }
            dt { "Jurisdictions" }
            dd { (if provenance.jurisdictions.is_empty() { "none named".to_owned() } else { provenance.jurisdictions.join(", ") }) }
            dt { "Rules selected" } dd { (selection) }
            dt { "Fails on" } dd { (provenance.fail_on) " and above" }
            @if let Some(release) = &provenance.release {
                dt { "Said to be" }
                dd {
                    (release.kind.name()) ", " (release.said_by.words())
                    @if let Some(purpose) = &release.purpose { ", made for " (purpose) }
                }
            }
            dt { "Time zone" } dd { (provenance.time_zone) ", where no source says another" }
            dt { "Masked" } dd { (masking) }
            dt { "Site key" } dd { (site_key) }
            @if provenance.fictional_report { dt { "Fictional identifiers" } dd { "reported like real ones" } }
            @if let Some(layout) = &provenance.layout { dt { "Layouts used" } dd { (layout) } }
        }
    }
}

fn packs(packs: &[Pack]) -> Markup {
    html! {
        h3 #packs-run-title { "Rule packs" }
        div.wide role="group" aria-labelledby="packs-run-title" tabindex="0" {
            table {
                caption.aside { "The packs whose rules are in this audit" }
                thead {
                    tr { @for name in ["Pack", "Version", "Runs in", "From", "BLAKE3 of its files"] { th scope="col" { (name) } } }
                }
                tbody {
                    @for pack in packs {
                        tr {
                            th scope="row" { (pack.title) span.id { (pack.pack) } }
                            td { (pack.version) }
                            td {
                                (pack.jurisdiction.as_deref().unwrap_or("every place"))
                                @if let Some(facility) = &pack.facility { ", " (facility) }
                            }
                            td { (if pack.shipped { "this program" } else { "files of the site" }) }
                            td { (digest(&pack.blake3)) }
                        }
                    }
                }
            }
        }
    }
}

fn parameters(packs: &[Pack]) -> Markup {
    html! {
        @if packs.iter().any(|pack| !pack.params.is_empty()) {
            h3 #parameters-title { "Parameters" }
            div.wide role="group" aria-labelledby="parameters-title" tabindex="0" {
                table {
                    caption.aside { "Parameters in force" }
                    thead { tr { @for name in ["Parameter", "Pack", "Value", "From"] { th scope="col" { (name) } } } }
                    tbody {
                        @for pack in packs {
                            @for param in &pack.params {
                                tr {
                                    th scope="row" { code { (param.name) } }
                                    td { (pack.pack) }
                                    td.long { (param.value) @if let Some(unit) = &param.unit { " " (unit) } }
                                    td { @if param.changed { strong { "changed by the site" } } @else { "the pack" } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What the project file changes: tailoring, identifiers of the site, and what may stand.
fn changes(report: &Report) -> Markup {
    let provenance = &report.provenance;
    html! {
        h3 { "Tailoring" }
        @if provenance.tailoring_left_out {
            p { "Changes to rules and allowances of the project file were left out, for an inspection." }
        }
        @else if provenance.tailoring.is_empty() { p { "No rule was changed by the project file." } }
        @else {
            dl.facts {
                @for change in &provenance.tailoring {
                    dt { code { (change.rule) } }
                    dd { (change.change) ": " (mark::prose(&change.reason)) }
                }
            }
        }
        @if !provenance.site_patterns.is_empty() {
            h3 { "Identifiers that the site adds" }
            dl.facts {
                @for pattern in &provenance.site_patterns {
                    dt { code { (pattern.name) } }
                    dd { (pattern.title) @if let Some(replaces) = &pattern.replaces { ", in place of " code { (replaces) } } }
                }
            }
        }
        @if !provenance.allowances.is_empty() {
            h3 #allowances-title { "What the site lets stand" }
            div.wide role="group" aria-labelledby="allowances-title" tabindex="0" {
                table {
                    caption.aside { "Identifiers that the project file lets stand" }
                    thead { tr { @for name in ["No.", "What", "Detector", "Why", "Until", "Spans"] { th scope="col" { (name) } } } }
                    tbody {
                        @for allowance in &provenance.allowances {
                            tr {
                                th scope="row" { (allowance.number) }
                                td { (allowance.what.name()) }
                                td { (allowance.detector.as_deref().unwrap_or("any")) }
                                td { (mark::prose(&allowance.reason)) }
                                td {
                                    (allowance.until.as_deref().unwrap_or("without an end"))
                                    @if allowance.expired { " " strong { "expired" } }
                                }
                                td.number { (number(allowance.spans)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The waivers, and how each stands.
fn waivers(report: &Report) -> Markup {
    let source = report.provenance.waivers.as_ref();
    html! {
        h3 #waivers { "Waivers" }
        @match source {
            None => { p { "No violation is waived: there is no file of waivers." } }
            Some(source) if !source.applied => { p { "The waivers in " (source.name) " were left out: every violation counts." } }
            Some(source) => {
                p.note { (counted(length(&report.waivers), "waiver", "waivers")) " in " (source.name) ". Waived violations are found and counted like others." }
                @if !report.waivers.is_empty() {
                    div.wide role="group" aria-labelledby="waivers" tabindex="0" {
                        table {
                            caption.aside { "Waivers, what each excuses, and until when" }
                            thead {
                                tr {
                                    @for name in ["No.", "Rule and what is excused", "Violations", "State", "Until", "Why", "Owner", "Approved"] {
                                        th scope="col" { (name) }
                                    }
                                }
                            }
                            tbody { @for waiver in &report.waivers { (waived(waiver)) } }
                        }
                    }
                }
            }
        }
    }
}

/// One waiver.
fn waived(waiver: &Waiver) -> Markup {
    let class = match waiver.state {
        WaiverState::InForce => "pass",
        WaiverState::Expired => "fail",
        WaiverState::NotYet | WaiverState::NotJudged => "other",
        WaiverState::Unused | WaiverState::NoSiteKey | WaiverState::ExpiresSoon => "gap",
    };
    html! {
        tr id={ "waiver-" (waiver.number) } {
            th scope="row" { (waiver.number) }
            td { code { (waiver.rule) } p.faint { (waiver.scope.words()) } }
            td.number { (number(waiver.violations)) }
            td { span class={ "badge " (class) } { (mark::sign(class)) (waiver.state.words()) } }
            td.day { (waiver.expires) }
            td { (mark::prose(&waiver.reason)) @if let Some(evidence) = &waiver.evidence { p.faint { (evidence) } } }
            td { (waiver.owner) }
            td { (waiver.approved_by) p.faint.day { (waiver.approved_on) } }
        }
    }
}

/// What was in force besides the packs.
fn digests(report: &Report) -> Markup {
    let provenance = &report.provenance;
    let named = |what, file: &'_ Digest| (what, file.name.clone(), file.blake3.clone());
    let mut files = vec![named("dictionary", &provenance.dictionary)];
    files.extend(provenance.layouts.iter().map(|layout| named("layout or schedule", layout)));
    files.extend(provenance.config.iter().map(|config| named("project file", config)));
    files.extend(provenance.release_manifest.iter().map(|file| named("release manifest", file)));
    let waivers = provenance.waivers.iter();
    files.extend(waivers.map(|file| ("waivers", file.name.clone(), file.blake3.clone())));
    html! {
        h3 #digests-title { "Other files in force" }
        div.wide role="group" aria-labelledby="digests-title" tabindex="0" {
            table {
                caption.aside { "Dictionary, layouts and settings, and their digests" }
                thead { tr { @for name in ["File", "What it is", "BLAKE3"] { th scope="col" { (name) } } } }
                tbody {
                    @for (what, name, blake3) in &files {
                        tr { th scope="row" { (name) } td { (what) } td { (digest(blake3)) } }
                    }
                }
            }
        }
    }
}

/// The inputs as they can be compared with, and how each was understood.
fn files(inputs: &[Input]) -> Markup {
    html! {
        h3 #files-title { "Input files" }
        div.wide role="group" aria-labelledby="files-title" tabindex="0" {
            table {
                caption.aside { "Input files, how each was understood, and their digests" }
                thead { tr { @for name in ["File", "Bytes", "BLAKE3", "Detected", "Columns"] { th scope="col" { (name) } } } }
                tbody {
                    @for input in inputs {
                        tr {
                            th scope="row" { (input.path) }
                            td.number { (number(input.bytes)) }
                            td { @match &input.blake3 { Some(text) => { (digest(text)) } None => { "not read whole" } } }
                            td {
                                (input.format)
                                @for (what, how) in &input.dialect { ", " (what) " " (how) }
                                @if let Some(layout) = &input.layout { ", layout " (layout) }
                            }
                            td { (columns(input)) }
                        }
                    }
                }
            }
        }
    }
}

/// Which columns are read, and which nobody placed.
fn columns(input: &Input) -> Markup {
    html! {
        @if !input.bound.is_empty() {
            details {
                summary { (counted(u64::try_from(input.bound.len()).unwrap_or(u64::MAX), "field", "fields")) " bound" }
                ul.plain {
                    @for (field, header) in &input.bound {
                        li { (field) @if field != header { " from " (header) } }
                    }
                }
            }
        }
        @if !input.unbound.is_empty() {
            p { (counted(length(&input.unbound), "column", "columns")) " not placed: " (input.unbound.join(", ")) }
        }
    }
}

/// What data cannot show.
fn manual(report: &Report) -> Markup {
    let controls = &report.provenance.not_checkable;
    html! {
        @if !controls.is_empty() {
            h3 #manual { "Controls that data cannot show" }
            p.note { "Nobody is to take them for checked: they need people." }
            @for pack in controls {
                h4 { (pack.pack) }
                ul.controls { @for control in &pack.controls { li { (mark::prose(control)) } } }
            }
        }
    }
}

/// A digest, which may be broken anywhere.
fn digest(text: &str) -> Markup {
    html! { code.digest { (text) } }
}
