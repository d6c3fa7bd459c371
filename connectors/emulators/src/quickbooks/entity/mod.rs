//! What each kind of object is beyond its fields: defaults, rules, effects on others.
//!
//! [`settle`] makes a draft whole before it is stored; [`settled`] lets others know after; [`release`] asks whether
//! it may go and takes it out of what others hold.

mod attachable;
mod company;
mod deposit;
mod item;
mod journal_entry;
mod links;
mod lists;
mod payment;
mod people;
mod sale;
mod sale_lines;
mod void;

use serde_json::Value;

pub(super) use company::merge_preferences;
pub(super) use void::void;

use super::books::{Books, Call};
use super::fault::{Fault, Outcome};
use super::kind::Kind;
use super::number;
use super::time;
use super::value::{Id, Object, set, text};

/// An object on its way into the books.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) kind: Kind,
    /// What it was before an update.
    pub(super) old: Option<&'a Object>,
    /// What the caller gave; `null` where a field is to be cleared.
    pub(super) given: &'a Object,
    pub(super) object: Object,
}

impl Draft<'_> {
    /// The id it has, if it was stored before.
    pub(super) fn id(&self) -> Option<Id> {
        self.old.and_then(|old| text(old, "Id")).map(Id::new)
    }

    fn require(&self, field: &str) -> Outcome<()> {
        if self.object.contains_key(field) { Ok(()) } else { Err(Fault::missing(field)) }
    }

    pub(super) fn default(&mut self, field: &str, value: impl Into<Value>) {
        if !self.object.contains_key(field) {
            set(&mut self.object, field, value);
        }
    }
}

/// Makes a draft whole, or says why it cannot be stored.
pub(super) fn settle(books: &mut Books, draft: &mut Draft<'_>, call: Call) -> Outcome<()> {
    if draft.kind.is_transaction() {
        let today = time::today(call.now, &books.zone).to_string();
        draft.default("TxnDate", today);
        books.check_open(&draft.object)?;
        if let Some(old) = draft.old {
            books.check_open(old)?;
        }
    }
    match draft.kind {
        Kind::Customer | Kind::Vendor | Kind::Employee => people::settle(books, draft),
        Kind::Attachable => attachable::settle(books, draft),
        Kind::Item => item::settle(books, draft),
        Kind::Invoice | Kind::SalesReceipt | Kind::CreditMemo | Kind::RefundReceipt => {
            sale::settle(books, draft, call)
        }
        Kind::Payment => payment::settle(books, draft),
        Kind::Deposit => deposit::settle(books, draft),
        Kind::JournalEntry => {
            journal_entry::settle(books, draft)?;
            number::settle(books, draft, call)
        }
        Kind::CompanyInfo => draft.require("CompanyName"),
        Kind::Preferences => Ok(()),
        _ => lists::settle(books, draft),
    }
}

/// After an object was stored: what others hold of it follows.
pub(super) fn settled(books: &mut Books, kind: Kind, id: &Id, old: Option<&Object>, call: Call) {
    match kind {
        Kind::Payment | Kind::Deposit => links::follow(books, kind, id, old, call),
        Kind::Invoice => links::fit_payments(books, id, call),
        _ => {}
    }
}

/// Before a transaction is deleted: may it go? What it paid is open again.
fn release_links(books: &mut Books, kind: Kind, id: &Id, old: &Object, call: Call) -> Outcome<()> {
    if links::deposit_of(old).is_some() {
        return Err(Fault::deposited());
    }
    match kind {
        Kind::Payment | Kind::Deposit => {
            links::let_go(books, kind, id, old, call);
            Ok(())
        }
        _ if links::count(old) > 0 => {
            Err(Fault::has_dependents("The transaction is linked to others. Unlink them first."))
        }
        _ => Ok(()),
    }
}

/// Before a transaction is deleted.
pub(super) fn release(books: &mut Books, kind: Kind, id: &Id, old: &Object, call: Call) -> Outcome<()> {
    books.check_open(old)?;
    release_links(books, kind, id, old, call)
}
