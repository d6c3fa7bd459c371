//! What statements do to the flow, and what blocks give.

use super::{
    frame::{Frame, What},
    narrow, operator,
};
use crate::types::{Base, Type};
use rhai::{ASTFlags, Expr, FlowControl, OpAssignment, Stmt, SwitchCasesCollection};
use std::collections::BTreeSet;

impl Frame<'_, '_> {
    /// The value of a block, whose variables end with it.
    pub(super) fn block(&mut self, statements: &[Stmt]) -> Type {
        let outer = self.variables.len();
        let value = self.statements(statements);
        let inner: Vec<String> = self.variables.iter().skip(outer).map(|(name, _)| name.clone()).collect();
        self.variables.truncate(outer);
        for name in &inner {
            self.forget(name);
        }
        value
    }

    pub(super) fn statements(&mut self, statements: &[Stmt]) -> Type {
        let mut value = Type::nothing();
        for statement in statements {
            value = self.statement(statement);
            if value.is_never() {
                return value;
            }
        }
        value
    }

    fn statement(&mut self, statement: &Stmt) -> Type {
        if !self.goes_on() {
            return Type::any();
        }
        match statement {
            Stmt::Expr(expression) => self.expression(expression),
            Stmt::FnCall(call, place) => self.call(call, *place),
            Stmt::Block(block) => self.block(block.statements()),
            Stmt::Var(variable, ..) => {
                let what = match self.variable(&variable.1) {
                    Some(What::Vars) => What::Vars,
                    _ => What::Value(self.expression(&variable.1)),
                };
                self.declare(variable.0.as_str(), what);
                Type::nothing()
            }
            Stmt::Assignment(pair) => self.assignment(&pair.0, &pair.1.lhs, &pair.1.rhs),
            Stmt::If(flow, _) => self.condition(flow),
            Stmt::Switch(switch, _) => self.switch(&switch.0, &switch.1),
            Stmt::While(flow, _) | Stmt::Do(flow, ..) => self.repeat(flow, None),
            Stmt::For(parts, _) => {
                let element = self.element_of(&parts.2.expr);
                let counter = parts.1.as_ref().map(|counter| (counter.as_str(), Type::of(Base::Integer)));
                let names = [Some((parts.0.as_str(), element)), counter];
                self.repeat(&parts.2, Some(names.into_iter().flatten().collect()))
            }
            Stmt::Return(value, flags, _) => {
                let value = value.as_ref().map_or_else(Type::nothing, |value| self.expression(value));
                if !flags.contains(ASTFlags::BREAK) {
                    self.returned = std::mem::replace(&mut self.returned, Type::never()).join(value);
                }
                Type::never()
            }
            Stmt::TryCatch(flow, _) => self.attempt(flow),
            Stmt::BreakLoop(value, ..) => {
                if let Some(value) = value {
                    drop(self.expression(value));
                }
                // Behind a loop every variable that it changes is unknown: the flow from here adds nothing.
                Type::never()
            }
            Stmt::Noop(_) | Stmt::Share(_) => Type::nothing(),
            _ => Type::any(),
        }
    }

    fn assignment(&mut self, how: &OpAssignment, place: &Expr, value: &Expr) -> Type {
        let value = self.expression(value);
        let Expr::Variable(variable, ..) = place else {
            if let Some(name) = crate::walk::root(place) {
                self.havoc(&[name].into());
            }
            return Type::nothing();
        };
        let value = match how.get_op_assignment_info() {
            Some((_, _, _, _, _, symbol)) => {
                let before = self.expression(place);
                let is_list = before.is_any() || before.bases.contains(&Base::List);
                if is_list { Type::any() } else { operator::binary(symbol, &before, &value) }
            }
            None => value,
        };
        if !matches!(self.variable(place), Some(What::Vars)) {
            self.assign(&variable.1, value);
        }
        Type::nothing()
    }

    fn condition(&mut self, flow: &FlowControl) -> Type {
        drop(self.expression(&flow.expr));
        let start = self.flow();
        self.present.extend(narrow::present_when(&flow.expr, true));
        let then = (self.block(flow.body.statements()), self.flow());
        self.set_flow(start);
        self.present.extend(narrow::present_when(&flow.expr, false));
        let otherwise = (self.block(flow.branch.statements()), self.flow());
        self.meet(vec![then, otherwise])
    }

    fn switch(&mut self, on: &Expr, cases: &SwitchCasesCollection) -> Type {
        drop(self.expression(on));
        let start = self.flow();
        let mut branches = Vec::new();
        for case in &cases.expressions {
            self.set_flow(start.clone());
            drop(self.expression(&case.lhs));
            branches.push((self.expression(&case.rhs), self.flow()));
        }
        if cases.def_case.is_none() {
            branches.push((Type::nothing(), start));
        }
        self.meet(branches)
    }

    /// A loop: what it changes is unknown in it and after it.
    fn repeat(&mut self, flow: &FlowControl, names: Option<Vec<(&str, Type)>>) -> Type {
        let changed = self.changed(flow.body.statements());
        self.havoc(&changed);
        if names.is_none() {
            drop(self.expression(&flow.expr));
        }
        let before = self.flow();
        let outer = self.variables.len();
        for (name, value) in names.into_iter().flatten() {
            self.declare(name, What::Value(value));
        }
        drop(self.block(flow.body.statements()));
        self.variables.truncate(outer);
        self.set_flow(before);
        self.havoc(&changed);
        Type::any()
    }

    /// `try`: the body may stop anywhere.
    fn attempt(&mut self, flow: &FlowControl) -> Type {
        let changed = self.changed(flow.body.statements());
        let start = self.flow();
        drop(self.block(flow.body.statements()));
        self.set_flow(start.clone());
        self.havoc(&changed);
        let outer = self.variables.len();
        if let Expr::Variable(variable, ..) = &flow.expr {
            self.declare(&variable.1, What::Value(Type::any()));
        }
        drop(self.block(flow.branch.statements()));
        self.variables.truncate(outer);
        let changed_then = self.changed(flow.branch.statements());
        self.set_flow(start);
        self.havoc(&changed);
        self.havoc(&changed_then);
        Type::any()
    }

    fn changed(&self, statements: &[Stmt]) -> BTreeSet<String> {
        self.unit.changing(self.world.makes_objects).changed(statements)
    }

    /// What a `for` loop goes over.
    fn element_of(&mut self, iterable: &Expr) -> Type {
        if let Expr::FnCall(call, _) = iterable
            && matches!(call.name.as_str(), ".." | "..=" | "range")
            && self.unit.function(&call.name, call.args.len()).is_none()
        {
            call.args.iter().for_each(|bound| drop(self.expression(bound)));
            let bounds = call.args.iter().all(|bound| self.expression(bound).is_only(&[Base::Integer]));
            return if bounds { Type::of(Base::Integer) } else { Type::any() };
        }
        let list = self.expression(iterable);
        match list.element {
            Some(element) if list.bases.len() == 1 && list.bases.contains(&Base::List) => *element,
            _ => Type::any(),
        }
    }
}
