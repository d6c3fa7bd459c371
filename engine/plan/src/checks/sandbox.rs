//! Tenants that work on sandboxes.
//!
//! **What it finds.** A tenant with `sandbox = true` that uses a connection with `production = true`.
//!
//! **Why it matters.** What is tried out would be written into real books.
//!
//! **Fails:** `sandbox = true` in tenants/trial.toml, with `books = "acme-books"` and `production = true` there.
//!
//! **Passes:** the same with a connection to a sandbox company, or with `--env` of an environment that is none.

use crate::scene::Scene;
use engine_project::diag::{Diagnostic, Diagnostics, code};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    if !scene.tenant.sandbox {
        return;
    }
    let sides = [&scene.file.source, &scene.file.target].into_iter().flatten();
    for connection in
        sides.filter_map(|side| scene.connection(side)).filter(|connection| connection.production)
    {
        let (tenant, name) = (&scene.tenant.name, &connection.name);
        let message = format!("`{tenant}` works on sandboxes, and `{name}` is a real account");
        let mut found =
            Diagnostic::error(code::TENANT_SANDBOX, message).at(connection.place("/production"), "");
        if let Some(document) = &scene.tenant.document {
            found = found.and(document.place("/tenant/sandbox"), "said here");
        }
        out.push(
            found
                .help("bind a connection to a sandbox, or remove `sandbox = true` when the tenant goes live"),
        );
    }
}
