//! Numbers and names in sentences.

/// `1 error`, `2 errors`.
pub(crate) fn many(count: usize, word: &str) -> String {
    match (count, word.strip_suffix('y')) {
        (1, _) => format!("1 {word}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        (_, None) => format!("{count} {word}s"),
    }
}

/// `` `a`, `b` and `c` ``
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_read_well() {
        assert_eq!(
            [many(1, "entity"), many(0, "entity"), many(2, "error")],
            ["1 entity", "0 entities", "2 errors"]
        );
        assert_eq!([list(["a"]), list(["a", "b", "c"])], ["`a`", "`a`, `b` and `c`"]);
    }
}
