//! What tests share: temporary projects, and the engine as a child process.
