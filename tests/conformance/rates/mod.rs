//! How fast the engine's own client goes: never faster than a service allows, and hardly slower. The services count
//! by themselves. Time is simulated, so that the numbers are exact.

mod quickbooks;
mod woocommerce;
