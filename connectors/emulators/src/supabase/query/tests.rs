use super::*;

fn refused(key: &str, value: &str) -> (String, String) {
    let refusal = Query::read(&[(key.to_owned(), value.to_owned())]).unwrap_err();
    (refusal.message, refusal.details.unwrap_or_default())
}

/// The texts stand in the documentation of PostgREST's own parsers.
#[test]
fn says_where_reading_stopped_and_what_was_expected() {
    let cases = [
        ("id", "val", 1, "unexpected \"v\" expecting \"not\" or operator (eq, gt, ...)"),
        (
            "order",
            "id.smth34",
            4,
            "unexpected \"s\" expecting \"asc\", \"desc\", \"nullsfirst\" or \"nullslast\"",
        ),
        ("columns", "", 1, "unexpected end of input expecting field name (* or [a..z0..9_$])"),
    ];
    for (key, value, column, details) in cases {
        let (message, told) = refused(key, value);
        assert!(message.ends_with(&format!("({value})\" (line 1, column {column})")), "{message}");
        assert_eq!(told, details);
    }
}

#[test]
fn quotes_protect_commas_and_parentheses_in_lists() {
    let pairs = [("a".to_owned(), r#"in.("x,1",y,"q\"z)")"#.to_owned())];
    let query = Query::read(&pairs).unwrap();
    let [Condition::Test(test)] = query.filters.as_slice() else { panic!("{query:?}") };
    let filter::Operator::In(values) = &test.operator else { panic!("{test:?}") };
    assert_eq!(values, &["x,1", "y", "q\"z)"]);
}

#[test]
fn logic_nests_and_negates() {
    let pairs = [("not.or".to_owned(), "(a.eq.1,and(b.is.null,c.not.in.(1,2)))".to_owned())];
    let query = Query::read(&pairs).unwrap();
    assert!(
        matches!(query.filters.as_slice(), [Condition::Not(inner)] if matches!(&**inner, Condition::Any(two) if two.len() == 2))
    );
}
