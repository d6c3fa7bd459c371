//! A statement as words.

use crate::quickbooks::fault::{Fault, Outcome};

/// A word of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// A keyword, a name, a number.
    Bare(String),
    /// A value between apostrophes.
    Quoted(String),
    /// `=`, `<=`, `(`, `,`, `*` ...
    Sign(&'static str),
}

const SIGNS: [&str; 10] = ["<=", ">=", "!=", "=", "<", ">", "(", ")", ",", "*"];

/// Splits a statement. An apostrophe within a value is written `\'`, a backslash `\\`.
pub(super) fn words(statement: &str) -> Outcome<Vec<Word>> {
    let mut words = Vec::new();
    let mut rest = statement;
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else {
            return Ok(words);
        };
        if let Some(after) = rest.strip_prefix('\'') {
            let (value, after) = quoted(after)?;
            words.push(Word::Quoted(value));
            rest = after;
        } else if let Some((sign, after)) =
            SIGNS.iter().find_map(|&sign| Some((sign, rest.strip_prefix(sign)?)))
        {
            words.push(Word::Sign(sign));
            rest = after;
        } else if is_bare(first) {
            let end = rest.find(|c| !is_bare(c)).unwrap_or(rest.len());
            let (bare, after) = rest.split_at(end);
            words.push(Word::Bare(bare.to_owned()));
            rest = after;
        } else {
            return Err(Fault::query_syntax(format!("Encountered \"{first}\"")));
        }
    }
}

fn is_bare(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.' | '-')
}

fn quoted(text: &str) -> Outcome<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' => return Ok((value, characters.as_str())),
            '\\' => match characters.next() {
                Some(escaped @ ('\'' | '\\')) => value.push(escaped),
                Some(other) => {
                    value.push('\\');
                    value.push(other);
                }
                None => break,
            },
            other => value.push(other),
        }
    }
    Err(Fault::query_syntax("Encountered <EOF> within a value"))
}
