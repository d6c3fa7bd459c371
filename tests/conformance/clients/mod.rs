//! Client libraries that others wrote, against the emulators.

mod program;
mod quickbooks;
mod supabase;
mod woocommerce;
