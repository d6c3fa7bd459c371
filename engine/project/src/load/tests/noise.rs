//! Whatever a file holds, loading ends, and every place lies in its file.

use super::*;
use crate::MAX_FILE_BYTES;
use proptest::prelude::*;

fn check(files: &MemoryFiles) {
    check_in(files, None);
}

fn check_in(files: &MemoryFiles, name: Option<&str>) {
    let (project, out) = load(files, &environment(), name);
    assert!(!project.tenants.is_empty());
    for diagnostic in &out.sorted() {
        let fix = diagnostic.fix.iter().map(|fix| &fix.place);
        for place in diagnostic.labels.iter().map(|label| &label.place).chain(fix) {
            let text = project.texts[&place.file].text();
            assert!(place.start <= place.end && place.end <= text.len(), "{diagnostic:?}");
            assert!(text.is_char_boundary(place.start) && text.is_char_boundary(place.end));
            let before = text.get(..place.start).unwrap();
            assert_eq!(place.line, before.matches('\n').count() + 1, "{diagnostic:?}");
            let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
            assert_eq!(place.column, column, "{diagnostic:?}");
        }
        assert!(!diagnostic.message.is_empty() && !diagnostic.message.ends_with('.'), "{diagnostic:?}");
    }
}

/// A change of a text: at a place, so many bytes are replaced by a snippet.
fn change() -> impl Strategy<Value = (prop::sample::Index, usize, String)> {
    let snippets = [
        "",
        "\"",
        "'''",
        "{",
        "}",
        "[",
        "]]",
        "=",
        ".",
        "\n",
        "é",
        "7",
        "true",
        "[]",
        "{}",
        "nan",
        "x = 1\n",
        "[[test]]\n",
        "\\u00e9",
        "\r",
    ];
    let snippet = proptest::sample::select(snippets.to_vec()).prop_map(str::to_owned);
    (any::<prop::sample::Index>(), 0usize..12, snippet)
}

fn changed(text: &str, changes: &[(prop::sample::Index, usize, String)]) -> String {
    let mut text = text.to_owned();
    for (at, length, snippet) in changes {
        let start = text.floor_char_boundary(at.index(text.len() + 1));
        let end = text.ceil_char_boundary((start + length).min(text.len()));
        text.replace_range(start..end, snippet);
    }
    text
}

/// The lines of a text, some of them given another value.
fn with_values(text: &str, values: &[(prop::sample::Index, &'static str)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (at, value) in values {
        let line = at.get_mut(&mut lines);
        if let Some((key, _)) = line.split_once(" = ") {
            *line = format!("{key} = {value}");
        }
    }
    lines.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}", csv in "[a-z,\"\n\r]{0,40}") {
        check(&valid_files().with("pipelines/shop.toml", text.clone()).with("pipelines/lookups/tax.csv", csv));
        check(&valid_files().with("engine.toml", text.clone()).with("connections.toml", text));
    }

    #[test]
    fn any_bytes_that_look_like_toml_are_survived(text in "[a-c\\[\\]{}=.,\"'#\n \\\\0-1é]{0,120}") {
        check(&valid_files().with("pipelines/shop.toml", text.clone()).with("connections.toml", text));
    }

    #[test]
    fn any_change_of_a_valid_project_is_survived(changes in prop::collection::vec(change(), 1..5)) {
        check(&valid_files().with("pipelines/shop.toml", changed(include_str!("project/shop.toml"), &changes)));
        check(&valid_files().with("connections.toml", changed(include_str!("project/connections.toml"), &changes)));
        check(&valid_files().with("engine.toml", changed(include_str!("project/engine.toml"), &changes)));
        check(&valid_files().with("pipelines/lookups/tax.csv", changed("from,to\n,Exempt\n6,\"GST\n\"\n", &changes)));
    }

    #[test]
    fn any_change_of_tenants_environments_and_folders_is_survived(changes in prop::collection::vec(change(), 1..5), cut in any::<prop::sample::Index>()) {
        let mut files = shops::files();
        for path in ["tenants/acme.toml", "connections.demo.toml", "pipelines/woo-to-supabase.toml"] {
            let text = files.0.get_mut(path).unwrap();
            *text = changed(text, &changes);
        }
        let text = files.0.remove("pipelines/woo-to-supabase.toml").unwrap();
        let (first, second) = text.split_at(text.floor_char_boundary(cut.index(text.len() + 1)));
        check_in(&files.with("pipelines/s/a.toml", first).with("pipelines/s/b.toml", second), Some("demo"));
    }

    #[test]
    fn any_value_of_a_wrong_type_is_reported_or_fine(
        values in prop::collection::vec((any::<prop::sample::Index>(), proptest::sample::select(
            &["7", "1.50", "true", "\"text\"", "\"$.a\"", "[]", "[1]", "[[]]", "{}", "{ a = 1 }", "{ path = 1 }", "{ map = 1 }",
              "{ map = {} }", "[{ map = {} }, {}]", "2026-01-01", "inf", "{ ref = \"x\", key = {} }", "{ script = \"1\" }", "{ var = 1 }", "{ find = \"x\", by = 1, value = [] }", "{ bind = \"x\" }", "{ secret = 1 }"][..])), 1..6)
    ) {
        let text = with_values(include_str!("project/shop.toml"), &values);
        check(&valid_files().with("pipelines/shop.toml", text));
        let mut files = shops::files();
        for (path, text) in &mut files.0 {
            if std::path::Path::new(path).extension().is_some_and(|extension| extension == "toml") {
                *text = with_values(text, &values);
            }
        }
        check_in(&files, Some("demo"));
    }
}

#[test]
fn a_file_full_of_mistakes_is_given_up_in_reasonable_time() {
    let mut text = String::from(HEAD);
    while text.len() < MAX_FILE_BYTES - 100 {
        let line = format!("x{} = 1\n", text.len());
        text.push_str(&line);
    }
    let (_, out) = load_pipeline(&text);
    assert!(out.len() > 50 && out.len() < 200, "{}", out.len());
}
