//! The one rhai engine: chosen packages, every limit set.
//!
//! rhai's defaults leave strings and arrays unlimited and differ between debug and release builds; its
//! standard package can sleep and its default resolver reads files. None of that is registered here. It also
//! forgets the operations of callbacks (`map`, `sort`): [`start`] resets the count that remembers them.

use crate::{
    decimal,
    limits::{MAX_ARRAY, MAX_TEXT},
    text, view,
};
use rhai::{
    Dynamic, Engine, OptimizationLevel,
    packages::{
        ArithmeticPackage, BasicArrayPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage,
        BasicStringPackage, LogicPackage, MoreStringPackage, Package,
    },
};
use std::{cell::Cell, sync::LazyLock};

/// Most operations of one evaluation, callbacks included.
const MAX_OPERATIONS: u64 = 100_000;

thread_local! {
    /// The operations of the evaluation that this thread is in: an evaluation never leaves its thread.
    static OPERATIONS: Cell<u64> = const { Cell::new(0) };
}

/// Begins the count of a new evaluation.
pub(crate) fn start() {
    OPERATIONS.set(0);
}

/// Counts one operation, and stops the script when there were too many.
fn count(_: u64) -> Option<Dynamic> {
    let done = OPERATIONS.get() + 1;
    OPERATIONS.set(done);
    (done > MAX_OPERATIONS).then_some(Dynamic::UNIT)
}

/// The engine that compiles and evaluates every script.
pub(crate) static ENGINE: LazyLock<Engine> = LazyLock::new(build);

fn build() -> Engine {
    let mut engine = Engine::new_raw();
    ArithmeticPackage::new().register_into_engine(&mut engine);
    LogicPackage::new().register_into_engine(&mut engine);
    BasicStringPackage::new().register_into_engine(&mut engine);
    MoreStringPackage::new().register_into_engine(&mut engine);
    BasicIteratorPackage::new().register_into_engine(&mut engine);
    BasicArrayPackage::new().register_into_engine(&mut engine);
    BasicMapPackage::new().register_into_engine(&mut engine);
    BasicMathPackage::new().register_into_engine(&mut engine);
    engine
        .set_max_operations(MAX_OPERATIONS)
        .set_max_call_levels(16)
        .set_max_expr_depths(32, 32)
        .set_max_string_size(MAX_TEXT)
        .set_max_array_size(MAX_ARRAY)
        .set_max_map_size(1_000)
        .set_max_variables(128)
        .set_max_functions(64)
        .set_strict_variables(true)
        // Operators must reach the exact division registered below.
        .set_fast_operators(false)
        // Folding would bake the placeholders of `Names` into the script.
        .set_optimization_level(OptimizationLevel::None);
    for symbol in ["eval", "import", "export"] {
        engine.disable_symbol(symbol);
    }
    engine.on_progress(count).on_print(|_| ()).on_debug(|_, _, _| ());
    view::register(&mut engine);
    decimal::register(&mut engine);
    text::register(&mut engine);
    engine
}
