//! Document numbers.
//!
//! With `CustomTxnNumbers` off the service numbers sales by itself and takes no number of the caller. With it on,
//! the number is the caller's; none stays none, and `AUTO_GENERATE` asks for the next of the sequence. Journal
//! entries take a number of the caller either way, and otherwise get one.

use super::books::{Books, Call, Space};
use super::entity::Draft;
use super::fault::{Fault, Outcome};
use super::kind::Kind;
use super::value::{set, text};

/// Asks for the next number.
const NEXT: &str = "AUTO_GENERATE";

/// Gives a draft its number, or refuses one that was used before (6140).
pub(super) fn settle(books: &mut Books, draft: &mut Draft<'_>, call: Call) -> Outcome<()> {
    let is_callers = draft.kind == Kind::JournalEntry || books.prefers("SalesFormsPrefs", "CustomTxnNumbers");
    let old = draft.old.and_then(|old| text(old, "DocNumber")).map(str::to_owned);
    let given = text(&draft.object, "DocNumber").map(str::to_owned);
    let number = match (is_callers, given, old) {
        (true, Some(given), _) if given == NEXT => Some(next(books, draft.kind)),
        (true, Some(given), _) => Some(given),
        (true, None, _) if draft.kind == Kind::JournalEntry && draft.old.is_none() => {
            Some(next(books, draft.kind))
        }
        (true, None, _) => None,
        (false, _, Some(old)) => Some(old),
        (false, _, None) => Some(next(books, draft.kind)),
    };
    let Some(number) = number else {
        draft.object.remove("DocNumber");
        return Ok(());
    };
    let warns =
        draft.kind != Kind::JournalEntry && is_callers && books.company.preferences.warn_duplicate_numbers;
    if warns && !call.may_repeat_numbers {
        let id = draft.id();
        if books.holder(Space::Numbers(draft.kind), &number, id.as_ref().map(|id| (draft.kind, id))).is_some()
        {
            return Err(Fault::duplicate_number());
        }
    }
    if let Some(count) = number.parse().ok().filter(|&count| count < SEQUENCE_END) {
        books.count_past(sequence(draft.kind), count);
    }
    set(&mut draft.object, "DocNumber", number);
    Ok(())
}

/// Numbers of more digits than a sequence has are not taken for its numbers.
const SEQUENCE_END: u64 = 1_000_000_000;

fn sequence(kind: Kind) -> &'static str {
    if kind == Kind::JournalEntry { "journal number" } else { "sale number" }
}

fn next(books: &mut Books, kind: Kind) -> String {
    if kind != Kind::JournalEntry {
        books.count_past(sequence(kind), 1_000);
    }
    books.next(sequence(kind)).to_string()
}
