//! Orders: `order=total.desc.nullslast,id`.

use super::{
    field::{Field, field},
    input::Input,
};
use crate::supabase::error::Refusal;

/// By what rows are ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) field: Field,
    pub(crate) is_descending: bool,
    /// Whether nulls come first; by default they do in descending orders.
    pub(crate) nulls_first: bool,
}

pub(super) fn order(text: &str) -> Result<Vec<Term>, Refusal> {
    let mut input = Input::new("order", text);
    let mut terms = Vec::new();
    loop {
        let field = field(&mut input)?;
        if input.peek() == Some('(') {
            return Err(Refusal::lacks("orders by related tables"));
        }
        terms.push(term(&mut input, field)?);
        input.skip_blanks();
        if !input.take(",") {
            break;
        }
    }
    if !input.is_at_end() {
        return Err(input.stop("\",\" or end of input").into());
    }
    Ok(terms)
}

fn term(input: &mut Input<'_>, field: Field) -> Result<Term, Refusal> {
    let is_descending = input.take(".desc");
    let has_direction = is_descending || input.take(".asc");
    let nulls_first = if input.take(".nullsfirst") {
        Some(true)
    } else if input.take(".nullslast") {
        Some(false)
    } else {
        None
    };
    if input.peek() == Some('.') {
        input.next();
        let nulls = "\"nullsfirst\" or \"nullslast\"";
        let expected = if has_direction { nulls.to_owned() } else { format!("\"asc\", \"desc\", {nulls}") };
        return Err(input.stop(&expected).into());
    }
    if !input.is_at_end() && !matches!(input.peek(), Some(',' | ' ')) {
        let expected = match (nulls_first, has_direction) {
            (Some(_), _) => "\",\" or end of input",
            (None, true) => "delimiter (.), \",\" or end of input",
            (None, false) => "letter, digit, \"-\", \"->>\", \"->\", delimiter (.), \",\" or end of input",
        };
        return Err(input.stop(expected).into());
    }
    Ok(Term { field, is_descending, nulls_first: nulls_first.unwrap_or(is_descending) })
}
