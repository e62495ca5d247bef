//! Numbers as they are written for people.

/// Seconds.
pub(crate) fn time(seconds: f64) -> String {
    match seconds {
        s if s < 0.001 => format!("{:.2} ms", s * 1e3),
        s if s < 0.1 => format!("{:.1} ms", s * 1e3),
        s if s < 1.0 => format!("{:.0} ms", s * 1e3),
        s if s < 100.0 => format!("{s:.1} s"),
        s => format!("{s:.0} s"),
    }
}

/// Bytes.
pub(crate) fn bytes(bytes: f64) -> String {
    let kibibytes = bytes / 1024.0;
    match bytes {
        b if b < 1024.0 => format!("{b:.0} B"),
        b if b < 102_400.0 => format!("{kibibytes:.1} KiB"),
        b if b < 1_048_576.0 => format!("{kibibytes:.0} KiB"),
        _ => format!("{:.1} MiB", kibibytes / 1024.0),
    }
}

/// How many.
pub(crate) fn count(number: f64) -> String {
    if number.fract() != 0.0 && number < 1000.0 {
        return format!("{number:.1}");
    }
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// How many times.
pub(crate) fn times(ratio: f64) -> String {
    match ratio {
        r if !r.is_finite() => "–".to_owned(),
        r if r < 0.095 => format!("{r:.3} ×"),
        r if r < 0.95 => format!("{r:.2} ×"),
        r if r < 10.0 => format!("{r:.1} ×"),
        r => format!("{} ×", count(r.round())),
    }
}

/// Seconds at a power of ten.
pub(crate) fn time_on_axis(seconds: f64) -> String {
    if seconds < 0.9 {
        format!("{:.0} ms", seconds * 1e3)
    } else {
        format!("{} s", count(seconds.round()))
    }
}

/// Bytes at a power of ten.
pub(crate) fn bytes_on_axis(bytes: f64) -> String {
    match bytes {
        b if b < 900.0 => format!("{b:.0} B"),
        b if b < 900e3 => format!("{:.0} kB", b / 1e3),
        b => format!("{:.0} MB", b / 1e6),
    }
}

/// USD.
pub(crate) fn dollars(dollars: f64) -> String {
    format!("{dollars:.4}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_as_many_digits_as_mean_something() {
        let times_ = [0.000_5, 0.012_34, 0.456, 3.21, 321.0].map(time);
        assert_eq!(times_, ["0.50 ms", "12.3 ms", "456 ms", "3.2 s", "321 s"]);
        let sizes = [12.0, 2048.0, 512_000.0, 2_097_152.0].map(bytes);
        assert_eq!(sizes, ["12 B", "2.0 KiB", "500 KiB", "2.0 MiB"]);
        assert_eq!(
            [0.001, 0.1, 10.0].map(time_on_axis),
            ["1 ms", "100 ms", "10 s"]
        );
        assert_eq!(
            [100.0, 1e4, 1e7].map(bytes_on_axis),
            ["100 B", "10 kB", "10 MB"]
        );
        assert_eq!(
            [7.0, 1234.0, 1_000_000.0, 1.5].map(count),
            ["7", "1,234", "1,000,000", "1.5"]
        );
        assert_eq!(
            [0.04, 0.5, 1.26, 12.4, f64::INFINITY].map(times),
            ["0.040 ×", "0.50 ×", "1.3 ×", "12 ×", "–"]
        );
    }
}
