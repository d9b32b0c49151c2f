//! What the first octets of a picture say: its format and how many pixels it has. Nothing of it
//! is decoded.

use std::fmt;

/// A picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Image {
    format: &'static str,
    /// How wide and how high it is, where that is among what is known.
    pixels: Option<(u32, u32)>,
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pixels {
            Some((width, height)) => write!(f, "{}, {width} × {height} pixels", self.format),
            None => f.write_str(self.format),
        }
    }
}

/// The picture that begins with these octets, if one does.
pub(super) fn look(octets: &[u8]) -> Option<Image> {
    let image = |format, pixels| Some(Image { format, pixels });
    if octets.starts_with(b"\x89PNG\r\n\x1a\n") {
        // The first chunk is IHDR (PNG §11.2.1).
        return image("PNG", big32(octets, 16).zip(big32(octets, 20)));
    }
    if octets.starts_with(b"GIF87a") || octets.starts_with(b"GIF89a") {
        return image("GIF", little16(octets, 6).zip(little16(octets, 8)));
    }
    if octets.starts_with(b"\xff\xd8\xff") {
        return image("JPEG", jpeg(octets));
    }
    if octets.starts_with(b"RIFF") && octets.get(8..12) == Some(b"WEBP") {
        return image("WebP", webp(octets));
    }
    if octets.starts_with(b"\x00\x00\x01\x00") {
        return image("icon", None);
    }
    None
}

/// The first frame header (ITU T.81 §B.2.2).
fn jpeg(octets: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        if *octets.get(at)? != 0xff {
            return None;
        }
        match *octets.get(at + 1)? {
            0xff => at += 1,
            // Huffman tables, a reserved one and arithmetic conditioning look like frames.
            0xc4 | 0xc8 | 0xcc => at += 2 + length(octets, at + 2)?,
            0xc0..=0xcf => {
                let (height, width) = (big16(octets, at + 5)?, big16(octets, at + 7)?);
                return Some((width, height));
            }
            _ => at += 2 + length(octets, at + 2)?,
        }
    }
}

/// How long a segment is; it holds its own length.
fn length(octets: &[u8], at: usize) -> Option<usize> {
    usize::try_from(big16(octets, at)?)
        .ok()
        .filter(|&it| it >= 2)
}

/// The first chunk, of one of three kinds (RFC 9649 §2).
fn webp(octets: &[u8]) -> Option<(u32, u32)> {
    match octets.get(12..16)? {
        b"VP8X" => {
            let size =
                |at| Some((little16(octets, at)? | (u32::from(*octets.get(at + 2)?) << 16)) + 1);
            size(24).zip(size(27))
        }
        b"VP8L" => {
            let bits = little16(octets, 21)? | (little16(octets, 23)? << 16);
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8 " => {
            let size = |at| Some(little16(octets, at)? & 0x3fff);
            size(26).zip(size(28))
        }
        _ => None,
    }
}

fn big32(octets: &[u8], at: usize) -> Option<u32> {
    let four = octets.get(at..at + 4)?;
    Some(u32::from_be_bytes(four.try_into().ok()?))
}

fn big16(octets: &[u8], at: usize) -> Option<u32> {
    let two = octets.get(at..at + 2)?;
    Some(u16::from_be_bytes(two.try_into().ok()?).into())
}

fn little16(octets: &[u8], at: usize) -> Option<u32> {
    let two = octets.get(at..at + 2)?;
    Some(u16::from_le_bytes(two.try_into().ok()?).into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(octets: &[u8]) -> String {
        look(octets).map_or_else(String::new, |image| image.to_string())
    }

    #[test]
    fn the_size_is_found_where_each_format_has_it() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06";
        assert_eq!(said(png), "PNG, 640 × 480 pixels");
        assert_eq!(said(&png[..20]), "PNG");
        assert_eq!(said(b"GIF89a\x05\0\x06\0"), "GIF, 5 × 6 pixels");
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc4\0\x03x\xff\xc2\0\x11\x08\0\x0a\0\x14\x03";
        assert_eq!(said(jpeg), "JPEG, 20 × 10 pixels");
        let webp = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x0f\0\0\x07\0\0";
        assert_eq!(said(webp), "WebP, 16 × 8 pixels");
        assert_eq!(said(b"text"), "");
    }

    proptest! {
        #[test]
        fn no_octets_keep_it_busy(
            begin in prop::sample::select(vec![&b"\xff\xd8\xff"[..], b"RIFF\0\0\0\0WEBPVP8L", b"\x89PNG\r\n\x1a\n"]),
            rest in prop::collection::vec(any::<u8>(), 0..80),
        ) {
            let _ = look(&[begin, &rest].concat());
        }
    }
}
