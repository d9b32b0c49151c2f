#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| glassport_fuzz::properties::responses(input));
