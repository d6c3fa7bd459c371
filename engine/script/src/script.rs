//! Scripts: compiled once, evaluated per record.

use crate::{
    calls,
    captures::{Captures, Constant},
    convert, engine,
    error::ScriptError,
    infer::{self, Inference, Sights},
    inputs::{Inputs, Names, Uses},
    libraries::Libraries,
};
use engine_contract::Value;
use rhai::{AST, Dynamic, Position, Scope};
use std::{cell::Cell, fmt, sync::Arc};

/// A compiled script. Cheap to clone.
#[derive(Clone)]
pub struct Script {
    compiled: Arc<Compiled>,
}

thread_local! {
    /// An empty scope that keeps its memory from one evaluation to the next.
    static SCOPE: Cell<Scope<'static>> = Cell::new(Scope::new());
}

struct Compiled {
    ast: AST,
    libraries: Libraries,
    uses: Uses,
    /// The captured variables that are never changed; `None` when nothing is captured.
    constant: Option<Constant>,
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Script")
    }
}

impl Script {
    /// Compiles `text`, which may call functions of the libraries.
    ///
    /// # Errors
    /// [`ScriptError`] at the first mistake: bad syntax, an unknown name or function, an assignment to what
    /// is read-only.
    pub fn compile(text: &str, names: Names, libraries: &Libraries) -> Result<Self, ScriptError> {
        let ast = libraries
            .engine()
            .compile_with_scope(&names.scope(), text)
            .map_err(|error| ScriptError::of_syntax(&error))?;
        calls::check(&ast, libraries)?;
        let captures = Captures::of(&ast).with(libraries.captures());
        captures.check()?;
        let compiled = Compiled {
            uses: Uses::of(&ast, names),
            constant: (!captures.is_empty()).then(|| captures.constant()),
            libraries: libraries.clone(),
            ast,
        };
        Ok(Self { compiled: Arc::new(compiled) })
    }

    /// Runs the script.
    ///
    /// # Errors
    /// [`ScriptError`] when it fails or reaches a limit.
    pub fn eval(&self, inputs: Inputs<'_>) -> Result<Value, ScriptError> {
        let result = self.run(inputs)?;
        convert::to_value(result).ok_or_else(|| {
            ScriptError::new(
                "the script's result is neither a value nor a part of the record",
                Position::NONE,
            )
        })
    }

    /// Runs a condition.
    ///
    /// # Errors
    /// As [`Script::eval`], and when the result is not true or false.
    pub fn eval_bool(&self, inputs: Inputs<'_>) -> Result<bool, ScriptError> {
        let result = self.run(inputs)?;
        result
            .as_bool()
            .map_err(|_| ScriptError::new("the condition is neither true nor false", Position::NONE))
    }

    /// Says what the script may give, and what in it cannot be right, for records of the given types.
    #[must_use]
    pub fn infer(&self, sights: &Sights<'_>) -> Inference {
        infer::infer(&self.compiled.ast, &self.compiled.libraries, sights)
    }

    fn run(&self, inputs: Inputs<'_>) -> Result<Dynamic, ScriptError> {
        let Compiled { ast, libraries, uses, constant } = &*self.compiled;
        engine::start(constant.as_ref());
        let mut scope = SCOPE.take();
        uses.fill(&mut scope, inputs)?;
        let engine = libraries.evaluator(constant.is_some());
        let result = engine.eval_ast_with_scope::<Dynamic>(&mut scope, ast);
        scope.clear();
        SCOPE.set(scope);
        result.map_err(|error| ScriptError::of_evaluation(&error))
    }
}

#[cfg(test)]
mod tests;
