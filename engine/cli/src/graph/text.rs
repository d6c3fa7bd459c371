//! A graph for the terminal: arrows first, then what each entity reads, writes and waits for.

use super::{
    Graph,
    model::{Edge, Node},
};
use crate::table::columns;
use std::collections::BTreeSet;

/// The strokes of a drawing.
#[derive(Clone, Copy)]
struct Strokes {
    line: char,
    first: char,
    middle: char,
    last: char,
}

const LINES: Strokes = Strokes { line: '─', first: '┐', middle: '┤', last: '┴' };
const ASCII: Strokes = Strokes { line: '-', first: '.', middle: '|', last: '\'' };

/// The lines of a graph.
pub(crate) fn text(graph: &Graph, unicode: bool) -> Vec<String> {
    let mut lines = vec![format!("{}: {} -> {}", graph.pipeline, graph.source, graph.target), String::new()];
    lines.extend(drawing(graph, if unicode { LINES } else { ASCII }));
    lines.push(String::new());
    let rows: Vec<Vec<String>> = graph.nodes.iter().map(|node| row(graph, node)).collect();
    lines.extend(columns(&["ENTITY", "READS", "TOGETHER WITH", "WRITES", "AFTER"], &rows));
    lines
}

/// Each entity below its parents, once; what only follows it goes on behind it.
fn drawing(graph: &Graph, strokes: Strokes) -> Vec<String> {
    let mut lines = Vec::new();
    let mut drawn: BTreeSet<&str> = BTreeSet::new();
    for node in &graph.nodes {
        let parents = parents(graph, &node.entity);
        if parents.is_empty() || drawn.contains(node.entity.as_str()) {
            continue;
        }
        drawn.extend(parents.iter().copied());
        let width = parents.iter().map(|parent| parent.chars().count()).max().unwrap_or_default();
        let line = |length: usize| strokes.line.to_string().repeat(length);
        for (index, parent) in parents.iter().enumerate() {
            let dashes = line(width - parent.chars().count() + 1);
            let is_last = index + 1 == parents.len();
            let end = match (index, is_last) {
                (0, true) => format!("{}>", strokes.line),
                (_, true) => format!("{}{}>", strokes.last, strokes.line),
                (0, false) => strokes.first.to_string(),
                _ => strokes.middle.to_string(),
            };
            let behind =
                if is_last { chain(graph, &node.entity, strokes, &mut drawn) } else { String::new() };
            lines.push(format!("{parent} {dashes}{end}{behind}"));
        }
    }
    let alone = graph.nodes.iter().filter(|node| !drawn.contains(node.entity.as_str()));
    lines.extend(alone.map(|node| node.entity.clone()));
    lines
}

/// An entity, and those behind it that follow nothing else.
fn chain<'a>(graph: &'a Graph, entity: &'a str, strokes: Strokes, drawn: &mut BTreeSet<&'a str>) -> String {
    let mut out = String::new();
    let mut here = entity;
    loop {
        drawn.insert(here);
        out.push(' ');
        out.push_str(here);
        let mut children = graph.nodes.iter().filter(|node| parents(graph, &node.entity).contains(&here));
        let (Some(child), None) = (children.next(), children.next()) else { return out };
        if parents(graph, &child.entity).len() > 1 || drawn.contains(child.entity.as_str()) {
            return out;
        }
        out.extend([' ', strokes.line, strokes.line, '>']);
        here = &child.entity;
    }
}

/// The entities that come before another, in their order.
fn parents<'a>(graph: &'a Graph, entity: &str) -> Vec<&'a str> {
    let is_parent = |name: &str| {
        graph.edges.iter().any(|edge| edge.from == name && edge.to == entity && edge.from != edge.to)
    };
    graph.nodes.iter().map(|node| node.entity.as_str()).filter(|name| is_parent(name)).collect()
}

fn row(graph: &Graph, node: &Node) -> Vec<String> {
    let group = graph.groups.iter().find(|group| group.entities.contains(&node.entity));
    let others: Vec<&str> = group
        .iter()
        .flat_map(|group| &group.entities)
        .map(String::as_str)
        .filter(|name| *name != node.entity)
        .collect();
    let cursor = group.and_then(|group| group.cursor.as_ref());
    let reads = cursor.map_or_else(|| node.stream.clone(), |cursor| format!("{} by {cursor}", node.stream));
    let writes: Vec<String> = node
        .routes
        .iter()
        .map(|route| match &route.name {
            Some(name) => format!(".{name} {}", route.object),
            None => route.object.clone(),
        })
        .collect();
    let after: Vec<String> = graph.edges.iter().filter(|edge| edge.to == node.entity).map(reason).collect();
    vec![node.entity.clone(), reads, others.join(", "), writes.join(", "), after.join(", ")]
}

fn reason(edge: &Edge) -> String {
    let from = if edge.from == edge.to { "itself" } else { &edge.from };
    format!("{from} ({})", edge.label())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::model::Group;

    fn graph(edges: &[(&str, &str)], entities: &[&str]) -> Graph {
        let node =
            |name: &&str| Node { entity: (*name).to_owned(), stream: String::new(), routes: Vec::new() };
        let edge = |(from, to): &(&str, &str)| Edge {
            from: (*from).to_owned(),
            to: (*to).to_owned(),
            by: vec!["ref"],
            routes: Vec::new(),
        };
        Graph {
            pipeline: "p".to_owned(),
            source: "s".to_owned(),
            target: "t".to_owned(),
            nodes: entities.iter().map(node).collect(),
            edges: edges.iter().map(edge).collect(),
            groups: Vec::<Group>::new(),
        }
    }

    #[test]
    fn parents_meet_in_their_child_and_chains_go_on_behind_it() {
        let edges = [
            ("tax", "item"),
            ("customer", "invoice"),
            ("item", "invoice"),
            ("invoice", "payment"),
            ("invoice", "invoice"),
        ];
        let graph = graph(&edges, &["customer", "tax", "item", "invoice", "payment", "note"]);
        assert_eq!(
            drawing(&graph, LINES),
            ["tax ──> item", "customer ─┐", "item ─────┴─> invoice ──> payment", "note"]
        );
        assert_eq!(drawing(&graph, ASCII)[1..3], ["customer -.", "item -----'-> invoice --> payment"]);
    }
}
