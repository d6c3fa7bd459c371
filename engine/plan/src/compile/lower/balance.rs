//! What an assert of the form `left == right` is out of balance by, as a script.

use crate::mapping::Script;

/// The script `(right) - (left)`; nothing when the condition is no single comparison for equality.
pub(super) fn difference(that: &Script) -> Option<Script> {
    let (left, right) = sides(&that.text)?;
    Some(Script { text: format!("({right}) - ({left})"), lines: Vec::new(), ..that.clone() })
}

/// The two sides of the only `==` outside of brackets and texts. Comments, further comparisons and several
/// statements give nothing: what lies between them could be cut wrongly.
fn sides(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0usize;
    let mut quote = None;
    let mut found = None;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        match (quote, letter) {
            (Some(_), '\\') => drop(letters.next()),
            (Some(open), _) if open == letter => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(letter),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.checked_sub(1)?,
            (None, '/') if matches!(next, Some('/' | '*')) => return None,
            (None, ';' | '<' | '>' | '!' | '&' | '|') if depth == 0 => return None,
            (None, '=') if depth == 0 => {
                if next != Some('=') || found.replace(at).is_some() {
                    return None;
                }
                letters.next();
            }
            _ => {}
        }
    }
    let at = found.filter(|_| depth == 0 && quote.is_none())?;
    let (left, right) = (text.get(..at)?.trim(), text.get(at + 2..)?.trim());
    (!left.is_empty() && !right.is_empty()).then_some((left, right))
}

#[cfg(test)]
mod tests {
    use super::sides;

    #[test]
    fn only_a_single_comparison_for_equality_has_two_sides() {
        assert_eq!(
            sides("sum(t.L.map(|l| l.A == 1)) + x == r.total"),
            Some(("sum(t.L.map(|l| l.A == 1)) + x", "r.total"))
        );
        assert_eq!(sides("f(\"a == \\\" b\") == `==`"), Some(("f(\"a == \\\" b\")", "`==`")));
        for none in [
            "a",
            "a != b",
            "a == b == c",
            "a == b && c",
            "let x = 1; x == a",
            "a == b // c",
            "a <= b",
            "(a == b)",
            "a ==",
            "a = b",
            "(a == b",
        ] {
            assert_eq!(sides(none), None, "{none}");
        }
    }
}
