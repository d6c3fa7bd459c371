//! Sums and groups of both sides: what `[[reconcile]]` makes of a source record and of a target object.

use super::{
    Item, MapError,
    build::Builder,
    error::BuildError,
    rule::Sight,
    script::{Script, Seen},
    tree::Rule,
};
use crate::{
    Blueprint, blueprint,
    transform::{Transform, Zone},
};
use engine_contract::{Map, Record, Value};
use engine_project::{Place, diag::code};
use rust_decimal::Decimal;
use std::{collections::BTreeMap, sync::Arc};

/// The name of the group that is a day: its values are days of the accounting zone.
pub const DAY: &str = "day";

/// A `[[reconcile]]`, ready to reckon.
#[derive(Debug)]
pub struct Comparison {
    by: Vec<String>,
    source: Figures,
    targets: BTreeMap<String, Figures>,
    when: Option<Script>,
    day: Transform,
    vars: Arc<Map>,
}

/// What a record or an object comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The value of each group, empty where there is none; nothing where this side has no rule for it.
    pub by: Vec<Option<String>>,
    /// The sums, in the order of the file.
    pub sums: Vec<Decimal>,
}

/// The rules of one side, in the order of `by` and of the source's sums.
#[derive(Debug)]
struct Figures {
    by: Vec<Option<Vec<Rule>>>,
    sums: Vec<Vec<Rule>>,
}

impl Comparison {
    pub(super) fn build(
        builder: &Builder<'_>,
        blueprint: &Blueprint,
        of: &blueprint::Reconcile,
    ) -> Result<Self, BuildError> {
        let names: Vec<&String> = of.source.sum.keys().collect();
        let figures = |figures: &blueprint::Figures| -> Result<Figures, BuildError> {
            let by =
                of.by.iter().map(|name| figures.by.get(name).map(|rules| builder.rules(rules)).transpose());
            let none = Vec::new();
            let sums = names.iter().map(|name| builder.rules(figures.sum.get(*name).unwrap_or(&none)));
            Ok(Figures { by: by.collect::<Result<_, _>>()?, sums: sums.collect::<Result<_, _>>()? })
        };
        let targets = of.targets.iter().map(|(object, own)| Ok((object.clone(), figures(own)?)));
        Ok(Self {
            by: of.by.clone(),
            source: figures(&of.source)?,
            targets: targets.collect::<Result<_, BuildError>>()?,
            when: builder.condition(of.when.as_ref())?,
            day: Transform::LocalDate(Zone::named(&blueprint.timezone).unwrap_or_default()),
            vars: builder.vars(),
        })
    }

    /// What a record, or the element of it that makes an object, comes to.
    ///
    /// # Errors
    /// When a rule fails, or what it gives is no number or no day.
    pub fn of_source(&self, item: &Item) -> Result<Line, MapError> {
        let sight = Sight { record: &item.source.record, item: item.element.as_ref(), vars: &self.vars };
        self.line(&self.source, sight)
    }

    /// What a target object comes to; nothing for a kind that is not compared.
    ///
    /// # Errors
    /// As [`Comparison::of_source`].
    pub fn of_target(&self, object: &str, record: &Record) -> Result<Option<Line>, MapError> {
        let Some(figures) = self.targets.get(object) else { return Ok(None) };
        self.line(figures, Sight { record, item: None, vars: &self.vars }).map(Some)
    }

    /// Whether a target object that no link knows is one of those that are compared.
    ///
    /// # Errors
    /// When the condition fails.
    pub fn wants(&self, record: &Record) -> Result<bool, MapError> {
        let seen = Seen { record, item: None, vars: &self.vars, target: None };
        self.when.as_ref().map_or(Ok(true), |when| when.holds(seen))
    }

    fn line(&self, figures: &Figures, sight: Sight<'_>) -> Result<Line, MapError> {
        let groups = self.by.iter().zip(&figures.by);
        let by = groups
            .map(|(name, rules)| rules.as_ref().map(|rules| self.group(name, rules, sight)).transpose());
        let sums = figures.sums.iter().map(|rules| sum(rules, sight));
        Ok(Line { by: by.collect::<Result<_, _>>()?, sums: sums.collect::<Result<_, _>>()? })
    }

    fn group(&self, name: &str, rules: &[Rule], sight: Sight<'_>) -> Result<String, MapError> {
        let Some((value, rule)) = sight.first(rules)? else { return Ok(String::new()) };
        let value = if name == DAY {
            let wrong = |_| MapError::new(code::VALUE_TYPE, "the rule of `day` gives no day", &rule.place);
            self.day.apply(value).map_err(wrong)?
        } else {
            value
        };
        if value.is_null() {
            return Ok(String::new());
        }
        value.scalar_text().ok_or_else(|| {
            let message = format!("the rule of `{name}` gives {}", value.type_name());
            MapError::new(code::VALUE_TYPE, message, &rule.place)
        })
    }
}

/// The sum that some rules give: nothing counts as zero, and of a list all numbers are added.
fn sum(rules: &[Rule], sight: Sight<'_>) -> Result<Decimal, MapError> {
    let Some((value, rule)) = sight.first(rules)? else { return Ok(Decimal::ZERO) };
    amount(&value).ok_or_else(|| wrong(&value, &rule.place))
}

fn wrong(value: &Value, place: &Place) -> MapError {
    let message = format!("a sum is made of numbers, and this is {}", value.type_name());
    MapError::new(code::VALUE_TYPE, message, place)
}

fn amount(value: &Value) -> Option<Decimal> {
    match value {
        Value::Null => Some(Decimal::ZERO),
        Value::Int(number) => Some(Decimal::from(*number)),
        Value::Decimal(number) => Some(*number),
        Value::Text(text) if text.trim().is_empty() => Some(Decimal::ZERO),
        Value::Text(text) => Decimal::from_str_exact(text.trim()).ok(),
        Value::List(values) => {
            values.iter().try_fold(Decimal::ZERO, |sum, value| sum.checked_add(amount(value)?))
        }
        Value::Bool(_) | Value::Number(_) | Value::Map(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_made_of_exact_numbers() {
        let of = |json: &str| amount(&serde_json::from_str(json).unwrap()).map(|sum| sum.to_string());
        assert_eq!(of("\"12.50\""), Some("12.50".to_owned()));
        assert_eq!(of("[\"0.10\",0.20,3,null]"), Some("3.30".to_owned()));
        for none in ["\"a lot\"", "true", "{}", "0.12345678901234567890123456789"] {
            assert_eq!(of(none), None, "{none}");
        }
        for zero in ["null", "\"\"", "[]"] {
            assert_eq!(of(zero), Some("0".to_owned()), "{zero}");
        }
    }
}
