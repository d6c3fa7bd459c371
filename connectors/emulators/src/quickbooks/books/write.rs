//! Create, update, delete and void.

use jiff::Timestamp;
use serde_json::Value;

use super::Books;
use crate::quickbooks::entity;
use crate::quickbooks::entity::Draft;
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::validate::{Rules, check_references, clean, fields_of};
use crate::quickbooks::value::{Id, Object, set, text};
use crate::quickbooks::webhook::Happening;

/// What a caller said beside the body.
#[derive(Debug, Clone, Copy)]
pub(in crate::quickbooks) struct Call {
    pub(in crate::quickbooks) now: Timestamp,
    /// `include=allowduplicatedocnum`: numbers may be used again.
    pub(in crate::quickbooks) may_repeat_numbers: bool,
}

/// The fields that the service owns: an update of everything leaves them alone.
const OWNED: [&str; 8] = [
    "Id",
    "SyncToken",
    "MetaData",
    "LinkedTxn",
    "Balance",
    "RemainingCredit",
    "DeliveryInfo",
    "UnappliedAmt",
];

impl Books {
    /// Creates an object, or updates it when the body has an `Id`, as the service decides it.
    pub(in crate::quickbooks) fn save(&mut self, kind: Kind, body: &Object, call: Call) -> Outcome<Id> {
        if matches!(kind, Kind::Preferences | Kind::CompanyInfo) || has_id(body) {
            self.update(kind, body, call)
        } else {
            self.create(kind, body, call)
        }
    }

    fn create(&mut self, kind: Kind, body: &Object, call: Call) -> Outcome<Id> {
        if matches!(kind, Kind::TaxCode | Kind::TaxRate) {
            return Err(Fault::unsupported_operation(&format!("create {}", kind.name())));
        }
        let given = self.clean(kind, body)?;
        let mut object = given.clone();
        object.retain(|_, value| !value.is_null());
        let mut draft = Draft { kind, old: None, given: &given, object };
        entity::settle(self, &mut draft, call)?;
        let id = self.insert(kind, draft.object, call.now);
        entity::settled(self, kind, &id, None, call);
        Ok(id)
    }

    fn update(&mut self, kind: Kind, body: &Object, call: Call) -> Outcome<Id> {
        let (id, old) = self.current(kind, body)?;
        if matches!(kind, Kind::TaxCode | Kind::TaxRate) {
            return Err(Fault::unsupported_operation(&format!("update {}", kind.name())));
        }
        let given = if kind == Kind::Preferences { body.clone() } else { self.clean(kind, body)? };
        let is_sparse =
            body.get("sparse").is_some_and(|sparse| *sparse == Value::Bool(true) || *sparse == "true");
        let mut object = if is_sparse || kind.is_single() { old.clone() } else { owned(&old) };
        if kind == Kind::Preferences {
            entity::merge_preferences(&mut object, &given);
        } else {
            for (field, value) in &given {
                if value.is_null() {
                    object.remove(field);
                } else {
                    set(&mut object, field, value.clone());
                }
            }
            let mut draft = Draft { kind, old: Some(&old), given: &given, object };
            entity::settle(self, &mut draft, call)?;
            object = draft.object;
        }
        self.change(kind, &id, object, call.now, Happening::Update);
        entity::settled(self, kind, &id, Some(&old), call);
        Ok(id)
    }

    /// Deletes a transaction or an attachment. Entries of lists are never deleted.
    pub(in crate::quickbooks) fn delete(&mut self, kind: Kind, body: &Object, call: Call) -> Outcome<Id> {
        if !kind.can_be_deleted() {
            return Err(Fault::unsupported_operation(&format!("delete {}", kind.name())));
        }
        let (id, old) = self.current(kind, body)?;
        entity::release(self, kind, &id, &old, call)?;
        self.erase(kind, &id, call.now);
        Ok(id)
    }

    /// Voids a transaction: it stays, its amounts and quantities become zero, and its note says so.
    pub(in crate::quickbooks) fn void(&mut self, kind: Kind, body: &Object, call: Call) -> Outcome<Id> {
        if !kind.can_be_voided() {
            return Err(Fault::unsupported_operation(&format!("void {}", kind.name())));
        }
        let (id, old) = self.current(kind, body)?;
        entity::void(self, kind, &id, &old, call)?;
        Ok(id)
    }

    /// The stored object that a body means. Without a version: 2020; with another than the stored: 5010.
    pub(in crate::quickbooks) fn current(&self, kind: Kind, body: &Object) -> Outcome<(Id, Object)> {
        let id = match body.get("Id") {
            Some(Value::String(id)) => id.clone(),
            Some(Value::Number(id)) => id.to_string(),
            None if kind.is_single() => "1".to_owned(),
            None => return Err(Fault::missing("Id")),
            Some(_) => return Err(Fault::bad_id("Id")),
        };
        let id = if kind.is_single() { Id::new("1") } else { Id::new(id) };
        let old = self.get(kind, &id).cloned().ok_or_else(Fault::not_found)?;
        let token = match body.get("SyncToken") {
            Some(Value::String(token)) if !token.is_empty() => token.clone(),
            Some(Value::Number(token)) => token.to_string(),
            _ => return Err(Fault::missing("SyncToken")),
        };
        if text(&old, "SyncToken") != Some(token.as_str()) {
            return Err(Fault::stale());
        }
        Ok((id, old))
    }

    fn clean(&self, kind: Kind, body: &Object) -> Outcome<Object> {
        let latin1 =
            if self.is_us() { self.choices.latin1 } else { crate::quickbooks::settings::Latin1::Accept };
        let mut given = clean(fields_of(kind), body, Rules { latin1 })?;
        if kind.is_sale() {
            // Links to payments and deposits are the service's; those to estimates it does not have.
            given.remove("LinkedTxn");
        }
        check_references(self, kind, &given)?;
        Ok(given)
    }
}

fn has_id(body: &Object) -> bool {
    body.get("Id").is_some_and(|id| !id.is_null() && *id != "")
}

fn owned(old: &Object) -> Object {
    old.iter()
        .filter(|(field, _)| OWNED.contains(&field.as_str()))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}
