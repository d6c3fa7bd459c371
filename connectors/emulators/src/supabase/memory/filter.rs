//! Filters over rows, in the three values of SQL: true, false, and unknown where a null is involved.

use super::{
    access::{Access, NO_OPERATOR},
    cell::Cell,
    parse,
    pattern::Pattern,
    store::Row,
};
use crate::supabase::{
    error::DatabaseError,
    query::filter::{Comparison, Condition, Is, Operator, Quantifier, Test},
    tables::{kind::Kind, table::Table},
};
use serde_json::Value;

/// A condition whose columns are known and whose values are read.
#[derive(Debug)]
pub(super) enum Check {
    All(Vec<Check>),
    Any(Vec<Check>),
    Not(Box<Check>),
    Test(Access, Op),
}

#[derive(Debug)]
pub(super) enum Op {
    Compare(Comparison, Quantified<Cell>),
    Pattern(Quantified<Pattern>),
    NotEqual(Cell),
    Is(Is),
    Distinct(Cell),
    Contains(Cell),
    Contained(Cell),
    Overlaps(Cell),
}

/// One value, or several of which any or all must fit.
#[derive(Debug)]
pub(super) struct Quantified<T> {
    needs_all: bool,
    values: Vec<T>,
}

impl Check {
    /// All conditions together.
    pub(super) fn all(table: &Table, conditions: &[Condition]) -> Result<Self, DatabaseError> {
        conditions.iter().map(|condition| Self::of(table, condition)).collect::<Result<_, _>>().map(Self::All)
    }

    fn of(table: &Table, condition: &Condition) -> Result<Self, DatabaseError> {
        let several = |conditions: &[Condition]| {
            conditions.iter().map(|condition| Self::of(table, condition)).collect::<Result<Vec<_>, _>>()
        };
        Ok(match condition {
            Condition::All(conditions) => Self::All(several(conditions)?),
            Condition::Any(conditions) => Self::Any(several(conditions)?),
            Condition::Not(inner) => Self::Not(Box::new(Self::of(table, inner)?)),
            Condition::Test(Test { field, operator }) => {
                let access = Access::find(table, field)?;
                let op = op(operator, &access.kind)?;
                Self::Test(access, op)
            }
        })
    }

    /// Whether a row is meant: unknown is not enough.
    pub(super) fn admits(&self, row: &Row) -> bool {
        self.judge(row) == Some(true)
    }

    /// The values of one column of which a row must have one; nothing where any row may be meant.
    pub(super) fn candidates(&self) -> Option<(usize, &[Cell])> {
        match self {
            Self::All(checks) => checks.iter().find_map(Self::candidates),
            Self::Test(access, Op::Compare(Comparison::Equal, Quantified { needs_all: false, values })) => {
                Some((access.whole_column()?, values))
            }
            _ => None,
        }
    }

    fn judge(&self, row: &Row) -> Option<bool> {
        match self {
            Self::All(checks) => all(checks.iter().map(|check| check.judge(row))),
            Self::Any(checks) => any(checks.iter().map(|check| check.judge(row))),
            Self::Not(inner) => inner.judge(row).map(|held| !held),
            Self::Test(access, op) => op.judge(&access.of(row)),
        }
    }
}

fn all(mut judged: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let folded = judged.try_fold(Some(true), |held, next| match next {
        Some(false) => Err(()),
        None => Ok(None),
        Some(true) => Ok(held),
    });
    folded.unwrap_or(Some(false))
}

fn any(judged: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    all(judged.map(|held| held.map(|held| !held))).map(|held| !held)
}

impl<T> Quantified<T> {
    fn judge(&self, fits: impl Fn(&T) -> Option<bool>) -> Option<bool> {
        if self.needs_all { all(self.values.iter().map(fits)) } else { any(self.values.iter().map(fits)) }
    }
}

impl Op {
    fn judge(&self, cell: &Cell) -> Option<bool> {
        match self {
            Self::Is(is) => return Some(is_so(*is, cell)),
            Self::Distinct(value) => return Some(cell != value),
            _ => {}
        }
        if cell.is_null() {
            // A comparison with the elements of an empty list is decided without the value.
            return match self {
                Self::Compare(_, quantified) if quantified.values.is_empty() => Some(quantified.needs_all),
                _ => None,
            };
        }
        match self {
            Self::Compare(comparison, quantified) => quantified.judge(|value| {
                if value.is_null() {
                    return None;
                }
                let order = cell.cmp(value);
                Some(match comparison {
                    Comparison::Greater => order.is_gt(),
                    Comparison::GreaterEqual => order.is_ge(),
                    Comparison::Less => order.is_lt(),
                    Comparison::LessEqual => order.is_le(),
                    _ => order.is_eq(),
                })
            }),
            Self::Pattern(quantified) => {
                let Cell::Text(text) = cell else { return None };
                quantified.judge(|pattern| Some(pattern.fits(text)))
            }
            Self::NotEqual(value) => Some(cell != value),
            Self::Contains(value) => Some(contains(cell, value)),
            Self::Contained(value) => Some(contains(value, cell)),
            Self::Overlaps(Cell::List(values)) => match cell {
                Cell::List(own) => Some(own.iter().any(|one| !one.is_null() && values.contains(one))),
                _ => None,
            },
            Self::Overlaps(_) | Self::Is(_) | Self::Distinct(_) => None,
        }
    }
}

fn is_so(is: Is, cell: &Cell) -> bool {
    match is {
        Is::Null | Is::Unknown => cell.is_null(),
        Is::NotNull => !cell.is_null(),
        Is::True => matches!(cell, Cell::Bool(true)),
        Is::False => matches!(cell, Cell::Bool(false)),
    }
}

fn contains(whole: &Cell, part: &Cell) -> bool {
    match (whole, part) {
        (Cell::List(whole), Cell::List(part)) => part.iter().all(|one| !one.is_null() && whole.contains(one)),
        (Cell::Json(whole), Cell::Json(part)) => {
            // A list contains one of its plain elements, at the top only.
            let is_element = matches!((whole, part), (Value::Array(elements), part)
                if !part.is_array() && !part.is_object()
                    && elements.iter().any(|element| same(element, part)));
            is_element || json_contains(whole, part)
        }
        _ => false,
    }
}

fn json_contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(name, value)| whole.get(name).is_some_and(|found| json_contains(found, value)))
        }
        (Value::Array(whole), Value::Array(part)) => {
            part.iter().all(|value| whole.iter().any(|found| json_contains(found, value)))
        }
        (whole, part) => same(whole, part),
    }
}

fn same(a: &Value, b: &Value) -> bool {
    Cell::Json(a.clone()) == Cell::Json(b.clone())
}

fn op(operator: &Operator, kind: &Kind) -> Result<Op, DatabaseError> {
    let bare = bare(kind);
    let value = |text: &String| parse::text(text, &bare);
    let list = |texts: &[String]| texts.iter().map(value).collect::<Result<Vec<_>, _>>();
    let comparable = |sql: &str| if *kind == Kind::Json { Err(no_operator(kind, sql)) } else { Ok(()) };
    match operator {
        Operator::Compare(comparison, quantifier, text) => compare(*comparison, *quantifier, text, kind),
        Operator::NotEqual(text) => {
            comparable("<>")?;
            Ok(Op::NotEqual(value(text)?))
        }
        Operator::In(texts) => {
            comparable("=")?;
            let is_empty = matches!(texts.as_slice(), [only] if only.is_empty());
            let values = if is_empty { Vec::new() } else { list(texts)? };
            Ok(Op::Compare(Comparison::Equal, Quantified { needs_all: false, values }))
        }
        Operator::Is(is @ (Is::True | Is::False | Is::Unknown)) if *kind != Kind::Boolean => {
            let word = match is {
                Is::True => "TRUE",
                Is::False => "FALSE",
                _ => "UNKNOWN",
            };
            let message = format!("argument of IS {word} must be type boolean, not type {}", kind.name());
            Err(DatabaseError::new("42804", message))
        }
        Operator::Is(is) => Ok(Op::Is(*is)),
        Operator::IsDistinct(text) => {
            comparable("=")?;
            Ok(Op::Distinct(value(text)?))
        }
        Operator::Contains(text) if has_members(kind) => Ok(Op::Contains(value(text)?)),
        Operator::Contained(text) if has_members(kind) => Ok(Op::Contained(value(text)?)),
        Operator::Overlaps(text) if matches!(kind, Kind::Array(_)) => Ok(Op::Overlaps(value(text)?)),
        Operator::Contains(_) => Err(no_operator(kind, "@>")),
        Operator::Contained(_) => Err(no_operator(kind, "<@")),
        Operator::Overlaps(_) => Err(no_operator(kind, "&&")),
    }
}

fn compare(
    comparison: Comparison,
    quantifier: Option<Quantifier>,
    text: &str,
    kind: &Kind,
) -> Result<Op, DatabaseError> {
    let is_fitting = if comparison.is_pattern() { kind.is_text() } else { *kind != Kind::Json };
    if !is_fitting {
        return Err(no_operator(kind, comparison.sql()));
    }
    let text = if comparison.is_like() { text.replace('*', "%") } else { text.to_owned() };
    let texts = match quantifier {
        None => vec![Some(text)],
        Some(_) => parse::elements(&text).ok_or_else(|| {
            DatabaseError::new("22P02", format!("malformed array literal: \"{text}\""))
                .details("Array value must start with \"{\" or dimension information.")
        })?,
    };
    let needs_all = quantifier == Some(Quantifier::All);
    if comparison.is_pattern() {
        let texts = texts.into_iter().flatten();
        let values = texts.map(|text| Pattern::new(comparison, &text)).collect::<Result<_, _>>()?;
        return Ok(Op::Pattern(Quantified { needs_all, values }));
    }
    let bare = bare(kind);
    let value = |text: Option<String>| text.map_or(Ok(Cell::Null), |text| parse::text(&text, &bare));
    let values = texts.into_iter().map(value).collect::<Result<_, _>>()?;
    Ok(Op::Compare(comparison, Quantified { needs_all, values }))
}

/// The type without its modifiers, which literals do not obey.
fn bare(kind: &Kind) -> Kind {
    match kind {
        Kind::Varchar(_) => Kind::Text,
        Kind::Numeric(_) => Kind::Numeric(None),
        Kind::Array(element) => Kind::Array(Box::new(bare(element))),
        kind => kind.clone(),
    }
}

fn has_members(kind: &Kind) -> bool {
    matches!(kind, Kind::Array(_) | Kind::Jsonb)
}

fn no_operator(kind: &Kind, sql: &str) -> DatabaseError {
    let message = format!("operator does not exist: {} {sql} unknown", kind.name());
    DatabaseError::new("42883", message).hint(NO_OPERATOR)
}
