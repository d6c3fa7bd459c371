//! Patterns of `like` and of regular expressions.

use crate::supabase::{error::DatabaseError, query::filter::Comparison};
use regex::{Regex, RegexBuilder};

/// A pattern that texts fit or not.
#[derive(Debug)]
pub(super) enum Pattern {
    /// Of `like`, letter by letter.
    Like {
        parts: Vec<Part>,
        any_case: bool,
    },
    Regex(Regex),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// `%`: any letters.
    Letters,
    /// `_`: one letter.
    Letter,
    This(char),
}

impl Pattern {
    pub(super) fn new(comparison: Comparison, text: &str) -> Result<Self, DatabaseError> {
        let any_case = matches!(comparison, Comparison::LikeAnyCase | Comparison::MatchAnyCase);
        if comparison.is_like() {
            let text = if any_case { text.to_lowercase() } else { text.to_owned() };
            return Ok(Self::Like { parts: parts(&text)?, any_case });
        }
        let regex = RegexBuilder::new(text).case_insensitive(any_case).dot_matches_new_line(true).build();
        regex.map(Self::Regex).map_err(|_| {
            DatabaseError::new("2201B", "invalid regular expression: the pattern cannot be read")
        })
    }

    pub(super) fn fits(&self, text: &str) -> bool {
        match self {
            Self::Regex(regex) => regex.is_match(text),
            Self::Like { parts, any_case } => {
                let text = if *any_case { text.to_lowercase() } else { text.to_owned() };
                fits(parts, &text.chars().collect::<Vec<_>>())
            }
        }
    }
}

fn parts(text: &str) -> Result<Vec<Part>, DatabaseError> {
    let mut parts = Vec::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        parts.push(match letter {
            '%' => Part::Letters,
            '_' => Part::Letter,
            '\\' => Part::This(letters.next().ok_or_else(|| {
                DatabaseError::new("22025", "LIKE pattern must not end with escape character")
            })?),
            letter => Part::This(letter),
        });
    }
    Ok(parts)
}

/// Whether letters fit a pattern: greedy, going back to the last `%` only.
fn fits(parts: &[Part], letters: &[char]) -> bool {
    let (mut part, mut letter) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while letter < letters.len() {
        match (parts.get(part), letters.get(letter)) {
            (Some(Part::Letters), _) => {
                back = Some((part + 1, letter));
                part += 1;
            }
            (Some(Part::Letter), _) => (part, letter) = (part + 1, letter + 1),
            (Some(Part::This(wanted)), Some(found)) if wanted == found => {
                (part, letter) = (part + 1, letter + 1);
            }
            _ => match &mut back {
                Some((after, from)) => {
                    *from += 1;
                    (part, letter) = (*after, *from);
                }
                None => return false,
            },
        }
    }
    parts.iter().skip(part).all(|part| *part == Part::Letters)
}
