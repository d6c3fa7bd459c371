//! The text that inference walks through: a script or a library, with its functions.

use rhai::{AST, ASTNode, Expr, FnCallExpr, FnPtr, Stmt};
use std::collections::{BTreeMap, BTreeSet};

/// A script or a library.
pub(super) struct Unit {
    /// The library's name; `None` for the script.
    pub(super) library: Option<String>,
    functions: BTreeMap<(String, usize), Function>,
    /// Names of variables that closures change: they may change whenever a closure is called.
    pub(super) changed_by_closures: BTreeSet<String>,
    /// Whether objects are made here; those may hold closures, and calls on them may call those.
    pub(super) makes_objects: bool,
    own: BTreeSet<String>,
}

/// A function, or the closure that the parser made one of.
pub(super) struct Function {
    pub(super) parameters: Vec<String>,
    pub(super) body: Vec<Stmt>,
}

impl Unit {
    pub(super) fn of(ast: &AST, library: Option<&str>) -> Self {
        let mut unit = Self {
            library: library.map(str::to_owned),
            functions: BTreeMap::new(),
            changed_by_closures: BTreeSet::new(),
            makes_objects: false,
            own: ast.iter_functions().map(|function| function.name.to_owned()).collect(),
        };
        ast.walk(&mut |path: &[ASTNode<'_>]| {
            unit.makes_objects |= matches!(path.last(), Some(ASTNode::Expr(Expr::Map(..))));
            true
        });
        for function in ast.iter_functions() {
            let count = function.params.len();
            let alone = ast.clone_functions_only_filtered(|_, _, _, name, params| {
                name == function.name && params == count
            });
            let body = tops(&alone);
            if function.name.starts_with("anon$") {
                let changed = unit.changing(true).changed(&body);
                unit.changed_by_closures.extend(changed);
            }
            let parameters = function.params.iter().map(|name| (*name).to_owned()).collect();
            unit.functions.insert((function.name.to_owned(), count), Function { parameters, body });
        }
        unit
    }

    /// Which calls of this text may change what they are called on.
    pub(super) fn changing(&self, any: bool) -> Changing<'_> {
        Changing { own: &self.own, any }
    }

    pub(super) fn function(&self, name: &str, count: usize) -> Option<&Function> {
        self.functions.get(&(name.to_owned(), count))
    }

    /// The function that a closure written at this place became, and the variables it captures.
    pub(super) fn closure<'e>(&self, written: &'e Expr) -> Option<(&Function, &'e [Expr])> {
        let (pointer, captured): (&Expr, &[Expr]) = match written {
            Expr::Stmt(block) => match block.statements().last()? {
                Stmt::Expr(call) => match &**call {
                    Expr::FnCall(call, _) if call.name == "curry" => call.args.split_first()?,
                    _ => return None,
                },
                _ => return None,
            },
            other => (other, &[]),
        };
        let Expr::DynamicConstant(value, _) = pointer else { return None };
        let pointer = value.as_ref().clone().try_cast::<FnPtr>()?;
        let of_name = self.functions.iter().find(|((name, _), _)| name == pointer.fn_name());
        of_name.map(|(_, function)| (function, captured))
    }
}

/// The statements at the top of a function that is alone in its tree.
fn tops(alone: &AST) -> Vec<Stmt> {
    let mut body = Vec::new();
    alone.walk(&mut |path: &[ASTNode<'_>]| {
        if let [ASTNode::Stmt(statement)] = path {
            body.push((*statement).clone());
        }
        true
    });
    body
}

/// Which calls may change what they are called on.
#[derive(Clone, Copy)]
pub(super) struct Changing<'a> {
    /// The names of the script's own functions: their `this` is the variable itself.
    own: &'a BTreeSet<String>,
    /// Objects may hold closures, so that any call may change one.
    any: bool,
}

impl Changing<'_> {
    fn names(self, function: &str) -> bool {
        let known = crate::functions::named(function);
        self.any
            || known.is_empty()
            || self.own.contains(function)
            || known.iter().any(|function| function.is_changing())
    }

    /// Whether a call that may change something is in a chain.
    pub(super) fn is_in(self, chain: &Expr) -> bool {
        match chain {
            Expr::MethodCall(call, _) => self.names(&call.name),
            Expr::Dot(pair, ..) | Expr::Index(pair, ..) => self.is_in(&pair.lhs) || self.is_in(&pair.rhs),
            _ => false,
        }
    }

    /// The names of the variables that some statements may change.
    pub(super) fn changed(self, statements: &[Stmt]) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let mut path = Vec::new();
        for statement in statements {
            statement.walk(&mut path, &mut |path: &[ASTNode<'_>]| {
                names.extend(path.last().and_then(|node| self.by(node)));
                true
            });
        }
        names
    }

    fn by(self, node: &ASTNode<'_>) -> Option<String> {
        match node {
            ASTNode::Stmt(Stmt::Assignment(pair)) => root(&pair.1.lhs),
            ASTNode::Expr(chain @ (Expr::Dot(..) | Expr::Index(..))) if self.is_in(chain) => root(chain),
            ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)) => {
                changed_argument(call)
            }
            _ => None,
        }
    }
}

/// The variable that a call like `push(list, 1)` changes.
pub(super) fn changed_argument(call: &FnCallExpr) -> Option<String> {
    let changes = crate::functions::named(&call.name).iter().any(|function| function.is_changing());
    call.args.first().filter(|_| changes).and_then(root)
}

/// The variable at the beginning of a chain.
pub(super) fn root(chain: &Expr) -> Option<String> {
    match chain {
        Expr::Variable(variable, ..) => Some(variable.1.to_string()),
        Expr::Dot(pair, ..) | Expr::Index(pair, ..) => root(&pair.lhs),
        _ => None,
    }
}
