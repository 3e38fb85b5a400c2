//! Rollouts of a real shop in two versions behind HAProxy, measured by a real Prometheus (`crate::servers::prometheus`).

mod attacked;
mod back;
mod documents;
mod doubted;
mod ground;
mod killed;
mod recovered;
mod refused;
mod rows;
mod seeds;
mod traffic;
mod walked;
