//! A person's word before many writes to what real business depends on.
//!
//! A run by hand against production is planned first, and only what the plan shows is written (`flow`). Above a number of
//! writes somebody is asked, and above a number of deletes twice (`question`).

mod flow;
mod plan;
mod question;

pub(crate) use flow::{Ended, Word, run};
