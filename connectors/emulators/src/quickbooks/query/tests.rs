//! Statements of any shape.

use proptest::prelude::*;

use super::lex::{Word, words};
use super::parse::parse;

fn noise() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("select".to_owned()),
        Just("*".to_owned()),
        Just("from".to_owned()),
        Just("Customer".to_owned()),
        Just("where".to_owned()),
        Just("Id".to_owned()),
        Just("in".to_owned()),
        Just("(".to_owned()),
        Just(")".to_owned()),
        Just("'".to_owned()),
        Just("\\".to_owned()),
        Just("orderby".to_owned()),
        Just("startposition".to_owned()),
        Just("99999999999999999999".to_owned()),
        "\\PC{0,6}",
    ];
    prop::collection::vec(pieces, 0..20).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #[test]
    fn any_text_is_a_statement_or_a_fault(statement in noise()) {
        if let Err(fault) = parse(&statement, true) {
            prop_assert!(fault.code == "4000" || fault.code == "4001");
        }
    }

    #[test]
    fn any_value_survives_its_escaping(value in "\\PC{0,20}") {
        let escaped = value.replace('\\', "\\\\").replace('\'', "\\'");
        prop_assert_eq!(words(&format!("'{escaped}'")).unwrap(), vec![Word::Quoted(value)]);
    }
}
