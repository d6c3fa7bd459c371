//! Libraries: files of functions that scripts call as `name::function(...)`.
//!
//! A library is compiled once and registered as a static module of an engine of its own set; nothing is ever
//! imported. Its functions see what they are given and nothing else, count against the budget of the script
//! that calls them, and may call each other and the other libraries of the set.

use crate::{
    calls,
    engine::{self, ENGINE},
    error::ScriptError,
};
use rhai::{AST, Engine, Module, Position, Scope};
use std::{collections::BTreeMap, fmt, sync::Arc};

/// A set of libraries. Cheap to clone; the default has none.
#[derive(Clone, Default)]
pub struct Libraries {
    shelf: Option<Arc<Shelf>>,
}

struct Shelf {
    engine: Engine,
    asts: BTreeMap<String, AST>,
}

impl fmt::Debug for Libraries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl Libraries {
    /// Compiles libraries, each a name (the stem of its file) and its text.
    ///
    /// # Errors
    /// The index of the first library with a mistake, and the mistake at its place in that library.
    pub fn compile(sources: &[(&str, &str)]) -> Result<Self, (usize, ScriptError)> {
        if sources.is_empty() {
            return Ok(Self::default());
        }
        let mut engine = engine::build();
        check_names(sources)?;
        // The parser wants to know the names of all libraries, also in calls from one to another.
        for (name, _) in sources {
            engine.register_static_module(*name, Module::new().into());
        }
        let mut asts = BTreeMap::new();
        for (index, (name, text)) in sources.iter().enumerate() {
            let ast = parse(&engine, name, text).map_err(|error| (index, error))?;
            asts.insert((*name).to_owned(), ast);
        }
        for (index, (name, _)) in sources.iter().enumerate() {
            let Some(ast) = asts.get(*name) else { continue };
            let module = Module::eval_ast_as_new(Scope::new(), ast, &engine)
                .map_err(|error| (index, ScriptError::of_evaluation(&error)))?;
            engine.register_static_module(*name, module.into());
        }
        let libraries = Self { shelf: Some(Arc::new(Shelf { engine, asts })) };
        for (index, (name, _)) in sources.iter().enumerate() {
            if let Some(ast) = libraries.ast(name) {
                calls::check(ast, &libraries).map_err(|error| (index, error))?;
            }
        }
        Ok(libraries)
    }

    pub(crate) fn engine(&self) -> &Engine {
        self.shelf.as_deref().map_or(&ENGINE, |shelf| &shelf.engine)
    }

    /// The functions of a library.
    pub(crate) fn ast(&self, name: &str) -> Option<&AST> {
        self.shelf.as_deref()?.asts.get(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.shelf.iter().flat_map(|shelf| shelf.asts.keys().map(String::as_str))
    }
}

fn check_names(sources: &[(&str, &str)]) -> Result<(), (usize, ScriptError)> {
    for (index, (name, _)) in sources.iter().enumerate() {
        let mut letters = name.chars();
        let is_name = letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        let is_new = sources.iter().take(index).all(|(other, _)| other != name);
        let message = match (is_name, is_new) {
            (true, true) => continue,
            (true, false) => format!("there are two libraries called `{name}`"),
            _ => format!("`{name}` cannot name a library: use letters, digits and `_`"),
        };
        return Err((index, ScriptError::new(message, Position::NONE)));
    }
    Ok(())
}

/// Only functions: a statement would run before there is any record.
fn parse(engine: &Engine, name: &str, text: &str) -> Result<AST, ScriptError> {
    let mut ast = engine.compile(text).map_err(|error| ScriptError::of_syntax(&error))?;
    if let Some(statement) = ast.statements().first() {
        return Err(ScriptError::new("a library holds functions only", statement.position()));
    }
    ast.set_source(name);
    Ok(ast)
}

#[cfg(test)]
mod tests;
