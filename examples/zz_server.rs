//! temporary
#![allow(warnings)]
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
const BATCH: u64 = 25;
/// An answer of [`BATCH`] items of about 660 bytes, none like another's.
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

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let latency = Duration::from_millis(std::env::args().nth(1).unwrap().parse().unwrap());
    let listener = TcpListener::bind("127.0.0.1:8899").await.unwrap();
    let template = Arc::new(answer(987_654_321));
    let answered = Arc::new(AtomicU64::new(0));
    while let Ok((stream, _)) = listener.accept().await {
        let (template, answered) = (template.clone(), answered.clone());
        tokio::spawn(async move {
            let _ = serve(stream, latency, &template, &answered).await;
        });
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
