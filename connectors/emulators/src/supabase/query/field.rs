//! Fields: a column, or a place within its JSON.

use super::input::{Input, Read};

/// A column with the way to a place within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) column: String,
    pub(crate) path: Vec<Step>,
}

/// One step into JSON: `->key`, `->>key`, `->1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// `->>`: the result is a text.
    pub(crate) is_text: bool,
    pub(crate) at: At,
}

/// A member or an element; elements from the end have negative numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Key(String),
    Index(i32),
}

/// Letters of a name. Blanks within a name belong to it.
fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | ' ' | '$')
}

/// A name: quoted, or letters with single dashes between.
pub(super) fn name(input: &mut Input<'_>) -> Read<String> {
    if input.peek() == Some('"') {
        return input.quoted();
    }
    let mut name = input.take_while(is_of_name).trim().to_owned();
    if name.is_empty() {
        return Err(input.stop("field name (* or [a..z0..9_$])"));
    }
    loop {
        let place = input.place();
        if !input.take("-") || input.peek() == Some('>') {
            input.back_to(place);
            return Ok(name);
        }
        name.push('-');
        name.push_str(input.take_while(is_of_name).trim());
    }
}

/// A field with its way into JSON.
pub(super) fn field(input: &mut Input<'_>) -> Read<Field> {
    input.skip_blanks();
    let column = name(input)?;
    let mut path = Vec::new();
    loop {
        let is_text = if input.take("->>") {
            true
        } else if input.take("->") {
            false
        } else {
            break;
        };
        path.push(Step { is_text, at: at(input)? });
    }
    input.skip_blanks();
    Ok(Field { column, path })
}

fn at(input: &mut Input<'_>) -> Read<At> {
    if input.peek() == Some('"') {
        return input.quoted().map(At::Key);
    }
    let place = input.place();
    let is_negative = input.take("-");
    let digits = input.take_while(|letter| letter.is_ascii_digit());
    let ends = input.is_at_end() || matches!(input.peek(), Some('-' | ':' | '.' | ',' | ')'));
    if let Ok(number) = digits.parse::<i32>()
        && ends
    {
        return Ok(At::Index(if is_negative { -number } else { number }));
    }
    if is_negative {
        return Err(input.stop("digit"));
    }
    input.back_to(place);
    let mut key = String::new();
    while let Some(letter) = input.peek() {
        if matches!(letter, '(' | ':' | '.' | ',' | '>' | ')') {
            break;
        }
        let place = input.place();
        input.next();
        if letter == '-' && input.peek() == Some('>') {
            input.back_to(place);
            break;
        }
        key.push(letter);
    }
    if key.is_empty() {
        return Err(input.stop("any non reserved character different from: .,>()"));
    }
    Ok(At::Key(key.trim().to_owned()))
}
