//! Fragments of SQL: names, literals, fields, filters, orders.

use crate::supabase::query::{
    field::{At, Field},
    filter::{Condition, Is, Operator, Quantifier, Test},
    order::Term,
    select::Item,
};
use crate::supabase::tables::table::Table;

/// A name between quotes.
pub(super) fn name(text: &str) -> String {
    format!("\"{}\"", text.replace('\0', "").replace('"', "\"\""))
}

/// A literal without a type of its own.
pub(super) fn literal(text: &str) -> String {
    let quoted = format!("'{}'", text.replace('\0', "").replace('\'', "''"));
    if quoted.contains('\\') { format!("E{}", quoted.replace('\\', "\\\\")) } else { quoted }
}

/// A list as the text of an array.
fn array(values: &[String]) -> String {
    let quoted =
        values.iter().map(|value| format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")));
    literal(&format!("{{{}}}", quoted.collect::<Vec<_>>().join(",")))
}

/// Where columns stand: a table, or what a statement returned.
#[derive(Clone, Copy)]
pub(super) struct From<'a> {
    /// Before the names of columns: `"public"."orders"`.
    pub(super) place: &'a str,
    pub(super) table: &'a Table,
}

impl From<'_> {
    pub(super) fn field(&self, field: &Field) -> String {
        let known = self.table.position(&field.column).and_then(|number| self.table.columns.get(number));
        let is_json = known.is_some_and(|column| column.kind.is_json());
        let column = format!("{}.{}", self.place, name(&field.column));
        // PostgREST looks into what is no JSON as if it were.
        let mut sql = if field.path.is_empty() || is_json { column } else { format!("to_jsonb({column})") };
        for step in &field.path {
            sql.push_str(if step.is_text { "->>" } else { "->" });
            match &step.at {
                At::Key(key) => sql.push_str(&literal(key)),
                At::Index(index) => sql.extend(["'", &index.to_string(), "'::int"]),
            }
        }
        sql
    }

    /// Conditions that all hold; nothing where there are none.
    pub(super) fn conditions(&self, conditions: &[Condition]) -> String {
        let all: Vec<String> = conditions.iter().map(|condition| self.condition(condition)).collect();
        if all.is_empty() { String::new() } else { format!(" WHERE {}", all.join(" AND ")) }
    }

    pub(super) fn condition(&self, condition: &Condition) -> String {
        let joined = |conditions: &[Condition], word: &str| {
            let parts: Vec<String> = conditions.iter().map(|condition| self.condition(condition)).collect();
            format!("({})", parts.join(word))
        };
        match condition {
            Condition::All(conditions) => joined(conditions, " AND "),
            Condition::Any(conditions) => joined(conditions, " OR "),
            Condition::Not(inner) => format!("NOT {}", self.condition(inner)),
            Condition::Test(Test { field, operator }) => {
                format!("{} {}", self.field(field), operation(operator))
            }
        }
    }

    pub(super) fn order(&self, terms: &[Term]) -> String {
        let term = |term: &Term| {
            let direction = if term.is_descending { "DESC" } else { "ASC" };
            let nulls = if term.nulls_first { "FIRST" } else { "LAST" };
            format!("{} {direction} NULLS {nulls}", self.field(&term.field))
        };
        let terms: Vec<String> = terms.iter().map(term).collect();
        if terms.is_empty() { String::new() } else { format!(" ORDER BY {}", terms.join(", ")) }
    }

    pub(super) fn select(&self, items: &[Item]) -> String {
        let item = |item: &Item| match item {
            Item::Everything => format!("{}.*", self.place),
            Item::One { field, cast, alias } => {
                let mut sql = self.field(field);
                if let Some(cast) = cast {
                    sql = format!("CAST({sql} AS {})", cast.declared());
                }
                let alias = alias.as_ref().or_else(|| cast.is_some().then_some(&field.column));
                match alias {
                    Some(alias) => format!("{sql} AS {}", name(alias)),
                    None => sql,
                }
            }
        };
        items.iter().map(item).collect::<Vec<_>>().join(", ")
    }
}

fn operation(operator: &Operator) -> String {
    match operator {
        Operator::Compare(comparison, quantifier, text) => {
            let text = if comparison.is_like() { text.replace('*', "%") } else { text.clone() };
            let value = literal(&text);
            match quantifier {
                None => format!("{} {value}", comparison.sql()),
                Some(Quantifier::Any) => format!("{} ANY({value})", comparison.sql()),
                Some(Quantifier::All) => format!("{} ALL({value})", comparison.sql()),
            }
        }
        Operator::NotEqual(text) => format!("<> {}", literal(text)),
        Operator::In(values) if matches!(values.as_slice(), [only] if only.is_empty()) => {
            "= ANY('{}')".to_owned()
        }
        Operator::In(values) => format!("= ANY({})", array(values)),
        Operator::Is(is) => format!(
            "IS {}",
            match is {
                Is::Null => "NULL",
                Is::NotNull => "NOT NULL",
                Is::True => "TRUE",
                Is::False => "FALSE",
                Is::Unknown => "UNKNOWN",
            }
        ),
        Operator::IsDistinct(text) => format!("IS DISTINCT FROM {}", literal(text)),
        Operator::Contains(text) => format!("@> {}", literal(text)),
        Operator::Contained(text) => format!("<@ {}", literal(text)),
        Operator::Overlaps(text) => format!("&& {}", literal(text)),
    }
}
