//! One object: read, create, update, delete, void.

use serde_json::{Value, json};

use super::Request;
use crate::quickbooks::books::{Books, Call};
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, Object, set};

/// What is done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Save,
    Delete,
    Void,
}

fn kind_of(name: &str) -> Outcome<Kind> {
    Kind::named(name).ok_or_else(|| Fault::unsupported_operation(name))
}

/// `GET .../customer/1`; the two single objects are read without an id, or with any: `companyinfo/<realm>`.
pub(super) fn read(books: &Books, name: &str, id: Option<&str>) -> Outcome<Object> {
    let kind = kind_of(name)?;
    let id = match id {
        _ if kind.is_single() => "1",
        Some(id) => id,
        None => return Err(Fault::unsupported_operation(name)),
    };
    shown(books, kind, &Id::new(id))
}

/// `POST .../customer`: an update when the body has an `Id`. `operation=update` says nothing more; the other two do.
pub(super) fn write(books: &mut Books, name: &str, request: &Request<'_>) -> Outcome<Object> {
    let kind = kind_of(name)?;
    let voids = request.parameter("include").is_some_and(|include| include.eq_ignore_ascii_case("void"));
    let operation = match request.parameter("operation").map(str::to_ascii_lowercase).as_deref() {
        None | Some("update" | "create") if voids => Operation::Void,
        None | Some("update" | "create") => Operation::Save,
        Some("delete") => Operation::Delete,
        Some("void") => Operation::Void,
        Some(other) => return Err(Fault::unsupported_operation(other)),
    };
    let body = request.object()?;
    apply(books, kind, operation, &body, request.call())
}

/// Does it, as a whole or not at all, and gives what the answer shows.
pub(super) fn apply(
    books: &mut Books,
    kind: Kind,
    operation: Operation,
    body: &Object,
    call: Call,
) -> Outcome<Object> {
    books.atomically(|books| match operation {
        Operation::Save => {
            let id = books.save(kind, body, call)?;
            shown(books, kind, &id)
        }
        Operation::Void => {
            let id = books.void(kind, body, call)?;
            shown(books, kind, &id)
        }
        Operation::Delete => {
            let id = books.delete(kind, body, call)?;
            let gone = json!({"status": "Deleted", "domain": "QBO", "Id": id.as_str()});
            Ok(under(kind, gone))
        }
    })
}

/// An object under the name of its kind.
pub(super) fn shown(books: &Books, kind: Kind, id: &Id) -> Outcome<Object> {
    let object = books.get(kind, id).ok_or_else(Fault::not_found)?;
    Ok(under(kind, books.render(kind, id, object)))
}

fn under(kind: Kind, value: Value) -> Object {
    let mut answer = Object::new();
    set(&mut answer, kind.name(), value);
    answer
}
