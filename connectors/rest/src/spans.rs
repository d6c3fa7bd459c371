//! Where things stand in a connector.toml.

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
}

/// The text in a list.
fn element(items: &toml::de::DeArray<'_>, text: &str) -> Option<Range<usize>> {
    items.iter().find(|item| item.get_ref().as_str() == Some(text)).map(Spanned::span)
}
