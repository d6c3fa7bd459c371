//! Declared types: what `SQLite` does with values of a column, and what it means to a pipeline.

use engine_contract::FieldType;

/// How a column converts what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Affinity {
    Integer,
    Text,
    /// Keeps whatever comes: declared `BLOB`, or not at all.
    Blob,
    Real,
    Numeric,
}

/// The affinity that `SQLite` derives from a declared type: the five rules of its manual, section 3.1 of
/// "Datatypes In `SQLite`", in their order. `ANY` keeps whatever comes in a STRICT table.
pub(super) fn affinity(declared: &str, strict: bool) -> Affinity {
    let upper = declared.to_ascii_uppercase();
    let has = |part: &str| upper.contains(part);
    if has("INT") {
        Affinity::Integer
    } else if has("CHAR") || has("CLOB") || has("TEXT") {
        Affinity::Text
    } else if upper.is_empty() || has("BLOB") || (strict && upper == "ANY") {
        Affinity::Blob
    } else if has("REAL") || has("FLOA") || has("DOUB") {
        Affinity::Real
    } else {
        Affinity::Numeric
    }
}

/// Whether a declared type promises exact decimals kept as text, such as `DECIMAL_TEXT`.
pub(super) fn is_decimal_text(declared: &str) -> bool {
    let upper = declared.to_ascii_uppercase();
    upper.contains("DECIMAL") && affinity(declared, false) == Affinity::Text
}

/// What a declared type means to a pipeline.
pub(super) fn field_type(declared: &str, strict: bool) -> FieldType {
    let upper = declared.to_ascii_uppercase();
    match affinity(declared, strict) {
        Affinity::Integer => FieldType::Integer,
        Affinity::Text if is_decimal_text(declared) => FieldType::Decimal,
        Affinity::Text => FieldType::Text,
        _ if upper.starts_with("BOOL") => FieldType::Boolean,
        _ if upper.starts_with("JSON") => FieldType::Json,
        Affinity::Blob | Affinity::Real | Affinity::Numeric => FieldType::Any,
    }
}

/// The `n` of `VARCHAR(n)`.
pub(super) fn max_length(declared: &str) -> Option<usize> {
    if affinity(declared, false) != Affinity::Text || is_decimal_text(declared) {
        return None;
    }
    let (_, rest) = declared.split_once('(')?;
    rest.split_once(')')?.0.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types_mean_what_sqlite_makes_of_them() {
        let show = |declared: &str| {
            format!(
                "{:?} {:?} {:?}",
                affinity(declared, false),
                field_type(declared, false),
                max_length(declared)
            )
        };
        assert_eq!(show("BIGINT"), "Integer Integer None");
        assert_eq!(show("varchar(40)"), "Text Text Some(40)");
        assert_eq!(show("DECIMAL_TEXT"), "Text Decimal None");
        assert_eq!(show("DECIMAL(10,2)"), "Numeric Any None");
        assert_eq!(show("BOOLEAN"), "Numeric Boolean None");
        assert_eq!(show("json"), "Numeric Json None");
        assert_eq!(show("DOUBLE"), "Real Any None");
        assert_eq!(show(""), "Blob Any None");
        assert_eq!(affinity("ANY", true), Affinity::Blob);
    }
}
