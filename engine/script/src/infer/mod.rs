//! What a script may give, found without running it: abstract interpretation of its syntax tree.
//!
//! The result is an upper bound: for records that conform to their types, every value that the script can
//! give is allowed by it. Whatever is not followed is [`Type::any`]. A finding is only made where it is sure.

mod call;
mod chain;
mod expression;
mod frame;
mod narrow;
mod operator;
#[cfg(test)]
mod soundness;
mod statement;
#[cfg(test)]
mod tests;
mod unit;

use crate::{libraries::Libraries, types::Type};
use frame::{Frame, Log, What, World};
use rhai::AST;
use std::collections::BTreeMap;
use unit::Unit;

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
    /// A text is compared with a number.
    Incomparable {
        /// The comparison.
        operator: String,
        /// What stands before it.
        left: Type,
        /// What stands behind it.
        right: Type,
    },
}

pub(crate) fn infer(ast: &AST, libraries: &Libraries, sights: &Sights<'_>) -> Inference {
    let shelf = libraries.names().filter_map(|name| {
        let unit = Unit::of(libraries.ast(name)?, Some(name));
        Some((name.to_owned(), unit))
    });
    let mut world = World {
        script: Unit::of(ast, None),
        libraries: shelf.collect(),
        vars: sights.vars,
        makes_objects: false,
    };
    world.makes_objects =
        world.script.makes_objects || world.libraries.values().any(|unit| unit.makes_objects);
    let mut log = Log::default();
    let mut frame = Frame::new(&world, &world.script, &mut log);
    frame.declare("record", What::Value(sights.record.clone()));
    frame.declare("item", What::Value(sights.item.cloned().unwrap_or_else(Type::any)));
    frame.declare("vars", What::Vars);
    frame.declare("target", What::Value(sights.target.cloned().unwrap_or_else(Type::any)));
    let value = frame.statements(ast.statements());
    let result = value.join(frame.returned.clone());
    let mut findings = log.findings;
    findings.sort_by(|one, two| one.place().cmp(&two.place()));
    // A script that never ends well gives nothing.
    Inference { result: if result.is_never() { Type::nothing() } else { result }, findings }
}

impl Finding {
    fn place(&self) -> (Option<&str>, usize, usize) {
        (self.library.as_deref(), self.line, self.column)
    }
}
