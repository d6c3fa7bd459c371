//! Hooks: a file of functions, of which an engine calls some by their names.
//!
//! The file is compiled once. A function sees what it is given and nothing else; the limits are those of every
//! script. Values that are given as [`Argument::Value`] are the function's own, and it may change and return them;
//! [`Argument::Record`] is read lazily and never changed.

use crate::{
    calls,
    captures::{Captures, Constant},
    convert,
    engine::{self, CAPTURING},
    error::ScriptError,
    libraries::Libraries,
    view,
};
use engine_contract::{Record, Value};
use rhai::{AST, CallFnOptions, Dynamic, FnAccess, Position, Scope};
use std::{fmt, sync::Arc};

/// A compiled file of hooks. Cheap to clone.
#[derive(Clone)]
pub struct Hooks {
    compiled: Arc<Compiled>,
}

struct Compiled {
    ast: AST,
    constant: Constant,
}

/// What a hook is given.
#[derive(Clone, Copy, Debug)]
pub enum Argument<'a> {
    /// A value of its own.
    Value(&'a Value),
    /// Data to look at.
    Record(&'a Record),
}

/// A function of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// How many arguments it takes.
    pub arguments: usize,
    /// Whether it is for the other functions of the file alone.
    pub is_private: bool,
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.functions().iter().map(|function| &function.name)).finish()
    }
}

impl Hooks {
    /// Compiles a file.
    ///
    /// # Errors
    /// [`ScriptError`] at the first mistake: bad syntax, an unknown name or function, anything but functions.
    pub fn compile(text: &str) -> Result<Self, ScriptError> {
        let ast = CAPTURING.compile(text).map_err(|error| ScriptError::of_syntax(&error))?;
        if let Some(statement) = ast.statements().first() {
            return Err(ScriptError::new("this file holds functions only", statement.position()));
        }
        calls::check(&ast, &Libraries::default())?;
        let captures = Captures::of(&ast);
        captures.check()?;
        Ok(Self { compiled: Arc::new(Compiled { constant: captures.constant(), ast }) })
    }

    /// The functions, without closures.
    #[must_use]
    pub fn functions(&self) -> Vec<Function> {
        let all = self.compiled.ast.iter_functions().filter(|function| !function.name.starts_with("anon$"));
        let mut functions: Vec<Function> = all
            .map(|function| Function {
                name: function.name.to_owned(),
                arguments: function.params.len(),
                is_private: function.access == FnAccess::Private,
            })
            .collect();
        functions.sort_by(|one, other| one.name.cmp(&other.name));
        functions
    }

    /// Calls a function of the file.
    ///
    /// # Errors
    /// [`ScriptError`] when it fails, reaches a limit, or gives something that is no value.
    pub fn call(&self, name: &str, arguments: &[Argument<'_>]) -> Result<Value, ScriptError> {
        let Compiled { ast, constant } = &*self.compiled;
        engine::start(Some(constant));
        let given = arguments.iter().map(|argument| match argument {
            Argument::Value(value) => convert::to_dynamic(value),
            Argument::Record(record) => view::to_dynamic((*record).clone()),
        });
        let given: Vec<Dynamic> =
            given.collect::<Result<_, _>>().map_err(|error| ScriptError::of_evaluation(&error))?;
        let options = CallFnOptions::new().eval_ast(false);
        let result = CAPTURING
            .call_fn_with_options::<Dynamic>(options, &mut Scope::new(), ast, name, given)
            .map_err(|error| ScriptError::of_evaluation(&error))?;
        convert::to_value(result).ok_or_else(|| {
            ScriptError::new("the result is neither a value nor a part of the data", Position::NONE)
        })
    }
}

#[cfg(test)]
mod tests;
