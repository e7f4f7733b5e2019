//! Which passages say the same but for a few words.
//!
//! Each has a fingerprint whose bits are alike where the words are: the
//! `SimHash` of its runs of three words (Charikar 2002). Passages whose
//! fingerprints differ in three bits of 64 or fewer are near-identical, as
//! found for web pages (Manku, Jain, Das Sarma 2007): about one word in two
//! hundred is another one.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::chunk::is_ideographic;

/// Most bits that fingerprints of near-identical passages differ in.
const MOST_BITS: u32 = 3;

/// Words of a feature.
const WORDS: usize = 3;

/// Most passages that one is compared with, of those with a quarter of their
/// bits in common: a bound on the time that a hostile corpus can take.
const MOST_COMPARISONS: usize = 1_000;

/// The fingerprint of a text; case, white space and punctuation do not count.
pub(super) fn fingerprint(text: &str) -> u64 {
    let words = words(text);
    let mut features: Vec<u64> = match words.len() {
        0..=WORDS => vec![hash(&words)],
        _ => words.windows(WORDS).map(hash).collect(),
    };
    // What every row of a table repeats weighs no more than what it says once.
    features.sort_unstable();
    features.dedup();
    let mut votes = [0_i32; 64];
    for feature in features {
        for (bit, votes) in votes.iter_mut().enumerate() {
            *votes += if feature >> bit & 1 == 1 { 1 } else { -1 };
        }
    }
    let bits = votes.iter().enumerate();
    bits.fold(0, |fingerprint, (bit, votes)| {
        fingerprint | u64::from(*votes > 0) << bit
    })
}

/// Hashes (FNV-1a) of the words of a text; an ideographic character is one.
fn words(text: &str) -> Vec<u64> {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x100_0000_01b3;
    let mut words = Vec::new();
    let mut word = BASIS;
    for char in text.chars() {
        let is_part = char.is_alphanumeric();
        if word != BASIS && (!is_part || is_ideographic(char)) {
            words.push(std::mem::replace(&mut word, BASIS));
        }
        if is_part {
            for char in char.to_lowercase() {
                word = (word ^ u64::from(u32::from(char))).wrapping_mul(PRIME);
            }
        }
    }
    if word != BASIS {
        words.push(word);
    }
    words
}

fn hash(words: &[u64]) -> u64 {
    let mut hasher = DefaultHasher::new();
    words.hash(&mut hasher);
    hasher.finish()
}

/// Of `passages`, those that are near-identical to an earlier one that is not one
/// of them.
pub(super) fn repeated<T>(passages: &[T], fingerprint: impl Fn(&T) -> u64) -> Vec<bool> {
    let fingerprint = |index: u32| fingerprint(&passages[index as usize]);
    let mut pairs = Vec::new();
    let mut order: Vec<u32> = (0..u32::try_from(passages.len()).unwrap_or(u32::MAX)).collect();
    // Of four quarters at least one is the same if three bits differ.
    for quarter in 0..=MOST_BITS {
        let key = |index: &u32| fingerprint(*index) >> (quarter * 16) & 0xffff;
        order.sort_unstable_by_key(|index| (key(index), *index));
        for alike in order.chunk_by(|first, second| key(first) == key(second)) {
            for (place, later) in alike.iter().enumerate() {
                let is_near = |earlier: &&u32| {
                    let unlike = fingerprint(**earlier) ^ fingerprint(*later);
                    unlike.count_ones() <= MOST_BITS
                };
                let mut earlier = alike[..place].iter().take(MOST_COMPARISONS);
                pairs.extend(earlier.find(is_near).map(|earlier| (*later, *earlier)));
            }
        }
    }
    pairs.sort_unstable();
    let mut repeated = vec![false; passages.len()];
    for (later, earlier) in pairs {
        if !repeated[earlier as usize] {
            repeated[later as usize] = true;
        }
    }
    repeated
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words without end, other ones for each seed.
    fn text(seed: usize, words: usize) -> String {
        let word = |number| format!("word{} ", (number * 7_919 + seed * 104_729) % 9_973);
        (0..words).map(word).collect()
    }

    fn repeats(texts: &[&str]) -> Vec<bool> {
        let fingerprints: Vec<_> = texts.iter().map(|text| fingerprint(text)).collect();
        repeated(&fingerprints, |it| *it)
    }

    #[test]
    fn case_space_and_punctuation_do_not_count() {
        let texts = ["Imprint: ACME Ltd.", "A text.", "IMPRINT  acme, ltd"];
        assert_eq!(repeats(&texts), [false, false, true]);
    }

    #[test]
    fn boilerplate_with_another_date_is_found() {
        let terms = text(1, 400);
        let [first, second] = ["2025", "2026"].map(|year| format!("{terms} as of {year}"));
        assert_eq!(repeats(&[&first, &second]), [false, true]);
    }

    #[test]
    fn ideographs_are_words() {
        let text = "燈台は海岸にあります。一八二二年に点灯しました。".repeat(2);
        let other = "船は港に着きました。船長は手紙を書いています。".repeat(2);
        assert_eq!(words("燈台 a").len(), 3);
        assert_eq!(repeats(&[&text, &other, &text]), [false, false, true]);
    }

    #[test]
    fn tables_of_the_same_columns_are_told_apart() {
        let table = |from: usize| -> String {
            let rows = (from..from + 30).map(|row| {
                let price = row * 37 % 1_000;
                format!("article: number {row}\nprice: {price}\ncurrency: EUR\n\n")
            });
            rows.collect()
        };
        let tables: Vec<_> = (0..200).map(|number| table(number * 30)).collect();
        let texts: Vec<_> = tables.iter().map(String::as_str).collect();
        assert_eq!(repeats(&texts), vec![false; 200]);
    }

    #[test]
    fn a_chain_of_small_changes_is_not_one_passage() {
        let chain = [0b0_u64, 0b111, 0b11_1111];
        assert_eq!(repeated(&chain, |it| *it), [false, true, false]);
    }

    #[test]
    fn a_thousand_times_the_same_is_once() {
        let repeated = repeated(&vec![7_u64; 5_000], |it| *it);
        assert_eq!(repeated.iter().filter(|is| !**is).count(), 1);
    }
}
