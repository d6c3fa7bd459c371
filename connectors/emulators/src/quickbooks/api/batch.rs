//! Many operations in one call. Each stands for itself: one that is refused does not touch the others, and none can
//! refer to another.

use serde_json::Value;

use super::Request;
use super::resource::{Operation, apply};
use crate::quickbooks::books::Books;
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::query;
use crate::quickbooks::value::{Object, set, text};

/// More items than this are refused with code 1040.
const MOST_ITEMS: usize = 30;

/// With a request id, the ids of items are short.
const LONGEST_ITEM_ID: usize = 10;

pub(super) fn respond(books: &mut Books, request: &Request<'_>) -> Outcome<Object> {
    let body = request.object()?;
    let items = body.get("BatchItemRequest").and_then(Value::as_array);
    let items = items.filter(|items| !items.is_empty()).ok_or_else(|| Fault::missing("BatchItemRequest"))?;
    if items.len() > MOST_ITEMS {
        return Err(Fault::batch_too_big());
    }
    let items: Vec<&Object> = items.iter().filter_map(Value::as_object).collect();
    for item in &items {
        let id = text(item, "bId").ok_or_else(|| Fault::missing("bId"))?;
        if request.parameter("requestid").is_some() && id.chars().count() > LONGEST_ITEM_ID {
            return Err(Fault::request_id("With a requestid a bId has at most 10 characters"));
        }
    }
    let responses: Vec<Value> = items
        .into_iter()
        .map(|item| {
            let mut response = match one(books, item, request) {
                Ok(response) => response,
                Err(fault) => {
                    let mut response = Object::new();
                    set(&mut response, "Fault", fault.to_value());
                    response
                }
            };
            if let Some(id) = item.get("bId") {
                set(&mut response, "bId", id.clone());
            }
            Value::Object(response)
        })
        .collect();
    let mut answer = Object::new();
    set(&mut answer, "BatchItemResponse", responses);
    Ok(answer)
}

fn one(books: &mut Books, item: &Object, request: &Request<'_>) -> Outcome<Object> {
    if let Some(statement) = text(item, "Query") {
        let mut response = Object::new();
        set(&mut response, "QueryResponse", query::run(books, statement, request.now)?);
        return Ok(response);
    }
    let options = text(item, "optionsData").unwrap_or_default();
    let operation = match text(item, "operation") {
        Some("update") if options.eq_ignore_ascii_case("void") => Operation::Void,
        Some("create" | "update") => Operation::Save,
        Some("delete") => Operation::Delete,
        Some("void") => Operation::Void,
        Some(other) => return Err(Fault::unsupported_operation(other)),
        None => return Err(Fault::missing("operation")),
    };
    let found = item.iter().find_map(|(name, value)| Some((Kind::named(name)?, value.as_object()?)));
    let (kind, body) =
        found.ok_or_else(|| Fault::bad_body("The batch item holds no object that is known"))?;
    let is_update = text(item, "operation") == Some("update");
    if is_update && !kind.is_single() && !body.contains_key("Id") {
        return Err(Fault::missing("Id"));
    }
    let mut call = request.call();
    call.may_repeat_numbers |= options.eq_ignore_ascii_case("allowduplicatedocnum");
    apply(books, kind, operation, body, call)
}
