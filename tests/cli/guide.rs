//! A guide that is worked through: its files are written, its commands are run, and what they print must be what
//! it shows.
//!
//! A block below a line that holds nothing but a path is that file; a block of `diff` changes lines of it. A block of
//! `console` holds commands, each behind `$ `, and below it what it prints; `...` stands for any lines. Write what is
//! printed into a guide with `UPDATE_GUIDE=1 cargo test -p tests --test cli`, and read the changes.

use kit::Project;
use regex::Regex;
use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf, process::Command};

/// A guide and the project in which it is worked through.
pub(crate) struct Guide<'a> {
    pub(crate) path: PathBuf,
    pub(crate) project: &'a Project,
    pub(crate) engine: &'a str,
    /// Texts of the guide, and what stands for them here: the port of a service.
    pub(crate) replaced: Vec<(String, String)>,
}

/// A part of a guide.
enum Part {
    Text(String),
    /// Language, the file that it is about, and the lines.
    Block(String, Option<String>, String),
}

/// What changes from run to run.
const FILTERS: [(&str, &str); 4] = [
    (r"run_[a-z0-9]{16}", "run_X"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z", "AT"),
    (r"\b\d+(\.\d+)?m?s\b", "TIME"),
    (r"[ \t]+", " "),
];

impl Guide<'_> {
    /// Works through it.
    pub(crate) fn work(&self) {
        let text = std::fs::read_to_string(&self.path).unwrap();
        let parts = parts(&text);
        let mut environment = BTreeMap::new();
        let (mut made, mut wrong) = (String::new(), String::new());
        for part in &parts {
            match part {
                Part::Text(text) => made.push_str(text),
                Part::Block(language, file, lines) => {
                    let lines = match (language.as_str(), file) {
                        ("console", _) => self.session(lines, &mut environment, &mut wrong),
                        ("diff", Some(file)) => {
                            self.change(file, lines);
                            lines.clone()
                        }
                        (_, Some(file)) => {
                            self.project.write(file, self.here(lines));
                            lines.clone()
                        }
                        _ => lines.clone(),
                    };
                    write!(made, "```{language}\n{lines}```\n").unwrap();
                }
            }
        }
        if std::env::var_os("UPDATE_GUIDE").is_some() {
            std::fs::write(&self.path, made).unwrap();
            return;
        }
        assert!(wrong.is_empty(), "{wrong}\nUPDATE_GUIDE=1 writes what is printed into the guide");
    }

    /// A text of the guide, as it is here.
    fn here(&self, text: &str) -> String {
        self.replaced.iter().fold(text.to_owned(), |text, (guide, here)| text.replace(guide, here))
    }

    /// A text from here, as the guide has it.
    fn there(&self, text: &str) -> String {
        let text = text.replace(&*self.project.path("").to_string_lossy(), "");
        self.replaced.iter().fold(text, |text, (guide, here)| text.replace(here, guide))
    }

    fn change(&self, file: &str, lines: &str) {
        let with = |sign: char| {
            let lines = lines.lines().filter_map(|line| line.strip_prefix(sign));
            lines.collect::<Vec<_>>().join("\n")
        };
        self.project.edit(file, &self.here(&with('-')), &self.here(&with('+')));
    }

    /// Runs the commands of a block; gives the block with what they print.
    fn session(&self, lines: &str, environment: &mut BTreeMap<String, String>, wrong: &mut String) -> String {
        let mut out = String::new();
        for part in lines.split_inclusive('\n').fold(Vec::<String>::new(), |mut all, line| {
            match all.last_mut() {
                Some(last) if !line.starts_with("$ ") => last.push_str(line),
                _ => all.push(line.to_owned()),
            }
            all
        }) {
            let (command, shown) = part.split_once('\n').unwrap();
            let command = command.strip_prefix("$ ").unwrap();
            writeln!(out, "$ {command}").unwrap();
            if let Some((name, value)) = command.strip_prefix("export ").and_then(|rest| rest.split_once('='))
            {
                environment.insert(name.to_owned(), value.to_owned());
                continue;
            }
            let printed = self.there(&self.run(command, environment));
            if !fits(shown, &printed) {
                writeln!(wrong, "--- $ {command}\n--- the guide shows\n{shown}--- printed is\n{printed}")
                    .unwrap();
            }
            out.push_str(if fits(shown, &printed) { shown } else { &printed });
        }
        out
    }

    fn run(&self, command: &str, environment: &BTreeMap<String, String>) -> String {
        let tools = self.project.path(".tools");
        if !tools.join("engine").exists() {
            std::fs::create_dir_all(&tools).unwrap();
            std::os::unix::fs::symlink(self.engine, tools.join("engine")).unwrap();
        }
        let path =
            std::env::vars().find(|(name, _)| name == "PATH").map(|(_, path)| path).unwrap_or_default();
        let output = Command::new("sh")
            .args(["-c", &format!("{{ {}; }} 2>&1", self.here(command))])
            .current_dir(self.project.path(""))
            .env_clear()
            .env("PATH", format!("{}:{path}", tools.display()))
            .env("LANG", "C.UTF-8")
            .envs(environment)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    }
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut plain, mut block, mut file) = (String::new(), None::<(String, String)>, None::<String>);
    for line in text.split_inclusive('\n') {
        match (&mut block, line.strip_prefix("```")) {
            (None, Some(language)) => {
                parts.push(Part::Text(std::mem::take(&mut plain)));
                block = Some((language.trim().to_owned(), String::new()));
            }
            (Some(_), Some(_)) => {
                let (language, lines) = block.take().unwrap();
                parts.push(Part::Block(language, file.take(), lines));
            }
            (Some((_, lines)), None) => lines.push_str(line),
            (None, None) => {
                let path = line.trim().strip_prefix('`').and_then(|rest| rest.strip_suffix("`:"));
                if !line.trim().is_empty() {
                    file = path.filter(|path| !path.contains('`')).map(str::to_owned);
                }
                plain.push_str(line);
            }
        }
    }
    parts.push(Part::Text(plain));
    parts
}

/// Whether what is printed is what is shown, but for times and ids; `...` stands for any lines.
fn fits(shown: &str, printed: &str) -> bool {
    let plain = |text: &str| {
        let text = FILTERS.iter().fold(text.to_owned(), |text, (pattern, word)| {
            Regex::new(pattern).unwrap().replace_all(&text, *word).into_owned()
        });
        text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>()
    };
    matches(&plain(shown), &plain(printed))
}

fn matches(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first == "..." => {
            (0..=printed.len()).any(|skip| matches(rest, &printed[skip..]))
        }
        Some((first, rest)) => printed.first() == Some(first) && matches(rest, &printed[1..]),
    }
}

#[test]
fn what_is_shown_is_told_from_what_is_printed() {
    assert!(fits("a 12ms\n...\nz\n", "a 7ms\nb\nc\nz\n"));
    assert!(fits("", "") && !fits("", "a\n") && !fits("a\n", "b\n") && !fits("a\n...\n", "b\n"));
}
