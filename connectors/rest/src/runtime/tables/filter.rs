//! Filters in the query of PostgREST (its "horizontal filtering"): values in quotes, names in quotes where they need them.
//!
//! Within lists and logical trees a value may stand in double quotes, in which a `\` stands before each `"` and `\`;
//! without them `,`, `.`, `:` and `()` would end it (its documentation, "URL grammar").

use crate::runtime::query::Query;

/// Names that are no columns in a query.
const RESERVED: [&str; 8] = ["select", "order", "limit", "offset", "on_conflict", "columns", "and", "or"];

/// A value that cannot end its own quotes.
pub(super) fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The name of a column as it stands in lists and orders.
pub(super) fn name(column: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if !column.is_empty() && column.chars().all(is_plain) { column.to_owned() } else { quoted(column) }
}

/// Names with commas between them.
pub(super) fn names<'a>(columns: impl IntoIterator<Item = &'a String>) -> String {
    columns.into_iter().map(|column| name(column)).collect::<Vec<_>>().join(",")
}

/// The parameter that admits rows whose column has one of the values.
pub(super) fn is_in(column: &str, values: &[impl AsRef<str>]) -> (String, String) {
    let list: Vec<String> = values.iter().map(|value| quoted(value.as_ref())).collect();
    condition(column, &format!("in.({})", list.join(",")))
}

/// The parameter that admits rows with one of the keys, of which each has a value for each column.
pub(super) fn has_key(columns: &[String], keys: &[Vec<String>]) -> (String, String) {
    if let [column] = columns {
        let values: Vec<&String> = keys.iter().flatten().collect();
        return is_in(column, &values);
    }
    let rows: Vec<String> =
        keys.iter().map(|key| format!("and({})", equal(columns, key).join(","))).collect();
    ("or".to_owned(), format!("({})", rows.join(",")))
}

/// The parameter that admits what comes behind a place in the order of the columns.
pub(super) fn behind(columns: &[String], place: &[String]) -> (String, String) {
    let later = |index: usize| {
        let (column, value) = (columns.get(index)?, place.get(index)?);
        let mut terms = equal(columns.get(..index)?, place.get(..index)?);
        terms.push(format!("{}.gt.{}", name(column), quoted(value)));
        Some(if terms.len() == 1 { terms.concat() } else { format!("and({})", terms.join(",")) })
    };
    let terms: Vec<String> = (0..columns.len()).filter_map(later).collect();
    ("or".to_owned(), format!("({})", terms.join(",")))
}

/// A parameter with the condition of one column.
pub(super) fn condition(column: &str, is: &str) -> (String, String) {
    if RESERVED.contains(&column) {
        return ("and".to_owned(), format!("({}.{is})", name(column)));
    }
    (name(column), is.to_owned())
}

/// The columns in ascending order.
pub(super) fn order(columns: &[String]) -> (String, String) {
    let terms: Vec<String> = columns.iter().map(|column| format!("{}.asc", name(column))).collect();
    ("order".to_owned(), terms.join(","))
}

/// Adds a parameter; PostgREST takes several of one name, and all of them count.
pub(super) fn add(query: &mut Query, (name, value): (String, String)) {
    query.push((name, value));
}

fn equal(columns: &[String], values: &[String]) -> Vec<String> {
    let pairs = columns.iter().zip(values);
    pairs.map(|(column, value)| format!("{}.eq.{}", name(column), quoted(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_place_in_an_order_of_several_columns_is_passed_column_by_column() {
        let (name, value) = behind(&texts(&["changed at", "a", "b"]), &texts(&["t", "1", "2"]));
        assert_eq!(name, "or");
        assert_eq!(
            value,
            r#"("changed at".gt."t",and("changed at".eq."t",a.gt."1"),and("changed at".eq."t",a.eq."1",b.gt."2"))"#
        );
        assert_eq!(behind(&texts(&["id"]), &texts(&["7"])).1, r#"(id.gt."7")"#);
    }

    #[test]
    fn keys_of_one_column_are_a_list_and_others_a_tree() {
        let one = has_key(&texts(&["id"]), &[texts(&["1"]), texts(&["a,b)"])]);
        assert_eq!(one, ("id".to_owned(), r#"in.("1","a,b)")"#.to_owned()));
        let two = has_key(&texts(&["a", "b"]), &[texts(&["1", "2"]), texts(&["3", "4"])]);
        assert_eq!(two.1, r#"(and(a.eq."1",b.eq."2"),and(a.eq."3",b.eq."4"))"#);
    }

    #[test]
    fn a_column_with_the_name_of_a_parameter_is_no_parameter() {
        assert_eq!(is_in("order", &["1"]), ("and".to_owned(), r#"(order.in.("1"))"#.to_owned()));
    }

    proptest! {
        /// Whatever a value holds, it stands within its quotes and is read as it was.
        #[test]
        fn a_value_cannot_end_its_quotes(value in "[a-z,.()\"\\\\:]{0,20}") {
            let text = quoted(&value);
            let inner: Vec<char> = text.chars().skip(1).take(text.chars().count() - 2).collect();
            let (mut read, mut at) = (String::new(), 0);
            while let Some(letter) = inner.get(at) {
                prop_assert!(*letter != '"');
                at += usize::from(*letter == '\\');
                read.extend(inner.get(at));
                at += 1;
            }
            prop_assert_eq!(read, value);
        }
    }
}
