//! What holds for all values.

use super::{rounding, *};
use engine_contract::Map;
use proptest::prelude::*;
use rust_decimal::Decimal;

/// All transforms of the examples, and some with other arguments.
pub(super) fn transforms() -> Vec<Transform> {
    let others = [
        "{ fit = 5 }",
        r#"{ fit = { length = 12, overflow = "hash_suffix" } }"#,
        r#"{ regex_replace = { pattern = "", to = "-" } }"#,
        r#"{ replace = { from = "ab", to = "xyz" } }"#,
        "{ slice = { from = -3, to = 2 } }",
        "{ slice = { from = 1, to = -1 } }",
        r#"{ round = { places = 0, mode = "up" } }"#,
        "{ scale = 28 }",
        "{ divide = \"-0.25\" }",
        "{ add_days = 2147483647 }",
        "{ get = \"a\" }",
        "{ get = 9223372036854775807 }",
        "{ get = -9223372036854775807 }",
        r#"{ date_parse = "%Y-%m-%dT%H:%M:%S%z" }"#,
        r#"{ phone = "US" }"#,
        "{ prefix = \"\" }",
    ];
    examples().map(|(_, example)| transform(example.call)).chain(others.map(transform)).collect()
}

pub(super) fn any_transform() -> impl Strategy<Value = Transform> {
    proptest::sample::select(transforms())
}

pub(super) fn any_decimal() -> impl Strategy<Value = Decimal> {
    let digits = prop_oneof![-1_000_000i128..1_000_000, -(1i128 << 95)..(1i128 << 95)];
    (digits, 0u32..=28).prop_map(|(digits, scale)| Decimal::from_i128_with_scale(digits, scale))
}

pub(super) fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        "[<>&;/a#x0-9!pbr \n-]{0,30}",
        "[ \t\na-zA-ZàßİΣŉ\u{300}\u{958}]{0,12}",
        "[+]?[0-9() -]{0,20}",
        any_decimal().prop_map(|number| number.to_string()),
        any_day(),
        any_time(),
        Just(String::new()),
    ]
}

pub(super) fn any_day() -> impl Strategy<Value = String> {
    (0i16..=9999, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"))
}

pub(super) fn any_time() -> impl Strategy<Value = String> {
    (any_day(), "[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-]0[0-9]:[0-5]0)?")
        .prop_map(|(day, rest)| day + rest.as_str())
}

pub(super) fn any_value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any_decimal().prop_map(Value::Decimal),
        Just(Value::Number("1e400".into())),
        any_text().prop_map(Value::Text),
    ];
    scalar.prop_recursive(2, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::vec(("[ab]", inner), 0..3)
                .prop_map(|members| Value::Map(members.into_iter().collect::<Map>())),
        ]
    })
}

#[test]
fn null_passes_through_untouched() {
    for transform in transforms() {
        assert_eq!(transform.apply(Value::Null), Ok(Value::Null), "{}", transform.name());
    }
}

#[test]
fn a_stored_transform_reads_back_as_itself() {
    for transform in transforms() {
        let stored = serde_json::to_value(&transform).unwrap();
        assert_eq!(serde_json::from_value::<Transform>(stored.clone()).unwrap(), transform);
        // What is stored is also what a mapping file would say.
        let (name, argument) = match stored {
            Json::String(name) => (name, Json::Null),
            Json::Object(table) => table.into_iter().next().unwrap(),
            other => panic!("{other}"),
        };
        let elsewhere = Defaults { zone: Zone::named("Asia/Tokyo").unwrap() };
        assert_eq!(Transform::parse(&name, &argument, &elsewhere), Ok(transform), "{name} {argument}");
    }
}

#[test]
fn a_long_list_is_made_unique_fast() {
    let list = Value::List((0..100_000).map(Value::Int).collect());
    assert_eq!(Transform::Unique.apply(list.clone()), Ok(list));
}

/// The number times ten to the power of places, as two whole numbers: their quotient.
fn ratio(number: Decimal, places: u32) -> (i128, i128) {
    let (mantissa, scale) = (number.mantissa(), number.scale());
    if scale >= places {
        (mantissa, 10i128.pow(scale - places))
    } else {
        (mantissa * 10i128.pow(places - scale), 1)
    }
}

/// The definition of each way of rounding, by comparing whole numbers.
fn by_definition(top: i128, bottom: i128, mode: Mode) -> i128 {
    let floor = top.div_euclid(bottom);
    let rest = top.rem_euclid(bottom);
    if rest == 0 {
        return floor;
    }
    let (ceiling, is_negative) = (floor + 1, top < 0);
    let (toward_zero, away) = if is_negative { (ceiling, floor) } else { (floor, ceiling) };
    let nearest = |half: i128| match rest.cmp(&(bottom - rest)) {
        std::cmp::Ordering::Less => floor,
        std::cmp::Ordering::Equal => half,
        std::cmp::Ordering::Greater => ceiling,
    };
    match mode {
        Mode::HalfUp => nearest(away),
        Mode::HalfDown => nearest(toward_zero),
        Mode::HalfEven => nearest(if floor % 2 == 0 { floor } else { ceiling }),
        Mode::Up => away,
        Mode::Down => toward_zero,
        Mode::Ceiling => ceiling,
        Mode::Floor => floor,
    }
}

fn small_decimal() -> impl Strategy<Value = Decimal> {
    (-10_000_000i64..10_000_000, 0u32..=6).prop_map(|(digits, scale)| Decimal::new(digits, scale))
}

fn any_mode() -> impl Strategy<Value = Mode> {
    proptest::sample::select(Mode::ALL.map(|(_, mode)| mode).to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_value_makes_a_transform_panic(transform in any_transform(), value in any_value()) {
        drop(transform.apply(value));
    }

    #[test]
    fn doing_it_twice_is_doing_it_once(value in any_value()) {
        let same_twice = [
            r#""text""#, r#""trim""#, r#""collapse_spaces""#, r#""lowercase""#, r#""uppercase""#,
            r#""normalize""#, r#""remove_accents""#, r#"{ only = "letters" }"#, "{ fit = 5 }",
            r#"{ fit = { length = 12, overflow = "hash_suffix" } }"#, r#"{ pad = { length = 6, with = "0" } }"#,
            r#""integer""#, r#""decimal""#, r#""boolean""#, "{ round = 2 }", "{ scale = 28 }", r#""abs""#,
            r#""date""#, r#""timestamp_utc""#, r#"{ local_date = "America/Edmonton" }"#, r#""sort""#, r#""unique""#,
            r#"{ phone = "CA" }"#, r#"{ null_if = "" }"#,
        ];
        for call in same_twice {
            let transform = transform(call);
            if let Ok(once) = transform.apply(value.clone()) {
                prop_assert_eq!(transform.apply(once.clone()), Ok(once), "{}", call);
            }
        }
    }

    #[test]
    fn a_decimal_keeps_every_digit(units in 0i64..1_000_000_000, cents in 0u32..100) {
        let text = format!("{units}.{cents:02}");
        prop_assert_eq!(Transform::Decimal.apply(Value::from(text.as_str())).unwrap().to_json(), text);
    }

    #[test]
    fn rounding_is_what_its_name_says(number in small_decimal(), places in 0u32..=6, mode in any_mode()) {
        let (top, bottom) = ratio(number, places);
        let expected = Decimal::from_i128_with_scale(by_definition(top, bottom, mode), places);
        prop_assert_eq!(mode.round(number, places), expected);
    }

    #[test]
    fn a_quotient_is_rounded_once(number in small_decimal(), by in small_decimal(), places in 0u32..=6, mode in any_mode()) {
        prop_assume!(!by.is_zero());
        let (top, bottom) = ratio(number, places);
        let (other_top, other_bottom) = ratio(by, 0);
        let sign = other_top.signum();
        let (top, bottom) = (top * other_bottom * sign, bottom * other_top.abs());
        let expected = Decimal::from_i128_with_scale(by_definition(top, bottom, mode), places);
        prop_assert_eq!(rounding::quotient(number, by, places, mode), Some(expected));
    }

    #[test]
    fn products_and_sums_are_exact_or_refused(left in any_decimal(), right in any_decimal()) {
        if let Some(product) = rounding::product(left, right) {
            prop_assert!(rounding::product(right, left).is_some_and(|other| other == product));
            if !right.is_zero() {
                prop_assert_eq!(rounding::quotient(product, right, left.scale(), Mode::Down).unwrap_or(left), left);
            }
        }
        // The way back may need more digits than there are; it is never wrong.
        if let Some(back) = rounding::sum(left, right).and_then(|sum| rounding::sum(sum, -left)) {
            prop_assert_eq!(back, right);
        }
    }

    #[test]
    fn scaling_changes_no_worth(number in any_decimal(), places in 0u32..=28) {
        if let Ok(Value::Decimal(scaled)) = Transform::Scale(places).apply(Value::Decimal(number)) {
            prop_assert_eq!((scaled, scaled.scale()), (number, places));
        }
    }

    #[test]
    fn dates_read_back_as_they_were_written(day in any_day(), days in -40_000i32..40_000) {
        let day = Value::from(day.as_str());
        let there = Transform::AddDays(days).apply(day.clone());
        if let Ok(there) = there {
            prop_assert_eq!(Transform::AddDays(-days).apply(there), Ok(day.clone()));
        }
        let format = "%d.%m.%Y".to_owned();
        let written = Transform::DateFormat(format.clone()).apply(day.clone()).unwrap();
        prop_assert_eq!(Transform::DateParse(format).apply(written), Ok(day));
    }

    #[test]
    fn instants_read_back_as_they_were_written(seconds in -62_000_000_000i64..253_000_000_000) {
        let instant = Transform::FromUnix(UnixUnit::Seconds).apply(Value::Int(seconds)).unwrap();
        prop_assert_eq!(Transform::TimestampUtc.apply(instant.clone()), Ok(instant.clone()));
        prop_assert_eq!(Transform::ToUnix(UnixUnit::Seconds).apply(instant), Ok(Value::Int(seconds)));
    }

    #[test]
    fn different_long_texts_stay_different(start in "[a-z]{21}", one in "[a-z]{1,9}", other in "[a-z]{1,9}") {
        let fit = transform(r#"{ fit = { length = 21, overflow = "hash_suffix" } }"#);
        let made = |end: &str| fit.apply(Value::Text(format!("{start}{end}"))).unwrap();
        prop_assert_eq!(made(&one) == made(&other), one == other);
    }

    #[test]
    fn joined_parts_are_the_text_again(text in "[a-z,]{1,20}") {
        let parts = transform(r#"{ split = "," }"#).apply(Value::from(text.as_str())).unwrap();
        prop_assert_eq!(transform(r#"{ join = "," }"#).apply(parts), Ok(Value::Text(text)));
    }
}

/// Zones east and west, with half hours and quarters, with and without summer time.
const ZONES: [&str; 8] = [
    "UTC",
    "America/Edmonton",
    "America/St_Johns",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Honolulu",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn an_instant_is_the_same_whichever_zone_writes_it(
        seconds in 0i64..4_100_000_000,
        zone in proptest::sample::select(ZONES.to_vec()),
    ) {
        let moment = jiff::Timestamp::from_second(seconds).unwrap();
        let there = moment.in_tz(zone).unwrap();
        let of = |call: &str| transform(&format!("{{ {call} = \"{zone}\" }}"));
        let utc = Value::Text(moment.to_string());
        let written = Value::Text(there.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
        prop_assert_eq!(Transform::TimestampUtc.apply(written.clone()), Ok(utc.clone()));
        prop_assert_eq!(of("timestamp").apply(written), Ok(utc.clone()), "an offset says more than the zone");
        let day = Value::Text(there.date().to_string());
        prop_assert_eq!(of("local_date").apply(utc.clone()), Ok(day));
        // A time that the clocks show twice may be either.
        if !there.time_zone().to_ambiguous_timestamp(there.datetime()).is_ambiguous() {
            let bare = Value::Text(there.strftime("%Y-%m-%dT%H:%M:%S").to_string());
            prop_assert_eq!(of("timestamp").apply(bare), Ok(utc));
        }
    }
}
