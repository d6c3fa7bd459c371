//! `engine explain`: what a code means and what to do.

use crate::{
    args::Explain,
    error::{CommandError, Result},
    exit::Exit,
    output::Output,
    pages::{all, page, summary},
};
use engine_project::diag::suggest;

pub(super) fn run(arguments: &Explain, output: &Output) -> Result<Exit> {
    let Some(wanted) = &arguments.code else {
        list(output);
        return Ok(Exit::Done);
    };
    // Codes are copied together with their brackets.
    let code = wanted.trim().trim_start_matches("error").trim_start_matches("warning");
    let code = code.trim_matches(['[', ']', ':']).to_lowercase();
    let Some(text) = page(&code) else { return Err(unknown(&code)) };
    if output.is_text() {
        output.result(text.trim_end());
    } else {
        output.json(&serde_json::json!({ "code": code, "summary": summary(text), "page": text }));
    }
    Ok(Exit::Done)
}

fn list(output: &Output) {
    if !output.is_text() {
        let entry =
            |(code, page): &(&str, &str)| serde_json::json!({ "code": code, "summary": summary(page) });
        output.json(&serde_json::json!({ "codes": all().iter().map(entry).collect::<Vec<_>>() }));
        return;
    }
    let width = all().iter().map(|(code, _)| code.len()).max().unwrap_or_default();
    for (code, page) in all() {
        output.result(&format!("{code:<width$}  {}", summary(page)));
    }
    output.talk("engine explain CODE says more");
}

fn unknown(code: &str) -> CommandError {
    let message = format!("there is no code `{code}`");
    let error = CommandError::new(Exit::NotFound, "command/unknown-code", message);
    let codes = || all().iter().map(|(code, _)| *code);
    let words = || codes().filter_map(|code| code.split_once('/'));
    // Whoever remembers only the words, or gives the wrong area, is led to the code.
    let by_words = words().find(|(_, words)| *words == code || code.ends_with(&format!("/{words}")));
    let near = by_words.map(|(area, words)| format!("{area}/{words}"));
    match near.or_else(|| suggest(code, codes()).map(str::to_owned)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help("`engine explain` lists all codes"),
    }
}
