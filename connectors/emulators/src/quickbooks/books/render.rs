//! Objects as answers show them: names of what they refer to, and the fields that are reckoned when they are read.

use rust_decimal::Decimal;
use serde_json::Value;

use super::{Books, Tally};
use crate::quickbooks::currency;
use crate::quickbooks::kind::Kind;
use crate::quickbooks::validate::target_of;
use crate::quickbooks::value::{Id, Object, inner, money, number, reference, set, text};

/// A hierarchy has at most five levels.
pub(in crate::quickbooks) const LEVELS: usize = 5;

impl Books {
    /// The object with everything that an answer shows.
    pub(in crate::quickbooks) fn render(&self, kind: Kind, id: &Id, object: &Object) -> Value {
        let mut shown = object.clone();
        self.name_references(kind, &mut shown);
        for field in reckoned(kind) {
            if let Some(value) = self.reckon(kind, id, object, field) {
                set(&mut shown, field, value);
            }
        }
        if object.contains_key("SyncToken") {
            set(&mut shown, "domain", "QBO");
            set(&mut shown, "sparse", false);
        }
        Value::Object(shown)
    }

    /// A field as a query sees it; a reference is its id.
    pub(in crate::quickbooks) fn field(
        &self,
        kind: Kind,
        id: &Id,
        object: &Object,
        path: &str,
    ) -> Option<Value> {
        if reckoned(kind).contains(&path) {
            return self.reckon(kind, id, object, path);
        }
        let mut at = object.get(path.split('.').next()?)?;
        for step in path.split('.').skip(1) {
            at = at.get(step)?;
        }
        match at {
            Value::Object(reference) => reference.get("value").cloned(),
            other => Some(other.clone()),
        }
    }

    fn reckon(&self, kind: Kind, id: &Id, object: &Object, field: &str) -> Option<Value> {
        match (kind, field) {
            (Kind::Customer, "Balance") => Some(number(self.tally(&Tally::Owed(id.clone())))),
            (Kind::Customer, "BalanceWithJobs") => Some(number(self.owed_with_jobs(id, LEVELS))),
            (_, "FullyQualifiedName") => Some(Value::String(self.full_name(kind, object))),
            (_, "Level") => {
                let level = self.ancestors(kind, object).len();
                (level > 0).then(|| Value::from(level))
            }
            (Kind::Item, "QtyOnHand") => {
                let stock = object.get("QtyOnHand")?;
                let stock = crate::quickbooks::value::to_decimal(stock)?;
                Some(number(stock - self.tally(&Tally::Sold(id.clone()))))
            }
            (Kind::Account, "CurrentBalance" | "CurrentBalanceWithSubAccounts") => {
                let debits = self.tally(&Tally::Account(id.clone()));
                let is_debit = matches!(text(object, "Classification"), Some("Asset" | "Expense"));
                Some(number(if is_debit { debits } else { -debits }))
            }
            (Kind::Attachable, "FileAccessUri") => object
                .contains_key("Size")
                .then(|| format!("/v3/company/{}/download/{}", self.company.realm, id.as_str()).into()),
            _ => None,
        }
    }

    fn owed_with_jobs(&self, id: &Id, depth: usize) -> Decimal {
        let own = self.tally(&Tally::Owed(id.clone()));
        if depth == 0 {
            return own;
        }
        let jobs = self.jobs.get(id).into_iter().flatten();
        own + jobs.map(|job| self.owed_with_jobs(job, depth - 1)).sum::<Decimal>()
    }

    /// The objects above one, nearest first.
    pub(in crate::quickbooks) fn ancestors(&self, kind: Kind, object: &Object) -> Vec<&Object> {
        let mut above = Vec::new();
        let mut at = object;
        while let Some(parent) = reference(at, "ParentRef").and_then(|id| self.get(kind, &Id::new(id))) {
            above.push(parent);
            at = parent;
            if above.len() > LEVELS {
                break;
            }
        }
        above
    }

    fn full_name(&self, kind: Kind, object: &Object) -> String {
        let field = kind.name_field();
        let mut names: Vec<&str> =
            self.ancestors(kind, object).into_iter().filter_map(|it| text(it, field)).collect();
        names.reverse();
        names.extend(text(object, field));
        names.join(":")
    }

    fn name_references(&self, kind: Kind, object: &mut Object) {
        for (field, value) in object.iter_mut() {
            match value {
                Value::Object(inside) => match self.reference_name(kind, field, inside) {
                    Some(name) => set(inside, "name", name),
                    None => self.name_references(kind, inside),
                },
                Value::Array(items) => {
                    for item in items.iter_mut().filter_map(Value::as_object_mut) {
                        self.name_references(kind, item);
                    }
                }
                _ => {}
            }
        }
    }

    fn reference_name(&self, kind: Kind, field: &str, inside: &Object) -> Option<String> {
        let id = text(inside, "value")?;
        if field == "CurrencyRef" {
            return Some(currency::name(id).to_owned());
        }
        let target = match field {
            "EntityRef" => Kind::Customer,
            "Entity" => Kind::named(text(inside, "type").unwrap_or("Customer"))?,
            // The service names neither the codes of taxes nor the rates of lines.
            "TaxRateRef" if kind != Kind::TaxCode => return None,
            "TaxCodeRef" | "TxnTaxCodeRef" => return None,
            _ => target_of(kind, field)?,
        };
        let found = self.get(target, &Id::new(id))?;
        text(found, target.name_field()).map(str::to_owned)
    }

    /// What the lines of a sale say, without tax: items and groups, less discounts.
    pub(in crate::quickbooks) fn net_of_lines(lines: &[Value]) -> Decimal {
        lines
            .iter()
            .filter_map(Value::as_object)
            .map(|line| match text(line, "DetailType") {
                Some("SalesItemLineDetail" | "GroupLineDetail") => money(line, "Amount"),
                Some("DiscountLineDetail") => -money(line, "Amount"),
                _ => Decimal::ZERO,
            })
            .sum()
    }

    /// The tax of a transaction.
    pub(in crate::quickbooks) fn tax_of(object: &Object) -> Decimal {
        inner(object, "TxnTaxDetail").map(|tax| money(tax, "TotalTax")).unwrap_or_default()
    }
}

/// The fields of a kind that are not stored.
fn reckoned(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Customer => &["Balance", "BalanceWithJobs", "FullyQualifiedName", "Level"],
        Kind::Item => &["QtyOnHand", "FullyQualifiedName", "Level"],
        Kind::Account => &["CurrentBalance", "CurrentBalanceWithSubAccounts", "FullyQualifiedName"],
        Kind::Attachable => &["FileAccessUri"],
        Kind::Class | Kind::Department => &["FullyQualifiedName"],
        _ => &[],
    }
}
