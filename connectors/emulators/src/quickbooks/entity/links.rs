//! Links between transactions: payments and what they pay, deposits and what they bring to the bank.
//!
//! The payment or deposit holds the amounts on its lines. The other side holds a `LinkedTxn` back and, for invoices
//! and credit memos, its balance. A transaction whose links change gets another version and stamp (believed).

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::quickbooks::books::{Books, Call};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, Object, money, number, objects, set, text};
use crate::quickbooks::webhook::Happening;

/// What the lines of a payment say: kind and id of what is paid, and how much. The kind is absent where a payment
/// cannot be linked to it.
pub(super) fn of_payment(payment: &Object) -> Vec<(Option<Kind>, Id, Decimal)> {
    objects(payment, "Line")
        .flat_map(|line| {
            let amount = money(line, "Amount");
            objects(line, "LinkedTxn").map(move |link| {
                let kind = text(link, "TxnType").and_then(Kind::named);
                let kind = kind.filter(|kind| matches!(kind, Kind::Invoice | Kind::CreditMemo));
                (kind, Id::new(text(link, "TxnId").unwrap_or_default()), amount)
            })
        })
        .collect()
}

/// What a payment applies to one transaction.
pub(super) fn amount_for(payment: &Object, kind: Kind, id: &Id) -> Decimal {
    of_payment(payment)
        .into_iter()
        .filter(|(target, of, _)| *target == Some(kind) && of == id)
        .map(|(_, _, amount)| amount)
        .sum()
}

/// What the payments that are linked to a transaction apply to it.
pub(super) fn applied(books: &Books, kind: Kind, id: &Id, object: &Object) -> Decimal {
    payments_of(object)
        .filter_map(|payment| books.get(Kind::Payment, &payment))
        .map(|payment| amount_for(payment, kind, id))
        .sum()
}

fn payments_of(object: &Object) -> impl Iterator<Item = Id> {
    objects(object, "LinkedTxn")
        .filter(|link| text(link, "TxnType") == Some("Payment"))
        .filter_map(|link| text(link, "TxnId").map(Id::new))
}

/// The deposit that a transaction is part of.
pub(super) fn deposit_of(object: &Object) -> Option<Id> {
    objects(object, "LinkedTxn")
        .find(|link| text(link, "TxnType") == Some("Deposit"))
        .and_then(|link| text(link, "TxnId").map(Id::new))
}

/// How many links a transaction has.
pub(super) fn count(object: &Object) -> usize {
    objects(object, "LinkedTxn").count()
}

/// The transactions on the lines of a payment or deposit.
pub(super) fn targets(object: &Object) -> Vec<(Kind, Id)> {
    let mut targets: Vec<(Kind, Id)> = objects(object, "Line")
        .flat_map(|line| objects(line, "LinkedTxn"))
        .filter_map(|link| Some((Kind::named(text(link, "TxnType")?)?, Id::new(text(link, "TxnId")?))))
        .collect();
    targets.sort();
    targets.dedup();
    targets
}

/// After a payment or deposit was stored: what it is linked to, and what it was linked to before, follows.
pub(super) fn follow(books: &mut Books, kind: Kind, id: &Id, old: Option<&Object>, call: Call) {
    let now = books.get(kind, id).map(targets).unwrap_or_default();
    let before = old.map(targets).unwrap_or_default();
    let mut all: Vec<&(Kind, Id)> = now.iter().chain(&before).collect();
    all.sort();
    all.dedup();
    for target in all {
        relink(books, target, (kind, id), now.contains(target), call);
    }
}

/// Before a payment or deposit goes: what it was linked to is free again.
pub(super) fn let_go(books: &mut Books, kind: Kind, id: &Id, old: &Object, call: Call) {
    for target in targets(old) {
        relink(books, &target, (kind, id), false, call);
    }
}

fn relink(books: &mut Books, target: &(Kind, Id), from: (Kind, &Id), is_linked: bool, call: Call) {
    let Some(mut object) = books.get(target.0, &target.1).cloned() else { return };
    let before = object.clone();
    let mut links: Vec<Value> = objects(&object, "LinkedTxn")
        .filter(|link| !points_to(link, from))
        .cloned()
        .map(Value::Object)
        .collect();
    if is_linked {
        links.push(json!({"TxnId": from.1.as_str(), "TxnType": from.0.name()}));
    }
    set(&mut object, "LinkedTxn", links);
    rebalance(books, target.0, &target.1, &mut object);
    if object != before {
        books.change(target.0, &target.1, object, call.now, Happening::Update);
    }
}

fn points_to(link: &Object, from: (Kind, &Id)) -> bool {
    text(link, "TxnType") == Some(from.0.name()) && text(link, "TxnId") == Some(from.1.as_str())
}

fn rebalance(books: &Books, kind: Kind, id: &Id, object: &mut Object) {
    let open = || money(object, "TotalAmt") - money(object, "Deposit") - applied(books, kind, id, object);
    match kind {
        Kind::Invoice => {
            let open = number(open());
            set(object, "Balance", open);
        }
        Kind::CreditMemo => {
            let open = number(open());
            set(object, "Balance", open.clone());
            set(object, "RemainingCredit", open);
        }
        _ => {}
    }
}

/// After an invoice became smaller: payments keep what no longer fits as unapplied, the latest first.
pub(super) fn fit_payments(books: &mut Books, id: &Id, call: Call) {
    let Some(invoice) = books.get(Kind::Invoice, id).cloned() else { return };
    let room = money(&invoice, "TotalAmt") - money(&invoice, "Deposit");
    let mut excess = applied(books, Kind::Invoice, id, &invoice) - room;
    let mut payments: Vec<Id> = payments_of(&invoice).collect();
    payments.sort();
    for payment_id in payments.into_iter().rev() {
        if excess <= Decimal::ZERO {
            break;
        }
        let Some(mut payment) = books.get(Kind::Payment, &payment_id).cloned() else { continue };
        let old = payment.clone();
        let freed = shrink(&mut payment, id, excess);
        excess -= freed;
        let unapplied = money(&payment, "UnappliedAmt") + freed;
        set(&mut payment, "UnappliedAmt", number(unapplied));
        books.change(Kind::Payment, &payment_id, payment, call.now, Happening::Update);
        follow(books, Kind::Payment, &payment_id, Some(&old), call);
    }
}

/// Takes up to `excess` off the lines of a payment that pay an invoice. Lines that pay nothing any more go.
fn shrink(payment: &mut Object, invoice: &Id, excess: Decimal) -> Decimal {
    let mut freed = Decimal::ZERO;
    let Some(Value::Array(lines)) = payment.get_mut("Line") else { return freed };
    lines.retain_mut(|line| {
        let Some(line) = line.as_object_mut() else { return true };
        if !objects(line, "LinkedTxn").any(|link| points_to(link, (Kind::Invoice, invoice))) {
            return true;
        }
        let amount = money(line, "Amount");
        let taken = amount.min(excess - freed);
        freed += taken;
        set(line, "Amount", number(amount - taken));
        taken < amount
    });
    freed
}
