//! The descriptions that bodies are judged by.

use super::fields_of;
use crate::quickbooks::kind::Kind;

#[test]
fn every_kind_but_the_preferences_has_fields_and_a_name_among_them() {
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Preferences) {
        let fields = fields_of(kind);
        let named = if kind.is_transaction() { "TxnDate" } else { kind.name_field() };
        assert!(fields.iter().any(|field| field.name == named), "{}", kind.name());
    }
}

#[test]
fn names_of_lists_can_be_written() {
    for kind in
        [Kind::Account, Kind::Class, Kind::Department, Kind::Term, Kind::PaymentMethod, Kind::CompanyCurrency]
    {
        let name = fields_of(kind).iter().find(|field| field.name == kind.name_field()).unwrap();
        assert!(!name.read_only, "{}", kind.name());
    }
}
