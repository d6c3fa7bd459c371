//! The functions of scripts.

mod decimal;
mod text;

/// Lets scripts call our functions.
pub(crate) fn register(engine: &mut rhai::Engine) {
    decimal::register(engine);
    text::register(engine);
}
