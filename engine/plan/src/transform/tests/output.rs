//! The types that transforms promise.

use super::{properties::*, *};
use engine_contract::{Field, FieldType};
use engine_script::types::{Base, Type};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// Whether a value is one of a type.
fn allows(ty: &Type, value: &Value) -> bool {
    let has = |base| ty.bases.contains(&base);
    if has(Base::Any) {
        return true;
    }
    match value {
        Value::Null => ty.nullable,
        Value::Bool(_) => has(Base::Boolean),
        Value::Int(_) => has(Base::Integer) || has(Base::Decimal),
        Value::Decimal(_) | Value::Number(_) => has(Base::Decimal),
        Value::Text(text) => {
            let is_time =
                || text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok();
            let is_number =
                || if text.is_empty() { ty.nullable } else { Decimal::from_str_exact(text).is_ok() };
            let kind = has(Base::Text)
                || has(Base::NumberText) && is_number()
                || has(Base::DateText) && text.parse::<jiff::civil::Date>().is_ok()
                || has(Base::TimeText) && is_time();
            kind && ty.max_length.is_none_or(|most| text.chars().count() <= most)
                && ty.one_of.as_ref().is_none_or(|texts| texts.contains(text))
        }
        Value::List(items) => {
            let element = ty.element.as_deref();
            has(Base::List) && items.iter().all(|item| element.is_none_or(|element| allows(element, item)))
        }
        Value::Map(members) => {
            let field = |name: &str| ty.fields.iter().find(|field| field.name == name).map(Type::of_field);
            let is_open = ty.is_open || ty.fields.is_empty();
            has(Base::Object)
                && members.iter().all(|(name, member)| field(name).map_or(is_open, |ty| allows(&ty, member)))
        }
    }
}

/// A value and the closest type of it.
fn typed_scalar() -> impl Strategy<Value = (Type, Value)> {
    let of = |base, value: Value| {
        let max_length = value.as_str().map(|text| text.chars().count());
        (Type { max_length, ..Type::of(base) }, value)
    };
    prop_oneof![
        3 => any_text().prop_map(move |text| of(Base::Text, text.into())),
        2 => prop_oneof![any_decimal().prop_map(|number| number.to_string()), Just(String::new())]
            .prop_map(move |text| {
                let is_empty = text.is_empty();
                let (ty, text) = of(Base::NumberText, text.into());
                (Type { nullable: is_empty, ..ty }, text)
            }),
        1 => any_day().prop_map(move |text| of(Base::DateText, text.into())),
        1 => any_time().prop_map(move |text| of(Base::TimeText, text.into())),
        1 => any::<i64>().prop_map(move |number| of(Base::Integer, number.into())),
        1 => any_decimal().prop_map(move |number| of(Base::Decimal, Value::Decimal(number))),
        1 => any::<bool>().prop_map(move |flag| of(Base::Boolean, flag.into())),
    ]
}

/// A value and a type that allows it, wider than needed at times.
fn typed() -> impl Strategy<Value = (Type, Value)> {
    let scalar = (typed_scalar(), typed_scalar(), 0..6u8, 0usize..4).prop_map(
        |((ty, value), (other, _), how, more)| {
            let ty = Type { max_length: ty.max_length.map(|most| most + more), ..ty };
            match how {
                0 => (ty.or_null(), Value::Null),
                1 => (ty.union(other), value),
                2 => (Type { is_money: true, ..ty }, value),
                3 => (Type::any(), value),
                4 => {
                    let one_of = value.as_str().map(|text| [text.to_owned(), "abc".to_owned()].into());
                    let max_length = ty.max_length.map(|most| most.max(3));
                    (Type { one_of, max_length, ..ty }, value)
                }
                _ => (ty, value),
            }
        },
    );
    scalar.prop_recursive(2, 8, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4).prop_map(|items| {
            let (types, values): (Vec<_>, Vec<_>) = items.into_iter().unzip();
            let element = types.into_iter().reduce(Type::union).unwrap_or_else(|| Type::of(Base::Text));
            (Type { element: Some(Box::new(element)), ..Type::of(Base::List) }, Value::List(values))
        });
        let object = (any_text(), any::<bool>(), any::<bool>()).prop_map(|(text, has, is_open)| {
            let fields = vec![Field::new("a", FieldType::Text), Field::new("name", FieldType::Integer)];
            let members = if has { vec![("a".to_owned(), Value::from(text))] } else { Vec::new() };
            let ty = Type { fields, is_open, ..Type::of(Base::Object) };
            (ty, Value::Map(members.into_iter().collect()))
        });
        prop_oneof![list, object, inner]
    })
}

/// The edges at which the promise that nothing fails does not hold.
fn at_the_edge(error: &str) -> bool {
    [number::TOO_LONG, list::NUMBERS, time::DATE, time::TIME].contains(&error)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn what_comes_out_is_of_the_type_that_was_promised(transform in any_transform(), (ty, value) in typed()) {
        prop_assume!(allows(&ty, &value));
        let result = transform.apply(value.clone());
        match (transform.output(&ty), result) {
            (Ok(output), Ok(made)) => {
                prop_assert!(allows(&output.ty, &made), "{made:?} is not {:?}", output.ty);
                // That there may be no value is known of a type that is nullable anyway.
                let lost = made.is_null() && !value.is_null() && !ty.nullable;
                prop_assert!(!lost || output.makes_null.is_some(), "{value:?} became null");
            }
            (Ok(output), Err(error)) => prop_assert!(output.can_fail || at_the_edge(error), "{error}"),
            (Err(mismatch), Ok(made)) => prop_assert!(value.is_null(), "{made:?} against {mismatch:?}"),
            (Err(_), Err(_)) => {}
        }
    }

    #[test]
    fn money_is_kept_or_its_loss_is_told(transform in any_transform(), (ty, _) in typed_scalar()) {
        let money = Type { is_money: true, ..ty };
        if let Ok(output) = transform.output(&money) {
            prop_assert!(output.ty.is_money || output.lossy.is_some(), "{}", transform.name());
        }
    }
}

fn output(call: &str, ty: &Type) -> Result<Output, Mismatch> {
    transform(call).output(ty)
}

fn made(call: &str, ty: &Type) -> Type {
    output(call, ty).unwrap().ty
}

#[test]
fn lengths_are_followed() {
    let text = Type { max_length: Some(30), ..Type::of(Base::Text) };
    let lengths = [
        (r#""trim""#, Some(30)),
        (r#""lowercase""#, Some(30)),
        (r#"{ prefix = "W-" }"#, Some(32)),
        (r#"{ pad = { length = 40, with = "0" } }"#, Some(40)),
        ("{ fit = 21 }", Some(21)),
        ("{ slice = { to = 8 } }", Some(8)),
        ("{ slice = { from = -4 } }", Some(4)),
        (r#"{ replace = { from = ":", to = "-" } }"#, Some(30)),
        (r#"{ replace = { from = "ab", to = "xyz" } }"#, Some(45)),
        (r#"{ regex_replace = { pattern = "a", to = "b" } }"#, None),
        (r#"{ hash = "sha256" }"#, Some(64)),
        (r#"{ phone = "CA" }"#, Some(16)),
        (r#""local_date""#, Some(10)),
    ];
    for (call, length) in lengths {
        assert_eq!(made(call, &text).max_length, length, "{call}");
    }
    assert_eq!(made(r#"{ prefix = "W" }"#, &Type::of(Base::Integer)).max_length, Some(21));
}

#[test]
fn what_may_be_cut_or_rounded_is_told() {
    let text = |max_length| Type { max_length, ..Type::of(Base::Text) };
    let lossy = |call: &str, ty: &Type| output(call, ty).unwrap().lossy;
    assert_eq!(
        lossy("{ fit = 21 }", &text(Some(30))).as_deref(),
        Some("cuts texts longer than 21 characters")
    );
    assert_eq!(lossy("{ fit = 21 }", &text(None)).as_deref(), Some("cuts texts longer than 21 characters"));
    assert_eq!(lossy("{ fit = 30 }", &text(Some(30))), None);
    assert_eq!(lossy(r#"{ fit = { length = 3, overflow = "fail" } }"#, &text(Some(30))), None);
    let rounded = output("{ round = 2 }", &Type { is_money: true, ..Type::of(Base::NumberText) }).unwrap();
    assert_eq!(rounded.lossy.as_deref(), Some("rounds to 2 digits after the point"));
    assert!(rounded.ty.is_money);
    assert_eq!(lossy("{ round = 2 }", &Type::of(Base::Integer)), None);
}

#[test]
fn a_transform_that_no_value_can_pass_is_found() {
    let list = Type { element: Some(Box::new(Type::of(Base::Text))), ..Type::of(Base::List) };
    let refused = [
        (r#""decimal""#, Type::of(Base::Object), "a decimal number of at most 28 digits"),
        (r#""decimal""#, Type::of(Base::DateText), "a decimal number of at most 28 digits"),
        (r#""trim""#, list, "a text"),
        (r#""first""#, Type::of(Base::Text), "a list"),
        (r#""local_date""#, Type::of(Base::Integer), "an ISO 8601 date"),
        (r#"{ get = "name" }"#, Type::of(Base::Text), "an object"),
    ];
    for (call, ty, needs) in refused {
        assert_eq!(output(call, &ty).unwrap_err().needs, needs, "{call}");
    }
    assert!(output(r#""decimal""#, &Type::nothing()).is_ok());
}

#[test]
fn known_texts_stay_known() {
    let status = ["Processing".to_owned(), "N/A".to_owned()];
    let ty = Type { one_of: Some(status.into()), max_length: Some(10), ..Type::of(Base::Text) };
    let small = made(r#""lowercase""#, &ty);
    assert_eq!(small.one_of, Some(["processing".to_owned(), "n/a".to_owned()].into()));
    let without = output(r#"{ null_if = "N/A" }"#, &ty).unwrap();
    assert_eq!((without.ty.one_of, without.ty.nullable), (Some(["Processing".to_owned()].into()), true));
    assert!(output(r#""decimal""#, &ty).is_err());
    assert_eq!(output("{ fit = 10 }", &ty).unwrap().lossy, None);
}

#[test]
fn members_and_elements_are_typed() {
    let amount = Field { is_money: true, ..Field::new("total", FieldType::Text) };
    let line = Type { fields: vec![amount], ..Type::of(Base::Object) };
    let total = made(r#"{ get = "total" }"#, &line);
    assert!(total.is_money && total.nullable && total.bases.contains(&Base::NumberText));
    assert_eq!(made(r#"{ get = "totl" }"#, &line), Type::nothing());
    let totals = Type { element: Some(Box::new(total)), ..Type::of(Base::List) };
    let sum = output(r#""sum""#, &totals).unwrap();
    assert!(sum.ty.is_money && !sum.ty.nullable && !sum.can_fail && sum.lossy.is_none());
    assert!(output(r#"{ join = "," }"#, &totals).unwrap().lossy.is_some());
}
