//! A graph as a Mermaid flowchart, which git hosts draw in Markdown.

use super::Graph;

/// The flowchart: a box per read around the entities that share it.
pub(crate) fn mermaid(graph: &Graph) -> String {
    let id = |entity: &str| {
        let index = graph.nodes.iter().position(|node| node.entity == entity);
        format!("e{}", index.unwrap_or_default())
    };
    let mut out = String::from("flowchart LR\n");
    for (index, group) in graph.groups.iter().enumerate() {
        let stream = quoted(&group.stream);
        out.push_str(&format!("  subgraph g{index} [{stream}]\n"));
        for node in graph.nodes.iter().filter(|node| group.entities.contains(&node.entity)) {
            out.push_str(&format!("    {}[{}]\n", id(&node.entity), quoted(&node.title())));
        }
        out.push_str("  end\n");
    }
    for edge in &graph.edges {
        let label = quoted(&edge.label());
        out.push_str(&format!("  {} -->|{label}| {}\n", id(&edge.from), id(&edge.to)));
    }
    out
}

/// A text between quotes, where only these have a meaning.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "#quot;").replace('<', "#lt;"))
}
