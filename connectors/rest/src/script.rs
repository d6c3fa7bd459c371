//! hooks.rhai: compiled, and looked through for functions that nobody calls.

use crate::problem::{Problem, ProblemKind};
use engine_script::{Hooks, ScriptError};
use std::ops::Range;

/// The file of hooks.
pub(crate) const HOOKS: &str = "hooks.rhai";

/// The most lines of script before a strategy or a native connector is the better way.
const MOST_LINES: usize = 60;

/// The hooks, with what they are given.
pub(crate) const SIGNATURES: [(&str, &[&str]); 4] = [
    ("classify", &["status", "body"]),
    ("next_page", &["body", "headers", "request"]),
    ("request", &["request"]),
    ("response", &["body", "status", "headers"]),
];

/// The hooks of a connector.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) hooks: Hooks,
    names: Vec<&'static str>,
}

impl Script {
    /// Whether the file has a hook.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains(&name)
    }

    /// Whether the file has none at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// Reads hooks.rhai; nothing when it does not compile.
pub(crate) fn read(text: &str, out: &mut Vec<Problem>) -> Option<Script> {
    let hooks = match Hooks::compile(text) {
        Ok(hooks) => hooks,
        Err(error) => {
            let place = place(text, &error);
            let mut problem = Problem::new(HOOKS, place, error.message).of(ProblemKind::HookSyntax);
            problem.help = error.help;
            out.push(problem);
            return None;
        }
    };
    let mut names = Vec::new();
    for function in hooks.functions().into_iter().filter(|function| !function.is_private) {
        let known = SIGNATURES.iter().find(|(name, _)| *name == function.name);
        let place = definition(text, &function.name);
        match known {
            None => {
                let message = format!("no hook is called `{}`", function.name);
                let all = SIGNATURES.iter().map(|(name, _)| *name);
                out.push(
                    Problem::new(HOOKS, place, message)
                        .of(ProblemKind::Hook)
                        .near(&function.name, all)
                        .help("write `private fn` before functions that only hooks call"),
                );
            }
            Some((name, arguments)) if arguments.len() != function.arguments => {
                let message = format!("the hook `{name}` takes ({})", arguments.join(", "));
                out.push(Problem::new(HOOKS, place, message).of(ProblemKind::Hook));
            }
            Some((name, _)) => names.push(*name),
        }
    }
    let lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count();
    if lines > MOST_LINES {
        let message = format!("{lines} lines of script are more than the {MOST_LINES} that hooks are for");
        let problem = Problem::new(HOOKS, 0..0, message).of(ProblemKind::MuchScript);
        out.push(problem.help("ask for a strategy that does this, or write a native connector"));
    }
    Some(Script { hooks, names })
}

/// The name of a function where it is defined.
fn definition(text: &str, name: &str) -> Range<usize> {
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find("fn ")) {
        let start = from + found + "fn ".len();
        let rest = text.get(start..).unwrap_or_default();
        let trimmed = rest.trim_start();
        if trimmed.strip_prefix(name).is_some_and(|after| after.trim_start().starts_with('(')) {
            let start = start + rest.len() - trimmed.len();
            return start..start + name.len();
        }
        from = start;
    }
    0..0
}

/// The character at which a script's error stands.
fn place(text: &str, error: &ScriptError) -> Range<usize> {
    let before: usize = text.split_inclusive('\n').take(error.line.saturating_sub(1)).map(str::len).sum();
    let line = text.get(before..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let column: usize = line.chars().take(error.column.saturating_sub(1)).map(char::len_utf8).sum();
    let letter = line.get(column..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    before + column..before + column + letter
}
