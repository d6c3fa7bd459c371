//! Calls of functions that do not exist are found when a script is compiled, at their place.
//!
//! A script may call its own functions, those of the table, and those of its libraries. What an engine of
//! rhai knows beyond these stays out of reach.

use crate::{error::ScriptError, functions, libraries::Libraries};
use rhai::{AST, ASTNode, Expr, FnCallExpr, Position, Stmt};
use std::collections::BTreeSet;

/// Finds the first call that cannot be made.
pub(crate) fn check(ast: &AST, libraries: &Libraries) -> Result<(), ScriptError> {
    let own: BTreeSet<(String, usize)> =
        ast.iter_functions().map(|function| (function.name.to_owned(), function.params.len())).collect();
    let scene = Scene { own, libraries };
    let mut found: Option<ScriptError> = None;
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        let mistake = path.last().and_then(|node| scene.mistake(node));
        if let Some(mistake) = mistake {
            let is_first =
                found.as_ref().is_none_or(|one| (mistake.line, mistake.column) < (one.line, one.column));
            if is_first {
                found = Some(mistake);
            }
        }
        true
    });
    found.map_or(Ok(()), Err)
}

struct Scene<'a> {
    own: BTreeSet<(String, usize)>,
    libraries: &'a Libraries,
}

impl Scene<'_> {
    fn mistake(&self, node: &ASTNode<'_>) -> Option<ScriptError> {
        match node {
            ASTNode::Expr(Expr::FnCall(call, place)) | ASTNode::Stmt(Stmt::FnCall(call, place)) => {
                self.of_call(call, *place, call.args.len())
            }
            // What it is called on is an argument of rhai's functions, and `this` for the script's own.
            ASTNode::Expr(Expr::MethodCall(call, place)) => self.of_call(call, *place, call.args.len() + 1),
            ASTNode::Expr(Expr::Variable(variable, _, place)) if !variable.2.is_empty() => {
                let message =
                    format!("a library holds functions only: `{}` is called with `(...)`", variable.1);
                Some(ScriptError::new(message, *place))
            }
            _ => None,
        }
    }

    fn of_call(&self, call: &FnCallExpr, place: Position, count: usize) -> Option<ScriptError> {
        if call.is_operator_call() {
            return None;
        }
        if let Some(library) = call.namespace.path.first() {
            return self.of_library(library.name.as_str(), call, place);
        }
        let is_own = self.own.contains(&(call.name.to_string(), call.args.len()));
        if is_own || is_syntax(&call.name) || takes(&call.name, count) {
            return None;
        }
        let arities: BTreeSet<usize> = self.own_counts(&call.name);
        if !arities.is_empty() {
            return Some(wrong_count(&call.name, &arities, place));
        }
        let known = functions::named(&call.name);
        if !known.is_empty() {
            let message = format!("`{}` does not take that many arguments", call.name);
            let ways: Vec<String> = known
                .iter()
                .flat_map(|function| function.signatures)
                .map(|signature| format!("`{}`", signature.split(" -> ").next().unwrap_or_default()))
                .collect();
            let help = format!("call it as {}", ways.join(" or "));
            return Some(ScriptError::new(message, place).with_help(help));
        }
        let own = self.own.iter().map(|(name, _)| name.as_str()).filter(|name| !name.starts_with("anon$"));
        let mut names: Vec<&str> = own.collect();
        names.extend(functions::names());
        Some(unknown(&format!("there is no function `{}`", call.name), &call.name, names.into_iter(), place))
    }

    fn of_library(&self, library: &str, call: &FnCallExpr, place: Position) -> Option<ScriptError> {
        let Some(ast) = self.libraries.ast(library) else {
            let message = format!("there is no library `{library}`");
            return Some(unknown(&message, library, self.libraries.names(), place));
        };
        let mut counts = BTreeSet::new();
        for function in ast.iter_functions().filter(|function| function.name == call.name) {
            if function.access == rhai::FnAccess::Private {
                let message = format!("`{}` is private to library `{library}`", call.name);
                return Some(ScriptError::new(message, place));
            }
            counts.insert(function.params.len());
        }
        if counts.contains(&call.args.len()) {
            return None;
        }
        if !counts.is_empty() {
            return Some(wrong_count(&call.name, &counts, place));
        }
        let names: Vec<&str> = ast.iter_functions().map(|function| function.name).collect();
        let message = format!("library `{library}` has no function `{}`", call.name);
        Some(unknown(&message, &call.name, names.into_iter(), place))
    }

    fn own_counts(&self, name: &str) -> BTreeSet<usize> {
        self.own.iter().filter(|(own, _)| own == name).map(|(_, count)| *count).collect()
    }
}

/// Calls that the parser makes of syntax: ranges, `in`, `!x`, and closures with what they capture.
fn is_syntax(name: &str) -> bool {
    let first = name.chars().next();
    name == "curry" || name == "call" || first.is_none_or(|first| !first.is_alphabetic() && first != '_')
}

fn takes(name: &str, count: usize) -> bool {
    functions::named(name).iter().any(|function| function.counts().any(|known| known == count))
}

fn wrong_count(name: &str, counts: &BTreeSet<usize>, place: Position) -> ScriptError {
    let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
    let counts = counts.join(" or ");
    let word = if counts == "1" { "argument" } else { "arguments" };
    ScriptError::new(format!("`{name}` takes {counts} {word}"), place)
}

fn unknown<'a>(
    message: &str,
    name: &str,
    known: impl Iterator<Item = &'a str>,
    place: Position,
) -> ScriptError {
    let error = ScriptError::new(message, place);
    match nearest(name, known) {
        Some(known) => error.with_help(format!("did you mean `{known}`?")),
        None => error,
    }
}

/// The name that was probably meant: at most one letter in four, and one more, differs.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let most = 1 + name.chars().count() / 4;
    let near = known.map(|known| (strsim::damerau_levenshtein(name, known), known));
    near.filter(|(far, known)| *far <= most && *far < known.chars().count())
        .min_by_key(|(far, _)| *far)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests;
