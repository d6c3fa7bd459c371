use super::*;
use engine_contract::{ContentHash, content_hash};
use engine_plan::Direction;
use proptest::prelude::*;

const FIELDS: [&str; 4] = ["Name", "Phone.Number", "Price", "Account"];

/// What one side holds: a value for each field.
type Held = [Value; 4];

fn object(values: &Held) -> Map {
    let mut map = Map::new();
    for (path, value) in FIELDS.into_iter().zip(values) {
        match path.split_once('.') {
            Some((outer, inner)) => {
                let inner = Map::from_iter([(inner.to_owned(), value.clone())]);
                map.insert(outer.to_owned(), Value::Map(inner));
            }
            None => drop(map.insert(path.to_owned(), value.clone())),
        }
    }
    map
}

fn base(values: &Held) -> Base {
    let fields: BTreeMap<String, Value> =
        FIELDS.into_iter().map(str::to_owned).zip(values.iter().cloned()).collect();
    Base { source: fields.clone(), target: fields }
}

fn policy(conflict: Conflict, source_of_truth: SourceOfTruth) -> SyncPolicy {
    SyncPolicy { direction: Direction::TwoWay, conflict, source_of_truth, ..SyncPolicy::default() }
}

/// `Account` is set by the pipeline; all others come back.
fn merged(old: &Base, source: &Held, target: &Held, policy: &SyncPolicy, newest: Option<Side>) -> Merged {
    let rules = Rules {
        policy,
        is_carried: &|path| path != "Account",
        is_personal: &|path| path == "Name",
        newest,
        kept: None,
    };
    merge(old, &object(source), &Value::Map(object(target)), &rules)
}

fn of(merged: &Map, path: &str) -> Value {
    at(merged, path).cloned().unwrap_or(Value::Null)
}

/// Both sides once everything has arrived: the fields that come back have the merged values on both.
fn arrived(merged: &Merged, source: &Held, target: &Held) -> (Held, Held) {
    let side = |own: &Held, gets: &[String]| -> Held {
        std::array::from_fn(|index| {
            let path = FIELDS[index];
            if gets.iter().any(|one| one == path) { of(&merged.fields, path) } else { own[index].clone() }
        })
    };
    (side(source, &merged.to_source), side(target, &merged.to_target))
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        (0i64..4).prop_map(Value::Int),
        "[ab]{0,2}".prop_map(Value::Text),
        Just(Value::Text("2.00".to_owned())),
    ]
}

/// Three values of which none means the same as another.
fn three_values() -> impl Strategy<Value = [Value; 3]> {
    let all = vec![
        Value::Null,
        Value::Int(0),
        Value::Int(1),
        Value::from("a"),
        Value::from("b"),
        Value::from("2.00"),
    ];
    let some = prop::sample::subsequence(all, 3).prop_shuffle();
    some.prop_map(|some| <[Value; 3]>::try_from(some).unwrap())
}

fn any_side() -> impl Strategy<Value = Held> {
    [any_value(), any_value(), any_value(), any_value()]
}

fn any_policy() -> impl Strategy<Value = SyncPolicy> {
    let conflict = prop_oneof![
        Just(Conflict::SourceWins),
        Just(Conflict::TargetWins),
        Just(Conflict::NewestWins),
        Just(Conflict::Manual),
    ];
    let truth = prop_oneof![Just(SourceOfTruth::Source), Just(SourceOfTruth::Target)];
    (conflict, truth).prop_map(|(conflict, truth)| policy(conflict, truth))
}

fn any_newest() -> impl Strategy<Value = Option<Side>> {
    prop_oneof![Just(None), Just(Some(Side::Source)), Just(Some(Side::Target))]
}

fn hashed(map: &Map) -> ContentHash {
    content_hash(&Value::Map(map.clone()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Equal input gives an equal result, in any order of the fields.
    #[test]
    fn merging_depends_on_nothing_else(old in any_side(), source in any_side(), target in any_side(), policy in any_policy(), newest in any_newest()) {
        let old = base(&old);
        let first = merged(&old, &source, &target, &policy, newest);
        prop_assert_eq!(&first, &merged(&old, &source, &target, &policy, newest));
        let mut turned = object(&source);
        turned.reverse();
        let rules = Rules { policy: &policy, is_carried: &|path| path != "Account", is_personal: &|_| true, newest, kept: None };
        let again = merge(&old, &turned, &Value::Map(object(&target)), &rules);
        prop_assert_eq!(hashed(&first.fields), hashed(&again.fields));
        let sorted = |paths: &[String]| { let mut paths = paths.to_vec(); paths.sort(); paths };
        prop_assert_eq!(sorted(&first.to_target), sorted(&again.to_target));
        prop_assert_eq!(sorted(&first.to_source), sorted(&again.to_source));
    }

    /// Once both sides have what the merge gives them, nothing is left to be sent either way: no echo.
    #[test]
    fn what_was_merged_is_merged_for_good(old in any_side(), source in any_side(), target in any_side(), policy in any_policy(), newest in any_newest()) {
        let before = base(&old);
        let first = merged(&before, &source, &target, &policy, newest);
        prop_assume!(first.open.is_empty());
        let (new_source, new_target) = arrived(&first, &source, &target);
        // The way forward comes first, and the way back finds what it has left.
        let between = first.base(&before, Way::ToTarget);
        let second = merged(&between, &source, &new_target, &policy, newest);
        prop_assert!(second.to_target.is_empty(), "{:?}", second);
        prop_assert_eq!(&second.to_source, &first.to_source);
        let after = second.base(&between, Way::ToSource);
        let third = merged(&after, &new_source, &new_target, &policy, newest);
        prop_assert!(third.to_target.is_empty() && third.to_source.is_empty() && third.open.is_empty(), "{:?}", third);
    }

    /// Fields that only one side changed survive, whatever the rule says.
    #[test]
    fn changes_of_different_fields_both_survive(old in any_side(), name in any_value(), price in any_value(), policy in any_policy(), newest in any_newest()) {
        let (mut source, mut target) = (old.clone(), old.clone());
        source[0] = name.clone();
        target[2] = price.clone();
        let merged = merged(&base(&old), &source, &target, &policy, newest);
        prop_assert!(merged.open.is_empty());
        let (new_source, new_target) = arrived(&merged, &source, &target);
        for side in [&new_source, &new_target] {
            prop_assert!(compare::alike(&side[0], &name) && compare::alike(&side[2], &price));
        }
    }

    /// The newest wins, and where that is not known the side that is right; a person decides alone.
    #[test]
    fn who_wins_is_what_the_rule_says([old, said, held] in three_values(), policy in any_policy(), newest in any_newest()) {
        let alone = |value: Value| [value, Value::Null, Value::Null, Value::Null];
        let merged = merged(&base(&alone(old)), &alone(said), &alone(held), &policy, newest);
        let truth = if policy.source_of_truth == SourceOfTruth::Source { Side::Source } else { Side::Target };
        let winner = match policy.conflict {
            Conflict::SourceWins => Some(Side::Source),
            Conflict::TargetWins => Some(Side::Target),
            Conflict::NewestWins => Some(newest.unwrap_or(truth)),
            Conflict::Manual => None,
        };
        let told = (merged.to_target.len(), merged.to_source.len(), merged.open.len());
        let wanted = match winner {
            Some(Side::Source) => (1, 0, 0),
            Some(Side::Target) => (0, 1, 0),
            None => (0, 0, 1),
        };
        prop_assert_eq!(told, wanted);
    }
}

#[test]
fn what_a_person_decides_counts_for_the_values_it_was_decided_about() {
    let policy = policy(Conflict::Manual, SourceOfTruth::Source);
    let text = |text: &str| Value::Text(text.to_owned());
    let side = |name: &str| [text(name), Value::Null, Value::Null, Value::Null];
    let old = base(&side("old"));
    let open = merged(&old, &side("a"), &side("b"), &policy, None).open;
    assert_eq!(open.len(), 1);
    let choice = BTreeMap::from([("Name".to_owned(), Side::Target)]);
    let decided = |source: &str| {
        let rules = Rules {
            policy: &policy,
            is_carried: &|_| true,
            is_personal: &|_| true,
            newest: None,
            kept: Some((&open, &choice)),
        };
        merge(&old, &object(&side(source)), &Value::Map(object(&side("b"))), &rules)
    };
    assert_eq!(decided("a").to_source, ["Name"]);
    assert_eq!(decided("c").open.len(), 1, "somebody has changed it since");
}

/// Objects that people made in the target keep what the pipeline would set; what it sets anew later is set.
#[test]
fn what_the_pipeline_sets_does_not_overwrite_what_was_there_before() {
    let policy = policy(Conflict::SourceWins, SourceOfTruth::Source);
    let text = |text: &str| Value::Text(text.to_owned());
    let side = |account: &str| [Value::Null, Value::Null, Value::Null, text(account)];
    let first = merged(&Base::default(), &side("Sales"), &side("Services"), &policy, None);
    assert!(first.to_target.is_empty());
    let agreed = first.base(&Base::default(), Way::ToTarget);
    assert!(merged(&agreed, &side("Sales"), &side("Other"), &policy, None).to_target.is_empty());
    assert_eq!(merged(&agreed, &side("Online"), &side("Other"), &policy, None).to_target, ["Account"]);
}
