//! How types fit the fields of a target: what [`coerce`](crate::program) accepts, told before any value is there.

use super::value::known_texts;
use crate::{
    program::takes,
    types::{Base, Type},
};
use engine_contract::{Field, FieldType, Value};

/// How many of the values that a type allows pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// All, or it is not known.
    Always,
    /// Some do not.
    Sometimes,
    /// None.
    Never,
}

/// How values of a type fit a type of fields, lengths and lists of words aside.
pub(crate) fn fit(ty: &Type, to: FieldType) -> Fit {
    if ty.is_any() {
        return Fit::Always;
    }
    if let Some(texts) = known_texts(ty) {
        return all(texts.map(|text| takes(Value::from(text), to)));
    }
    let fits: Vec<Fit> = ty.bases.iter().map(|base| fit_of(*base, to)).collect();
    match (fits.iter().min(), fits.iter().max()) {
        (None, _) | (_, Some(Fit::Always)) => Fit::Always,
        (Some(Fit::Never), _) => Fit::Never,
        _ => Fit::Sometimes,
    }
}

#[expect(clippy::match_same_arms, reason = "each line is a fact of its own")]
fn fit_of(base: Base, to: FieldType) -> Fit {
    use FieldType as F;
    match (base, to) {
        (Base::Any, _) | (_, F::Json | F::Any) => Fit::Always,
        (Base::Object, F::Object) | (Base::List, F::List) | (Base::Boolean, F::Boolean) => Fit::Always,
        (Base::Object | Base::List, _) | (_, F::Object | F::List) => Fit::Never,
        (_, F::Text) | (Base::Integer, F::Integer | F::Decimal) | (Base::Decimal, F::Decimal) => Fit::Always,
        (Base::DateText, F::Date | F::Timestamp) | (Base::TimeText, F::Timestamp) => Fit::Always,
        // A time with `Z` is no day.
        (Base::TimeText, F::Date) => Fit::Sometimes,
        (Base::Decimal | Base::Text | Base::NumberText, F::Integer) => Fit::Sometimes,
        (Base::Text | Base::NumberText, F::Date | F::Timestamp) => Fit::Sometimes,
        _ => Fit::Never,
    }
}

/// How the texts of a type fit the length of a field.
pub(crate) fn fit_length(ty: &Type, field: &Field) -> Fit {
    let Some(max) = field.max_length.filter(|_| field.kind == FieldType::Text && !ty.is_any()) else {
        return Fit::Always;
    };
    if let Some(texts) = known_texts(ty) {
        return all(texts.map(|text| text.chars().count() <= max));
    }
    let may_be_longer = ty.bases.iter().copied().any(super::value::is_text)
        && ty.max_length.is_some_and(|length| length > max);
    if may_be_longer { Fit::Sometimes } else { Fit::Always }
}

/// How the texts of a type fit the words that a field takes.
pub(crate) fn fit_words(ty: &Type, field: &Field) -> Fit {
    if field.one_of.is_empty() || field.kind != FieldType::Text || ty.is_any() {
        return Fit::Always;
    }
    let Some(texts) = known_texts(ty) else { return Fit::Always };
    all(texts.map(|text| field.one_of.iter().any(|word| word == text)))
}

fn all(passed: impl Iterator<Item = bool>) -> Fit {
    let passed: Vec<bool> = passed.collect();
    match (passed.contains(&true), passed.contains(&false)) {
        (false, true) => Fit::Never,
        (true, true) => Fit::Sometimes,
        _ => Fit::Always,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    /// Values of each kind, the odd ones too.
    fn values(base: Base) -> Vec<Value> {
        let texts = |texts: &[&str]| texts.iter().map(|text| Value::from(*text)).collect();
        match base {
            Base::Text => texts(&["", "x", "7", "1.50", "true", "2026-01-31", "2026-01-31T10:00:00Z"]),
            Base::NumberText => texts(&["7", "1.50", "-3", "20260131", ""]),
            Base::DateText => texts(&["2026-01-31", "2024-02-29"]),
            Base::TimeText => {
                texts(&["2026-01-31T10:00:00", "2026-01-31T10:00:00Z", "2026-01-31T10:00:00+02:00"])
            }
            Base::Integer => vec![Value::Int(0), Value::Int(i64::MIN)],
            Base::Decimal => vec![Value::Decimal(Decimal::new(150, 2)), Value::Decimal(Decimal::new(100, 2))],
            Base::Boolean => vec![Value::Bool(true), Value::Bool(false)],
            Base::Object => vec![Value::Map(engine_contract::Map::new())],
            Base::List => vec![Value::List(Vec::new())],
            Base::Any => Vec::new(),
        }
    }

    #[test]
    fn what_fits_is_what_the_program_takes() {
        use Base as B;
        use FieldType as F;
        let bases = [
            B::Text,
            B::NumberText,
            B::DateText,
            B::TimeText,
            B::Integer,
            B::Decimal,
            B::Boolean,
            B::Object,
            B::List,
        ];
        let kinds = [
            F::Text,
            F::Integer,
            F::Decimal,
            F::Boolean,
            F::Date,
            F::Timestamp,
            F::Object,
            F::List,
            F::Json,
            F::Any,
        ];
        for base in bases {
            for kind in kinds {
                let real = all(values(base).into_iter().map(|value| takes(value, kind)));
                assert_eq!(fit(&Type::of(base), kind), real, "{base:?} into {kind:?}");
            }
        }
    }

    #[test]
    fn known_texts_are_judged_one_by_one() {
        let words = |words: &[&str]| Type {
            one_of: Some(words.iter().map(|word| (*word).to_owned()).collect()),
            ..Type::of(Base::Text)
        };
        assert_eq!(fit(&words(&["1", "2"]), FieldType::Integer), Fit::Always);
        assert_eq!(fit(&words(&["1", "b"]), FieldType::Integer), Fit::Sometimes);
        assert_eq!(fit(&words(&["a"]), FieldType::Integer), Fit::Never);
        let field =
            Field { max_length: Some(2), one_of: vec!["ab".to_owned()], ..Field::new("f", FieldType::Text) };
        assert_eq!(fit_length(&words(&["ab", "abc"]), &field), Fit::Sometimes);
        assert_eq!(fit_words(&words(&["ab"]), &field), Fit::Always);
        assert_eq!(fit_words(&words(&["x", "y"]), &field), Fit::Never);
        assert_eq!(fit_words(&Type::of(Base::Text), &field), Fit::Always, "nothing is known of its texts");
    }
}
