//! Tells cargo that the sample site is part of the program: a macro that reads a folder is
//! not run again when a file is added to it.

fn main() {
    println!("cargo::rerun-if-changed=sample_docroot");
}
