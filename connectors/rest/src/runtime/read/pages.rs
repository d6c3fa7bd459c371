//! Reading page by page where the service says how to go on: by number, offset, token or address; or where a hook does.

use super::{
    bag::{Bag, Step},
    rows::Rows,
};
use crate::{
    manifest::{PageKind, PageTable},
    runtime::{answer::Answer, hooks::Next, path, query::Query},
};
use serde::{Deserialize, Serialize};

/// The place of such a read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pages {
    pub(super) place: Place,
    /// Rows of that page that were taken already.
    skip: usize,
}

/// Which page comes next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Place {
    #[default]
    First,
    /// How many pages were read.
    Number(usize),
    /// How many rows were read.
    Offset(usize),
    Token(String),
    Address(String),
    /// What the hook `next_page` asks for.
    Asked {
        path: String,
        query: Query,
    },
}

impl From<Next> for Place {
    fn from(Next { path, query }: Next) -> Self {
        Self::Asked { path, query }
    }
}

impl Pages {
    /// The place behind a page, of which `count` rows came and `size` were asked for, where that can be said.
    pub(super) fn next(
        &self,
        table: &PageTable,
        answer: &Answer,
        (count, size): (usize, Option<usize>),
    ) -> Option<Place> {
        let is_short = count == 0 || size.is_some_and(|size| count < size);
        match table.kind {
            PageKind::Number if !is_short => Some(Place::Number(self.number() + 1)),
            PageKind::Offset if !is_short => Some(Place::Offset(self.offset() + count)),
            PageKind::Token => member(table, answer).map(Place::Token),
            PageKind::Link => linked(table, answer).map(Place::Address),
            _ => None,
        }
    }

    /// Takes a page; `next` is the place behind it.
    pub(super) fn take(&mut self, page: Rows, next: Option<Place>, bag: &mut Bag) -> Step {
        if self.skip == 0 {
            bag.broken.extend(page.broken);
        }
        for row in page.good.into_iter().skip(self.skip) {
            if bag.put(row).is_err() {
                return Step::Full;
            }
            self.skip += 1;
        }
        let Some(next) = next.filter(|next| *next != self.place) else { return Step::End };
        *self = Self { place: next, skip: 0 };
        Step::More
    }

    /// How many pages were read.
    pub(super) fn number(&self) -> usize {
        if let Place::Number(number) = self.place { number } else { 0 }
    }

    /// How many rows were read.
    pub(super) fn offset(&self) -> usize {
        if let Place::Offset(offset) = self.place { offset } else { 0 }
    }
}

fn member(table: &PageTable, answer: &Answer) -> Option<String> {
    let body = answer.body.as_ref()?;
    path::text(body, table.next.as_deref()?).filter(|text| !text.is_empty())
}

fn linked(table: &PageTable, answer: &Answer) -> Option<String> {
    if table.next.is_some() {
        return member(table, answer);
    }
    next_link(answer.header("link")?)
}

/// The address with `rel="next"` in a `Link` header (RFC 8288).
fn next_link(header: &str) -> Option<String> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (address, after) = after.split_once('>')?;
        let parameters = after.split_once('<').map_or(after, |(parameters, _)| parameters);
        let is_next = parameters.split([';', ',']).any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            name.trim() == "rel" && value.trim().trim_matches('"').split(' ').any(|word| word == "next")
        });
        if is_next {
            return Some(address.to_owned());
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_in_a_link_header() {
        let header =
            r#"<https://a.example/x?page=1,2>; rel="prev", <https://a.example/x?page=3>; rel="next last""#;
        assert_eq!(next_link(header), Some("https://a.example/x?page=3".to_owned()));
        assert_eq!(next_link(r#"<https://a.example/x>; rel="prev""#), None);
        assert_eq!(next_link("<broken"), None);
    }
}
