//! Reads what must be true of a target object before anything is written.

use super::decode::{Refused, decode, missing_key};
use crate::{
    diag::{Diagnostic, code},
    model::{AssertTable, OnFailTable, Table},
    project::{Assert, OnFail},
    rule::Reader,
    toml::child,
};
use engine_contract::Value;
use rust_decimal::Decimal;
use serde_json::Value as Json;

/// Reads the asserts of an entity, whose list stands at `pointer`.
pub(super) fn read(
    pointer: &str,
    tables: Vec<Table<AssertTable>>,
    refused: &Refused,
    reader: &mut Reader<'_, '_>,
) -> Vec<Assert> {
    let numbered = tables.into_iter().enumerate();
    numbered.filter_map(|(index, Table(table))| one(child(pointer, index), &table, refused, reader)).collect()
}

fn one(
    pointer: String,
    table: &AssertTable,
    refused: &Refused,
    reader: &mut Reader<'_, '_>,
) -> Option<Assert> {
    let document = reader.document;
    let that = child(&pointer, "that");
    if table.that.is_none() && !refused.has(&that) {
        reader.out.push(missing_key(
            document,
            &pointer,
            "that",
            "\"target.Total == record.total.to_decimal()\"",
        ));
    }
    let on_fail = on_fail(&child(&pointer, "on_fail"), &table.on_fail, reader);
    let that = document.text_at(&that).filter(|_| table.that.is_some())?;
    Some(Assert { that, on_fail: on_fail?, place: document.key_place(&pointer), pointer })
}

fn on_fail(pointer: &str, value: &Json, reader: &mut Reader<'_, '_>) -> Option<OnFail> {
    let document = reader.document;
    match value {
        // Not given; or a number without an exact value, which has been reported.
        Json::Null => Some(OnFail::Fail),
        Json::String(word) if word == "fail" => Some(OnFail::Fail),
        Json::Object(_) => {
            let decoded = decode::<Table<OnFailTable>>(document, pointer, value, reader.out);
            let was_refused = |key: &str| decoded.refused.has(&child(pointer, key));
            let table = &decoded.table.0;
            if table.line.is_none() && !was_refused("line") {
                reader.out.push(missing_key(document, pointer, "line", "\"Rounding\""));
            }
            let up_to = child(pointer, "up_to");
            let Some(most) = &table.up_to else {
                if !was_refused("up_to") {
                    reader.out.push(missing_key(document, pointer, "up_to", "\"0.05\""));
                }
                return None;
            };
            let Some(up_to) = exact(most) else {
                let place = document.place(&up_to);
                let message = "`up_to` must be an exact number that is not negative";
                let diagnostic = Diagnostic::error(code::UNKNOWN_VALUE, message).at(place, "");
                reader.out.push(diagnostic.help("for example `up_to = \"0.05\"`"));
                return None;
            };
            Some(OnFail::Line { line: table.line.clone()?, up_to })
        }
        _ => {
            let message = "`on_fail` must be `fail`, or a table with `line` and `up_to`";
            let diagnostic = Diagnostic::error(code::UNKNOWN_VALUE, message).at(document.place(pointer), "");
            let help = "for example `on_fail = { line = \"Rounding\", up_to = \"0.05\" }`";
            reader.out.push(diagnostic.help(help));
            None
        }
    }
}

fn exact(value: &Value) -> Option<Decimal> {
    let number = match value {
        Value::Int(number) => Decimal::from(*number),
        Value::Decimal(number) => *number,
        Value::Text(text) => Decimal::from_str_exact(text).ok()?,
        _ => return None,
    };
    (number >= Decimal::ZERO).then_some(number)
}
