//! What expressions give.

use super::{
    Problem,
    frame::{Frame, What},
    narrow, operator,
};
use crate::types::{Base, Type};
use rhai::{Expr, Position};

impl Frame<'_, '_> {
    pub(super) fn expression(&mut self, expression: &Expr) -> Type {
        if !self.goes_on() {
            return Type::any();
        }
        match expression {
            Expr::BoolConstant(..) => Type::of(Base::Boolean),
            Expr::IntegerConstant(..) => Type::of(Base::Integer),
            Expr::CharConstant(letter, _) => text(&letter.to_string()),
            Expr::StringConstant(words, _) => text(words),
            Expr::InterpolatedString(parts, _) => {
                parts.iter().for_each(|part| drop(self.expression(part)));
                Type::of(Base::Text)
            }
            Expr::Unit(_) => Type::nothing(),
            Expr::Array(elements, _) => self.list(elements),
            Expr::Map(members, _) => {
                let members = members
                    .0
                    .iter()
                    .map(|(name, member)| (name.as_str().to_owned(), self.expression(member)));
                Type::object(members.collect::<Vec<_>>())
            }
            Expr::Variable(variable, ..) if variable.2.is_empty() => self.read(expression, &variable.1),
            Expr::ThisPtr(_) => self.this.clone(),
            Expr::Stmt(block) => self.block(block.statements()),
            Expr::FnCall(call, place) => self.call(call, *place),
            Expr::Dot(..) | Expr::Index(..) => self.chain(expression),
            Expr::And(parts, _) => self.all_of(parts, true),
            Expr::Or(parts, _) => self.all_of(parts, false),
            Expr::Coalesce(parts, _) => self.coalesce(parts),
            _ => Type::any(),
        }
    }

    fn read(&self, expression: &Expr, name: &str) -> Type {
        let value = match self.variable(expression) {
            Some(What::Value(value)) => value.clone(),
            Some(What::Vars) => Type { is_open: true, ..Type::of(Base::Object) },
            None => return Type::any(),
        };
        if self.is_present(name) { value.present() } else { value }
    }

    fn list(&mut self, elements: &[Expr]) -> Type {
        let mut element = Type::never();
        for one in elements {
            element = element.join(self.expression(one));
        }
        if element.is_never() { Type::of(Base::List) } else { Type::list(element) }
    }

    /// `&&` and `||`: what the parts before say holds in those behind them.
    fn all_of(&mut self, parts: &[Expr], holds: bool) -> Type {
        let before = self.flow();
        for part in parts {
            drop(self.expression(part));
            self.present.extend(narrow::present_when(part, holds));
        }
        // The later parts may not have run; what they would change may have been changed.
        let after = self.flow();
        self.meet(vec![(Type::of(Base::Boolean), before), (Type::of(Base::Boolean), after)])
    }

    fn coalesce(&mut self, parts: &[Expr]) -> Type {
        let mut value = Type::nothing();
        for part in parts {
            let before = self.flow();
            let next = self.expression(part);
            let after = self.flow();
            // Nothing before this part gave a value, if it is reached at all.
            let so_far = if value.bases.is_empty() { Type::never() } else { value.present() };
            let skipped = if so_far.is_never() { Type::never() } else { so_far.clone() };
            value = so_far.join(next.clone());
            let reached = if next.is_never() { Type::never() } else { next };
            drop(self.meet(vec![(skipped, before), (reached, after)]));
            if value.is_never() || !value.nullable {
                break;
            }
        }
        value
    }

    /// An operator on one or two values; nothing when the call is none.
    pub(super) fn operator(&mut self, name: &str, operands: &[Expr], place: Position) -> Option<Type> {
        match operands {
            [value] => {
                let value = self.expression(value);
                Some(operator::unary(name, &value))
            }
            [left, right] => {
                let left = self.expression(left);
                let right = self.expression(right);
                if operator::never_compares(name, &left, &right) {
                    let problem = Problem::Incomparable {
                        operator: name.to_owned(),
                        left: left.clone(),
                        right: right.clone(),
                    };
                    self.report(place, name.chars().count(), problem);
                }
                Some(operator::binary(name, &left, &right))
            }
            _ => None,
        }
    }
}

/// A text that is written in the script.
fn text(words: &str) -> Type {
    Type {
        max_length: Some(words.chars().count()),
        one_of: Some([words.to_owned()].into()),
        ..Type::of(Base::Text)
    }
}
