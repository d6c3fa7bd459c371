//! Statements in the language of QuickBooks Online (its "data queries").
//!
//! There is no OR, texts stand in single quotes, and a quote or a backslash in them has a backslash before it.
//! Positions count from 1. References are searched by the reference itself: `CustomerRef = '58'`.

use crate::manifest::Language;

/// A `SELECT`.
pub(super) struct Statement<'a> {
    pub(super) from: &'a str,
    pub(super) conditions: Vec<String>,
    pub(super) order: Option<&'a str>,
    pub(super) skip: usize,
    pub(super) size: usize,
}

impl Statement<'_> {
    pub(super) fn to_text(&self, language: Language) -> String {
        let Language::Quickbooks = language;
        let mut text = format!("SELECT * FROM {}", self.from);
        for (index, condition) in self.conditions.iter().enumerate() {
            text.push_str(if index == 0 { " WHERE " } else { " AND " });
            text.push_str(condition);
        }
        if let Some(order) = self.order {
            text.push_str(" ORDERBY ");
            text.push_str(order);
        }
        format!("{text} STARTPOSITION {} MAXRESULTS {}", self.skip + 1, self.size)
    }
}

/// A value as it stands in a statement.
pub(super) fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Values of an `IN`.
pub(super) fn literals(values: &[&str]) -> String {
    values.iter().map(|value| literal(value)).collect::<Vec<_>>().join(",")
}

/// The property that a field is searched by.
pub(super) fn property(field: &str) -> &str {
    field
        .strip_suffix("Ref.value")
        .map_or(field, |stem| field.get(..stem.len() + "Ref".len()).unwrap_or(field))
}

/// Conditions, where a later one takes the place of an earlier one on the same property.
pub(super) fn laid_over(common: &[String], own: &[String]) -> Vec<String> {
    let on = |condition: &str| condition.split_whitespace().next().unwrap_or_default().to_lowercase();
    let is_free = |condition: &&String| own.iter().all(|own| on(own) != on(condition));
    common.iter().filter(is_free).cloned().chain(own.iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn statements_read_as_the_service_documents_them() {
        let statement = Statement {
            from: "Customer",
            conditions: laid_over(
                &["Active IN (true, false)".to_owned()],
                &[format!("DisplayName IN ({})", literals(&["Adam's", "a\\b"])), "Active = true".to_owned()],
            ),
            order: Some("MetaData.LastUpdatedTime"),
            skip: 0,
            size: 1000,
        };
        assert_eq!(
            statement.to_text(Language::Quickbooks),
            r"SELECT * FROM Customer WHERE DisplayName IN ('Adam\'s','a\\b') AND Active = true ORDERBY MetaData.LastUpdatedTime STARTPOSITION 1 MAXRESULTS 1000"
        );
    }

    #[test]
    fn references_are_searched_by_the_reference() {
        assert_eq!(property("CustomerRef.value"), "CustomerRef");
        assert_eq!(property("PrimaryEmailAddr.Address"), "PrimaryEmailAddr.Address");
        assert_eq!(property("Name"), "Name");
    }

    proptest! {
        /// Whatever a name holds, it cannot end its own quotes.
        #[test]
        fn a_value_stays_within_its_quotes(value in "[a-z'\\\\ ]{0,20}") {
            let literal = literal(&value);
            let whole: Vec<char> = literal.chars().collect();
            let inner = &whole[1..whole.len() - 1];
            let (mut read, mut at) = (String::new(), 0);
            while at < inner.len() {
                prop_assert!(inner[at] != '\'');
                at += usize::from(inner[at] == '\\');
                read.push(inner[at]);
                at += 1;
            }
            prop_assert_eq!(read, value);
        }
    }
}
