//! The sandbox contract of Flue: what an adapter implements and an agent uses.
