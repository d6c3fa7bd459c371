//! What formatting promises. The fixtures are texts of ours, and what the formatter `tombi` 1.9 made of them
//! when it was run by hand.

use super::*;
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use toml_parser::{
    Source,
    lexer::{Token, TokenKind},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All files under a folder whose names end so, with their texts.
fn files(folder: &Path, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// A text of the fixtures, and its canonical form.
struct Pair {
    name: &'static str,
    text: &'static str,
    form: &'static str,
}

/// The texts of the fixtures: `=== NAME`, a text, `--- becomes`, and what `tombi` made of it.
fn pairs() -> Vec<Pair> {
    let all = [include_str!("tests/handmade.txt"), include_str!("tests/generated.txt")];
    let entries = all.into_iter().flat_map(|file| file.split("=== ").skip(1));
    let pair = |entry: &'static str| {
        let (name, rest) = entry.split_once('\n').unwrap();
        let (text, form) = rest.split_once("--- becomes\n").unwrap();
        Pair { name, text, form }
    };
    entries.map(pair).collect()
}

fn json(text: &str) -> serde_json::Value {
    let file = Arc::new(FileText::new("", text));
    Document::parse(&file, &mut Diagnostics::default()).unwrap().json().clone()
}

/// The comments of a text without the spaces in them.
fn comments(text: &str) -> Vec<String> {
    let is_comment = |kind| kind == TokenKind::Comment;
    let bytes = |token: Token| text.get(token.span().start()..token.span().end()).unwrap();
    let tokens = Source::new(text).lex().filter(|token| is_comment(token.kind()));
    tokens.map(|token| bytes(token).split_whitespace().collect()).collect()
}

/// What holds for every text: nothing but the layout changes, and a second time nothing at all.
fn holds(name: &str, text: &str) -> Result<(), TestCaseError> {
    let formatted = format(text).map_err(|mistakes| TestCaseError::fail(format!("{name}: {mistakes:?}")))?;
    prop_assert_eq!(json(&formatted), json(text), "{}", name);
    let sorted = |text| {
        let mut comments = comments(text);
        comments.sort();
        comments
    };
    prop_assert_eq!(sorted(&formatted), sorted(text), "{}", name);
    prop_assert_eq!(format(&formatted).ok(), Some(formatted), "{}", name);
    Ok(())
}

#[test]
fn the_form_is_the_one_that_tombi_writes() {
    let mut wrong = String::new();
    for Pair { name, text, form } in pairs() {
        let formatted = format(text).unwrap();
        if formatted != form {
            let at = formatted.lines().zip(form.lines()).position(|(one, other)| one != other);
            let from = at.unwrap_or_default().saturating_sub(3);
            let show = |text: &str| text.lines().skip(from).take(8).collect::<Vec<_>>().join("\n");
            let (is, should) = (show(&formatted), show(form));
            wrong = format!("{wrong}{name}:\n{is}\n--- should be\n{should}\n\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn nothing_but_the_layout_of_any_file_here_changes() {
    let mut files = files(&root().join("pipelines"), ".toml");
    files.extend(self::files(&root().join("tests/cases"), ".toml"));
    assert!(files.len() > 100);
    for (path, text) in files {
        // Some cases are about mistakes of syntax.
        if format(&text).is_ok() {
            holds(&path.to_string_lossy(), &text).unwrap();
        }
    }
    for pair in pairs() {
        holds(pair.name, pair.text).unwrap();
    }
}

#[test]
fn a_file_with_mistakes_in_its_syntax_is_refused() {
    for text in ["a = ", "a = [1", "[t", "a = 1 b = 2", "a = 1\na = 2", "x"] {
        assert!(!format(text).unwrap_err().is_empty(), "{text}");
    }
    let file = Arc::new(FileText::new("shop.toml", "a = 1\nb ="));
    let mistakes = format_file(&file).unwrap_err();
    let place = &mistakes[0].labels[0].place;
    assert_eq!((place.file.as_str(), place.line), ("shop.toml", 2));
}

#[test]
fn line_ends_stay_of_their_kind() {
    assert_eq!(format("a=1\r\n\r\n\r\nb=[1,]\r\n").unwrap(), "a = 1\r\n\r\nb = [\r\n  1,\r\n]\r\n");
    assert_eq!(format("a=1").unwrap(), "a = 1\n");
    assert_eq!(format("\n \n").unwrap(), "");
}

/// A value as text, with any white space and comments where they may stand.
fn any_value() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        "[1-9][0-9]{0,4}",
        "-?[0-9]\\.[0-9]{1,3}",
        "'[^'\\p{C}]{0,8}'",
        "\"([^\"\\\\\\p{C}]|\\\\n|\\\\\"){0,8}\"",
        Just("'''\n a\n'''".to_owned()),
        Just("2026-01-10 09:00:00Z".to_owned()),
        Just("true".to_owned()),
    ];
    let gap = prop_oneof![4 => "[ \t]{0,2}", 1 => "\n{0,3} {0,2}", 1 => " ?#[ #!]{0,3}[a-z]{0,3}\n{1,3}"];
    scalar.prop_recursive(3, 12, 3, move |inner| {
        let part = (gap.clone(), inner.clone(), gap.clone())
            .prop_map(|(left, value, right)| [left, value, right].concat());
        let array = (prop::collection::vec(part, 0..4), any::<bool>(), gap.clone()).prop_map(
            |(parts, comma, end)| {
                let comma = if comma && !parts.is_empty() { "," } else { "" };
                format!("[{}{comma}{end}]", parts.join(","))
            },
        );
        let table = prop::collection::vec(inner, 0..3).prop_map(|values| {
            let pairs = values.iter().enumerate().map(|(index, value)| format!("k{index}={value}"));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(" ,"))
        });
        prop_oneof![array, table]
    })
}

fn any_document() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        5 => (any_value(), " {0,2}(#[ !#]{0,3}[a-z]{0,3})?").prop_map(|(value, end)| format!("KEY  ={value}{end}")),
        2 => " {0,2}#[ \t!#]{0,3}[a-z:]{0,4}",
        2 => " {0,2}",
        1 => "\\[ ?tNUMBER( ?\\. ?'s')? ?\\] {0,2}(#x)?",
        1 => "\\[\\[lNUMBER\\]\\]",
    ];
    prop::collection::vec(line, 0..12).prop_map(|lines| {
        let numbered = |(index, line): (usize, String)| {
            line.replace("KEY", &format!("k{index} . 'x'")).replace("NUMBER", &index.to_string())
        };
        lines.into_iter().enumerate().map(numbered).collect::<Vec<_>>().join("\n")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn nothing_but_the_layout_changes(text in any_document()) {
        holds("generated", &text)?;
    }

    #[test]
    fn no_text_makes_it_panic(text in "[a-z0-9 =\"'#\n\\[\\]{},.\\\\-]{0,60}") {
        if format(&text).is_ok() {
            holds("noise", &text)?;
        }
    }
}
