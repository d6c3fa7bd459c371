//! The sums: what is in the groups is what was in the records, in whatever order they came.

use super::{
    Bucket, Figures, Reason, Window,
    expected::{Expected, Met},
    ledger::{Counted, Ledger, Named},
    report::Kind,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn names() -> Vec<String> {
    vec!["day".to_owned(), "currency".to_owned()]
}

fn counted(day: u8, currency: &str, cents: i64) -> Counted {
    let by = vec![format!("2026-01-{:02}", day % 28 + 1), currency.to_owned()];
    Counted { by, figures: Figures::one(vec![Decimal::new(cents, 2)]) }
}

fn any_counted() -> impl Strategy<Value = Counted> {
    (any::<u8>(), "(CAD|USD)", -1_000_000_000i64..1_000_000_000)
        .prop_map(|(day, currency, cents)| counted(day, &currency, cents))
}

/// Records of either side, and some of the source that have a reason.
fn any_sides() -> impl Strategy<Value = Vec<(Counted, u8)>> {
    prop::collection::vec((any_counted(), 0u8..3), 0..60)
}

fn buckets(sides: &[(Counted, u8)], window: Window) -> Vec<Bucket> {
    let mut ledger = Ledger::new(&names(), 1, (window, false));
    for (counted, side) in sides {
        match side {
            0 => ledger.add_target(counted).unwrap(),
            side => {
                ledger.add_source(counted).unwrap();
                if *side == 2 {
                    ledger.explain(&Reason::Unread, Named::default(), (Some(counted), None)).unwrap();
                }
            }
        }
    }
    ledger.close().unwrap().0
}

fn sum<'a>(figures: impl Iterator<Item = &'a Figures>) -> Figures {
    figures.fold(Figures::zero(1), |sum, one| sum.plus(one).unwrap())
}

proptest! {
    #[test]
    fn the_groups_hold_what_the_records_hold(sides in any_sides()) {
        let buckets = buckets(&sides, Window::default());
        let of = |wanted: fn(u8) -> bool| sum(sides.iter().filter(|(_, side)| wanted(*side)).map(|(one, _)| &one.figures));
        prop_assert_eq!(sum(buckets.iter().map(|bucket| &bucket.source)), of(|side| side > 0));
        prop_assert_eq!(sum(buckets.iter().map(|bucket| &bucket.target)), of(|side| side == 0));
        let explained = buckets.iter().flat_map(|bucket| bucket.explained.values().map(|part| &part.figures));
        prop_assert_eq!(sum(explained), of(|side| side == 2));
        for bucket in &buckets {
            let explained = sum(bucket.explained.values().map(|part| &part.figures));
            let right = bucket.target.plus(&explained).and_then(|sum| sum.plus(&bucket.rest));
            prop_assert_eq!(Some(bucket.source.clone()), right);
        }
    }

    #[test]
    fn the_order_of_records_changes_nothing(
        (sides, mixed) in any_sides().prop_flat_map(|sides| (Just(sides.clone()), Just(sides).prop_shuffle()))
    ) {
        prop_assert_eq!(buckets(&sides, Window::default()), buckets(&mixed, Window::default()));
    }

    #[test]
    fn a_window_holds_its_days_and_no_others(sides in any_sides(), from in 1i8..29, to in 1i8..29) {
        let day = |day| jiff::civil::date(2026, 1, day);
        let window = Window { from: Some(day(from)), to: Some(day(to)) };
        let all = buckets(&sides, Window::default());
        let inside = |bucket: &&Bucket| {
            let own: jiff::civil::Date = bucket.by[0].parse().unwrap();
            own >= day(from) && own <= day(to)
        };
        prop_assert_eq!(buckets(&sides, window), all.iter().filter(inside).cloned().collect::<Vec<_>>());
    }

    /// However an amount is written, it is the same; and another one is another.
    #[test]
    fn an_object_is_kept_by_its_amounts(cents in -1_000_000i64..1_000_000, zeros in 0u32..6, more in 1i64..100) {
        let record = counted(1, "CAD", cents);
        let met = Met::new(0, &record, (true, true));
        let mut written = record.clone();
        written.figures.sums[0].rescale(2 + zeros);
        prop_assert!(met.is_kept_by(&written));
        prop_assert!(!met.is_kept_by(&counted(1, "CAD", cents + more)));
        prop_assert!(!met.is_kept_by(&counted(2, "CAD", cents)));
        prop_assert!(!Met::new(0, &record, (false, true)).is_kept_by(&record));
    }
}

#[test]
fn a_pair_on_two_days_is_one_difference_and_leaves_both_days_open() {
    let (source, target) = (counted(0, "CAD", 500), counted(1, "CAD", 500));
    let mut ledger = Ledger::new(&names(), 1, (Window::default(), true));
    ledger.add_source(&source).unwrap();
    ledger.add_target(&target).unwrap();
    let named = Named { source_key: Some("ada@example.com"), object: Some(("Invoice", "7")) };
    ledger.differ(Kind::Different, named, (Some(&source), Some(&target)), None);
    let (buckets, differences, _) = ledger.close().unwrap();
    assert_eq!(buckets.iter().map(|bucket| bucket.rest.count).collect::<Vec<_>>(), [1, -1]);
    assert_eq!(differences.len(), 1);
    assert_eq!(differences[0].moved[0].group, "day");
    assert_eq!(differences[0].source_key.as_deref(), Some("a...@..."), "no address is told");
}

#[test]
fn a_list_that_shifts_shows_nothing_twice() {
    let mut expected = Expected::default();
    expected.add(("Invoice", "7"), Met::new(0, &counted(0, "CAD", 1), (true, true)));
    assert!(expected.lacks_some());
    assert!(expected.shows(("Invoice", "7")) && !expected.shows(("Invoice", "7")));
    expected.get_mut(("Invoice", "7")).unwrap().is_shown = true;
    assert!(!expected.lacks_some() && expected.get(("SalesReceipt", "7")).is_none());
}
