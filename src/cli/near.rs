//! "Did you mean": the known name most like a wrong one.

/// The name most like `wrong`, if one is like it at all; the earlier of two that are equally alike.
pub(crate) fn closest<'a>(
    wrong: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for name in names {
        let likeness = likeness(&wrong, name);
        if likeness > 0.78 && best.is_none_or(|(so_far, _)| likeness > so_far) {
            best = Some((likeness, name));
        }
    }
    best.map(|(_, name)| name)
}

/// How alike two names are; a rule is also known by the part after its family, which counts for more than that.
fn likeness(wrong: &str, name: &str) -> f64 {
    let alike = strsim::jaro_winkler;
    match (wrong.split_once('/'), name.split_once('/')) {
        (Some((wrong_family, wrong_tail)), Some((family, tail))) => {
            0.2 * alike(wrong_family, family) + 0.8 * alike(wrong_tail, tail)
        }
        (None, Some((_, tail))) => alike(wrong, name).max(alike(wrong, tail)),
        _ => alike(wrong, name),
    }
}

#[cfg(test)]
mod tests {
    use super::closest;

    const NAMES: [&str; 4] = [
        "retention/purged-before-term",
        "retention/kept-too-long",
        "completeness/unsigned-note",
        "confidentiality/ssn-in-free-text",
    ];

    #[test]
    fn a_near_name_is_found() {
        check("retention/purged-befor-term", Some(NAMES[0]));
        check("kept-to-long", Some(NAMES[1]));
        check("Completeness/Unsigned-Notes", Some(NAMES[2]));
        check("ssn-in-freetext", Some(NAMES[3]));
        check("completeness/zebra", None);
        check("zebra", None);
        check("", None);
    }

    #[track_caller]
    fn check(wrong: &str, expected: Option<&str>) {
        assert_eq!(closest(wrong, NAMES), expected, "near {wrong:?}");
    }
}
