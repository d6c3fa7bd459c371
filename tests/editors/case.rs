//! One row of a table: an edit of a file, a question at the cursor, and what each server must answer.

use crate::server::{Kind, Server};
use engine_project::{FileText, MemoryFiles, diag::Diagnostics, toml::Document};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

/// Marks the cursor.
const CURSOR: char = '¦';

/// How long a server may be silent before it is asked something, and how often it may say something else.
const SILENCE: Duration = Duration::from_millis(500);
const ROUNDS: usize = 60;

/// A file of rows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    case: Vec<Case>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// The file that is edited.
    file: String,
    /// What is replaced in it, once; nothing to put `text` at its end.
    find: Option<String>,
    /// What is typed, with the cursor.
    #[serde(default)]
    text: String,
    tombi: Option<Expected>,
    taplo: Option<Expected>,
}

/// What a server must answer. Only what is given is asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Expected {
    /// Items that must be offered at the cursor.
    offers: Vec<String>,
    /// Whether nothing else may be offered.
    only: bool,
    /// Items that must not be offered.
    lacks: Vec<String>,
    /// Words in the texts of items.
    docs: BTreeMap<String, String>,
    /// Words that are shown over the cursor.
    hover: Vec<String>,
    /// All mistakes of the file: the text that each stands at, a colon, and words of its message.
    mistakes: Option<Vec<String>>,
}

/// The rows of a file.
pub(crate) fn read(path: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut found = Diagnostics::default();
    let document = Document::parse(&Arc::new(FileText::new("cases", text)), &mut found);
    let json = document.unwrap_or_else(|| panic!("{}: {found:?}", path.display())).json().clone();
    let table: Table =
        serde_json::from_value(json).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    table.case
}

impl Case {
    pub(crate) fn expected(&self, kind: Kind) -> Option<&Expected> {
        match kind {
            Kind::Tombi => self.tombi.as_ref(),
            Kind::Taplo => self.taplo.as_ref(),
        }
    }

    /// How many questions it asks.
    pub(crate) fn questions(&self) -> usize {
        let of = |one: &Expected| {
            let completes = !one.offers.is_empty() || !one.lacks.is_empty() || one.only;
            usize::from(completes) + usize::from(!one.hover.is_empty()) + usize::from(one.mistakes.is_some())
        };
        [&self.tombi, &self.taplo].into_iter().flatten().map(of).sum()
    }

    /// Everything that is not as expected.
    pub(crate) fn run(&self, server: &mut Server, files: &MemoryFiles) -> Vec<String> {
        let Some(expected) = self.expected(server.kind) else { return Vec::new() };
        let marked = self.marked(files);
        let text = marked.replace(CURSOR, "");
        let uri = server.open(&self.file, &text);
        let mut wrong = Vec::new();
        if let Some(at) = marked.find(CURSOR) {
            let before = &marked[..at];
            let line = before.matches('\n').count();
            let character = before.rsplit('\n').next().unwrap_or_default().chars().count();
            let completes = !expected.offers.is_empty() || !expected.lacks.is_empty() || expected.only;
            if completes {
                expected
                    .complete(&server.ask("textDocument/completion", &uri, (line, character)), &mut wrong);
            }
            if !expected.hover.is_empty() {
                expected.hover(&server.ask("textDocument/hover", &uri, (line, character)), &mut wrong);
            }
        }
        if let Some(mistakes) = &expected.mistakes {
            wrong.extend(self.mistakes(server, &text, mistakes));
        }
        wrong
    }

    /// The file with the edit and the cursor.
    fn marked(&self, files: &MemoryFiles) -> String {
        let golden =
            files.0.get(&self.file).unwrap_or_else(|| panic!("{}: no file {}", self.name, self.file));
        match &self.find {
            None => format!("{golden}\n{}", self.text),
            Some(find) => {
                assert_eq!(golden.matches(find.as_str()).count(), 1, "{}: {find:?} stands once", self.name);
                golden.replace(find.as_str(), &self.text)
            }
        }
    }

    /// What the server says of the whole file. It says it in its own time, and of older texts too: so the file
    /// gets one more mistake, which no other text has, and the list that holds it is the answer.
    fn mistakes(&self, server: &mut Server, text: &str, expected: &[String]) -> Vec<String> {
        let mark = format!("mark_{}", server.version());
        let text = format!("{text}\n[{mark}]\n");
        let uri = server.open(&self.file, &text);
        let mut last = Vec::new();
        for _ in 0..ROUNDS {
            let Some(found) = server.next_mistakes(&uri, SILENCE) else {
                // taplo goes on when it is asked something.
                server.ask("textDocument/hover", &uri, (0, 0));
                continue;
            };
            last = found.iter().map(|mistake| shown(mistake, &text)).collect();
            if !last.iter().any(|found| found.contains(&mark)) {
                continue;
            }
            last.retain(|found| !found.contains(&mark));
            let fits = last.len() == expected.len()
                && expected.iter().all(|wanted| last.iter().any(|found| matches(found, wanted)));
            return if fits { Vec::new() } else { vec![format!("mistakes: {last:#?}")] };
        }
        vec![format!("the mistakes of this text were never told, but {last:#?}")]
    }
}

/// The text at a mistake, and its message.
fn shown(mistake: &Value, text: &str) -> String {
    let number = |pointer: &str| {
        usize::try_from(mistake.pointer(pointer).and_then(Value::as_u64).unwrap_or_default()).unwrap()
    };
    let line = text.lines().nth(number("/range/start/line")).unwrap_or_default();
    let start = number("/range/start/character");
    let end = if number("/range/end/line") == number("/range/start/line") {
        number("/range/end/character")
    } else {
        usize::MAX
    };
    let at: String = line.chars().skip(start).take(end.saturating_sub(start)).collect();
    format!("{at}: {}", mistake["message"].as_str().unwrap_or_default())
}

/// Whether a mistake stands where it should and says what it should.
fn matches(found: &str, wanted: &str) -> bool {
    let (at, words) = wanted.split_once(": ").unwrap_or((wanted, ""));
    found
        .strip_prefix(at)
        .and_then(|rest| rest.strip_prefix(": "))
        .is_some_and(|message| message.contains(words))
}

impl Expected {
    fn complete(&self, answer: &Value, wrong: &mut Vec<String>) {
        let items = answer.get("items").unwrap_or(answer).as_array().cloned().unwrap_or_default();
        let label = |item: &Value| item["label"].as_str().unwrap_or_default().trim_matches('"').to_owned();
        let labels: Vec<String> = items.iter().map(label).collect();
        for wanted in &self.offers {
            match labels.iter().filter(|label| *label == wanted).count() {
                1 => {}
                0 => wrong.push(format!("`{wanted}` is not among {labels:?}")),
                many => wrong.push(format!("`{wanted}` is offered {many} times")),
            }
        }
        let extra = labels.iter().filter(|label| self.only && !self.offers.contains(label));
        wrong.extend(extra.map(|label| format!("`{label}` is offered too")));
        let unwanted = self.lacks.iter().filter(|label| labels.contains(label));
        wrong.extend(unwanted.map(|label| format!("`{label}` is offered")));
        for (wanted, words) in &self.docs {
            let item = items.iter().find(|item| label(item) == *wanted);
            let docs = item.map(|item| text_of(&item["documentation"])).unwrap_or_default();
            if !docs.contains(words.as_str()) {
                wrong.push(format!("the text of `{wanted}` is {docs:?}"));
            }
        }
    }

    fn hover(&self, answer: &Value, wrong: &mut Vec<String>) {
        let shown = text_of(&answer["contents"]);
        for words in self.hover.iter().filter(|words| !shown.contains(words.as_str())) {
            wrong.push(format!("{words:?} is not in {shown:?}"));
        }
    }
}

fn text_of(value: &Value) -> String {
    value["value"].as_str().or_else(|| value.as_str()).unwrap_or_default().to_owned()
}
