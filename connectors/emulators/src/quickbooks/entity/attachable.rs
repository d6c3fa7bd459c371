//! Attachments: a note, a file, or both, at a transaction or an entry of a list.

use super::Draft;
use crate::quickbooks::books::Books;
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, inner, objects, set, text};

/// What was uploaded stays as it is, whatever an update says of it.
const OF_THE_FILE: [&str; 3] = ["FileName", "ContentType", "Size"];

pub(super) fn settle(books: &Books, draft: &mut Draft<'_>) -> Outcome<()> {
    if let Some(old) = draft.old {
        for field in OF_THE_FILE {
            if let Some(value) = old.get(field) {
                set(&mut draft.object, field, value.clone());
            }
        }
    }
    if text(&draft.object, "FileName").is_none() && text(&draft.object, "Note").is_none() {
        return Err(Fault::missing("Note"));
    }
    for reference in objects(&draft.object, "AttachableRef").filter_map(|at| inner(at, "EntityRef")) {
        let id = text(reference, "value").unwrap_or_default();
        let kind = text(reference, "type").and_then(Kind::named);
        let kind = kind.ok_or_else(|| Fault::bad_choice("AttachableRef.EntityRef.type"))?;
        if books.get(kind, &Id::new(id)).is_none() {
            return Err(Fault::unknown_reference("EntityRef", id));
        }
    }
    Ok(())
}
