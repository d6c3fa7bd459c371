//! What closures capture.
//!
//! rhai shares a captured variable between a closure and the text around it, behind a lock, and while a call
//! on the variable runs, its closure finds it locked: it waits, for some tens of milliseconds, and fails. So
//! `refund.lines.index_of(|line| line.id == refund.id)` would fail. A captured variable that nothing changes
//! needs no lock: a script reads a copy of it, which for a part of the record costs nothing. For the others
//! the failure remains; it cannot be caught and tried again, or waiting would have no end.

use crate::{
    error::ScriptError,
    walk::{self, Changing},
};
use rhai::{AST, ASTNode, Dynamic, Engine, EvalContext, Position, Stmt};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The captured variables of a script or library.
#[derive(Clone, Debug, Default)]
pub(crate) struct Captures {
    captured: BTreeMap<String, Position>,
    changed: BTreeSet<String>,
    catches: bool,
}

/// Names of variables that are captured and never changed.
pub(crate) type Constant = Arc<BTreeSet<String>>;

thread_local! {
    /// Those of the evaluation that this thread is in.
    static CONSTANT: RefCell<Constant> = RefCell::default();
}

/// Begins a new evaluation.
pub(crate) fn start(constant: &Constant) {
    CONSTANT.with_borrow_mut(|here| here.clone_from(constant));
}

impl Captures {
    pub(crate) fn of(ast: &AST) -> Self {
        let own: BTreeSet<String> = ast.iter_functions().map(|function| function.name.to_owned()).collect();
        let changing = Changing { own: &own, any: false };
        let mut captures = Self::default();
        walk::each(ast, &mut |path| {
            let Some(node) = path.last() else { return };
            captures.changed.extend(changing.by(node));
            match node {
                ASTNode::Stmt(Stmt::Share(names)) => {
                    let names = names.iter().map(|(name, _)| (name.as_str().to_owned(), name.pos));
                    captures.captured.extend(names);
                }
                ASTNode::Stmt(Stmt::TryCatch(..)) => captures.catches = true,
                _ => {}
            }
        });
        captures
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.captured.is_empty()
    }

    /// Both together, when one may call the other.
    pub(crate) fn with(mut self, other: &Self) -> Self {
        for name in other.captured.keys() {
            self.captured.entry(name.clone()).or_insert(Position::NONE);
        }
        self.changed.extend(other.changed.iter().cloned());
        self.catches |= other.catches;
        self
    }

    pub(crate) fn check(&self) -> Result<(), ScriptError> {
        let both = self.captured.iter().find(|(name, _)| self.catches && self.changed.contains(*name));
        let Some((name, place)) = both else { return Ok(()) };
        let message = format!("`{name}` is captured by a closure and changed, which does not go with `try`");
        Err(ScriptError::new(message, *place)
            .with_help(format!("give the closure a copy: `let copy = {name};`")))
    }

    pub(crate) fn constant(&self) -> Constant {
        Arc::new(self.captured.keys().filter(|name| !self.changed.contains(*name)).cloned().collect())
    }
}

/// Lets scripts read a copy of what is captured and never changed.
#[expect(
    deprecated,
    reason = "rhai marks what may change in a later version this way; the version is pinned"
)]
pub(crate) fn register(engine: &mut Engine) {
    engine.on_var(|name, _, context: EvalContext<'_, '_, '_, '_, '_, '_>| {
        let is_constant = CONSTANT.with_borrow(|constant| constant.contains(name));
        let value = is_constant.then(|| context.scope().get(name)).flatten();
        Ok(value.filter(|value| value.is_shared()).map(Dynamic::flatten_clone))
    });
}
