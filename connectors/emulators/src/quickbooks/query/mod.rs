//! The query language: `select * from Customer where DisplayName like 'A%' orderby Id startposition 1 maxresults 10`.
//!
//! It has no `or`, no projections and no joins. Keywords, names and values do not mind upper and lower case.

mod lex;
mod parse;
mod run;
#[cfg(test)]
mod tests;

pub(super) use run::run;
