//! Walking through all of a syntax tree, and which variables its parts change.

use crate::functions;
use rhai::{AST, ASTNode, Expr, FnCallExpr, Stmt};
use std::collections::BTreeSet;

/// Shows each node with the nodes around it.
pub(crate) fn each(ast: &AST, on_node: &mut dyn FnMut(&[ASTNode<'_>])) {
    ast.walk(&mut |path: &[ASTNode<'_>]| visit(path, on_node));
}

/// Shows each node of some statements.
fn each_in(statements: &[Stmt], on_node: &mut dyn FnMut(&[ASTNode<'_>])) {
    for statement in statements {
        statement.walk(&mut Vec::new(), &mut |path: &[ASTNode<'_>]| visit(path, on_node));
    }
}

/// rhai's own walk passes by what `break` gives.
fn visit(path: &[ASTNode<'_>], on_node: &mut dyn FnMut(&[ASTNode<'_>])) -> bool {
    on_node(path);
    if let Some(ASTNode::Stmt(Stmt::BreakLoop(Some(value), ..))) = path.last() {
        value.walk(&mut Vec::new(), &mut |path: &[ASTNode<'_>]| visit(path, on_node));
    }
    true
}

/// Which calls may change what they are called on.
#[derive(Clone, Copy)]
pub(crate) struct Changing<'a> {
    /// The names of the script's own functions: their `this` is the variable itself.
    pub(crate) own: &'a BTreeSet<String>,
    /// Objects may hold closures, so that any call may change one.
    pub(crate) any: bool,
}

impl Changing<'_> {
    fn names(self, function: &str) -> bool {
        let known = functions::named(function);
        self.any
            || known.is_empty()
            || self.own.contains(function)
            || known.iter().any(|function| function.is_changing())
    }

    /// Whether a call that may change something is in a chain.
    pub(crate) fn is_in(self, chain: &Expr) -> bool {
        match chain {
            Expr::MethodCall(call, _) => self.names(&call.name),
            Expr::Dot(pair, ..) | Expr::Index(pair, ..) => self.is_in(&pair.lhs) || self.is_in(&pair.rhs),
            _ => false,
        }
    }

    /// The names of the variables that some statements may change.
    pub(crate) fn changed(self, statements: &[Stmt]) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        each_in(statements, &mut |path| names.extend(path.last().and_then(|node| self.by(node))));
        names
    }

    /// The variable that a node may change.
    pub(crate) fn by(self, node: &ASTNode<'_>) -> Option<String> {
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
pub(crate) fn changed_argument(call: &FnCallExpr) -> Option<String> {
    let changes = functions::named(&call.name).iter().any(|function| function.is_changing());
    call.args.first().filter(|_| changes).and_then(root)
}

/// The variable at the beginning of a chain.
pub(crate) fn root(chain: &Expr) -> Option<String> {
    match chain {
        Expr::Variable(variable, ..) => Some(variable.1.to_string()),
        Expr::Dot(pair, ..) | Expr::Index(pair, ..) => root(&pair.lhs),
        _ => None,
    }
}
