//! What a condition says of paths: `x != ()`, `!x.is_empty()`, and these joined by `&&` and `||`.

use super::chain::{links, path};
use rhai::Expr;
use std::collections::BTreeSet;

/// The paths that have a value when the condition is `holds`.
pub(super) fn present_when(condition: &Expr, holds: bool) -> BTreeSet<String> {
    let mut present = BTreeSet::new();
    see(condition, holds, &mut present);
    present
}

fn see(condition: &Expr, holds: bool, present: &mut BTreeSet<String>) {
    match condition {
        Expr::And(parts, _) if holds => parts.iter().for_each(|part| see(part, true, present)),
        Expr::Or(parts, _) if !holds => parts.iter().for_each(|part| see(part, false, present)),
        Expr::FnCall(call, _) if call.namespace.path.is_empty() => {
            match (call.name.as_str(), call.args.as_slice()) {
                ("!", [inner]) => see(inner, !holds, present),
                ("!=", [one, Expr::Unit(_)] | [Expr::Unit(_), one]) if holds => add(one, present),
                ("==", [one, Expr::Unit(_)] | [Expr::Unit(_), one]) if !holds => add(one, present),
                _ => {}
            }
        }
        chain @ Expr::Dot(..) if !holds => is_empty_of(chain, present),
        // The parser wraps what stands in brackets.
        Expr::Stmt(block) => {
            if let [rhai::Stmt::Expr(inner)] = block.statements() {
                see(inner, holds, present);
            }
        }
        _ => {}
    }
}

/// Nothing is empty: what is not empty is there.
fn is_empty_of(chain: &Expr, present: &mut BTreeSet<String>) {
    let Some((root, links)) = links(chain) else { return };
    let Some((last, before)) = links.split_last() else { return };
    let is_test = matches!(last.node, Expr::MethodCall(call, _) if call.name == "is_empty");
    let mut text = path(root).filter(|_| is_test);
    for link in before {
        text = text.and_then(|text| super::chain::step(&text, link));
    }
    if let Some(text) = text {
        add_path(&text, present);
    }
}

fn add(expression: &Expr, present: &mut BTreeSet<String>) {
    if let Some(text) = path(expression) {
        add_path(&text, present);
    }
}

/// What has a member with a value has a value itself.
fn add_path(text: &str, present: &mut BTreeSet<String>) {
    let ends = text.char_indices().filter(|(_, letter)| matches!(letter, '.' | '['));
    present.extend(ends.filter_map(|(end, _)| text.get(..end)).map(str::to_owned));
    present.insert(text.to_owned());
}
