//! The lines of a sale: ids, numbers, amounts, items, tax codes, the line of the subtotal.
//!
//! A list of lines that is given replaces all lines. A line with the id of a stored line is that line; any other is
//! a new one.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::Draft;
use crate::quickbooks::books::Books;
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::tax;
use crate::quickbooks::value::{
    Object, cents, decimal, flag, inner, money, number, objects, refer, reference, set, text,
};

/// More lines than this are refused.
const MOST_LINES: usize = 10_000;

/// Of a transaction that is taxed, more than this.
const MOST_TAXED_LINES: usize = 750;

/// The lines as they are stored: items, the subtotal, discounts.
pub(super) fn settle(books: &Books, draft: &Draft<'_>) -> Outcome<Vec<Value>> {
    let given = draft.object.get("Line").and_then(Value::as_array).cloned().unwrap_or_default();
    if given.len() > MOST_LINES {
        return Err(Fault::out_of_range("Line", "A transaction has at most 10000 lines"));
    }
    if !draft.given.contains_key("Line") {
        return Ok(given);
    }
    let mut ids = Ids::of(draft.old);
    let mut lines = Vec::new();
    let mut discounts = Vec::new();
    for value in given {
        let Value::Object(mut line) = value else { continue };
        match text(&line, "DetailType").unwrap_or_default() {
            "SubTotalLineDetail" => continue,
            "DiscountLineDetail" => {
                ids.give(&mut line, None);
                discounts.push(line);
                continue;
            }
            "SalesItemLineDetail" => item_line(books, draft, &mut line)?,
            "GroupLineDetail" => group_line(books, draft, &mut line, &mut ids)?,
            _ => description_line(&mut line),
        }
        ids.give(&mut line, Some(lines.len() + 1));
        lines.push(line);
    }
    if lines.is_empty() {
        return Err(Fault::missing("Line"));
    }
    let subtotal: Decimal = lines.iter().map(|line| money(line, "Amount")).sum();
    let subtotal_line = json!({
        "Amount": number(subtotal),
        "DetailType": "SubTotalLineDetail",
        "SubTotalLineDetail": {},
    });
    let mut settled: Vec<Value> = lines.into_iter().map(Value::Object).collect();
    settled.push(subtotal_line);
    for line in discounts {
        settled.push(discount_line(books, line, subtotal)?);
    }
    Ok(settled)
}

/// Refuses what has too many lines to be taxed. The line of the subtotal is the service's own.
pub(super) fn few_enough(sale: &Object) -> Outcome<()> {
    let is_taxed =
        inner(sale, "TxnTaxDetail").is_some_and(|detail| objects(detail, "TaxLine").next().is_some());
    let own = |line: &&Object| text(line, "DetailType") != Some("SubTotalLineDetail");
    if is_taxed && objects(sale, "Line").filter(own).count() > MOST_TAXED_LINES {
        return Err(Fault::out_of_range("Line", "A taxable transaction has at most 750 lines"));
    }
    Ok(())
}

fn item_line(books: &Books, draft: &Draft<'_>, line: &mut Object) -> Outcome<()> {
    let mut detail = match line.remove("SalesItemLineDetail") {
        Some(Value::Object(detail)) => detail,
        _ => Object::new(),
    };
    match reference(&detail, "ItemRef") {
        Some("SHIPPING_ITEM_ID") if !books.prefers("SalesFormsPrefs", "AllowShipping") => {
            return Err(Fault::feature_off("SalesFormsPrefs.AllowShipping"));
        }
        Some(_) => {}
        // The service's own item for sales that name none.
        None => set(&mut detail, "ItemRef", refer("1")),
    }
    let amount = amount(line, &detail)?;
    set(line, "Amount", number(amount));
    tax::settle_line(books, draft, &mut detail)?;
    set(line, "SalesItemLineDetail", detail);
    tax::settle_inclusive(books, draft, line);
    Ok(())
}

/// The amount of a line: given, and then equal to quantity times price rounded half up (else 6070), or reckoned.
fn amount(line: &Object, detail: &Object) -> Outcome<Decimal> {
    let (quantity, price) = (decimal(detail, "Qty"), decimal(detail, "UnitPrice"));
    let supplied = decimal(line, "Amount");
    let product = match (quantity, price) {
        (Some(quantity), Some(price)) => Some(cents(quantity * price)),
        (None, Some(price)) if supplied.is_none() => Some(cents(price)),
        _ => None,
    };
    let amount = match (supplied, product) {
        (Some(supplied), Some(product)) => {
            let supplied_with_tax = decimal(detail, "TaxInclusiveAmt");
            if cents(supplied) != product && supplied_with_tax.map(cents) != Some(product) {
                return Err(Fault::amount_mismatch(supplied));
            }
            cents(supplied)
        }
        (Some(supplied), None) => cents(supplied),
        (None, Some(product)) => product,
        (None, None) => return Err(Fault::missing("Line.Amount")),
    };
    if amount.abs() > Decimal::from(99_999_999_999_i64) {
        return Err(Fault::out_of_range(
            "Line.Amount",
            "An amount has at most eleven digits before the point",
        ));
    }
    Ok(amount)
}

fn group_line(books: &Books, draft: &Draft<'_>, line: &mut Object, ids: &mut Ids) -> Outcome<()> {
    let Some(Value::Object(mut detail)) = line.remove("GroupLineDetail") else {
        return Err(Fault::missing("Line.GroupLineDetail"));
    };
    let group = reference(&detail, "GroupItemRef").ok_or_else(|| Fault::missing("GroupItemRef"))?;
    let item = books.get(Kind::Item, &crate::quickbooks::value::Id::new(group));
    if item.and_then(|item| text(item, "Type")) != Some("Group") {
        return Err(Fault::business("The item of a group line must be a bundle."));
    }
    let mut total = Decimal::ZERO;
    let mut inside = Vec::new();
    for (place, part) in objects(&detail, "Line").cloned().enumerate() {
        let mut part = part;
        item_line(books, draft, &mut part)?;
        ids.give(&mut part, Some(place + 1));
        total += money(&part, "Amount");
        inside.push(Value::Object(part));
    }
    set(&mut detail, "Line", inside);
    set(line, "Amount", number(total));
    set(line, "GroupLineDetail", detail);
    Ok(())
}

fn description_line(line: &mut Object) {
    line.remove("Amount");
    if !line.contains_key("DescriptionLineDetail") {
        set(line, "DescriptionLineDetail", json!({}));
    }
}

/// A discount is a sum, or a percentage of the subtotal: 8.5 is 8.5 %.
fn discount_line(books: &Books, mut line: Object, subtotal: Decimal) -> Outcome<Value> {
    if !books.prefers("SalesFormsPrefs", "AllowDiscount") {
        return Err(Fault::feature_off("SalesFormsPrefs.AllowDiscount"));
    }
    let detail = inner(&line, "DiscountLineDetail").cloned().unwrap_or_default();
    let percent = decimal(&detail, "DiscountPercent").filter(|_| flag(&detail, "PercentBased"));
    let amount = match (percent, decimal(&line, "Amount")) {
        (Some(percent), _) if percent < Decimal::ZERO || percent > Decimal::ONE_HUNDRED => {
            return Err(Fault::out_of_range("DiscountPercent", "A percentage is between 0 and 100"));
        }
        (Some(percent), _) => cents(subtotal * percent / Decimal::ONE_HUNDRED),
        (None, Some(amount)) => cents(amount),
        (None, None) => return Err(Fault::empty_discount()),
    };
    set(&mut line, "Amount", number(amount));
    set(&mut line, "DiscountLineDetail", detail);
    Ok(Value::Object(line))
}

/// Line ids of one transaction: those it had, and the next that is free.
struct Ids {
    known: Vec<String>,
    last: u64,
}

impl Ids {
    fn of(old: Option<&Object>) -> Self {
        let mut known = Vec::new();
        for line in old.into_iter().flat_map(|old| objects(old, "Line")) {
            known.extend(text(line, "Id").map(str::to_owned));
            let parts = inner(line, "GroupLineDetail").into_iter().flat_map(|group| objects(group, "Line"));
            known.extend(parts.filter_map(|part| text(part, "Id").map(str::to_owned)));
        }
        let last = known.iter().filter_map(|id| id.parse().ok()).max().unwrap_or_default();
        Self { known, last }
    }

    /// Gives a line its id and its place. An id is used once.
    fn give(&mut self, line: &mut Object, place: Option<usize>) {
        let own = text(line, "Id").and_then(|id| self.known.iter().position(|known| known == id));
        if let Some(position) = own {
            self.known.swap_remove(position);
        } else {
            self.last += 1;
            set(line, "Id", self.last.to_string());
        }
        match place {
            Some(place) => set(line, "LineNum", place),
            None => {
                line.remove("LineNum");
            }
        }
    }
}
