//! Streams of a described connector.
//!
//! Each kind of page is a pure walk ([`window`], [`scan`], [`pages`]) that takes rows and says what to ask next;
//! this module asks. The place of a read travels in its resume text and nowhere else.

mod admit;
mod ask;
mod bag;
mod fetch;
mod find;
mod join;
mod narrow;
mod pages;
mod rows;
mod scan;
mod source;
mod statement;
mod walk;
mod window;

pub(super) use bag::Bag;
pub(super) use fetch::fetch;
pub(super) use find::{By, find, made_page, made_since, searchable};
pub(super) use narrow::Narrow;
pub(super) use rows::Row;
pub(super) use source::RestSource;
