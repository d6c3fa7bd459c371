//! Scripts: compiled once, evaluated per record.

use crate::{
    engine::{self, ENGINE},
    error::ScriptError,
    view::{Budget, View, to_dynamic},
};
use engine_contract::{Map, Record, Value};
use rhai::{AST, Array, Dynamic, Position, Scope};
use std::fmt;

/// The names that a script sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// `record` only.
    Record,
    /// `record`, and `item` for the element of the `each` around the script.
    RecordAndItem,
}

/// A compiled script.
#[derive(Clone)]
pub struct Script {
    ast: AST,
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Script")
    }
}

impl Script {
    /// Compiles `text`.
    ///
    /// # Errors
    /// [`ScriptError`] at the first mistake: bad syntax, an unknown name, an assignment to the record.
    pub fn compile(text: &str, names: Names) -> Result<Self, ScriptError> {
        let mut scope = Scope::new();
        scope.push_constant("record", ());
        if names == Names::RecordAndItem {
            scope.push_constant("item", ());
        }
        match ENGINE.compile_with_scope(&scope, text) {
            Ok(ast) => Ok(Self { ast }),
            Err(error) => Err(ScriptError::of_syntax(&error)),
        }
    }

    /// Runs the script on a record, and on an element of it.
    ///
    /// # Errors
    /// [`ScriptError`] when it fails or reaches a limit.
    pub fn eval(&self, record: &Record, item: Option<&Record>) -> Result<Value, ScriptError> {
        let result = self.run(record, item)?;
        to_value(result).ok_or_else(|| {
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
    pub fn eval_bool(&self, record: &Record, item: Option<&Record>) -> Result<bool, ScriptError> {
        let result = self.run(record, item)?;
        result
            .as_bool()
            .map_err(|_| ScriptError::new("the condition is neither true nor false", Position::NONE))
    }

    fn run(&self, record: &Record, item: Option<&Record>) -> Result<Dynamic, ScriptError> {
        let budget = Budget::full();
        let view = |part: &Record| {
            to_dynamic(part.clone(), &budget).map_err(|error| ScriptError::of_evaluation(&error))
        };
        let mut scope = Scope::new();
        scope.push_constant_dynamic("record", view(record)?);
        if let Some(item) = item {
            scope.push_constant_dynamic("item", view(item)?);
        }
        engine::start();
        ENGINE
            .eval_ast_with_scope::<Dynamic>(&mut scope, &self.ast)
            .map_err(|error| ScriptError::of_evaluation(&error))
    }
}

/// A script's result as a value; nothing for functions, ranges and the like.
fn to_value(result: Dynamic) -> Option<Value> {
    if result.is_unit() {
        return Some(Value::Null);
    }
    if let Ok(flag) = result.as_bool() {
        return Some(Value::Bool(flag));
    }
    if let Ok(number) = result.as_int() {
        return Some(Value::Int(number));
    }
    if let Ok(number) = result.as_decimal() {
        return Some(Value::Decimal(number));
    }
    if let Ok(letter) = result.as_char() {
        return Some(Value::Text(letter.to_string()));
    }
    if result.is_string() {
        return result.into_string().ok().map(Value::Text);
    }
    if result.is_array() {
        let items = result.try_cast::<Array>()?;
        return items.into_iter().map(to_value).collect::<Option<_>>().map(Value::List);
    }
    if result.is_map() {
        let members = result.try_cast::<rhai::Map>()?;
        let members = members.into_iter().map(|(name, member)| Some((name.to_string(), to_value(member)?)));
        return members.collect::<Option<Map>>().map(Value::Map);
    }
    result.try_cast::<View>().map(|view| view.to_value())
}

#[cfg(test)]
mod tests;
