//! Whoever wants to take the desk down, or to slip something past it.
