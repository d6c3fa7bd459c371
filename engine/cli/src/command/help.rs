//! `engine help`: the help of a command, or a topic.

use crate::{
    args::{self, Help, verb_names},
    error::{CommandError, Result},
    exit::Exit,
    output::Output,
    topics::TOPICS,
};
use engine_project::diag::suggest;

pub(super) fn run(arguments: &Help, output: &Output) -> Result<Exit> {
    let words: Vec<&str> = arguments.words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["topics"] => {
            for (name, text) in TOPICS {
                output.result(&format!("{name:<12}  {}", text.lines().next().unwrap_or_default()));
            }
            output.talk("engine help topics NAME says more");
        }
        ["topics", name] => {
            let topic = TOPICS.iter().find(|(known, _)| known == name);
            let (_, text) =
                topic.ok_or_else(|| unknown("topic", name, TOPICS.iter().map(|(name, _)| *name)))?;
            output.result(text);
        }
        [] => output.result(args::command().render_help().ansi().to_string().trim_end()),
        words => {
            let mut command = args::command();
            command.build();
            let mut here = &mut command;
            for word in words {
                here = here
                    .find_subcommand_mut(word)
                    .ok_or_else(|| unknown("command", word, verb_names().chain(["topics"])))?;
            }
            output.result(here.render_long_help().ansi().to_string().trim_end());
        }
    }
    Ok(Exit::Done)
}

fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str>) -> CommandError {
    let message = format!("there is no {kind} `{name}`");
    let error = CommandError::new(Exit::Usage, "command/unknown-topic", message);
    match suggest(name, known) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help("`engine help` lists the commands, `engine help topics` the topics"),
    }
}
