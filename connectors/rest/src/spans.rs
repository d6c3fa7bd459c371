//! Where things stand in a connector.toml.

use crate::decode::plain;
use std::ops::Range;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// A parsed file that knows its places.
pub(crate) struct Spans<'a>(Option<Spanned<DeTable<'a>>>);

impl<'a> Spans<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self(DeTable::parse(text).ok())
    }

    /// The value that the names lead to; what is not there has the place of what should contain it.
    pub(crate) fn find(&self, path: &[&str]) -> Range<usize> {
        let Some(root) = &self.0 else { return 0..0 };
        let mut place = 0..0;
        let mut table = root.get_ref();
        for (index, name) in path.iter().enumerate() {
            let Some((key, value)) = table.iter().find(|(key, _)| key.get_ref().as_ref() == *name) else {
                break;
            };
            match value.get_ref() {
                DeValue::Table(inner) => {
                    // A table under a header has no text of its own: its name stands for it.
                    place = key.span();
                    table = inner;
                }
                DeValue::Array(items) => {
                    let element = path.get(index + 1).and_then(|text| element(items, text));
                    return element.unwrap_or_else(|| value.span());
                }
                _ => return value.span(),
            }
        }
        place
    }

    /// The value at a JSON pointer, or its key.
    pub(crate) fn at(&self, pointer: &str, is_key: bool) -> Range<usize> {
        let Some(root) = &self.0 else { return 0..0 };
        let (mut place, mut here) = (0..0, None::<&Spanned<DeValue<'_>>>);
        for part in pointer.split('/').skip(1) {
            let name = plain(part);
            let table = match here.map(Spanned::get_ref) {
                None => Some(root.get_ref()),
                Some(DeValue::Table(table)) => Some(table),
                Some(DeValue::Array(items)) => {
                    let Some(item) = name.parse().ok().and_then(|index: usize| items.get(index)) else {
                        break;
                    };
                    (place, here) = (item.span(), Some(item));
                    continue;
                }
                Some(_) => None,
            };
            let found = table.and_then(|table| table.iter().find(|(key, _)| key.get_ref().as_ref() == name));
            let Some((key, value)) = found else { break };
            let is_table = matches!(value.get_ref(), DeValue::Table(_));
            place = if is_key || is_table { key.span() } else { value.span() };
            here = Some(value);
        }
        place
    }
}

/// The text in a list.
fn element(items: &toml::de::DeArray<'_>, text: &str) -> Option<Range<usize>> {
    items.iter().find(|item| item.get_ref().as_str() == Some(text)).map(Spanned::span)
}
