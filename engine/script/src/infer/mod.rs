//! What a script may give, found without running it: abstract interpretation of its syntax tree.
//!
//! The result is an upper bound: for records that conform to their types, every value that the script can
//! give is allowed by it. Whatever is not followed is [`Type::any`]. A finding is only made where it is sure.

use crate::{libraries::Libraries, types::Type};
use rhai::AST;
use std::collections::BTreeMap;

/// The types of what a script sees.
#[derive(Clone, Copy, Debug)]
pub struct Sights<'a> {
    /// `record`.
    pub record: &'a Type,
    /// `item`, where there is one.
    pub item: Option<&'a Type>,
    /// The members of `vars`; there are no others.
    pub vars: &'a BTreeMap<String, Type>,
    /// `target`, where there is one.
    pub target: Option<&'a Type>,
}

/// What is known of a script without running it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inference {
    /// What it may give.
    pub result: Type,
    /// What cannot be right, in the order of the text.
    pub findings: Vec<Finding>,
}

/// A place in a script, or in a library that it calls, that cannot be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The library that holds the place; `None` for the script itself.
    pub library: Option<String>,
    /// Line, from 1.
    pub line: usize,
    /// Column in that line in characters, from 1.
    pub column: usize,
    /// How many characters it covers.
    pub length: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a place in a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// An object is read that has no such field.
    UnknownField {
        /// The object as the script names it: `record.billing`.
        of: String,
        /// The name that it does not have.
        name: String,
        /// The names that it has.
        known: Vec<String>,
    },
    /// A variable is read that is not declared.
    UnknownVar {
        /// The name in `vars`.
        name: String,
        /// The names that are declared.
        known: Vec<String>,
    },
    /// A member is read, without `?.`, of something that may be missing.
    NotOnNothing {
        /// What may be missing, as the script names it: `record.billing`.
        of: String,
    },
    /// A member is read of something that is never an object.
    NotAnObject {
        /// What is read, as the script names it: `record.lines`.
        of: String,
        /// The name of the member.
        name: String,
        /// What it is instead.
        is: Type,
    },
}

pub(crate) fn infer(_ast: &AST, _libraries: &Libraries, _sights: &Sights<'_>) -> Inference {
    Inference { result: Type::any(), findings: Vec::new() }
}
