//! A graph as a Mermaid flowchart, which git hosts draw in Markdown.

use super::Graph;

/// The flowchart, line by line: a box per read around the entities that share it.
pub(crate) fn mermaid(graph: &Graph) -> Vec<String> {
    let id = |entity: &str| {
        let index = graph.nodes.iter().position(|node| node.entity == entity);
        format!("e{}", index.unwrap_or_default())
    };
    let mut lines = vec!["flowchart LR".to_owned()];
    for (index, group) in graph.groups.iter().enumerate() {
        lines.push(format!("  subgraph g{index} [{}]", quoted(&group.stream)));
        for node in graph.nodes.iter().filter(|node| group.entities.contains(&node.entity)) {
            lines.push(format!("    {}[{}]", id(&node.entity), quoted(&node.title())));
        }
        lines.push("  end".to_owned());
    }
    for edge in &graph.edges {
        let label = quoted(&edge.label());
        lines.push(format!("  {} -->|{label}| {}", id(&edge.from), id(&edge.to)));
    }
    lines
}

/// A text between quotes, where only these have a meaning.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "#quot;").replace('<', "#lt;"))
}
