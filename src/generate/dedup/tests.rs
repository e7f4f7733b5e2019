//! What is a duplicate, and that those planted among many are found.

use std::collections::HashSet;

use rand::rngs::SmallRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::*;
use crate::sample::{FieldKind, Message, Role};

fn near() -> Dedup {
    Dedup::new(Duplicates::Near(Threshold::default()), 0, None)
}

fn values<const N: usize>(texts: [&str; N]) -> Vec<Value> {
    let texts = texts.into_iter();
    texts.map(|text| Value::String(text.into())).collect()
}

/// What the second of two samples is to the first.
fn second<const N: usize>(first: [&str; N], second: [&str; N]) -> Novelty {
    let mut dedup = near();
    assert_eq!(dedup.novelty(&values(first)), Novelty::New);
    dedup.novelty(&values(second))
}

fn is_near(novelty: Novelty) -> bool {
    matches!(novelty, Novelty::Near { .. })
}

#[test]
fn a_text_with_another_label_is_a_near_duplicate() {
    let label = Field {
        limit: Limit::Choices(vec!["news".into(), "advert".into()]),
        ..Field::new("label", FieldKind::String, "the class")
    };
    let fields = [Field::new("text", FieldKind::String, "a text"), label];
    let near = Duplicates::Near(Threshold::default());
    let mut dedup = Dedup::new(near, 0, labels(&fields));
    let text = "The new lamp of the harbour burns all night and costs nothing.";
    assert_eq!(dedup.novelty(&values([text, "news"])), Novelty::New);
    assert!(is_near(dedup.novelty(&values([text, "advert"]))));
    let other = "The old lamp of the harbour burned at times and cost a fortune.";
    assert_eq!(dedup.novelty(&values([other, "news"])), Novelty::New);
}

#[test]
fn conversations_are_the_same_if_the_same_is_said_by_the_same() {
    let talk = |texts: [&str; 2], roles: [Role; 2]| {
        let said = roles.into_iter().zip(texts);
        let messages = said.map(|(role, content)| Message {
            role,
            content: content.to_owned(),
        });
        [Value::Messages(messages.collect())]
    };
    let mut dedup = Dedup::new(Duplicates::Exact, 0, None);
    let roles = [Role::User, Role::Assistant];
    assert_eq!(dedup.novelty(&talk(["Why?", "So."], roles)), Novelty::New);
    assert_eq!(
        dedup.novelty(&talk(["WHY?", " So."], roles)),
        Novelty::Exact
    );
    let others = [Role::System, Role::Assistant];
    assert_eq!(dedup.novelty(&talk(["Why?", "So."], others)), Novelty::New);
    let mut dedup = near();
    let question = "Which lamp burns all night?";
    let answer = "The new one at the end of the eastern pier, which the keepers painted red last \
        spring, burns all night, and by day a bell tells where the pier ends.";
    assert_eq!(
        dedup.novelty(&talk([question, answer], roles)),
        Novelty::New
    );
    let shorter = answer.trim_end_matches(" ends.");
    assert!(is_near(dedup.novelty(&talk([question, shorter], roles))));
}

#[test]
fn the_same_values_are_seen_once() {
    let mut dedup = Dedup::new(Duplicates::Exact, 0, None);
    let value = |text: &str, number| [Value::String(text.into()), Value::Float(number)];
    assert_eq!(dedup.novelty(&value("A lamp.", 0.0)), Novelty::New);
    for text in ["A lamp.", " a\u{a0}LAMP. ", "Ａ lamp."] {
        assert_eq!(dedup.novelty(&value(text, -0.0)), Novelty::Exact, "{text}");
    }
    assert_eq!(dedup.novelty(&value("A lamp.", 1.0)), Novelty::New);
    assert_eq!(dedup.novelty(&value("A lamp!", 0.0)), Novelty::New);
}

#[test]
fn values_do_not_run_into_each_other() {
    let mut dedup = Dedup::new(Duplicates::Exact, 0, None);
    for values in [
        [Value::String("ab".into()), Value::String("c".into())],
        [Value::String("a".into()), Value::String("bc".into())],
        [Value::String("abc".into()), Value::Null],
        [Value::Null, Value::String("abc".into())],
        [Value::Integer(1), Value::Boolean(true)],
        [Value::Boolean(true), Value::Integer(1)],
        [Value::Float(1.0), Value::Boolean(true)],
    ] {
        assert_eq!(dedup.novelty(&values), Novelty::New, "{values:?}");
    }
}

const LONG: &str = "The keeper climbed the tower at dusk and trimmed the lamp, as on every other \
                    evening of that long winter, while the ships that came in from the sea looked \
                    for the light above the rocks and steered by it into the harbour.";

#[test]
fn a_long_text_with_another_word_is_a_near_duplicate() {
    let other = LONG.replace("winter", "autumn");
    assert!(is_near(second([LONG], [&other])));
    let louder = LONG.to_uppercase().replace(',', " –");
    assert_eq!(second([LONG], [&louder]), Novelty::Near { similarity: 1.0 });
}

#[test]
fn a_text_of_which_half_is_another_one_is_new() {
    let (start, end) = LONG.split_at(LONG.len() / 2);
    let other = format!("{start} {}", end.chars().rev().collect::<String>());
    assert_eq!(second([LONG], [&other]), Novelty::New);
}

#[test]
fn short_texts_that_differ_in_what_matters_are_new() {
    for (first, other) in [
        (["What is 3+4?", "7"], ["What is 3+5?", "8"]),
        (["What is 3+4?", "7"], ["What is 3-4?", "-1"]),
        (
            ["What is the capital of France?", "Paris"],
            ["What is the capital of Spain?", "Madrid"],
        ),
        (
            ["Is the lamp of the tower lit at night?", "yes"],
            ["Is the lamp of the tower lit at night?", "no"],
        ),
        (["red", "colour"], ["blue", "colour"]),
        (
            ["フランスの首都は？", "パリ"],
            ["スペインの首都は？", "マドリード"],
        ),
    ] {
        assert_eq!(second(first, other), Novelty::New, "{first:?} {other:?}");
    }
}

#[test]
fn samples_that_share_a_long_field_are_new() {
    for other in [
        "It was dark.",
        "The keeper was at home.",
        "Ships were near.",
    ] {
        assert_eq!(second([LONG, "A man worked."], [LONG, other]), Novelty::New);
        let asked = ["Who trimmed the lamp of the tower?", "the keeper"];
        let first = [LONG, asked[0], asked[1]];
        assert_eq!(
            second(first, [LONG, "Who was out there?", other]),
            Novelty::New
        );
    }
}

#[test]
fn texts_do_not_count_in_another_field() {
    assert_eq!(second([LONG, "a lamp"], ["a lamp", LONG]), Novelty::New);
}

#[test]
fn labels_and_numbers_do_not_count() {
    let mut dedup = near();
    let labelled = |text: &str, label| [Value::String(text.into()), Value::Integer(label)];
    assert_eq!(dedup.novelty(&labelled("It is dark.", 0)), Novelty::New);
    assert!(is_near(dedup.novelty(&labelled("It is dark.", 2))));
    for number in 0..3 {
        let alone = [Value::Null, Value::Integer(number)];
        assert_eq!(dedup.novelty(&alone), Novelty::New);
    }
}

#[test]
fn the_field_that_the_passage_fills_does_not_count() {
    let duplicates = Duplicates::Near(Threshold::default());
    let mut dedup = Dedup::new(duplicates, 0, Some(0));
    let asked = ["Who trimmed the lamp?", "the keeper"];
    let sample = |context| values([context, asked[0], asked[1]]);
    assert_eq!(dedup.novelty(&sample(LONG)), Novelty::New);
    assert!(is_near(dedup.novelty(&sample("The keeper trimmed it."))));
}

#[test]
fn texts_without_spaces_are_compared_by_characters() {
    for (text, from, to) in [
        (
            "灯台守は毎晩塔に登り、灯りをともして、長い冬のあいだ海から来る船を港へ導きました。\
             船長たちはその光を頼りに岩をよけて進みました。",
            "冬",
            "秋",
        ),
        (
            "守塔人每天傍晚爬上灯塔，点亮灯火，在漫长的冬天里指引从海上归来的船只驶入港湾，\
             船长们依靠这道光避开暗礁，平安回到家人的身边。",
            "冬",
            "秋",
        ),
        (
            "คนเฝ้าประภาคารปีนขึ้นหอคอยทุกเย็นและจุดตะเกียงตลอดฤดูหนาวอันยาวนานเพื่อให้เรือที่มาจากทะเลเข้าเทียบท่าได้อย่างปลอดภัย\
             กัปตันเรือทุกคนจำแสงของหอคอยนี้ได้ดีและขอบคุณคนเฝ้าที่ไม่เคยละทิ้งหน้าที่ของตนเลยสักคืนเดียว",
            "หนาว",
            "ร้อน",
        ),
    ] {
        assert!(is_near(second([text], [&text.replace(from, to)])), "{text}");
        let half = text.chars().count() / 2;
        let (start, end): (String, String) = (
            text.chars().take(half).collect(),
            text.chars().skip(half).collect(),
        );
        assert_eq!(second([&start], [&end]), Novelty::New, "{text}");
    }
}

#[test]
fn a_near_duplicate_is_not_known_afterwards() {
    let mut dedup = near();
    let other = LONG.replace("winter", "autumn");
    assert_eq!(dedup.novelty(&values([LONG])), Novelty::New);
    let first = dedup.novelty(&values([&other]));
    assert!(is_near(first));
    // A resumed run knows the samples that were kept, and must come to the same.
    assert_eq!(dedup.novelty(&values([&other])), first);
}

#[test]
fn a_threshold_of_one_wants_the_same_words() {
    let threshold = Threshold::new(1.0).expect("in range");
    let mut dedup = Dedup::new(Duplicates::Near(threshold), 0, None);
    assert_eq!(dedup.novelty(&values([LONG])), Novelty::New);
    assert!(is_near(dedup.novelty(&values([&LONG.replace(',', "")]))));
    let other = LONG.replace("rocks", "cliffs");
    assert_eq!(dedup.novelty(&values([&other])), Novelty::New);
}

#[test]
fn thresholds_are_from_a_half_to_one() {
    for (number, is_one) in [(0.5, true), (1.0, true), (0.49, false), (1.01, false)] {
        assert_eq!(Threshold::new(number).is_some(), is_one, "{number}");
    }
    assert_eq!(Threshold::new(f64::NAN), None);
}

/// A text of `count` words, the frequent ones of which are in every text.
fn text(rng: &mut SmallRng, words: &[String], count: usize) -> Vec<String> {
    (0..count)
        .map(|_| {
            // Zipf's law, roughly.
            let rank: f64 = rng.random::<f64>().powi(3);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "small"
            )]
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let index = (rank * words.len() as f64) as usize;
            words[index].clone()
        })
        .collect()
}

fn vocabulary(rng: &mut SmallRng) -> Vec<String> {
    let syllables = [
        "ka", "lo", "mer", "tin", "su", "ra", "ven", "do", "ghi", "pel", "ox", "an",
    ];
    let word = |rng: &mut SmallRng| {
        let syllables = (0..rng.random_range(1..5)).filter_map(|_| syllables.choose(rng));
        syllables.copied().collect()
    };
    (0..8_000).map(|_| word(rng)).collect()
}

/// The similarity of two samples by its definition.
fn similarity(one: &[Value], other: &[Value]) -> f64 {
    let jaccard = |field| {
        let [one, other]: [HashSet<u64>; 2] = [one, other].map(|values: &[Value]| {
            let text = folded(&values[field]).expect("a text");
            shingles(field, &text).into_iter().collect()
        });
        let common = one.intersection(&other).count();
        let all = one.len() + other.len() - common;
        #[expect(clippy::cast_precision_loss, reason = "few")]
        let jaccard = common as f64 / all as f64;
        jaccard
    };
    let fields = [0, 1];
    fields.map(jaccard).iter().sum::<f64>() / 2.0
}

/// A sample with some of its words replaced.
fn varied(
    rng: &mut SmallRng,
    sample: &[Vec<String>; 2],
    share: f64,
    words: &[String],
) -> Vec<Value> {
    let texts = sample.each_ref().map(|text| {
        let words = text.iter().map(|word| match rng.random_bool(share) {
            true => words.choose(rng).expect("many").as_str(),
            false => word.as_str(),
        });
        words.collect::<Vec<_>>().join(" ")
    });
    values(texts.each_ref().map(String::as_str))
}

#[test]
fn near_duplicates_planted_among_a_hundred_thousand_samples_are_found() {
    const SAMPLES: usize = 100_000;
    let mut rng = SmallRng::seed_from_u64(1);
    let words = vocabulary(&mut rng);
    let mut dedup = Dedup::new(Duplicates::Near(Threshold::default()), SAMPLES, None);
    let mut planted = Vec::new();
    for number in 0..SAMPLES {
        let is_planted = number % 20 == 0;
        let lengths = if is_planted { 12..30 } else { 5..12 };
        let sample = [0, 1].map(|_| {
            let count = rng.random_range(lengths.clone());
            text(&mut rng, &words, count)
        });
        let whole = varied(&mut rng, &sample, 0.0, &words);
        assert_eq!(dedup.novelty(&whole), Novelty::New, "sample {number}");
        if is_planted {
            let share = [0.01, 0.02, 0.08, 0.15][number / 20 % 4];
            planted.push((varied(&mut rng, &sample, share, &words), whole));
        }
    }
    let (mut similar, mut found, mut dissimilar) = (0, 0, 0);
    for (other, whole) in &planted {
        let similarity = similarity(other, whole);
        let is_found = dedup.novelty(other) != Novelty::New;
        if (0.88..0.92).contains(&similarity) {
            similar += 1;
            found += usize::from(is_found);
        } else if similarity < 0.6 {
            dissimilar += 1;
            assert!(!is_found, "similarity {similarity}");
        }
    }
    assert!(similar > 300 && dissimilar > 800, "{similar} {dissimilar}");
    assert!(found * 100 >= similar * 98, "{found} of {similar}");
}
