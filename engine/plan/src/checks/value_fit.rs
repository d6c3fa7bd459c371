//! Values that do not fit the target's field.
//!
//! **What it finds.** Where the types of both sides are known: values of a type that the field does not take
//! (`mapping/wrong-type`), texts that are longer than it (`mapping/too-long`), and texts that are none of those that
//! it takes (`mapping/not-allowed`). An error when no value could pass, a warning when some may not.
//!
//! **Why it matters.** Every such record fails.
//!
//! **Fails:** `paid = "$.total"` where `paid` is a boolean.
//!
//! **Passes:** `total = { path = "$.total", transform = ["decimal"] }`.

use super::{
    inexact_money,
    types::{FieldSite, Fit, Typed, described, fit, fit_length, fit_words, known_texts, label},
};
use crate::types::{Base, Type};
use engine_contract::FieldType;
use engine_project::{
    diag::{Code, Diagnostic, Diagnostics, code, words::list},
    rule::{Node, Rule},
};

pub(super) fn check(site: &FieldSite<'_>, typed: Option<&Typed<'_>>, out: &mut Diagnostics) {
    match (&site.member.node, typed) {
        (Node::Object(_), _) => node(site, FieldType::Object, out),
        (Node::Blocks(_), _) => node(site, FieldType::List, out),
        (Node::Rules(_), Some(typed)) => {
            for (rule, ty) in &typed.rules {
                value(site, rule, &of_id(site, ty, typed.is_id), out);
            }
        }
        (Node::Rules(_), None) => {}
    }
}

/// An id is text, and a target with whole numbers for ids has texts of them.
fn of_id(site: &FieldSite<'_>, ty: &Type, is_id: bool) -> Type {
    let is_number = is_id && site.field.kind == FieldType::Integer;
    if is_number { Type { nullable: ty.nullable, ..Type::of(Base::Integer) } } else { ty.clone() }
}

/// An object or a list of blocks for a field of another kind.
fn node(site: &FieldSite<'_>, is: FieldType, out: &mut Diagnostics) {
    let kind = site.field.kind;
    if kind != is && !matches!(kind, FieldType::Json | FieldType::Any) {
        let (path, object) = (&site.path, site.object);
        let message =
            format!("`{path}` of `{object}` is {}, and the map makes {} of it", kind.as_str(), is.as_str());
        out.push(Diagnostic::error(code::VALUE_TYPE, message).at(site.member.place.clone(), ""));
    }
}

fn value(site: &FieldSite<'_>, rule: &Rule, ty: &Type, out: &mut Diagnostics) {
    if inexact_money::into_field(site, rule, ty, out) {
        return;
    }
    let (label, path, object, field) = (label(rule), &site.path, site.object, site.field);
    match fit(ty, field.kind) {
        Fit::Always => {}
        how => {
            let may = if how == Fit::Never { "is" } else { "may be" };
            let (is, wanted) = (described(ty), field.kind.as_str());
            let message = format!("{label} {may} {is}, and `{path}` of `{object}` takes {wanted}");
            let found = made(code::VALUE_TYPE, how, message, rule);
            out.push(match remedy(ty, field.kind) {
                Some(transform) => found.help(format!("add transform `{transform}`")),
                None => found,
            });
            return;
        }
    }
    let how = fit_length(ty, field);
    if how != Fit::Always {
        let longest = known_texts(ty).and_then(|texts| texts.map(|text| text.chars().count()).max());
        let longest = longest.or(ty.max_length).unwrap_or_default();
        let (may, max) =
            (if how == Fit::Never { "is" } else { "may be" }, field.max_length.unwrap_or_default());
        let message =
            format!("{label} {may} {longest} characters long, and `{path}` of `{object}` takes {max}");
        let found = made(code::VALUE_TOO_LONG, how, message, rule);
        out.push(found.help(format!("add `{{ fit = {max} }}` to its transforms")));
    }
    let how = fit_words(ty, field);
    if how != Fit::Always {
        let wrong = known_texts(ty)
            .into_iter()
            .flatten()
            .filter(|text| !field.one_of.iter().any(|word| word == text));
        let wrong: Vec<&str> = wrong.collect();
        let may = if how == Fit::Never { "is" } else { "may be" };
        let message =
            format!("{label} {may} {}, which `{path}` of `{object}` does not take", list(&wrong, "or"));
        let words: Vec<&str> = field.one_of.iter().map(String::as_str).collect();
        out.push(
            made(code::VALUE_NOT_ALLOWED, how, message, rule)
                .help(format!("it takes {}", list(&words, "or"))),
        );
    }
}

fn made(code: Code, how: Fit, message: String, rule: &Rule) -> Diagnostic {
    let make = if how == Fit::Never { Diagnostic::error } else { Diagnostic::warning };
    make(code, message).at(rule.place.clone(), "")
}

/// The transform that makes the wanted type, where one can.
fn remedy(ty: &Type, to: FieldType) -> Option<&'static str> {
    let is_text = ty
        .bases
        .iter()
        .all(|base| matches!(base, Base::Text | Base::NumberText | Base::DateText | Base::TimeText));
    let is_number = ty.bases.iter().all(|base| matches!(base, Base::Text | Base::NumberText));
    let has = |base| ty.bases.contains(&base);
    match to {
        FieldType::Integer if is_number => Some("integer"),
        FieldType::Decimal if is_number => Some("decimal"),
        FieldType::Boolean if is_number || has(Base::Integer) => Some("boolean"),
        FieldType::Date if is_text && !has(Base::NumberText) => Some("date"),
        FieldType::Timestamp if is_text && !has(Base::NumberText) => Some("timestamp_utc"),
        _ => None,
    }
}
