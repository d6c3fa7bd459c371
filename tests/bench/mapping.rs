//! Recorded orders through the reference mapping, so many times over: what `tests/bench/instructions` counts.
//!
//! One thread, the system's allocator, no time and no chance: equal runs take equally many instructions.

#![expect(
    clippy::print_stdout,
    reason = "the number of orders and bytes is what the count is divided by, and shows that the work was done"
)]

mod program;

use engine_contract::Record;
use std::io;

/// The orders of the sample store: 207, recorded from a real one.
const ORDERS: &str = include_str!("../../pipelines/shops/samples/store/orders.json");

fn main() -> io::Result<()> {
    let times: usize = std::env::args().nth(1).and_then(|times| times.parse().ok()).unwrap_or(1);
    let orders: Vec<serde_json::Value> = serde_json::from_str(ORDERS)?;
    let orders: Vec<Vec<u8>> = orders.iter().map(|order| order.to_string().into_bytes()).collect();
    // rhai's tables would have another order in each process.
    rhai::config::hashing::set_hashing_seed(Some([1, 2, 3, 4]))
        .map_err(|_| io::Error::other("the seed is set"))?;
    let program = program::reference()?;
    let entity = program.entity_named("orders").ok_or_else(|| io::Error::other("no entity `orders`"))?;
    let (mut line, mut bytes) = (String::new(), 0);
    for order in (0..times).flat_map(|_| &orders) {
        line.clear();
        program::map(entity, Record::parse(order.clone()).map_err(io::Error::other)?, &mut line)?;
        bytes += line.len();
    }
    println!("{} orders, {bytes} bytes", orders.len());
    Ok(())
}
