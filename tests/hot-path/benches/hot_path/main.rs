//! Records per second of one core, for each step.

mod cpu_time;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hot_path::Step;

use cpu_time::CpuTime;

fn hot_path(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("records");
    group.sample_size(10);
    for step in Step::ALL {
        let records = records_of(step);
        group.throughput(Throughput::Elements(records as u64));
        // Only for a step that is asked for: a profile of it shall show nothing else.
        let mut prepared = None;
        group.bench_function(step.name(), |bencher| {
            let prepared = prepared.get_or_insert_with(|| step.prepare(records));
            bencher.iter(|| prepared.run());
        });
    }
    group.finish();
}

/// A page as Zoom answers it, an object as it is delivered, a day as large as is promised.
const fn records_of(step: Step) -> usize {
    match step {
        Step::ParsePage | Step::Fingerprint => 300,
        Step::Encode | Step::Decode => 50_000,
        _ => 1_000_000,
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = hot_path
}
criterion_main!(benches);
