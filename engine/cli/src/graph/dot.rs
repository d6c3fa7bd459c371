//! A graph in the language of Graphviz.

use super::Graph;

/// The digraph, line by line: a cluster per read around the entities that share it.
pub(crate) fn dot(graph: &Graph) -> Vec<String> {
    let mut lines = vec![format!("digraph {} {{", quoted(&graph.pipeline))];
    lines.extend(["  rankdir=LR;", "  node [shape=box];"].map(str::to_owned));
    for (index, group) in graph.groups.iter().enumerate() {
        lines.push(format!("  subgraph cluster_{index} {{"));
        lines.push(format!("    label={};", quoted(&group.stream)));
        for node in graph.nodes.iter().filter(|node| group.entities.contains(&node.entity)) {
            lines.push(format!("    {} [label={}];", quoted(&node.entity), quoted(&node.title())));
        }
        lines.push("  }".to_owned());
    }
    for edge in &graph.edges {
        let (from, to, label) = (quoted(&edge.from), quoted(&edge.to), quoted(&edge.label()));
        lines.push(format!("  {from} -> {to} [label={label}];"));
    }
    lines.push("}".to_owned());
    lines
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
