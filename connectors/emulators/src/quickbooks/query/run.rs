//! A statement against the books.

use std::cmp::Ordering;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::parse::{Condition, LARGEST_PAGE, Literal, Operator, Statement, parse};
use crate::quickbooks::books::Books;
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::time;
use crate::quickbooks::validate::{FieldKind, fields_of};
use crate::quickbooks::value::{Id, Object, flag, set, to_decimal};

/// Answers a statement with the `QueryResponse` of the service; an empty result is an empty object.
pub(in crate::quickbooks) fn run(books: &Books, statement: &str, now: Timestamp) -> Outcome<Value> {
    let statement = parse(statement, books.choices.takes_order_by)?;
    let kind = statement.kind;
    let tests: Vec<Test> = statement
        .conditions
        .iter()
        .map(|condition| Test::of(books, kind, condition, now))
        .collect::<Outcome<_>>()?;
    let order: Vec<(String, Sort, bool)> = statement
        .order
        .iter()
        .map(|(property, descends)| property_of(kind, property).map(|(name, sort)| (name, sort, *descends)))
        .collect::<Outcome<_>>()?;
    let asks_for_state = tests.iter().any(|test| test.property == "Active");
    let mut found: Vec<(&Id, &Object)> = books
        .all(kind)
        .filter(|(_, object)| asks_for_state || !object.contains_key("Active") || flag(object, "Active"))
        .filter(|(id, object)| tests.iter().all(|test| test.holds(books, kind, id, object)))
        .collect();
    if statement.counts {
        return Ok(json!({"totalCount": found.len()}));
    }
    found.sort_by(|a, b| compare(books, kind, &order, *a, *b));
    Ok(page(books, &statement, &found))
}

fn page(books: &Books, statement: &Statement, found: &[(&Id, &Object)]) -> Value {
    let rows: Vec<Value> = found
        .iter()
        .skip(statement.start - 1)
        .take(statement.most.min(LARGEST_PAGE))
        .map(|(id, object)| books.render(statement.kind, id, object))
        .collect();
    let mut answer = Object::new();
    if !rows.is_empty() {
        let count = rows.len();
        set(&mut answer, statement.kind.name(), rows);
        set(&mut answer, "startPosition", statement.start);
        set(&mut answer, "maxResults", count);
    }
    Value::Object(answer)
}

/// How the values of a property compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Id,
    Text,
    Number,
    Flag,
    Date,
    Moment,
}

/// Texts that answers have and catalogs do not describe as fields of their own.
const STAMPS: [&str; 2] = ["MetaData.CreateTime", "MetaData.LastUpdatedTime"];

/// Fields of objects that can be asked for, beside references.
const INSIDE: [&str; 2] = ["PrimaryEmailAddr", "PrimaryPhone"];

/// The property under its own spelling. Lists and objects without an id cannot be asked for: 4001.
fn property_of(kind: Kind, property: &str) -> Outcome<(String, Sort)> {
    let unknown = || Fault::query_rule(format!("Property {property} not found for Entity {}", kind.name()));
    if property.eq_ignore_ascii_case("Id") {
        return Ok(("Id".to_owned(), Sort::Id));
    }
    if let Some(stamp) = STAMPS.iter().find(|stamp| stamp.eq_ignore_ascii_case(property)) {
        return Ok(((*stamp).to_owned(), Sort::Moment));
    }
    let (head, rest) = property.split_once('.').map_or((property, None), |(head, rest)| (head, Some(rest)));
    let field =
        fields_of(kind).iter().find(|field| field.name.eq_ignore_ascii_case(head)).ok_or_else(unknown)?;
    let sort = match (field.kind, rest) {
        (FieldKind::Text, None) => Sort::Text,
        (FieldKind::Boolean, None) => Sort::Flag,
        (FieldKind::Integer | FieldKind::Decimal, None) => Sort::Number,
        (FieldKind::Date, None) => Sort::Date,
        (FieldKind::Timestamp, None) => Sort::Moment,
        (FieldKind::Object, None) if field.name.ends_with("Ref") => Sort::Id,
        (FieldKind::Object, None) if INSIDE.contains(&field.name.as_str()) => {
            let inner = field.fields.first().ok_or_else(unknown)?;
            return Ok((format!("{}.{}", field.name, inner.name), Sort::Text));
        }
        (FieldKind::Object, Some(rest)) if INSIDE.contains(&field.name.as_str()) => {
            let inner = field
                .fields
                .iter()
                .find(|inner| inner.name.eq_ignore_ascii_case(rest))
                .ok_or_else(unknown)?;
            return Ok((format!("{}.{}", field.name, inner.name), Sort::Text));
        }
        _ => {
            return Err(Fault::query_rule(format!("property '{property}' is not queryable")));
        }
    };
    Ok((field.name.clone(), sort))
}

/// A condition whose values are in the type of the property.
struct Test {
    property: String,
    sort: Sort,
    operator: Operator,
    values: Vec<Comparable>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Comparable {
    /// Not there: `' '` asks for it.
    Nothing,
    Text(String),
    Number(Decimal),
    Flag(bool),
    Moment(Timestamp),
}

impl Test {
    fn of(books: &Books, kind: Kind, condition: &Condition, now: Timestamp) -> Outcome<Self> {
        let (property, sort) = property_of(kind, &condition.property)?;
        let allowed = match sort {
            Sort::Id | Sort::Flag => matches!(condition.operator, Operator::Equal | Operator::In),
            Sort::Text => true,
            Sort::Number | Sort::Date | Sort::Moment => condition.operator != Operator::Like,
        };
        if !allowed {
            return Err(Fault::query_rule(format!("operator is not allowed for property '{property}'")));
        }
        let values = condition.values.iter().map(|value| literal(books, &property, sort, value, now));
        Ok(Self { values: values.collect::<Outcome<_>>()?, property, sort, operator: condition.operator })
    }

    fn holds(&self, books: &Books, kind: Kind, id: &Id, object: &Object) -> bool {
        let stored = stored(books, kind, id, object, &self.property, self.sort);
        self.values.iter().any(|value| match self.operator {
            Operator::Equal | Operator::In => stored == *value,
            Operator::Like => match (&stored, value) {
                (Comparable::Text(text), Comparable::Text(pattern)) => is_like(text, pattern),
                _ => false,
            },
            _ if stored == Comparable::Nothing || *value == Comparable::Nothing => false,
            Operator::Less => stored < *value,
            Operator::More => stored > *value,
            Operator::AtMost => stored <= *value,
            Operator::AtLeast => stored >= *value,
        })
    }
}

fn literal(
    books: &Books,
    property: &str,
    sort: Sort,
    literal: &Literal,
    now: Timestamp,
) -> Outcome<Comparable> {
    let invalid = || Fault::query_rule(format!("value of property '{property}' is not valid"));
    let text = match literal {
        Literal::Text(text) if text == " " => return Ok(Comparable::Nothing),
        Literal::Text(text) => text.clone(),
        Literal::Flag(flag) => flag.to_string(),
        Literal::Today => time::today(now, &books.zone).to_string(),
    };
    Ok(match sort {
        Sort::Id | Sort::Text => Comparable::Text(text.to_lowercase()),
        Sort::Number => Comparable::Number(to_decimal(&Value::String(text)).ok_or_else(invalid)?),
        Sort::Flag if text.eq_ignore_ascii_case("true") => Comparable::Flag(true),
        Sort::Flag if text.eq_ignore_ascii_case("false") => Comparable::Flag(false),
        Sort::Flag => return Err(invalid()),
        Sort::Date => {
            let date: jiff::civil::Date = text.parse().map_err(|_| invalid())?;
            Comparable::Text(date.to_string())
        }
        Sort::Moment => Comparable::Moment(time::moment(&text, &books.zone).ok_or_else(invalid)?),
    })
}

fn stored(books: &Books, kind: Kind, id: &Id, object: &Object, property: &str, sort: Sort) -> Comparable {
    let value = books.field(kind, id, object, property);
    let found = value.and_then(|value| match (sort, &value) {
        (Sort::Number, value) => to_decimal(value).map(Comparable::Number),
        (Sort::Flag, Value::Bool(flag)) => Some(Comparable::Flag(*flag)),
        (Sort::Moment, Value::String(text)) => text.parse().ok().map(Comparable::Moment),
        (_, Value::String(text)) if !text.is_empty() => Some(Comparable::Text(text.to_lowercase())),
        _ => None,
    });
    // A truth that is not stored is false.
    found.unwrap_or_else(|| if sort == Sort::Flag { Comparable::Flag(false) } else { Comparable::Nothing })
}

fn compare(
    books: &Books,
    kind: Kind,
    order: &[(String, Sort, bool)],
    a: (&Id, &Object),
    b: (&Id, &Object),
) -> Ordering {
    for (property, sort, descends) in order {
        let by = if property == "Id" {
            a.0.cmp(b.0)
        } else {
            stored(books, kind, a.0, a.1, property, *sort)
                .cmp(&stored(books, kind, b.0, b.1, property, *sort))
        };
        let by = if *descends { by.reverse() } else { by };
        if by != Ordering::Equal {
            return by;
        }
    }
    a.0.cmp(b.0)
}

/// `%` stands for any characters, also none.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('%');
    let Some(rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    let mut rest = rest;
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        let Some(after) = rest.get(at + part.len()..) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}
