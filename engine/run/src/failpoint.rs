//! Places where a test can stop, slow or kill a run, and the log lines that show where it was.

/// Marks a place. Without the feature `failpoints` it only writes a trace line.
macro_rules! failpoint {
    ($name:literal) => {{
        tracing::trace!(place = $name, "reached");
        #[cfg(feature = "failpoints")]
        fail::fail_point!($name);
    }};
}

pub(crate) use failpoint;
