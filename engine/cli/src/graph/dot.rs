//! A graph in the language of Graphviz.

use super::Graph;

/// The digraph: a cluster per read around the entities that share it.
pub(crate) fn dot(graph: &Graph) -> String {
    let mut out = format!("digraph {} {{\n  rankdir=LR;\n  node [shape=box];\n", quoted(&graph.pipeline));
    for (index, group) in graph.groups.iter().enumerate() {
        out.push_str(&format!("  subgraph cluster_{index} {{\n    label={};\n", quoted(&group.stream)));
        for node in graph.nodes.iter().filter(|node| group.entities.contains(&node.entity)) {
            out.push_str(&format!("    {} [label={}];\n", quoted(&node.entity), quoted(&node.title())));
        }
        out.push_str("  }\n");
    }
    for edge in &graph.edges {
        let (from, to, label) = (quoted(&edge.from), quoted(&edge.to), quoted(&edge.label()));
        out.push_str(&format!("  {from} -> {to} [label={label}];\n"));
    }
    out.push_str("}\n");
    out
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
