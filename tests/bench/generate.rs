//! The way of a sample: reading an answer, finding duplicates, and the whole
//! loop against an HTTP server in this process.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sdgen::format::{Format, FormatHandler as _, predefined};
use sdgen::generate::dedup::{Dedup, Duplicates, Novelty, Threshold};
use sdgen::generate::{Budget, Generator, Limits, Options, Planning, Progress, Source, parse};
use sdgen::llm::{BaseUrl, OpenAi, OpenAiConfig, Sampling};
use sdgen::output::{Existing, OutputConfig, OutputFormat, Place, SourceKind};
use sdgen::sample::{Sample, Value};
use sdgen::shutdown::stop_switch;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// Items of one answer, the default batch.
const BATCH: u64 = 25;

/// An answer of [`BATCH`] items of about 660 bytes, none the same as another.
fn answer(number: u64) -> String {
    let context = "The keeper climbed the tower at dusk and trimmed the lamp. ".repeat(7);
    let items: Vec<_> = (0..BATCH)
        .map(|item| {
            serde_json::json!({
                "context": format!("Day {number}, hour {item}. {context}"),
                "question": format!("What did the keeper do at hour {item} of day {number}, before the ships came in?"),
                "answer": "climbed the tower at dusk and trimmed the lamp, as on every other day of the year",
            })
        })
        .collect();
    serde_json::json!({ "samples": items }).to_string()
}

fn samples(format: &Format, text: &str) -> Vec<Sample> {
    let items = parse::items(text).expect("items");
    items
        .into_iter()
        .map(|item| format.validate(item).expect("valid"))
        .collect()
}

fn reading(criterion: &mut Criterion) {
    let format = predefined("qa").expect("listed");
    let text = answer(0);
    let fenced = format!("Here they are:\n```json\n{text}\n```");
    let mut group = criterion.benchmark_group("answer");
    group.throughput(Throughput::Elements(BATCH));
    group.bench_function("parse and validate", |bencher| {
        bencher.iter(|| samples(&format, black_box(&text)));
    });
    group.bench_function("the same in a fence", |bencher| {
        bencher.iter(|| samples(&format, black_box(&fenced)));
    });
    group.finish();
}

fn finding_duplicates(criterion: &mut Criterion) {
    let format = predefined("qa").expect("listed");
    let samples: Vec<Sample> = (0..40)
        .flat_map(|number| samples(&format, &answer(number)))
        .collect();
    let mut group = criterion.benchmark_group("dedup");
    group.throughput(Throughput::Elements(samples.len() as u64));
    let near = Duplicates::Near(Threshold::default());
    for (name, duplicates, samples) in [
        ("exact", Duplicates::Exact, &samples),
        ("near, templates", near, &samples),
        ("near, 660 bytes", near, &unlike(660)),
        ("near, 100 bytes", near, &unlike(100)),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || Dedup::new(duplicates, samples.len(), None),
                |mut dedup| {
                    let novelties = samples.iter().map(|it| dedup.novelty(&it.values));
                    novelties.filter(|it| *it == Novelty::New).count()
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

/// A thousand samples of three texts, none of which is like another one.
fn unlike(bytes: usize) -> Vec<Sample> {
    let mut words = (0_u64..).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40);
    let mut text = |bytes: usize| {
        let words = words
            .by_ref()
            .take(bytes / 7)
            .map(|word| format!("{word:x}"));
        Value::String(words.collect::<Vec<_>>().join(" "))
    };
    (0..1_000)
        .map(|_| Sample {
            values: vec![text(bytes * 2 / 3), text(bytes / 6), text(bytes / 6)],
        })
        .collect()
}

fn looping(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("loop");
    group.sample_size(10);
    for (name, latency, samples, concurrency) in [
        ("no latency", Duration::ZERO, 20_000, 8),
        ("200 ms, 8 at once", Duration::from_millis(200), 2_500, 8),
        ("200 ms, 50 at once", Duration::from_millis(200), 12_500, 50),
    ] {
        let server = Server::start(latency);
        group.throughput(Throughput::Elements(samples));
        group.bench_function(name, |bencher| {
            bencher.iter(|| generate(&server, samples, concurrency));
        });
    }
    group.finish();
}

/// One whole run into a JSONL file.
fn generate(server: &Server, samples: u64, concurrency: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let format = predefined("qa").expect("listed");
    let options = Options {
        samples: usize::try_from(samples).expect("few"),
        batch_size: usize::try_from(BATCH).expect("few"),
        max_retries: 0,
        seed: 1,
        seed_requests: false,
        refine: false,
        planning: Planning::BuiltIn,
        tells_made: false,
        balance: None,
        free_context: false,
        keep_ungrounded: false,
        examples: None,
        language: None,
        sanity: true,
        duplicates: Duplicates::Near(Threshold::default()),
        verify: None,
        limits: Limits::at_once(concurrency),
        budget: Budget::default(),
        grace: Duration::from_secs(1),
    };
    let client = OpenAi::new(OpenAiConfig {
        base_url: Some(BaseUrl::parse(&server.url).expect("a URL")),
        allow_plain_http: false,
        api_key: None,
        model: "bench".to_owned(),
        sampling: Sampling::default(),
        timeout: Duration::from_secs(60),
    })
    .expect("a client");
    let output = OutputConfig {
        prefix: folder.path().join("bench"),
        formats: vec![OutputFormat::Jsonl],
        source: SourceKind::Query,
        incremental: false,
        with_metadata: false,
        conversion: None,
        existing: Existing::Refuse,
        split: None,
        hub_folder: false,
    };
    let place = Place::claim(&output, format.name()).expect("writable");
    let mut outputs = place.begin(format.fields(), &"bench").expect("writable");
    let (_switch, shutdown) = stop_switch();
    let generator = Generator {
        format: &format,
        client: &client,
        verifier: &client,
        options: &options,
        shutdown: &shutdown,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let source = Source::Query("q".to_owned());
    let progress = Progress::new(&format, &options, &source);
    let run = runtime.block_on(generator.run(source, progress, &mut outputs, |_| ()));
    assert_eq!(run.books.written, samples);
    assert!(outputs.finish(true).errors.is_empty());
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// A server that gives every request another answer.
struct Server {
    url: String,
    _runtime: Runtime,
}

impl Server {
    fn start(latency: Duration) -> Self {
        let runtime = runtime();
        let listener = runtime
            .block_on(TcpListener::bind("127.0.0.1:0"))
            .expect("a port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let template = Arc::new(answer(987_654_321));
        let answered = Arc::new(AtomicU64::new(0));
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (template, answered) = (Arc::clone(&template), Arc::clone(&answered));
                tokio::spawn(async move {
                    // The connection ends when the client goes away.
                    let _ = serve(stream, latency, &template, &answered).await;
                });
            }
        });
        Self {
            url,
            _runtime: runtime,
        }
    }
}

async fn serve(
    mut stream: TcpStream,
    latency: Duration,
    template: &str,
    answered: &AtomicU64,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut request = Vec::new();
    loop {
        while !is_whole(&request) {
            if stream.read_buf(&mut request).await? == 0 {
                return Ok(());
            }
        }
        request.clear();
        tokio::time::sleep(latency).await;
        let number = answered.fetch_add(1, Ordering::Relaxed);
        let content = template.replace("987654321", &number.to_string());
        let body = serde_json::json!({
            "model": "bench",
            "choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 300, "completion_tokens": 4000},
        })
        .to_string();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream
            .write_all(&[head.as_bytes(), body.as_bytes()].concat())
            .await?;
    }
}

/// Whether `request` holds a head and as many bytes of body as it announces.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let announced = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    announced
        .and_then(|bytes| bytes.trim().parse::<usize>().ok())
        .is_some_and(|bytes| body.len() >= bytes)
}

criterion_group!(benches, reading, finding_duplicates, looping);
criterion_main!(benches);
