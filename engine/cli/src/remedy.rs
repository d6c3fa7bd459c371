//! What to do about a failed record: as its connector says it, else as the page of its code does.

use crate::{error, pages, progress::at, workspace::Workspace};
use engine_run::state::FailedRow;

/// What to do, with the mapping line where that is to blame.
pub(crate) fn of(workspace: &Workspace, row: &FailedRow) -> String {
    let said = of_service(workspace, row)
        .or_else(|| pages::page(&row.code).and_then(of_page))
        .or_else(|| error::remedy(&row.code).map(str::to_owned))
        .unwrap_or_else(|| "`engine failures show` says more".to_owned());
    match at(row.place.as_ref()) {
        place if place.is_empty() => said,
        place => format!("{said} ({place})"),
    }
}

/// The service's own code: what the message ends with says it.
pub(crate) fn service_code(message: &str) -> Option<&str> {
    let (_, context) = message.strip_suffix(')')?.rsplit_once(" (")?;
    context.split(", ").find_map(|part| part.strip_prefix("code "))
}

/// What the connector of the target, or of the source, says of the service's code.
fn of_service(workspace: &Workspace, row: &FailedRow) -> Option<String> {
    let code = service_code(&row.message)?;
    let project = &workspace.project;
    let pipeline = project.pipelines.iter().find(|pipeline| pipeline.name == row.pipeline)?;
    let tenant = project.tenant(&row.tenant)?;
    let sides = [&pipeline.target, &pipeline.source].into_iter().flatten();
    let connections = sides.filter_map(|side| project.connection(side, tenant));
    let mut connectors = connections.filter_map(|connection| workspace.registry.get(&connection.connector));
    connectors.find_map(|connector| connector.remedy(code))
}

/// The sentence behind `What to do:` of a page.
fn of_page(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("What to do:")?;
    let lines = rest.lines().take_while(|line| !line.trim().is_empty() && !line.starts_with("```"));
    let text = lines.map(str::trim).collect::<Vec<_>>().join(" ");
    let sentence = text.split_once(". ").map_or(text.as_str(), |(first, _)| first);
    let sentence = sentence.trim().trim_end_matches(['.', ':']);
    (!sentence.is_empty()).then(|| sentence.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentence_of_what_to_do_is_the_remedy() {
        let page =
            "# a/b\n\nIt broke.\n\nWhat to do: mend the record, or\nthe mapping. Then run again.\n```toml\n";
        assert_eq!(of_page(page).as_deref(), Some("mend the record, or the mapping"));
        assert_eq!(of_page("# a/b\n\nWhat to do: run again:\n```\n").as_deref(), Some("run again"));
        assert_eq!(of_page("# a/b\n"), None);
    }

    #[test]
    fn the_code_of_a_service_is_read_from_the_end_of_a_message() {
        assert_eq!(service_code("it is there (code x) already (status 400, code 6240)"), Some("6240"));
        assert_eq!(service_code("nothing (status 400)"), None);
        assert_eq!(service_code("`$.total` has no value"), None);
    }
}
