//! Rows per second of each writer, on rows as `qa` makes them.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sdgen::output::{Layout, OutputFormat, Row};
use sdgen::sample::{Field, FieldKind, Sample, Value};

const N_SAMPLES: u32 = 10_000;

/// The samples that one request brings.
const BATCH_SIZE: usize = 25;

fn fields() -> Arc<[Field]> {
    ["context", "question", "answer"]
        .map(|name| Field::new(name, FieldKind::String, "text"))
        .into()
}

/// Text of `n_words` words, other words for every `seed`.
fn text(seed: u32, n_words: u32) -> String {
    const WORDS: [&str; 16] = [
        "the", "harbour", "of", "a", "quiet", "engine", "was", "built", "\"in\"", "order,", "and",
        "rivers", "measure", "Zürich", "between", "light",
    ];
    let mut state = seed;
    let words: Vec<_> = (0..n_words)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            format!("{}{}", WORDS[(state >> 28) as usize], (state >> 20) % 100)
        })
        .collect();
    words.join(" ")
}

/// A sample of some 660 bytes.
fn sample(seed: u32) -> Sample {
    let values = [(0, 52), (1, 10), (2, 17)]
        .map(|(part, n_words)| Value::String(text(3 * seed + part, n_words)));
    Sample {
        values: values.into(),
    }
}

fn write(format: OutputFormat, fields: &Arc<[Field]>, samples: &[Sample]) {
    let folder = tempfile::tempdir().expect("a folder");
    let (part, target) = (folder.path().join("part"), folder.path().join("target"));
    let mut writer = format
        .writer(&Layout::new(fields, None, None), &part, &target)
        .expect("created");
    for batch in samples.chunks(BATCH_SIZE) {
        for sample in batch {
            writer.write(&Row::new(sample, fields)).expect("written");
        }
        writer.flush().expect("flushed");
    }
    black_box(writer.finish().expect("finished"));
}

fn writers(criterion: &mut Criterion) {
    let fields = fields();
    let samples: Vec<_> = (0..N_SAMPLES).map(sample).collect();
    let mut group = criterion.benchmark_group("writers");
    group
        .sample_size(20)
        .throughput(Throughput::Elements(u64::from(N_SAMPLES)));
    for format in OutputFormat::ALL {
        group.bench_function(format.name(), |bencher| {
            bencher.iter(|| write(format, &fields, &samples));
        });
    }
    group.finish();
}

criterion_group!(benches, writers);
criterion_main!(benches);
