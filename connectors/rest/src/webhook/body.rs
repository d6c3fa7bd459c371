//! What the body of a delivery says, by the forms of connector.toml.

use super::{Delivery, Hint, Refused, sender::header};
use crate::manifest::{DeliveryTable, Webhooks};
use connector_kit::fingerprint;
use serde_json::Value;

/// The changes of a body that is signed. The first form that fits is taken.
pub(super) fn changes(
    webhooks: &Webhooks,
    streams: &[&str],
    delivery: Delivery<'_>,
) -> Result<Vec<Hint>, Refused> {
    let body: Value = serde_json::from_slice(delivery.body).map_err(|_| Refused::Unreadable)?;
    let found = webhooks.delivery.values().find_map(|form| Some((form, told(form, &body)?)));
    let (form, changes) = found.ok_or(Refused::Unreadable)?;
    let topic = form.topic_header.as_deref().map(|name| header(delivery, name).ok_or(Refused::Unreadable));
    let topic = topic.transpose()?;
    let reader = Reader { webhooks, streams, form, topic };
    let mut hints = Vec::new();
    for change in changes {
        reader.read(&change, &mut hints)?;
    }
    Ok(hints)
}

/// A change, and the group that it stands in.
struct Change<'a> {
    change: &'a Value,
    group: Option<&'a Value>,
}

/// The changes of a body in a form; nothing when the body has another form.
fn told<'a>(form: &DeliveryTable, body: &'a Value) -> Option<Vec<Change<'a>>> {
    if form.is_list {
        return Some(body.as_array()?.iter().map(|change| Change { change, group: None }).collect());
    }
    let Some(groups) = &form.groups else {
        return body.is_object().then(|| vec![Change { change: body, group: None }]);
    };
    let groups = member(body, groups)?.as_array()?;
    let place = form.changes.as_deref().unwrap_or_default();
    let of = |group: &'a Value| {
        let changes = member(group, place)?.as_array()?.iter();
        Some(changes.map(move |change| Change { change, group: Some(group) }).collect::<Vec<_>>())
    };
    groups.iter().map(of).collect::<Option<Vec<_>>>().map(|groups| groups.into_iter().flatten().collect())
}

/// Reads the changes of one delivery.
struct Reader<'a> {
    webhooks: &'a Webhooks,
    streams: &'a [&'a str],
    form: &'a DeliveryTable,
    /// The topic of the delivery, where a header names it.
    topic: Option<&'a str>,
}

impl Reader<'_> {
    fn read(&self, Change { change, group }: &Change<'_>, hints: &mut Vec<Hint>) -> Result<(), Refused> {
        let form = self.form;
        let topic = self.topic_of(change).ok_or(Refused::Unreadable)?;
        let (resource, event) = topic.rsplit_once('.').unwrap_or((&topic, ""));
        let account =
            form.account.as_deref().and_then(|place| text(change, place).or_else(|| text((*group)?, place)));
        let of_account = account.clone().unwrap_or_default();
        let told_again = form.repeat.as_deref().and_then(|place| text(change, place));
        let repeat = told_again.unwrap_or_else(|| {
            fingerprint(&[topic.as_bytes(), of_account.as_bytes(), change.to_string().as_bytes()])
        });
        let hint = Hint {
            account,
            streams: self.streams_of(resource),
            key: text(change, &form.id),
            is_gone: self.webhooks.gone.iter().any(|word| word == event),
            repeat,
            topic: topic.clone(),
        };
        let merged = form.merged.as_deref().and_then(|place| text(change, place));
        let merged = merged.map(|key| Hint {
            key: Some(key.clone()),
            is_gone: true,
            repeat: fingerprint(&[hint.repeat.as_bytes(), key.as_bytes()]),
            ..hint.clone()
        });
        hints.push(hint);
        hints.extend(merged);
        Ok(())
    }

    /// The topic of a change, in the words of pipelines.
    fn topic_of(&self, change: &Value) -> Option<String> {
        let form = self.form;
        if let Some(topic) = self.topic {
            return Some(topic.to_owned());
        }
        let told = text(change, form.topic_member.as_deref()?)?;
        let told = match &form.topic_text {
            Some(pattern) => {
                let (before, after) = pattern.split_once("{topic}")?;
                // A topic that is written otherwise is one that nobody here reads.
                let inner = told.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
                inner.unwrap_or(&told).to_owned()
            }
            None => told,
        };
        let Some(place) = &form.event_member else { return Some(told) };
        let word = text(change, place)?;
        let event = form.events.get(&word).cloned().unwrap_or_else(|| word.to_lowercase());
        Some(format!("{}.{event}", told.to_lowercase()))
    }

    fn streams_of(&self, resource: &str) -> Vec<String> {
        let named = self.streams.iter().filter(|name| name.eq_ignore_ascii_case(resource));
        let same = || named.map(|name| (*name).to_owned()).collect();
        self.webhooks.streams.get(resource).cloned().unwrap_or_else(same)
    }
}

/// What stands at a dotted place.
fn member<'a>(value: &'a Value, dotted: &str) -> Option<&'a Value> {
    dotted.split('.').filter(|name| !name.is_empty()).try_fold(value, |value, name| value.get(name))
}

/// A text or a number at a dotted place, as a text; an empty one is none.
fn text(value: &Value, dotted: &str) -> Option<String> {
    match member(value, dotted)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
