//! Patterns of `LIKE`, compiled.

use crate::expr::typed::{LikePart, LikePattern};

/// The parts of a pattern; or what is wrong with it, and how to put it right.
pub(super) fn compile(
    text: &str,
    escape: Option<char>,
) -> Result<LikePattern, (&'static str, &'static str)> {
    let mut parts = Vec::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if Some(letter) == escape {
            match letters.next() {
                Some(next) if next == '%' || next == '_' || Some(next) == escape => {
                    push(&mut parts, next);
                }
                Some(_) => {
                    return Err((
                        "the escape of LIKE stands before an ordinary character",
                        "escape only %, _ and the escape itself",
                    ));
                }
                None => {
                    return Err((
                        "the pattern of LIKE ends in its escape",
                        "write the escape twice for the character itself",
                    ));
                }
            }
        } else {
            match letter {
                // Two in a row mean no more than one.
                '%' if parts.last() == Some(&LikePart::Any) => {}
                '%' => parts.push(LikePart::Any),
                '_' => parts.push(LikePart::One),
                _ => push(&mut parts, letter),
            }
        }
    }
    Ok(LikePattern { parts })
}

fn push(parts: &mut Vec<LikePart>, letter: char) {
    match parts.last_mut() {
        Some(LikePart::Text(text)) => text.push(letter),
        _ => parts.push(LikePart::Text(letter.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::compile;
    use crate::expr::typed::LikePart::{Any, One, Text};

    #[test]
    fn patterns_become_parts() {
        let check = |text: &str, escape, expected: Result<Vec<_>, &str>| {
            let parts =
                compile(text, escape).map(|pattern| pattern.parts).map_err(|(message, _)| message);
            assert_eq!(parts, expected, "{text}");
        };
        check("", None, Ok(vec![]));
        check(
            "a%%b_c",
            None,
            Ok(vec![Text("a".into()), Any, Text("b".into()), One, Text("c".into())]),
        );
        check(r"a\_b", None, Ok(vec![Text(r"a\".into()), One, Text("b".into())]));
        check("a!_b!!%", Some('!'), Ok(vec![Text("a_b!".into()), Any]));
        check("é_", None, Ok(vec![Text("é".into()), One]));
        check("a!", Some('!'), Err("the pattern of LIKE ends in its escape"));
        check("a!b", Some('!'), Err("the escape of LIKE stands before an ordinary character"));
    }
}
