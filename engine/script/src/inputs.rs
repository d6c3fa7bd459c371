//! What a script sees: the names, and on each evaluation their values.

use crate::{convert, error::ScriptError, view};
use engine_contract::{Map, Record};
use rhai::{AST, ASTNode, Dynamic, Expr, Scope};
use std::collections::BTreeSet;

/// The names that a script sees beside `record`, which is always there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// `item`: the element of the `each` around the script.
    pub has_item: bool,
    /// `vars`: the variables of the pipeline.
    pub has_vars: bool,
    /// `target`: the fields of the target object.
    pub has_target: bool,
}

/// The values of the names in one evaluation. What is not given is nothing.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// `record`.
    pub record: &'a Record,
    /// `item`.
    pub item: Option<&'a Record>,
    /// `vars`.
    pub vars: Option<&'a Map>,
    /// `target`.
    pub target: Option<&'a Map>,
}

/// Which of its inputs a script really reads: only those are made into values of rhai.
#[derive(Clone, Debug)]
pub(crate) struct Uses {
    names: Names,
    record: bool,
    item: bool,
    vars: Members,
    target: Members,
}

/// Which members of a map a script reads.
#[derive(Clone, Debug)]
enum Members {
    Named(BTreeSet<String>),
    All,
}

impl Names {
    /// The scope to compile with: the names alone.
    pub(crate) fn scope(self) -> Scope<'static> {
        let mut scope = Scope::new();
        for name in self.list() {
            scope.push_constant(name, ());
        }
        scope
    }

    /// The names in the order in which they stand in the scope.
    pub(crate) fn list(self) -> impl Iterator<Item = &'static str> {
        let all = [(true, "record"), (self.has_item, "item"), (self.has_vars, "vars")];
        all.into_iter().chain([(self.has_target, "target")]).filter_map(|(is, name)| is.then_some(name))
    }
}

impl Uses {
    pub(crate) fn of(ast: &AST, names: Names) -> Self {
        let none = || Members::Named(BTreeSet::new());
        let mut uses = Self { names, record: false, item: false, vars: none(), target: none() };
        ast.walk(&mut |path: &[ASTNode<'_>]| {
            uses.see(path);
            true
        });
        uses
    }

    /// A captured name reaches a closure as a variable too, so that no use is missed.
    fn see(&mut self, path: &[ASTNode<'_>]) {
        let Some((ASTNode::Expr(here), around)) = path.split_last() else { return };
        let Expr::Variable(variable, ..) = here else { return };
        let member = match around.last() {
            Some(ASTNode::Expr(Expr::Dot(pair, ..))) if std::ptr::eq(&raw const pair.lhs, *here) => {
                first_member(&pair.rhs)
            }
            _ => None,
        };
        match variable.1.as_str() {
            "record" => self.record = true,
            "item" => self.item = true,
            "vars" => self.vars.add(member),
            "target" => self.target.add(member),
            _ => {}
        }
    }

    /// The scope of one evaluation.
    pub(crate) fn scope(&self, inputs: Inputs<'_>) -> Result<Scope<'static>, ScriptError> {
        let view = |part: Option<&Record>| match part {
            Some(part) => view::to_dynamic(part.clone()).map_err(|error| ScriptError::of_evaluation(&error)),
            None => Ok(Dynamic::UNIT),
        };
        let mut scope = Scope::new();
        scope.push_constant_dynamic("record", view(Some(inputs.record).filter(|_| self.record))?);
        if self.names.has_item {
            scope.push_constant_dynamic("item", view(inputs.item.filter(|_| self.item))?);
        }
        if self.names.has_vars {
            scope.push_constant_dynamic("vars", self.vars.read(inputs.vars)?);
        }
        if self.names.has_target {
            scope.push_constant_dynamic("target", self.target.read(inputs.target)?);
        }
        Ok(scope)
    }
}

/// `city` of the chain `.city`, `.city.name` or `.city[0]`.
fn first_member(chain: &Expr) -> Option<String> {
    match chain {
        Expr::Property(property, _) => Some(property.2.to_string()),
        Expr::Dot(pair, ..) | Expr::Index(pair, ..) => match &pair.lhs {
            Expr::Property(property, _) => Some(property.2.to_string()),
            _ => None,
        },
        _ => None,
    }
}

impl Members {
    fn add(&mut self, member: Option<String>) {
        match (&mut *self, member) {
            (Self::Named(names), Some(name)) => drop(names.insert(name)),
            _ => *self = Self::All,
        }
    }

    fn read(&self, map: Option<&Map>) -> Result<Dynamic, ScriptError> {
        let Some(map) = map else { return Ok(Dynamic::UNIT) };
        let mut out = rhai::Map::new();
        let mut put = |name: &str, value| {
            let value = convert::to_dynamic(value).map_err(|error| ScriptError::of_evaluation(&error))?;
            out.insert(name.into(), value);
            Ok(())
        };
        match self {
            Self::Named(names) => {
                names
                    .iter()
                    .filter_map(|name| Some((name, map.get(name)?)))
                    .try_for_each(|(n, v)| put(n, v))?;
            }
            Self::All => map.iter().try_for_each(|(name, value)| put(name, value))?,
        }
        Ok(Dynamic::from(out))
    }
}

#[cfg(test)]
mod tests;
