//! The rhai engine: chosen packages, every limit set.
//!
//! rhai's defaults leave strings and arrays unlimited and differ between debug and release builds; its
//! standard package can sleep and its default resolver reads files. None of that is registered here. It also
//! forgets the operations of callbacks (`map`, `sort`): [`start`] resets the count that remembers them.
//!
//! There is one engine for scripts without libraries, and one for each set of libraries.

use crate::{
    functions,
    limits::{
        MAX_ARRAY, MAX_CALLS, MAX_DEPTH, MAX_FUNCTIONS, MAX_MAP, MAX_OPERATIONS, MAX_TEXT, MAX_VARIABLES,
    },
    view,
};
use rhai::{
    Dynamic, Engine, OptimizationLevel,
    packages::{
        ArithmeticPackage, BasicArrayPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage,
        BasicStringPackage, LogicPackage, MoreStringPackage, Package,
    },
};
use std::{cell::Cell, sync::LazyLock};

thread_local! {
    /// The operations of the evaluation that this thread is in: an evaluation never leaves its thread.
    static OPERATIONS: Cell<u64> = const { Cell::new(0) };
}

/// Begins the count of a new evaluation.
pub(crate) fn start() {
    OPERATIONS.set(0);
    view::start();
}

/// How many operations the last evaluation of this thread took.
#[cfg(test)]
pub(crate) fn operations() -> u64 {
    OPERATIONS.get()
}

/// Counts some operations of one of our own functions, and says whether there were too many.
pub(crate) fn spend(operations: usize) -> bool {
    let done = OPERATIONS.get().saturating_add(u64::try_from(operations).unwrap_or(u64::MAX));
    OPERATIONS.set(done);
    done <= MAX_OPERATIONS
}

/// Counts one operation, and stops the script when there were too many.
fn count(_: u64) -> Option<Dynamic> {
    (!spend(1)).then_some(Dynamic::UNIT)
}

/// The engine that compiles and evaluates every script without libraries.
pub(crate) static ENGINE: LazyLock<Engine> = LazyLock::new(build);

/// An engine with the functions and the limits of every script.
pub(crate) fn build() -> Engine {
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
        .set_max_call_levels(MAX_CALLS)
        .set_max_expr_depths(MAX_DEPTH, MAX_DEPTH)
        .set_max_string_size(MAX_TEXT)
        .set_max_array_size(MAX_ARRAY)
        .set_max_map_size(MAX_MAP)
        .set_max_variables(MAX_VARIABLES)
        .set_max_functions(MAX_FUNCTIONS)
        // Of `import`ed modules; libraries are registered and do not count.
        .set_max_modules(0)
        .set_strict_variables(true)
        // Operators must reach the exact division that we register.
        .set_fast_operators(false)
        // Folding would bake the placeholders of `Names` into the script.
        .set_optimization_level(OptimizationLevel::None);
    for symbol in ["eval", "import", "export"] {
        engine.disable_symbol(symbol);
    }
    engine.on_progress(count).on_print(|_| ()).on_debug(|_, _, _| ());
    view::register(&mut engine);
    functions::register(&mut engine);
    engine
}
