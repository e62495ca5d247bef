//! Which steps are guarded, and on how many records. Few enough that valgrind, fifty times slower, takes seconds.

use hot_path::Step;

pub(crate) const GUARDED: [(Step, usize); 6] = [
    (Step::ParsePage, 300),
    (Step::Encode, 2_000),
    (Step::Decode, 2_000),
    (Step::CountsInsert, 20_000),
    (Step::CheckpointWrite, 20_000),
    (Step::CheckpointRead, 20_000),
];
