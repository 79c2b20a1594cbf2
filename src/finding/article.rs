//! The article before a name.

/// Letters whose own names begin with a vowel: "an MBI", "an NPI".
const SPOKEN_WITH_VOWEL: &str = "aefhilmnorsx";
/// Names of two to four letters that are spelled out although they could be read as words.
const SPELLED: [&str; 7] = ["eu", "id", "ip", "mbi", "npi", "uk", "us"];

/// `a` or `an`, as the word after it is read aloud: "an email", "a us-ssn", "an npi".
#[must_use]
pub fn article(word: &str) -> &'static str {
    let first: String = word.chars().take_while(|char| char.is_alphabetic()).collect();
    let whole = first.to_lowercase();
    let capitals = first.chars().count() > 1 && first.chars().all(char::is_uppercase);
    let spelled = capitals
        || SPELLED.contains(&whole.as_str())
        || !whole.contains(['a', 'e', 'i', 'o', 'u', 'y', 'ä', 'ö', 'ü', 'é']);
    let Some(letter) = whole.chars().next() else {
        return if word.starts_with('8') { "an" } else { "a" };
    };
    let vowel = if spelled {
        SPOKEN_WITH_VOWEL.contains(letter)
    } else {
        let like_you = ["uni", "use", "usu", "eu", "one"];
        let silent = ["hour", "honest", "heir", "honour", "honor"];
        silent.iter().any(|start| whole.starts_with(start))
            || ("aeiouäöüé".contains(letter)
                && (whole.starts_with("unin")
                    || !like_you.iter().any(|start| whole.starts_with(start))))
    };
    if vowel { "an" } else { "a" }
}

#[cfg(test)]
mod tests {
    use super::article;

    #[test]
    fn names_are_read_aloud() {
        check(
            "an",
            &["email", "identifier", "npi", "NPI", "MRN", "SSN", "iban", "hour", "8-digit code"],
        );
        check("an", &["unusual value", "uninsured patient", "x-ray", "address", "id"]);
        check(
            "a",
            &["us-ssn", "us-npi", "uk-nhs", "phone", "date", "unit", "user", "UTF-8 file", "one"],
        );
        check("a", &["", "7-digit code", "code", "DNR", "time"]);
    }

    #[track_caller]
    fn check(expected: &str, words: &[&str]) {
        for word in words {
            assert_eq!(article(word), expected, "before {word:?}");
        }
    }
}
