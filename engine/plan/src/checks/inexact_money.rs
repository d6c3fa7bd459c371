//! Money that does not stay exact.
//!
//! **What it finds.** An amount of money that a transform makes into a number which is none any more, and one that
//! goes into a field of whole numbers.
//!
//! **Why it matters.** Cents would be lost, or every amount with cents would fail.
//!
//! **Fails:** `Total = "$.total"` where `Total` is an integer.
//!
//! **Passes:** `TotalCents = { path = "$.total", transform = ["decimal", { multiply = 100 }, "integer"] }`.

use super::types::{Chain, FieldSite, Step, label};
use crate::types::{Base, Type};
use engine_contract::FieldType;
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    rule::Rule,
};

pub(super) fn check(chain: &Chain<'_>, out: &mut Diagnostics) {
    if let Some(step) = chain.steps.iter().find(|step| loses(step)) {
        let message = format!("transform `{}` makes an inexact number of an amount of money", step.call.name);
        out.push(Diagnostic::error(code::MONEY_INEXACT, message).at(step.call.place.clone(), ""));
    }
    let unscaled = chain.steps.iter().take_while(|step| step.call.name != "multiply");
    if let Some(step) = unscaled.into_iter().find(|step| step.call.name == "integer" && step.input.is_money) {
        let message = "transform `integer` refuses every amount of money that has cents";
        let found = Diagnostic::error(code::MONEY_INEXACT, message).at(step.call.place.clone(), "");
        out.push(found.help(format!("keep it exact with `decimal`, or {IN_CENTS}")));
    }
}

const IN_CENTS: &str = "count in cents: `transform = [\"decimal\", { multiply = 100 }, \"integer\"]`";

fn loses(step: &Step<'_>) -> bool {
    let is_number = |ty: &Type| {
        ty.bases.iter().all(|base| matches!(base, Base::Integer | Base::Decimal | Base::NumberText))
    };
    let output = step.output.as_ref().ok();
    step.input.is_money
        && output.is_some_and(|output| !output.ty.is_money && is_number(&output.ty) && output.lossy.is_some())
}

/// Money into a field of whole numbers. True when that was reported.
pub(super) fn into_field(site: &FieldSite<'_>, rule: &Rule, ty: &Type, out: &mut Diagnostics) -> bool {
    let is_whole = ty.bases.iter().all(|base| *base == Base::Integer);
    if site.field.kind != FieldType::Integer || !ty.is_money || is_whole {
        return false;
    }
    let message = format!(
        "{} is an amount of money, and `{}` of `{}` takes whole numbers",
        label(rule),
        site.path,
        site.object
    );
    let found = Diagnostic::error(code::MONEY_INEXACT, message).at(rule.place.clone(), "");
    out.push(found.help(IN_CENTS));
    true
}
