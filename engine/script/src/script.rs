//! Scripts: compiled once, evaluated per record.

use crate::{
    calls, convert, engine,
    error::ScriptError,
    infer::{self, Inference, Sights},
    inputs::{Inputs, Names, Uses},
    libraries::Libraries,
};
use engine_contract::Value;
use rhai::{AST, Dynamic, Position};
use std::{fmt, sync::Arc};

/// A compiled script. Cheap to clone.
#[derive(Clone)]
pub struct Script {
    compiled: Arc<Compiled>,
}

struct Compiled {
    ast: AST,
    libraries: Libraries,
    uses: Uses,
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
        let uses = Uses::of(&ast, names);
        Ok(Self { compiled: Arc::new(Compiled { ast, libraries: libraries.clone(), uses }) })
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
        let Compiled { ast, libraries, uses } = &*self.compiled;
        engine::start();
        let mut scope = uses.scope(inputs)?;
        libraries
            .engine()
            .eval_ast_with_scope::<Dynamic>(&mut scope, ast)
            .map_err(|error| ScriptError::of_evaluation(&error))
    }
}

#[cfg(test)]
mod tests;
