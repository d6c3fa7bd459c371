//! `[page.NAME]`: strategies by which lists are read to their end.

use super::Texts;
use schemars::JsonSchema;
use serde::Deserialize;

/// What leads from one page to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PageKind {
    /// The first page again and again, each time from the last instant that was seen. For lists that are
    /// ordered by a cursor.
    Window,
    /// By offset through a list that is ordered by a whole number that only new records raise; each page begins
    /// with the last row of the one before, so that a list that became shorter is noticed.
    Scan,
    /// By the number of the page.
    Number,
    /// By the number of rows that were read.
    Offset,
    /// By a text that the answer holds.
    Token,
    /// By the address of the next page: in the `Link` header, or in a member of the answer.
    Link,
    /// There is one page.
    Whole,
    /// The hook `next_page` of hooks.rhai says what is asked next.
    Hook,
}

/// `[page.NAME]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageTable {
    /// What leads from one page to the next.
    pub(crate) kind: PageKind,
    /// The parameter for the number of rows.
    pub(crate) size: Option<String>,
    /// Most rows in a page.
    pub(crate) size_max: Option<usize>,
    /// The parameter for the number of the page.
    pub(crate) number: Option<String>,
    /// The number of the first page.
    #[serde(default = "one")]
    pub(crate) first: usize,
    /// The parameter for the number of rows to pass over.
    pub(crate) offset: Option<String>,
    /// The parameter that takes keys to leave out, with commas between them.
    pub(crate) exclude: Option<String>,
    /// The parameter that takes the text of the page before.
    pub(crate) token: Option<String>,
    /// The member that holds that text, or the address of the next page.
    pub(crate) next: Option<String>,
    /// Parameters of each of its requests: the order of a scan.
    #[serde(default)]
    pub(crate) query: Texts,
}

fn one() -> usize {
    1
}
