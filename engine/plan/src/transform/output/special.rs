//! Transforms whose output depends on what is known of elements and members, or that keep the type.

use super::{Mismatch, Output};
use crate::transform::{Key, Transform, list, text};
use engine_script::types::{Base, Type};

/// A list that may be empty has no element to take.
const NO_ELEMENT: &str = "a list without that element gives null";
const NO_MEMBER: &str = "an object without that member gives null";

pub(super) fn output(transform: &Transform, input: &Type) -> Result<Output, Mismatch> {
    match transform {
        Transform::NullIf(_) => {
            let ty = input.clone().or_null();
            Ok(Output { ty, lossy: None, can_fail: false, makes_null: Some("certain values become null") })
        }
        Transform::Split(_) => split(input),
        Transform::Get(Key::Member(name)) => member(input, name),
        Transform::First | Transform::Last | Transform::Get(Key::Index(_)) => {
            let ty = element(input).or_null();
            of_list(input, ty, list::LIST, false)
                .map(|output| Output { makes_null: Some(NO_ELEMENT), ..output })
        }
        Transform::Join(_) => {
            let scalars = element(input).bases.iter().all(|base| is_scalar(*base));
            of_list(input, Type::of(Base::Text), list::SCALARS, !scalars)
        }
        Transform::Count => of_list(input, Type::of(Base::Integer), list::LIST, false),
        Transform::Sum => {
            let is_number = |base: &Base| matches!(base, Base::Integer | Base::Decimal | Base::NumberText);
            let numbers = element(input).bases.iter().all(is_number);
            let is_money = element(input).is_money;
            of_list(input, Type { is_money, ..Type::of(Base::Decimal) }, list::NUMBERS, !numbers)
        }
        Transform::Sort(_) => {
            let bases = element(input).bases;
            let is_text = |base: &Base| is_text(*base);
            let is_number = |base: &Base| matches!(base, Base::Integer | Base::Decimal);
            let sortable = bases.iter().all(is_text) || bases.iter().all(is_number);
            of_list(input, same_list(input), list::SORTABLE, !sortable)
        }
        Transform::Flatten => {
            let element = flat(&element(input));
            of_list(
                input,
                Type { element: Some(Box::new(element)), ..Type::of(Base::List) },
                list::LIST,
                false,
            )
        }
        // `unique`, and what has been described elsewhere.
        _ => of_list(input, same_list(input), list::LIST, false),
    }
}

fn is_text(base: Base) -> bool {
    matches!(base, Base::Text | Base::NumberText | Base::DateText | Base::TimeText)
}

fn is_scalar(base: Base) -> bool {
    !matches!(base, Base::Object | Base::List | Base::Any)
}

/// The type of the elements of a list that may be among the values.
fn element(input: &Type) -> Type {
    input.element.as_deref().cloned().filter(|_| !input.is_any()).unwrap_or_else(Type::any)
}

fn same_list(input: &Type) -> Type {
    Type {
        element: Some(Box::new(element(input))),
        fields: input.fields.clone(),
        is_open: input.is_open,
        ..Type::of(Base::List)
    }
}

/// The elements after the lists among them were opened.
fn flat(element: &Type) -> Type {
    if element.is_any() {
        return Type::any();
    }
    if !element.bases.contains(&Base::List) {
        return element.clone();
    }
    let inner = element.element.as_deref().cloned().unwrap_or_else(Type::any);
    let mut others = element.clone();
    others.bases.remove(&Base::List);
    others.element = None;
    others.union(inner)
}

/// The output of a transform that takes lists only.
fn of_list(input: &Type, ty: Type, needs: &'static str, elements_fail: bool) -> Result<Output, Mismatch> {
    if !input.is_any() && !input.bases.contains(&Base::List) {
        return Err(Mismatch { needs });
    }
    let others = input.is_any() || input.bases.len() > 1;
    let ty = if input.nullable || input.is_any() { ty.or_null() } else { ty };
    Ok(Output { ty, lossy: None, can_fail: others || elements_fail, makes_null: None })
}

fn member(input: &Type, name: &str) -> Result<Output, Mismatch> {
    if !input.is_any() && !input.bases.contains(&Base::Object) {
        return Err(Mismatch { needs: list::OBJECT });
    }
    let known = input.fields.iter().find(|field| field.name == name).map(Type::of_field);
    let is_closed = !input.fields.is_empty() && !input.is_open && !input.is_any();
    let ty = match known.filter(|_| !input.is_any()) {
        Some(ty) => ty.or_null(),
        None if is_closed => Type::nothing(),
        None => Type::any(),
    };
    let can_fail = input.is_any() || input.bases.len() > 1;
    Ok(Output { ty, lossy: None, can_fail, makes_null: Some(NO_MEMBER) })
}

fn split(input: &Type) -> Result<Output, Mismatch> {
    let can_pass = input.is_any() || input.bases.iter().any(|base| is_scalar(*base));
    if !can_pass {
        return Err(Mismatch { needs: text::TEXT });
    }
    let all_text = input.bases.iter().all(|base| is_text(*base));
    let part = Type { max_length: input.max_length.filter(|_| all_text), ..Type::of(Base::Text) };
    let nullable = input.nullable || input.is_any();
    let ty = Type { element: Some(Box::new(part)), nullable, ..Type::of(Base::List) };
    let can_fail = !input.bases.iter().all(|base| is_scalar(*base));
    Ok(Output { ty, lossy: None, can_fail, makes_null: None })
}
