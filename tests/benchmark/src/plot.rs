//! The plots, as SVG: on white, so that they can be read on a dark page too, in colours that differ in lightness.

use anyhow::Result;
use plotters::{
    coord::{Shift, combinators::IntoLogRange},
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use crate::{side::Side, statistics::Spread, unit};

const OURS: RGBColor = RGBColor(0x00, 0x5a, 0xb5);
const GUIDE: RGBColor = RGBColor(0xdc, 0x6b, 0x0a);
const LEGEND: [(Side, &str); 2] = [
    (Side::Ours, "this function (Rust)"),
    (Side::Guide, "the guide's behaviour (Python, boto3)"),
];

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

const fn colour(side: Side) -> RGBColor {
    match side {
        Side::Ours => OURS,
        Side::Guide => GUIDE,
    }
}

fn failed(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow::anyhow!("a plot could not be drawn: {error}")
}

/// Both sides' values of several measures: for each a bar for the median, and a line from the smallest to the largest.
pub(crate) fn bars(
    title: &str,
    unit: impl Fn(f64) -> String,
    measures: &[(String, Option<Spread>, Option<Spread>)],
) -> Result<String> {
    let mut svg = String::new();
    {
        let rows = i32::try_from(measures.len())?;
        let (width, height) = (760, 70 + 48 * rows);
        let area = paper(&mut svg, width, height, title)?;
        let left = 230;
        let most = measures
            .iter()
            .flat_map(|(_, ours, guide)| [ours, guide])
            .flatten()
            .fold(0.0, |most: f64, spread| most.max(spread.max));
        let scale = f64::from(width - left - 110) / most.max(f64::MIN_POSITIVE);
        let at = |value: f64| left + (value * scale).round() as i32;
        for (row, (name, ours, guide)) in (0..).zip(measures) {
            let top = 62 + 48 * row;
            text(&area, name, (left - 8, top + 18), 14, HPos::Right)?;
            for (bar, (side, spread)) in (0..).zip([(Side::Ours, ours), (Side::Guide, guide)]) {
                let Some(spread) = spread else { continue };
                let y = top + 18 * bar;
                let right = at(spread.median).max(left + 1);
                area.draw(&Rectangle::new(
                    [(left, y + 2), (right, y + 17)],
                    colour(side).filled(),
                ))
                .map_err(failed)?;
                let ends = [(at(spread.min), y + 9), (at(spread.max), y + 9)];
                area.draw(&PathElement::new(ends, BLACK.stroke_width(1)))
                    .map_err(failed)?;
                let right = right.max(at(spread.max));
                text(
                    &area,
                    &unit(spread.median),
                    (right + 6, y + 10),
                    12,
                    HPos::Left,
                )?;
            }
        }
        legend(&area, (left, 40))?;
        area.present().map_err(failed)?;
    }
    Ok(svg)
}

/// How many times less this function takes, on a logarithmic scale.
pub(crate) fn ratios(title: &str, measures: &[(String, f64)]) -> Result<String> {
    let mut svg = String::new();
    {
        let rows = i32::try_from(measures.len())?;
        let (width, height) = (760, 60 + 26 * rows + 34);
        let area = paper(&mut svg, width, height, title)?;
        let (left, right, top) = (330, width - 80, 48);
        let least = measures
            .iter()
            .fold(1.0, |least: f64, (_, r)| least.min(*r));
        let most = measures.iter().fold(10.0, |most: f64, (_, r)| most.max(*r));
        let (first, last) = (least.log10().floor(), most.log10().ceil());
        let scale = f64::from(right - left) / (last - first);
        let at = |ratio: f64| left + ((ratio.log10() - first) * scale).round() as i32;
        let bottom = top + 26 * rows + 4;
        for power in (first as i32)..=(last as i32) {
            let x = at(10_f64.powi(power));
            let style = if power == 0 {
                BLACK.stroke_width(2)
            } else {
                RGBColor(0xcc, 0xcc, 0xcc).stroke_width(1)
            };
            area.draw(&PathElement::new([(x, top), (x, bottom)], style))
                .map_err(failed)?;
            let label = match power {
                ..0 => format!("1/{}", unit::count(10_f64.powi(-power))),
                _ => unit::count(10_f64.powi(power)),
            };
            text(&area, &label, (x, bottom + 12), 12, HPos::Center)?;
        }
        for (row, (name, ratio)) in (0..).zip(measures) {
            let y = top + 4 + 26 * row;
            text(&area, name, (left - 8, y + 9), 13, HPos::Right)?;
            let (from, to) = (at(1.0).min(at(*ratio)), at(1.0).max(at(*ratio)));
            let side = if *ratio >= 1.0 {
                Side::Ours
            } else {
                Side::Guide
            };
            area.draw(&Rectangle::new(
                [(from, y), (to.max(from + 1), y + 18)],
                colour(side).filled(),
            ))
            .map_err(failed)?;
            text(
                &area,
                &unit::times(*ratio),
                (to + 6, y + 10),
                12,
                HPos::Left,
            )?;
        }
        area.present().map_err(failed)?;
    }
    Ok(svg)
}

/// A curve over the number of records.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    pub(crate) side: Side,
    /// A quiet run's curve is dashed and hollow.
    pub(crate) quiet: bool,
    pub(crate) points: Vec<(f64, f64)>,
}

/// One measure over the number of records, both axes logarithmic.
#[derive(Clone, Debug)]
pub(crate) struct Panel {
    pub(crate) title: String,
    pub(crate) curves: Vec<Curve>,
    pub(crate) unit: fn(f64) -> String,
}

/// Several measures over the number of records.
pub(crate) fn growth(title: &str, panels: &[Panel]) -> Result<String> {
    let mut svg = String::new();
    {
        let columns = 2;
        let rows = panels.len().div_ceil(columns);
        let height = 90 + 260 * i32::try_from(rows)?;
        let area = paper(&mut svg, 900, height, title)?;
        legend(&area, (60, 40))?;
        text(
            &area,
            "filled: first delivery of the day; hollow: a quiet run after it",
            (60, 64),
            13,
            HPos::Left,
        )?;
        let (_, body) = area.split_vertically(76);
        for (panel, area) in panels.iter().zip(body.split_evenly((rows, columns))) {
            draw(panel, &area)?;
        }
        area.present().map_err(failed)?;
    }
    Ok(svg)
}

fn draw(panel: &Panel, area: &Area<'_>) -> Result<()> {
    let points = || panel.curves.iter().flat_map(|curve| &curve.points);
    let bounds = |values: &mut dyn Iterator<Item = f64>| {
        let (mut least, mut most) = (f64::MAX, f64::MIN_POSITIVE);
        for value in values.filter(|value| *value > 0.0) {
            (least, most) = (least.min(value), most.max(value));
        }
        (least.min(most), most)
    };
    let (x_least, x_most) = bounds(&mut points().map(|(x, _)| *x));
    let (y_least, y_most) = bounds(&mut points().map(|(_, y)| *y));
    let mut chart = ChartBuilder::on(area)
        .margin(8)
        .margin_right(44)
        .caption(&panel.title, ("sans-serif", 15))
        .x_label_area_size(38)
        .y_label_area_size(72)
        .build_cartesian_2d(
            (x_least..x_most).log_scale(),
            // Whole decades, for only these are labelled.
            (decade(y_least, f64::floor)..decade(y_most, f64::ceil)).log_scale(),
        )
        .map_err(failed)?;
    chart
        .configure_mesh()
        .x_desc("records in the day")
        .x_label_formatter(&|x| unit::count(x.round()))
        .y_label_formatter(&|y| (panel.unit)(*y))
        .x_labels(5)
        .y_labels(5)
        .light_line_style(TRANSPARENT)
        .bold_line_style(RGBColor(0xdd, 0xdd, 0xdd))
        .axis_desc_style(("sans-serif", 13))
        .label_style(("sans-serif", 12))
        .draw()
        .map_err(failed)?;
    for curve in &panel.curves {
        let colour = colour(curve.side);
        let line = colour.stroke_width(if curve.quiet { 1 } else { 2 });
        let points = curve.points.iter().copied().filter(|(_, y)| *y > 0.0);
        chart
            .draw_series(LineSeries::new(points.clone(), line))
            .map_err(failed)?;
        chart
            .draw_series(points.map(|point| {
                let style = if curve.quiet {
                    colour.stroke_width(2)
                } else {
                    colour.filled()
                };
                Circle::new(point, 4, style)
            }))
            .map_err(failed)?;
    }
    Ok(())
}

/// The power of ten below or above.
fn decade(value: f64, rounded: fn(f64) -> f64) -> f64 {
    10_f64.powf(rounded(value.log10()))
}

fn paper<'a>(svg: &'a mut String, width: i32, height: i32, title: &str) -> Result<Area<'a>> {
    let size = (u32::try_from(width)?, u32::try_from(height)?);
    let area = SVGBackend::with_string(svg, size).into_drawing_area();
    area.fill(&WHITE).map_err(failed)?;
    text(&area, title, (width / 2, 18), 16, HPos::Center)?;
    Ok(area)
}

fn legend(area: &Area<'_>, (x, y): (i32, i32)) -> Result<()> {
    for (number, (side, name)) in (0..).zip(LEGEND) {
        let x = x + 170 * number;
        area.draw(&Rectangle::new(
            [(x, y), (x + 12, y + 12)],
            colour(side).filled(),
        ))
        .map_err(failed)?;
        text(area, name, (x + 18, y + 7), 13, HPos::Left)?;
    }
    Ok(())
}

fn text(area: &Area<'_>, text: &str, at: (i32, i32), size: u32, to: HPos) -> Result<()> {
    let style = ("sans-serif", size)
        .into_text_style(area)
        .color(&BLACK)
        .pos(Pos::new(to, VPos::Center));
    area.draw(&Text::new(text.to_owned(), at, style))
        .map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plots_name_what_they_show_on_white() {
        let spread = Spread::of([1.0, 2.0, 3.0]);
        let measures = [("a run".to_owned(), spread, spread)];
        let bars = bars("Bars", unit::time, &measures).unwrap();
        let ratios = ratios("Ratios", &[("less memory".to_owned(), 12.0)]).unwrap();
        let curve = Curve {
            side: Side::Ours,
            quiet: false,
            points: vec![(100.0, 0.1), (1000.0, 1.0), (10_000.0, 0.0)],
        };
        let panel = Panel {
            title: "Time".to_owned(),
            curves: vec![curve],
            unit: unit::time,
        };
        let growth = growth("Growth", &[panel]).unwrap();
        for (svg, shown) in [
            (bars, "2.0 s"),
            (ratios, "12 ×"),
            (growth, "records in the day"),
        ] {
            assert!(
                svg.starts_with("<svg") && svg.ends_with("</svg>\n"),
                "{svg}"
            );
            assert!(svg.contains(shown) && svg.contains("#FFFFFF"), "{svg}");
        }
    }
}
