//! What a command did: its exit code and all that it printed, as one text to compare.

use regex::Regex;
use std::process::Output;

/// What changes from run to run, and what stands for it in a snapshot.
const FILTERS: [(&str, &str); 8] = [
    (r"run_[a-z0-9]{16}", "[RUN]"),
    (r"engine-[a-z0-9]{16}", "[OWNER]"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z", "[AT]"),
    (r"\b\d+\.\ds\b", "[TIME]"),
    (r"\b\d+ms\b", "[TIME]"),
    (r#""duration_ms": ?\d+"#, r#""duration_ms": "[TIME]""#),
    (r#""fingerprint": ?"[0-9a-f]+""#, r#""fingerprint": "[HASH]""#),
    (r"(?m)[ \t]+$", ""),
];

/// The outcome of one command.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The exit code; 128 and the signal's number when a signal ended the process.
    pub code: i32,
    /// What it printed on standard output.
    pub stdout: String,
    /// What it printed on standard error.
    pub stderr: String,
    folder: String,
}

impl Outcome {
    /// What a process came to whose project is in `folder`.
    #[must_use]
    pub fn new(output: &Output, folder: &str) -> Self {
        use std::os::unix::process::ExitStatusExt;
        let ended = output.status.signal().map(|signal| 128 + signal);
        Self {
            code: output.status.code().or(ended).unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            folder: folder.to_owned(),
        }
    }

    /// Everything in one text, without what changes from run to run.
    ///
    /// # Panics
    /// Never: the filters are fixed.
    #[must_use]
    pub fn snapshot(&self) -> String {
        let Self { code, stdout, stderr, folder } = self;
        let text = format!("exit code: {code}\n----- stdout -----\n{stdout}\n----- stderr -----\n{stderr}");
        FILTERS.iter().fold(text.replace(folder.as_str(), "[PROJECT]"), |text, (pattern, word)| {
            let pattern = Regex::new(pattern).expect("a filter is a regular expression");
            pattern.replace_all(&text, *word).into_owned()
        })
    }

    /// This outcome without the lines of the log.
    ///
    /// # Panics
    /// Never: the pattern is fixed.
    #[must_use]
    pub fn without_log(mut self) -> Self {
        let log = Regex::new(r"(?m)^\S+Z +(TRACE|DEBUG|INFO|WARN|ERROR) .*\n").expect("the pattern is sound");
        self.stderr = log.replace_all(&self.stderr, "").into_owned();
        self
    }

    /// This outcome with the lines of standard output in alphabetical order and without what `pattern`
    /// matches, for what is done at once and printed in any order.
    ///
    /// # Panics
    /// When the pattern is no regular expression.
    #[must_use]
    pub fn in_any_order(mut self, pattern: &str) -> Self {
        let pattern = Regex::new(pattern).expect("the pattern is a regular expression");
        let text = pattern.replace_all(&self.stdout, "");
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        self.stdout = lines.join("\n");
        self
    }

    /// Everything it printed, as it was.
    #[must_use]
    pub fn printed(&self) -> String {
        format!("{}\n{}", self.stdout, self.stderr)
    }

    /// This outcome, when the command ended with `code`.
    ///
    /// # Panics
    /// When it ended otherwise.
    #[must_use]
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.snapshot());
        self
    }

    /// Standard output as one JSON document.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).expect("standard output is one JSON document")
    }

    /// Standard output as JSON documents, one per line.
    ///
    /// # Panics
    /// When a line is none.
    #[must_use]
    #[track_caller]
    pub fn json_lines(&self) -> Vec<serde_json::Value> {
        let parse = |line| serde_json::from_str(line).expect("each line is a JSON document");
        self.stdout.lines().map(parse).collect()
    }
}
