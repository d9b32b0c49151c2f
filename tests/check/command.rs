//! The command, on servers that have a fault.
