//! Where inference stands: the variables and what is known of them, in one call of one function.

use super::{Finding, Problem, unit::Unit};
use crate::types::Type;
use rhai::{Expr, Position};
use std::collections::{BTreeMap, BTreeSet};

/// How many functions inference follows into each other.
const MAX_DEPTH: usize = 8;
/// How many expressions inference looks at before it gives up with "any".
const MAX_STEPS: usize = 20_000;

/// What holds for the whole inference.
pub(super) struct World<'w> {
    pub(super) script: Unit,
    pub(super) libraries: BTreeMap<String, Unit>,
    pub(super) vars: &'w BTreeMap<String, Type>,
    pub(super) makes_objects: bool,
}

/// What inference has found so far.
#[derive(Default)]
pub(super) struct Log {
    pub(super) findings: Vec<Finding>,
    steps: usize,
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    Value(Type),
    /// The variables of the pipeline.
    Vars,
}

/// One call of one function, or the script itself.
pub(super) struct Frame<'w, 'l> {
    pub(super) world: &'w World<'w>,
    pub(super) unit: &'w Unit,
    pub(super) log: &'l mut Log,
    pub(super) variables: Vec<(String, What)>,
    /// Paths that are known to have a value here.
    pub(super) present: BTreeSet<String>,
    /// What `return` gave.
    pub(super) returned: Type,
    /// What `this` is.
    pub(super) this: Type,
    /// The functions around this one.
    pub(super) calls: Vec<String>,
}

/// What flow may change, to be joined where branches meet.
#[derive(Clone)]
pub(super) struct Flow {
    variables: Vec<(String, What)>,
    present: BTreeSet<String>,
}

impl<'w, 'l> Frame<'w, 'l> {
    pub(super) fn new(world: &'w World<'w>, unit: &'w Unit, log: &'l mut Log) -> Self {
        Self {
            world,
            unit,
            log,
            variables: Vec::new(),
            present: BTreeSet::new(),
            returned: Type::never(),
            this: Type::any(),
            calls: Vec::new(),
        }
    }

    pub(super) fn vars(&self) -> &'w BTreeMap<String, Type> {
        self.world.vars
    }

    /// Counts an expression; false when there were too many to go on.
    pub(super) fn goes_on(&mut self) -> bool {
        self.log.steps += 1;
        self.log.steps < MAX_STEPS
    }

    pub(super) fn is_deep(&self, function: &str) -> bool {
        self.calls.len() >= MAX_DEPTH || self.calls.iter().any(|call| call == function)
    }

    /// What a name stands for, where `expression` is one.
    pub(super) fn variable(&self, expression: &Expr) -> Option<&What> {
        let Expr::Variable(variable, ..) = expression else { return None };
        self.named(&variable.1)
    }

    pub(super) fn named(&self, name: &str) -> Option<&What> {
        self.variables.iter().rev().find(|(known, _)| known == name).map(|(_, what)| what)
    }

    pub(super) fn declare(&mut self, name: &str, what: What) {
        self.forget(name);
        let what = if self.unit.changed_by_closures.contains(name) { What::Value(Type::any()) } else { what };
        self.variables.push((name.to_owned(), what));
    }

    /// Gives a variable a new value.
    pub(super) fn assign(&mut self, name: &str, value: Type) {
        self.forget(name);
        let value = if self.unit.changed_by_closures.contains(name) { Type::any() } else { value };
        if let Some((_, what)) = self.variables.iter_mut().rev().find(|(known, _)| known == name) {
            *what = What::Value(value);
        }
    }

    /// Nothing is known any more of what a variable holds.
    pub(super) fn forget(&mut self, name: &str) {
        let is_of = |path: &str| {
            path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        self.present.retain(|path| !is_of(path));
    }

    /// Some variables may have any value from here on.
    pub(super) fn havoc(&mut self, names: &BTreeSet<String>) {
        for name in names {
            if !matches!(self.named(name), Some(What::Vars)) {
                self.assign(name, Type::any());
            }
        }
    }

    pub(super) fn is_present(&self, path: &str) -> bool {
        self.present.contains(path)
    }

    pub(super) fn flow(&self) -> Flow {
        Flow { variables: self.variables.clone(), present: self.present.clone() }
    }

    pub(super) fn set_flow(&mut self, flow: Flow) {
        self.variables = flow.variables;
        self.present = flow.present;
    }

    /// Goes on where several branches meet; those that give no value do not come so far.
    pub(super) fn meet(&mut self, branches: Vec<(Type, Flow)>) -> Type {
        let mut together: Option<(Type, Flow)> = None;
        for (value, flow) in branches.into_iter().filter(|(value, _)| !value.is_never()) {
            together = Some(match together {
                None => (value, flow),
                Some((before, so_far)) => (before.join(value), so_far.join(flow)),
            });
        }
        let Some((value, flow)) = together else { return Type::never() };
        self.set_flow(flow);
        value
    }

    pub(super) fn report(&mut self, place: Position, length: usize, problem: Problem) {
        let (Some(line), Some(column)) = (place.line(), place.position()) else { return };
        let finding = Finding { library: self.unit.library.clone(), line, column, length, problem };
        if !self.log.findings.contains(&finding) {
            self.log.findings.push(finding);
        }
    }
}

impl Flow {
    fn join(self, other: Self) -> Self {
        let pairs = self.variables.into_iter().zip(other.variables);
        let variables = pairs.map(|((name, one), (_, two))| {
            let what = match (one, two) {
                (What::Value(one), What::Value(two)) => What::Value(one.join(two)),
                (What::Vars, _) | (_, What::Vars) => What::Vars,
            };
            (name, what)
        });
        let present = self.present.intersection(&other.present).cloned().collect();
        Self { variables: variables.collect(), present }
    }
}
