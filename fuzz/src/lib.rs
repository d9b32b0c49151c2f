//! The fuzz targets: each hands its input to one function of [`properties`].

pub mod properties;
