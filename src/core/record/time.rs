//! A record's time.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// Zoom sends RFC 3339; copies of its documentation also show a space for the `T` and no zone, which is UTC.
pub fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    if let Some(time) = as_zoom_writes_it(text.as_bytes()) {
        return Some(time);
    }
    let text = text.trim();
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.to_utc())
        .or_else(|_| {
            NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), "%Y-%m-%d %H:%M:%S")
                .map(|time| time.and_utc())
        })
        .ok()
}

/// Reads `2026-11-22T09:00:00Z` and nothing else, which is in how many records it is all there is to read.
fn as_zoom_writes_it(text: &[u8]) -> Option<DateTime<Utc>> {
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        mo1,
        mo2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        mi1,
        mi2,
        b':',
        s1,
        s2,
        b'Z',
    ] = *text
    else {
        return None;
    };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    let two = |tens: u8, ones: u8| Some(digit(tens)? * 10 + digit(ones)?);
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, two(mo1, mo2)?, two(d1, d2)?)?
        .and_hms_opt(two(h1, h2)?, two(mi1, mi2)?, two(s1, s2)?)
        .map(|time| time.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_reads_what_the_long_way_reads() {
        let day = "2026-11-22T09:00:00Z";
        let mut texts = vec![
            "0000-01-01T00:00:00Z".to_owned(),
            "9999-12-31T23:59:59Z".to_owned(),
        ];
        for at in 0..day.len() {
            for byte in *b"0123456789-:TZtz +." {
                let mut text = day.to_owned().into_bytes();
                text[at] = byte;
                texts.push(String::from_utf8(text).unwrap());
            }
        }
        let mut short = 0;
        for text in texts {
            if let Some(time) = as_zoom_writes_it(text.as_bytes()) {
                let long = DateTime::parse_from_rfc3339(&text).map(|time| time.to_utc());
                assert_eq!(Ok(time), long, "{text}");
                short += 1;
            }
        }
        assert!(short > 50, "{short}");
    }
}
