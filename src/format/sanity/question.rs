//! Statements where a question should be.
//!
//! Questions need no mark, and may be orders or gaps to be filled in; so only a
//! sentence that begins as statements do, in the languages that are listed, and
//! holds no word that asks is taken for a statement.

use super::fold::spoken;

/// Marks of questions and gaps, in any script; the Greek one looks like a
/// semicolon.
const MARKS: [&str; 15] = [
    "?", "？", "؟", "՞", "፧", "⁇", "꘏", "¿", ";", "\u{37e}", "_", "…", "...", "[", ":",
];

/// How statements begin, in English, German, French, Spanish, Italian and
/// Portuguese.
const OPENERS: &str = "the this these those it he she they we there a an its der die das es er sie ein eine \
    dieser diese dieses le les il elle ils elles un une ce cette el los las una esta este lo \
    gli os uma um";

/// Words of questions and of orders to answer, in these languages.
const ASKING: &str = "what who whom whose which when where why how whether if name list state explain describe \
    give identify tell discuss compare define choose select find calculate compute estimate \
    complete fill blank say write translate summarize summarise answer question true false \
    please know wonder ask wer wen wem wessen welche welcher welches welchen wann wo wohin \
    woher warum wieso weshalb wie ob nenne nennen erkläre erklären beschreibe beschreiben \
    gib frage qui que quoi quel quelle quels quelles quand où pourquoi comment combien si \
    nommez nomme expliquez explique décrivez donnez citez qué quién quiénes cuál cuáles \
    cuándo dónde cómo cuánto cuántos cuánta cuántas nombra nombre explica di chi che cosa \
    quale quali quando dove perché come quanto quanti spiega quem qual quais onde como \
    porquê diga";

/// Whether `text` is certainly no question.
pub(super) fn is_statement(text: &str) -> bool {
    let text = text.trim();
    let Some(body) = text.strip_suffix('.') else {
        return false;
    };
    if MARKS.iter().any(|mark| text.contains(mark)) {
        return false;
    }
    let spoken = spoken(body);
    let mut words = spoken.split(' ');
    let begins_so = words.next().is_some_and(|word| has(OPENERS, word));
    // A word such as "it" alone says too little.
    begins_so && words.clone().count() > 1 && !words.any(|word| has(ASKING, word))
}

fn has(words: &str, word: &str) -> bool {
    words.split(' ').any(|it| it == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_no_questions() {
        for text in [
            "The lamp was lit in 1822.",
            "It stands on a reef twelve miles off Tiree.",
            "There are six towers on the coast.",
            "A short account of the tower and its keepers.",
            "Der Turm steht auf einem Felsen.",
            "Le phare est haut.",
            "El faro es muy alto.",
            "Il faro è alto.",
            "Os faróis são altos.",
        ] {
            assert!(is_statement(text), "{text}");
        }
    }

    #[test]
    fn questions_orders_and_gaps_pass() {
        for text in [
            "When was the lamp lit?",
            "When was the lamp lit",
            "The lamp was lit when?",
            "The capital of France is ___.",
            "The tower is [MASK] metres high.",
            "Name the river that flows through Paris.",
            "Explain why the lamp was lit.",
            "In one sentence, explain the law.",
            "The tower is 48 metres high. True or false.",
            "The text names a keeper. Who is he.",
            "I would like to know the height of the tower.",
            "Height of the tower",
            "The height of the tower",
            "Nenne den Fluss, der durch Paris fließt.",
            "Nenn mir die Höhe des Turms.",
            "Der Turm ist wie hoch.",
            "Cite le nom du phare.",
            "Describa el faro.",
            "¿Cuándo se encendió la lámpara?",
            "Πότε άναψε η λάμπα;",
            "متى أضيء المصباح؟",
            "灯塔有多高吗",
            "灯塔是谁建的呢。",
            "这座灯塔有多高。",
            "塔の高さを述べよ。",
            "등대의 높이를 말하시오.",
            "ใครสร้างหอคอย",
            "Кто построил башню.",
            "Ի՞նչ է սա։",
            "It.",
            "",
        ] {
            assert!(!is_statement(text), "{text}");
        }
    }
}
