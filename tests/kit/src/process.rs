//! A command that runs while the test goes on: it can be watched line by line, signalled and killed.

use crate::Outcome;
use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, ChildStderr, Command, Output},
};

/// A running command whose standard error is read as it comes.
#[derive(Debug)]
pub struct Process {
    child: Child,
    stderr: BufReader<ChildStderr>,
    /// What was read of standard error so far.
    read: String,
    folder: String,
}

impl Process {
    pub(crate) fn new(mut child: Child, folder: &str) -> Self {
        let stderr = BufReader::new(child.stderr.take().expect("standard error is piped"));
        Self { child, stderr, read: String::new(), folder: folder.to_owned() }
    }

    /// Reads on to the `nth` line, counted from 1, that contains `word`. `false` when the command ended
    /// before.
    ///
    /// # Panics
    /// When standard error cannot be read.
    pub fn wait_for(&mut self, word: &str, nth: usize) -> bool {
        let mut seen = 0;
        while seen < nth {
            let start = self.read.len();
            if self.stderr.read_line(&mut self.read).expect("standard error is text") == 0 {
                return false;
            }
            seen += usize::from(self.read.get(start..).is_some_and(|line| line.contains(word)));
        }
        true
    }

    /// Whether the process has ended.
    ///
    /// # Panics
    /// When nobody can tell.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("an own child can be asked for").is_some()
    }

    /// The most memory that it has had so far, in bytes; nothing once it has ended. Linux keeps the count.
    #[must_use]
    pub fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
    }

    /// Sends a signal by its name, such as `INT`.
    ///
    /// # Panics
    /// When it cannot be sent.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status();
        assert!(sent.expect("there is a shell").success(), "SIG{name} could not be sent");
    }

    /// Ends the process at once, wherever it is, and gives what it had printed until then.
    ///
    /// # Panics
    /// When it cannot be killed.
    #[must_use]
    pub fn kill(mut self) -> Outcome {
        self.child.kill().expect("an own child can be killed");
        self.wait()
    }

    /// Waits for the end.
    ///
    /// # Panics
    /// When the output cannot be read.
    #[must_use]
    pub fn wait(mut self) -> Outcome {
        self.stderr.read_to_string(&mut self.read).expect("standard error is text");
        let Output { status, stdout, .. } =
            self.child.wait_with_output().expect("an own child can be waited for");
        Outcome::new(&Output { status, stdout, stderr: self.read.into_bytes() }, &self.folder)
    }
}
