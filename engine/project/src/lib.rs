//! From files to a spanned model and diagnostics.
