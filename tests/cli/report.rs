//! Reports on data: `sdgen report`, and `--report` of a run.

use std::fs;

use serde_json::{Value, json};

use crate::fake_gemini::{FakeGemini, Reply};
use crate::sandbox::Sandbox;

const BASE: &str = "synthetic_data_pair_from_query";

/// The cells of the row of `table` that is called `name`.
fn row<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let start = page.find(&format!("<th scope=\"row\"><bdi>{name}</bdi></th>"));
    let start = start.unwrap_or_else(|| panic!("no row {name} in {page}"));
    let row = &page[start..start + page[start..].find("</tr>").unwrap()];
    let cells = row.split("<td class=\"number\">").skip(1);
    cells.map(|cell| cell.split('<').next().unwrap()).collect()
}

#[test]
fn any_csv_can_be_reported_on() {
    let sandbox = Sandbox::new();
    let rows = (0..30).chain([7]).map(|number| {
        let mood = if number < 27 { "glad" } else { "sad" };
        format!("\"Once upon a time, there was a number {number}\",{mood},{number}.5\n")
    });
    let csv = "text,mood,weight\n".to_owned() + &rows.collect::<String>();
    sandbox.write("data/my.v1.csv", &csv);
    let ran = sandbox.run("report data/my.v1.csv", &[]).exits(0);
    assert_eq!(ran.stdout, "data/my.v1.report.html\n");
    assert_eq!(
        sandbox.files(),
        ["data/my.v1.csv", "data/my.v1.report.html"]
    );
    let page = sandbox.read("data/my.v1.report.html");
    assert!(
        page.contains("31 samples; nothing is known of the run"),
        "{page}"
    );
    assert_eq!(row(&page, "glad"), ["28", "90.3 %"]);
    assert_eq!(row(&page, "once upon a"), ["31", "100.0 %"]);
    assert!(page.contains("Numbers in <bdi>weight</bdi>"), "{page}");
    assert!(
        page.contains("The same as an earlier one</th><td class=\"number\">1<"),
        "{page}"
    );
    assert!(
        page.contains("Only 9.7 % of the samples have the mood “sad”"),
        "{page}"
    );
    // The same file gives the same page.
    sandbox
        .run("report data/my.v1.csv -o again.html", &[])
        .exits(0);
    assert_eq!(sandbox.read("again.html"), page);
}

#[test]
fn what_the_model_says_is_escaped_and_cannot_run() {
    let sandbox = Sandbox::new();
    let hostile =
        "</script><img src=x onerror=alert(1)> \"onload=\"alert(2) \u{202e}live\u{0} &lt;b";
    let sample = json!({"anchor": hostile, "positive": "p", "<b>x": hostile, "mood": "<i>"});
    sandbox.write("data.jsonl", format!("{sample}\n").repeat(4));
    sandbox.write(
        ".sdgen/data.rejects.jsonl",
        format!("{}\n", json!({"reason": hostile, "item": hostile})),
    );
    let account = json!({"query": hostile, "documents": [{"path": hostile}],
        "end": {"reason": "x", "problem": hostile}, "samples": {"requested": 4, "rejected": {hostile: 4}}});
    sandbox.write(".sdgen/data.run.json", account.to_string());
    sandbox.run("report data.jsonl", &[]).exits(0);
    let page = sandbox.read("data.report.html");
    assert!(page.contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt; &quot;onload=&quot;alert(2) \u{fffd}live\u{fffd} &amp;lt;b"));
    for forbidden in [
        "<img", "\"onload", "\u{202e}", "\0", "<b>", "<i>", "http:", "https:",
    ] {
        assert!(!page.contains(forbidden), "{forbidden:?}");
    }
    assert_eq!(page.matches("<script>").count(), 1);
    assert_eq!(page.matches("</script>").count(), 1);
    assert!(
        page.contains("content=\"default-src 'none'; style-src 'sha256-"),
        "{page}"
    );
    assert!(
        !page.contains("unsafe-inline") && !page.contains(" style="),
        "{page}"
    );
}

#[test]
fn a_run_reports_the_numbers_of_its_manifest_and_goes_on_doing_so() {
    let sandbox = Sandbox::new();
    // Of each five samples, one is a duplicate and one has no text.
    let fake = FakeGemini::with(|_, order| {
        let item = |number: usize| match number % 5 {
            3 => json!({"anchor": "the same", "positive": "once more"}),
            4 => json!({"anchor": "", "positive": "p"}),
            _ => json!({"anchor": format!("a{number}"), "positive": format!("p{number}")}),
        };
        Reply::Items((order * 5..order * 5 + 5).map(item).collect())
    });
    for (samples, resume) in [("12", ""), ("31", "--resume")] {
        let words =
            "--query towers --format pair --batch-size 5 --no-refine --no-plan --report --json";
        let ran = sandbox.gemini(
            &fake,
            &format!("{words} --seed 1 --samples {samples} {resume}"),
        );
        let ran = ran.exits(0);
        let (told, page) = (ran.json(), sandbox.read(&format!("{BASE}.report.html")));
        assert_eq!(told["report"], format!("{BASE}.report.html"));
        let books = &told["samples"];
        let rejected = &books["rejected"]["anchor: blank"];
        for (name, count) in [
            ("Requested", &books["requested"]),
            ("− Duplicate", &books["duplicate"]),
            ("anchor: blank", rejected),
            ("= Written", &books["written"]),
        ] {
            assert_ne!(count, 0, "{name}");
            assert_eq!(row(&page, name)[0], count.to_string(), "{name}");
        }
        assert!(page.contains(&format!(
            "{samples} of {samples} samples: the target was reached."
        )));
        assert!(
            page.contains(&format!(
                "{samples} samples after {} requests",
                told["traffic"]["ended"]
            )),
            "{page}"
        );
        assert!(page.contains("Nine of ten took at most"), "{page}");
    }
    sandbox
        .run(&format!("report {BASE}.jsonl {BASE}.csv"), &[])
        .exits(0);
    let page = sandbox.read(&format!("{BASE}.report.html"));
    assert!(page.contains("Not read: ") && page.contains("31 of 31 samples"));
    assert!(!page.contains("the data were changed"), "{page}");
    // A file that was changed since does not pass for what was written.
    let rows = sandbox.read(&format!("{BASE}.jsonl"));
    sandbox.write(&format!("{BASE}.jsonl"), rows.lines().next().unwrap());
    sandbox.run(&format!("report {BASE}.jsonl"), &[]).exits(0);
    let page = sandbox.read(&format!("{BASE}.report.html"));
    assert!(
        page.contains("The run wrote 31 samples, and there are 1 now"),
        "{page}"
    );
}

#[test]
fn classes_are_compared_with_the_shares_that_were_asked_for() {
    let sandbox = Sandbox::new();
    let words = "--provider offline --query moons --samples 120 --seed 1 --output-format jsonl";
    let balance = ["--format", "pair-class", "--balance", "label=2,1,1"];
    sandbox.run(words, &balance).exits(0);
    let base = "synthetic_data_pair-class_from_query";
    let file = format!("{base}.jsonl");
    let page_on = |file: &str| {
        sandbox.run("report -o page.html", &[file]).exits(0);
        sandbox.read("page.html")
    };
    let page = page_on(&file);
    assert_eq!(row(&page, "0 = entailment"), ["60", "50.0 %", "50.0 %"]);
    assert!(page.contains("Normalised entropy: 0.946,"), "{page}");
    let told =
        "against the shares that were asked for: χ² = 0.00, 2 degrees of freedom, p = 1.000;";
    assert!(page.contains(told), "{page}");
    assert!(!page.contains("The shares of label are far"), "{page}");
    // Whoever leaves a class out is told.
    let rows = sandbox.read(&file);
    let rows = rows.lines().filter(|row| !row.ends_with("\"label\":2}"));
    let rows: Vec<_> = rows.collect();
    sandbox.write(&file, rows.join("\n"));
    let page = page_on(&file);
    assert_eq!(row(&page, "2 = contradiction"), ["0", "0.0 %", "25.0 %"]);
    assert!(
        page.contains("χ² = 30.00, 2 degrees of freedom, p &lt; 0.001;"),
        "{page}"
    );
    assert!(
        page.contains("The shares of label are far from those"),
        "{page}"
    );
    // Of data of unknown origin, nothing is known of what was asked for.
    sandbox.write("mine.jsonl", rows.join("\n"));
    let page = page_on("mine.jsonl");
    assert_eq!(row(&page, "0"), ["60", "66.7 %"]);
    assert!(
        page.contains("against even shares, since none are known"),
        "{page}"
    );
    assert!(!page.contains("The shares of label are far"), "{page}");
}

#[test]
fn columns_that_belong_together_are_compared_in_any_file() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "qa.csv",
        "context,question,answer\n\
         The lamp was lit in 1844.,When?,In 1844!\n\
         The lamp was lit in 1844.,What was lit?,a lamp\n",
    );
    sandbox.run("report qa.csv", &[]).exits(0);
    let page = sandbox.read("qa.report.html");
    let cells = "Word for word</th><td class=\"number\">1</td><td class=\"number\">50.0 %";
    assert!(page.contains(cells), "{page}");
    let told = "the context has 50.0 % on the average (quartiles 50 %, 50 % and 50 %).";
    assert!(page.contains(told), "{page}");
    sandbox.write(
        "triplets.jsonl",
        "{\"anchor\":\"old red lamp\",\"positive\":\"a red lamp\",\"negative\":\"oil\"}\n",
    );
    sandbox.run("report triplets.jsonl", &[]).exits(0);
    let page = sandbox.read("triplets.report.html");
    for (pair, told) in [
        (
            "anchor and positive",
            "66.7 % on the average (quartiles 67 %, 67 % and 67 %). High: it",
        ),
        (
            "anchor and negative",
            "0.0 % on the average (quartiles 0 %, 0 % and 0 %). High: hard",
        ),
    ] {
        let place = page.find(&format!("Words that {pair} share")).expect(pair);
        assert!(page[place..].contains(told), "{told}: {page}");
    }
}

#[test]
fn the_parts_of_a_split_run_are_told_from_the_whole() {
    let sandbox = Sandbox::new();
    let words = "--provider offline --query moons --format pair --samples 60 --seed 1 \
                 --split 0.5,0.5 --output-format jsonl";
    sandbox.run(words, &[]).exits(0);
    let parts = ["train", "test"].map(|part| format!("{BASE}.{part}.jsonl"));
    let page_on = |files: &[&str]| {
        sandbox.run("report -o page.html", files).exits(0);
        sandbox.read("page.html")
    };
    let page = page_on(&[&parts[0]]);
    let samples = sandbox.jsonl(&parts[0]).len();
    for told in [
        &*format!("{samples} samples of a run that was split: it wrote 60 of 60 samples."),
        "What was read is a part of its samples: train.",
        &format!("What became of the samples: <bdi>{BASE}</bdi>"),
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("the data were changed"), "{page}");
    // Of one run, whose numbers are counted once.
    let page = page_on(&[&parts[0], &parts[1]]);
    assert!(page.contains("60 samples of a run that was split: it wrote 60 of 60 samples."));
    assert!(page.contains("a part of its samples: train, test."));
    let page = page_on(&[&parts[1], &format!("{BASE}.jsonl")]);
    assert!(
        page.contains("60 of 60 samples: the target was reached."),
        "{page}"
    );
    let note = format!("Not read: {}, a part of {BASE}.jsonl.", parts[1]);
    assert!(page.contains(&note), "{page}");
    // Not every file with such a name is a part.
    sandbox.write(&format!("{BASE}.validation.jsonl"), "{\"anchor\":\"mine\"}");
    let page = page_on(&[&format!("{BASE}.validation.jsonl")]);
    assert!(page.contains("nothing is known of the run"), "{page}");
}

#[test]
fn a_page_of_anything_is_less_than_a_megabyte() {
    let sandbox = Sandbox::new();
    let mut rows = String::new();
    for number in 0..80 {
        let value =
            |column: usize| Value::from(format!("{number} {} {column}", "<&\"> ä".repeat(300)));
        let row = (0..40).map(|column| (format!("{column}{}", "<".repeat(200)), value(column)));
        rows += &(Value::Object(row.collect()).to_string() + "\n");
    }
    sandbox.write("wide.jsonl", rows);
    let long = "<".repeat(3_000);
    let many = |key: &str| vec![json!({key: long, "reason": long}); 300];
    let account = json!({"query": long, "documents": many("path"), "skipped": many("path")});
    sandbox.write(".sdgen/wide.run.json", account.to_string());
    let rejects = (0..99).map(|number| json!({"reason": format!("{number} {long}"), "item": long}));
    let rejects: Vec<_> = rejects.map(|reject| reject.to_string()).collect();
    sandbox.write(".sdgen/wide.rejects.jsonl", rejects.join("\n"));
    sandbox.run("report wide.jsonl", &[]).exits(0);
    let bytes = fs::metadata(sandbox.path("wide.report.html"))
        .unwrap()
        .len();
    assert!((500_000..1_000_000).contains(&bytes), "{bytes}");
    assert!(
        sandbox
            .read("wide.report.html")
            .contains("Further columns were left out")
    );
}

#[test]
fn a_folder_for_the_hub_is_reported_on_with_its_run() {
    let sandbox = Sandbox::new();
    let words = "--provider offline --query moons --format pair --samples 60 --seed 1 \
                 --output-format hf --output-prefix v1.2";
    let base = "v1.2_pair_from_query";
    let train = &*format!("{base}/data/train-00000-of-00001.parquet");
    let page_on = |files: &[&str]| {
        sandbox.run("report -o page.html", files).exits(0);
        sandbox.read("page.html")
    };
    sandbox.run(words, &[]).exits(0);
    for files in [&[train][..], &[base], &[&format!("{base}.parquet"), base]] {
        let page = page_on(files);
        assert!(
            page.contains("60 of 60 samples: the target was reached."),
            "{page}"
        );
        assert_eq!(page.contains("Not read: "), files.len() > 1, "{page}");
    }
    let ran = sandbox.run("report", &[base]).exits(0);
    assert_eq!(ran.stdout, format!("{base}.report.html\n"));

    sandbox
        .run(words, &["--overwrite", "--split", "0.5,0.5"])
        .exits(0);
    let page = page_on(&[base]);
    let whole = "60 samples of a run that was split: it wrote 60 of 60 samples.";
    assert!(page.contains(whole), "{page}");
    let page = page_on(&[train, &format!("{base}.train.parquet")]);
    assert!(page.contains("a part of its samples: train."), "{page}");
    assert!(page.contains("which holds the data of"), "{page}");
    // Another folder is told from one for the Hub.
    let ran = sandbox.run("report .sdgen -o page.html", &[]).exits(2);
    ran.says("`.sdgen` is a folder without data/*.parquet");
}

#[test]
fn broken_rows_are_told_and_left_out() {
    let sandbox = Sandbox::new();
    let broken = "{\"a\n".repeat(6);
    sandbox.write(
        "data.jsonl",
        format!("{{\"a\": 1}}\n[]\n{broken}{{\"a\": 2}}\n"),
    );
    let ran = sandbox.run("report data.jsonl", &[]).exits(0);
    let told = "data.jsonl: 7 rows cannot be read and are left out: line 2: not a JSON object; \
                line 3: invalid JSON at column 3; line 4: invalid JSON at column 3; \
                line 5: invalid JSON at column 3; line 6: invalid JSON at column 3; and 2 more";
    assert_eq!(ran.stderr, format!("{told}\n"));
    let page = sandbox.read("data.report.html");
    assert!(page.contains("One thing to look at"), "{page}");
    assert!(
        page.contains(&format!("<li><bdi>{told}</bdi></li>")),
        "{page}"
    );
    assert!(
        page.contains("2 samples; nothing is known of the run"),
        "{page}"
    );
}

#[test]
fn a_file_that_cannot_be_read_leaves_no_report_and_no_older_one_is_lost() {
    let sandbox = Sandbox::new();
    sandbox.write("bad.jsonl", "{\"a\"\n");
    let older = "<meta name=\"generator\" content=\"sdgen, data report\">an older one";
    sandbox.write("bad.report.html", older);
    let ran = sandbox.run("report bad.jsonl", &[]).exits(2);
    assert!(
        ran.stderr
            .contains("`bad.jsonl`: holds no row that can be read"),
        "{}",
        ran.stderr
    );
    assert_eq!(sandbox.read("bad.report.html"), older);
    sandbox.write("bad.report.html", "mine");
    let ran = sandbox.run("report bad.jsonl", &[]).exits(2);
    ran.says("`bad.report.html` exists, and is no report of sdgen");
    let ran = sandbox.run("report bad.jsonl -o bad.jsonl", &[]).exits(2);
    assert!(
        ran.stderr.contains("does not end in .html"),
        "{}",
        ran.stderr
    );
    assert_eq!(sandbox.files(), ["bad.jsonl", "bad.report.html"]);
}

#[test]
fn a_report_that_cannot_be_written_loses_no_run() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path(&format!("{BASE}.report.html"))).unwrap();
    let ran = sandbox.run(
        "--provider offline --query towers --format pair --samples 5 --report",
        &[],
    );
    let ran = ran.exits(6);
    assert!(
        ran.stdout.starts_with(&format!("{BASE}.jsonl\n")),
        "{}",
        ran.stdout
    );
    ran.says("report.html").says("writes it elsewhere");
    assert_eq!(sandbox.jsonl(&format!("{BASE}.jsonl")).len(), 5);
}
