//! What is selected: `select=id,amount:total::text,raw->billing->>city`.

use super::{
    field::{At, Field, Step, field, name},
    input::Input,
};
use crate::supabase::{error::Refusal, tables::kind::Kind};

/// One selected column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// `*`.
    Everything,
    One {
        field: Field,
        cast: Option<Kind>,
        alias: Option<String>,
    },
}

/// What is expected after a column.
const AFTER: &str = "letter, digit, \"-\", \"->>\", \"->\", \"::\", \".\", \")\", \",\" or end of input";

pub(super) fn select(text: &str) -> Result<Vec<Item>, Refusal> {
    let mut input = Input::new("select parameter", text);
    let mut items = Vec::new();
    if text.is_empty() {
        return Ok(items);
    }
    loop {
        input.skip_blanks();
        items.push(item(&mut input)?);
        input.skip_blanks();
        if !input.take(",") {
            break;
        }
    }
    if !input.is_at_end() {
        return Err(input.stop(AFTER).into());
    }
    Ok(items)
}

fn item(input: &mut Input<'_>) -> Result<Item, Refusal> {
    if input.take("*") {
        return Ok(Item::Everything);
    }
    if input.take("...") {
        return Err(Refusal::lacks("related tables in `select`"));
    }
    let place = input.place();
    let mut alias = name(input).ok();
    if !(alias.is_some() && input.peek() == Some(':') && input.take(":") && input.peek() != Some(':')) {
        alias = None;
        input.back_to(place);
    }
    let field = field(input)?;
    match input.peek() {
        Some('(') if field.column == "count" => return Err(Refusal::lacks("aggregates")),
        Some('(' | '!') => return Err(Refusal::lacks("related tables in `select`")),
        Some('.') => return Err(Refusal::lacks("aggregates")),
        _ => {}
    }
    let cast = if input.take("::") {
        let word = input.take_while(|letter| letter.is_alphanumeric() || matches!(letter, '_' | ' ' | '$'));
        if word.is_empty() {
            return Err(input.stop("letter or digit").into());
        }
        Some(Kind::named(&word).ok_or_else(|| Refusal::lacks(&format!("casts to `{}`", word.trim())))?)
    } else {
        None
    };
    // A place within JSON is called by its last key.
    let alias = alias.or_else(|| last_key(&field.path));
    Ok(Item::One { field, cast, alias })
}

fn last_key(path: &[Step]) -> Option<String> {
    path.iter().rev().find_map(|step| match &step.at {
        At::Key(key) => Some(key.clone()),
        At::Index(_) => None,
    })
}
