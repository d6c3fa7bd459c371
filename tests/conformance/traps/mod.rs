//! What the services do that makes a naive connector lose, double or spoil records, one test for each: the real
//! connector against the emulated service. The READMEs of the connectors list them, and `index` holds the lists
//! against the tests there are.

mod deliveries;
mod index;
mod quickbooks;
mod scene;
mod woocommerce;
