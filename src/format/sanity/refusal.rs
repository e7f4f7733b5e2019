//! Texts in which a model speaks of itself instead of writing what was asked
//! for.
//!
//! A person who cannot help somebody move is no such model: what is refused
//! must be the request itself, and the text must begin with it.

use super::fold::spoken;
use crate::format::coverage::is_unspaced;

/// What may stand before a refusal.
const APOLOGIES: [&str; 34] = [
    "i am sorry but",
    "i am sorry",
    "im sorry but",
    "im sorry",
    "sorry but",
    "sorry",
    "i apologize but",
    "i apologize",
    "unfortunately",
    "es tut mir leid aber",
    "es tut mir leid",
    "tut mir leid aber",
    "leider",
    "je suis désolé mais",
    "je suis désolé",
    "désolé mais",
    "lo siento pero",
    "lo siento",
    "mi dispiace ma",
    "mi dispiace",
    "desculpe mas",
    "sinto muito mas",
    "het spijt me maar",
    "przykro mi ale",
    "извините но",
    "к сожалению",
    "üzgünüm ama",
    "很抱歉",
    "抱歉",
    "对不起",
    "申し訳ありませんが",
    "申し訳ございませんが",
    "죄송하지만",
    "죄송합니다만",
];

/// How a model begins to speak of itself.
const SELF: [&str; 44] = [
    "as an ai language model i",
    "as an ai language model my",
    "as an ai language model it is not",
    "as an ai i",
    "as an ai model i",
    "as an ai assistant i",
    "as an artificial intelligence i",
    "as a language model i",
    "as a large language model i",
    "i am an ai language model",
    "im an ai language model",
    "i am just an ai",
    "im just an ai",
    "i am a large language model",
    "im a large language model",
    "als ki sprachmodell",
    "als ki kann ich",
    "als ki bin ich",
    "als sprachmodell kann ich",
    "ich bin ein ki sprachmodell",
    "en tant que modèle de langage",
    "en tant quia je",
    "en tant quintelligence artificielle je",
    "como modelo de lenguaje",
    "como ia no puedo",
    "como una ia no",
    "como modelo de linguagem",
    "como uma ia não",
    "in quanto modello linguistico",
    "come modello linguistico",
    "als ai taalmodel",
    "jako model językowy",
    "как языковая модель",
    "как искусственный интеллект я",
    "bir yapay zeka dil modeli olarak",
    "作为一个人工智能",
    "作为人工智能",
    "作为ai",
    "作为一个ai",
    "作为一个语言模型",
    "作為ai",
    "ai言語モデルとして",
    "言語モデルとして",
    "ai 언어 모델로서",
];

/// How it says, in English, that it cannot.
const CANNOT: [&str; 12] = [
    "i cant",
    "i cannot",
    "i can not",
    "i wont",
    "i am unable to",
    "im unable to",
    "i am not able to",
    "im not able to",
    "i wont be able to",
    "i must decline to",
    "i will not",
    "i am not allowed to",
];

/// What only a model cannot.
const REQUEST: [&str; 22] = [
    "fulfill this request",
    "fulfill that request",
    "fulfill your request",
    "fulfil this request",
    "fulfil that request",
    "fulfil your request",
    "comply with this request",
    "comply with that request",
    "comply with your request",
    "assist with this request",
    "assist with that request",
    "assist with your request",
    "help with this request",
    "help with that request",
    "complete this request",
    "create content that",
    "create that content",
    "generate content that",
    "generate that content",
    "generate this content",
    "provide that content",
    "produce content that",
];

/// What a person could go on with, so it must be the whole sentence.
const THIS: [&str; 8] = [
    "assist with that",
    "assist with this",
    "assist you with that",
    "assist you with this",
    "help with that",
    "help with this",
    "help you with that",
    "help you with this",
];

/// Refusals in other languages.
const REFUSALS: [&str; 22] = [
    "ich kann diese anfrage nicht",
    "ich kann ihre anfrage nicht",
    "ich kann deine anfrage nicht",
    "je ne peux pas répondre à cette demande",
    "je ne peux pas répondre à votre demande",
    "je ne peux pas accéder à cette demande",
    "no puedo cumplir con esta solicitud",
    "no puedo cumplir con esa solicitud",
    "no puedo ayudar con esa solicitud",
    "no puedo ayudarte con esa solicitud",
    "non posso soddisfare questa richiesta",
    "não posso atender a esse pedido",
    "não posso atender a essa solicitação",
    "я не могу выполнить этот запрос",
    "я не могу помочь с этим запросом",
    "我无法满足您的请求",
    "我无法满足这个请求",
    "我无法协助您完成这个请求",
    "我不能协助您的请求",
    "そのリクエストにはお応えできません",
    "そのご要望にはお応えできません",
    "요청을 도와드릴 수 없습니다",
];

/// Whether `text` begins as the answer of a model that refuses.
pub(super) fn is_refusal(text: &str) -> bool {
    let end = text.find(['.', '!', '?', '。', '！', '\n']);
    let sentence = spoken(&text[..end.unwrap_or(text.len())]);
    let sentence = without_apologies(&sentence);
    let cannot = CANNOT.iter().find_map(|cannot| after(sentence, cannot));
    begins_with_any(sentence, &SELF)
        || begins_with_any(sentence, &REFUSALS)
        || cannot.is_some_and(|what| THIS.contains(&what) || begins_with_any(what, &REQUEST))
}

fn without_apologies(mut sentence: &str) -> &str {
    while let Some(rest) = APOLOGIES.iter().find_map(|words| after(sentence, words)) {
        sentence = rest;
    }
    sentence
}

fn begins_with_any(sentence: &str, phrases: &[&str]) -> bool {
    phrases
        .iter()
        .any(|phrase| after(sentence, phrase).is_some())
}

/// What follows `phrase` at the beginning of `sentence`, between words.
fn after<'a>(sentence: &'a str, phrase: &str) -> Option<&'a str> {
    let rest = sentence.strip_prefix(phrase)?;
    let is_whole = rest.is_empty() || rest.starts_with(' ') || phrase.ends_with(is_unspaced);
    is_whole.then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_found_in_many_languages() {
        for text in [
            "As an AI language model, I cannot have opinions.",
            "As an AI, I don't have feelings.",
            "I’m sorry, but as an AI assistant, I can't do that.",
            "I'm sorry, but I can't assist with that.",
            "I am sorry, I cannot help you with this!",
            "Sorry, but I cannot fulfill this request because it is unsafe.",
            "Unfortunately, I'm unable to comply with your request.",
            "I can't create content that promotes violence.",
            "I'm just an AI, and have no home.",
            "Als KI-Sprachmodell habe ich keine Meinung.",
            "Es tut mir leid, aber ich kann diese Anfrage nicht erfüllen.",
            "En tant que modèle de langage, je n'ai pas d'avis.",
            "Je suis désolé, mais je ne peux pas répondre à cette demande.",
            "Como modelo de lenguaje, no tengo opiniones.",
            "Lo siento, pero no puedo ayudar con esa solicitud.",
            "Como uma IA, não tenho sentimentos.",
            "In quanto modello linguistico, non posso.",
            "К сожалению, я не могу выполнить этот запрос.",
            "Как языковая модель, я не имею мнения.",
            "很抱歉，我无法满足您的请求。",
            "作为一个人工智能语言模型，我没有感情。",
            "申し訳ありませんが、そのリクエストにはお応えできません。",
            "AI言語モデルとして、意見はありません。",
            "죄송하지만 요청을 도와드릴 수 없습니다.",
            "AI 언어 모델로서 저는 의견이 없습니다.",
        ] {
            assert!(is_refusal(text), "{text}");
        }
    }

    #[test]
    fn people_may_be_sorry_and_models_may_be_a_subject() {
        for text in [
            "I'm sorry, but I can't come on Friday.",
            "I'm sorry, but I can't help you move on Saturday.",
            "I can't help with that piano, but my brother can.",
            "Sorry, we cannot help with that today; the shop is closed.",
            "I won't be able to assist with the harvest this year.",
            "I am sorry about that. We have returned the second payment.",
            "Unfortunately, the ferry was late.",
            "As an AI researcher, I read many papers.",
            "As an AI language model, GPT-3 was trained on text from the web.",
            "As an aide, I carried the letters.",
            "A model that refuses says: I'm sorry, but I can't assist with that.",
            "What does \"as an AI language model\" mean?",
            "The office was unable to comply with your request.",
            "I am an artist and live in Porto.",
            "Es tut mir leid, aber ich kann heute nicht kommen.",
            "Als Kind war ich oft krank.",
            "Je suis désolé, mais je ne peux pas venir.",
            "Lo siento, pero no puedo ir.",
            "Como modelo de conducta, mi abuelo era severo.",
            "К сожалению, поезд опоздал.",
            "抱歉，我迟到了。",
            "作为一个老师，我很高兴。",
            "申し訳ありませんが、本日は休業です。",
            "죄송하지만 오늘은 쉽니다.",
            "",
        ] {
            assert!(!is_refusal(text), "{text}");
        }
    }
}
