//! What people write to shops, to assistants and about products: tables only.

use super::scene::Topic;
use super::words::Source::{City, Company, Count, Day, Digits, OneOf, Person, Time};

/// Slots of all templates in this file; it has no facts of its own.
pub(super) const LIFE: Topic = Topic {
    name: "life",
    slots: &[
        ("who", Person),
        ("friend", Person),
        ("city", City),
        ("company", Company),
        ("day", Day),
        ("time", Time),
        ("count", Count(3, 48)),
        ("age", Digits(18, 90)),
        ("order", Digits(100_000, 999_999)),
        ("house", Digits(13, 240)),
        ("size", Digits(5, 64)),
        (
            "street",
            OneOf(&[
                "Bridge Street",
                "Chapel Lane",
                "Elm Avenue",
                "Garden Road",
                "High Street",
                "Hill Road",
                "Market Square",
                "Mill Lane",
                "Park Avenue",
                "River Walk",
                "School Lane",
                "Station Road",
            ]),
        ),
        (
            "job",
            OneOf(&[
                "accountant",
                "archaeologist",
                "architect",
                "astronomer",
                "baker",
                "beekeeper",
                "biologist",
                "bus driver",
                "carpenter",
                "cartographer",
                "chef",
                "civil engineer",
                "dentist",
                "detective",
                "editor",
                "electrician",
                "farmer",
                "firefighter",
                "gardener",
                "glassblower",
                "interpreter",
                "journalist",
                "judge",
                "librarian",
                "locksmith",
                "marine biologist",
                "mechanic",
                "midwife",
                "musician",
                "nurse",
                "optician",
                "paramedic",
                "pharmacist",
                "photographer",
                "physicist",
                "pilot",
                "plumber",
                "potter",
                "sailor",
                "sculptor",
                "social worker",
                "software developer",
                "tailor",
                "teacher",
                "translator",
                "vet",
                "watchmaker",
                "zookeeper",
            ]),
        ),
        (
            "trait",
            OneOf(&[
                "a dry sense of humour",
                "a fear of open water",
                "a love of old maps",
                "a talent for languages",
                "an eye for detail",
                "an excellent memory",
                "endless patience",
                "a weakness for puzzles",
                "a loud laugh",
                "a habit of talking to plants",
                "a reputation for honesty",
                "a mysterious past",
                "a steady hand",
                "very little sleep",
            ]),
        ),
        (
            "past",
            OneOf(&[
                "crossed a desert on foot",
                "grew up on a ferry",
                "once found a forgotten treasure",
                "once lost everything in a flood",
                "never went to school",
                "raised three sisters",
                "used to work in a circus",
                "spent years in the mountains",
                "saved a whole village",
                "left home at sixteen",
                "once won a lottery",
                "built a house without help",
            ]),
        ),
        (
            "product",
            OneOf(&[
                "air purifier",
                "alarm clock",
                "backpack",
                "bicycle helmet",
                "blender",
                "camping stove",
                "coffee grinder",
                "desk lamp",
                "digital camera",
                "electric kettle",
                "fountain pen",
                "hair dryer",
                "keyboard",
                "microphone",
                "monitor",
                "office chair",
                "phone case",
                "pressure cooker",
                "projector",
                "rain jacket",
                "robot vacuum",
                "sewing machine",
                "sleeping bag",
                "smart watch",
                "speaker",
                "suitcase",
                "tablet",
                "tent",
                "toaster",
                "umbrella",
                "water bottle",
                "yoga mat",
            ]),
        ),
        (
            "colour",
            OneOf(&[
                "black", "blue", "green", "grey", "orange", "red", "silver", "white", "yellow",
            ]),
        ),
        (
            "list",
            OneOf(&[
                "ages", "amounts", "costs", "heights", "lengths", "numbers", "prices", "scores",
                "sizes", "values",
            ]),
        ),
        (
            "word",
            OneOf(&[
                "city", "colour", "fruit", "label", "line", "name", "title", "word",
            ]),
        ),
        ("language", OneOf(&["German", "French", "Spanish"])),
        (
            "programming",
            OneOf(&[
                "Go",
                "Java",
                "JavaScript",
                "Python",
                "Ruby",
                "Rust",
                "TypeScript",
            ]),
        ),
    ],
    facts: &[],
    asides: &[],
};

/// Short biographies.
pub(super) const BIOS: &[&str] = &[
    "{who} is known in {city} for {trait} and {past}.",
    "With {trait}, {who} is respected by everybody at {company}. Few people know that {who} {past}.",
    "{who} lives in {city}, {past} and has {trait}.",
    "Born in {city}, {who} {past} and works with {friend} today.",
    "{who}, a friend of {friend}, {past} and is famous for {trait}.",
];

/// Reviews of one mood: beginnings, middles and ends.
#[derive(Debug)]
pub(super) struct Mood {
    /// The label of the mood.
    pub(super) name: &'static str,
    /// Parts of a review, each with its alternatives.
    pub(super) parts: [&'static [&'static str]; 3],
}

/// From bad to good.
pub(super) const MOODS: [Mood; 3] = [
    Mood {
        name: "negative",
        parts: [
            &[
                "I regret buying this {product}.",
                "What a disappointment.",
                "This {product} was a waste of money.",
                "I expected far more for this price.",
                "I can't recommend this {product} to anybody.",
                "{who} warned me about this {product}.",
            ],
            &[
                "It broke after {count} days.",
                "After {count} uses it stopped working.",
                "The {colour} paint came off within {count} hours.",
                "It makes a terrible noise.",
                "Half of the parts were missing in the parcel.",
                "It smells of burnt plastic.",
                "It arrived {count} days late and scratched.",
            ],
            &[
                "The service of {company} never answered.",
                "I sent it back to {company}.",
                "Never again!",
                "My money is still not back.",
                "{friend} had the same trouble.",
                "I have gone back to my old one.",
            ],
        ],
    },
    Mood {
        name: "neutral",
        parts: [
            &[
                "This {product} is what I expected.",
                "An average {product}, no more and no less.",
                "I have used this {product} for {count} weeks.",
                "It is an ordinary {product}.",
                "The {product} came in the {colour} version that I had ordered.",
            ],
            &[
                "It does its job, but nothing about it is special.",
                "Some things are well made, others are not.",
                "It is neither cheap nor expensive.",
                "The manual has {count} pages.",
                "It came from {city} in {count} days.",
                "It is a little larger than the old one.",
            ],
            &[
                "I may or may not buy it again.",
                "{friend} likes it more than I do.",
                "It is all right for now.",
                "For the price, that is fair.",
                "Other makers offer much the same as {company}.",
            ],
        ],
    },
    Mood {
        name: "positive",
        parts: [
            &[
                "I love this {product}!",
                "Best {product} I have ever had.",
                "What a wonderful {product}.",
                "I am very happy with this {product}.",
                "{who} gave me this {product}, and I am delighted.",
                "This {product} is worth every cent.",
            ],
            &[
                "After {count} weeks it still works like new.",
                "It is easy to use and well made.",
                "It came within {count} hours, in a beautiful {colour} box.",
                "It is quiet, light and strong.",
                "Setting it up took only {count} minutes.",
                "The {colour} finish looks even better than in the pictures.",
            ],
            &[
                "I have already ordered another one for {friend}.",
                "Thank you, {company}!",
                "I recommend it to everybody.",
                "The service of {company} was friendly and quick.",
                "I would buy it again at once.",
                "My friends in {city} are jealous.",
            ],
        ],
    },
];

/// What somebody wants from an assistant or a shop.
#[derive(Debug)]
pub(super) struct Intent {
    /// The label.
    pub(super) name: &'static str,
    /// What kind of matter it is in a help desk.
    pub(super) category: &'static str,
    /// The subject of a message about it.
    pub(super) subject: &'static str,
    /// Ways to ask for it.
    pub(super) requests: &'static [&'static str],
    /// What to answer.
    pub(super) replies: &'static [&'static str],
}

/// All intents.
pub(super) const INTENTS: &[Intent] = &[
    Intent {
        name: "track_order",
        category: "shipping",
        subject: "Where is order {order}?",
        requests: &[
            "I ordered a {product} on {day} and it still hasn't arrived. My order number is {order}.",
            "Can you tell me where my {product} is? The order number is {order}.",
            "My parcel to {city} should have come on {day}. Where is order {order}?",
        ],
        replies: &[
            "Your {product} left our store in {~city} and should reach you within two days.",
            "Order {order} is on its way and will be delivered tomorrow.",
        ],
    },
    Intent {
        name: "cancel_order",
        category: "order",
        subject: "Please cancel order {order}",
        requests: &[
            "I'd like to cancel order {order}; I no longer need the {product}.",
            "Please cancel the {colour} {product} that I ordered on {day}, order {order}.",
            "Is it too late to cancel my order for a {product}? The number is {order}.",
        ],
        replies: &[
            "Order {order} has been cancelled, and you won't be charged.",
            "I have stopped the order for the {product}. You will get an e-mail shortly.",
        ],
    },
    Intent {
        name: "request_refund",
        category: "billing",
        subject: "Refund for order {order}",
        requests: &[
            "The {product} from order {order} is broken. I want my money back.",
            "I returned the {product} on {day}. When will I get my refund for order {order}?",
            "I was charged twice for order {order}. Please refund one of the payments.",
        ],
        replies: &[
            "I'm sorry about that. The refund for order {order} will arrive within five days.",
            "We have received your message and will refund the full price of order {order}.",
        ],
    },
    Intent {
        name: "reset_password",
        category: "account",
        subject: "I can't log in",
        requests: &[
            "I forgot my password and can't log in as {who}.",
            "How do I reset my password? The account belongs to {who} in {city}.",
            "Since {day} my password has not been accepted. My customer number is {order}.",
        ],
        replies: &[
            "I have sent you a link with which you can choose a new password.",
            "Please open the login page and choose \"Forgot password\".",
        ],
    },
    Intent {
        name: "report_fault",
        category: "technical",
        subject: "My {product} has stopped working",
        requests: &[
            "My {product} stopped working on {day}. I have already restarted it {count} times.",
            "The {product} from order {order} makes a strange noise after {count} minutes.",
            "There is a {colour} light on my {product} that won't go off. What does it mean?",
        ],
        replies: &[
            "Please unplug the {product} for a minute and try again.",
            "That should not happen. We will send you a new {product}.",
        ],
    },
    Intent {
        name: "book_table",
        category: "booking",
        subject: "A table on {day}",
        requests: &[
            "A table for {count} at {time} on {day}, please. The name is {who}.",
            "Do you have a table for {count} people on {day}? We would come at {time}.",
            "Can I book a table in {city} for {day} at {time}?",
        ],
        replies: &[
            "Your table is booked for {time} on {day}.",
            "I'm afraid we are full at {time} on {day}. Would an hour later suit you?",
        ],
    },
    Intent {
        name: "check_weather",
        category: "information",
        subject: "Weather in {city}",
        requests: &[
            "What will the weather be like in {city} on {day}?",
            "Do I need an umbrella in {city} at {time} today?",
            "Will it snow in {city} within the next {count} days?",
        ],
        replies: &[
            "It will be dry and sunny in {city}.",
            "Rain is expected in {city}, so take an umbrella with you.",
        ],
    },
    Intent {
        name: "set_reminder",
        category: "planning",
        subject: "Reminder for {day}",
        requests: &[
            "Remind me to call {friend} at {time} on {day}.",
            "On {day} at {time} I need to pick up the {product}. Don't let me forget it.",
            "Set a reminder for {time}: write to {who} about the {product}.",
        ],
        replies: &[
            "All right, I will remind you at {time}.",
            "Your reminder for {time} is set.",
        ],
    },
];

/// A small programming task in Python and its solution.
pub(super) const SNIPPETS: &[(&str, &str, &str)] = &[
    (
        "Write a Python function that returns all {list} greater than {size}.",
        "def large_{list}({list}):\n    return [value for value in {list} if value > {size}]",
        "The comprehension keeps only the values that are greater than {size}.",
    ),
    (
        "Write a Python function that returns the first {size} {list} of a list.",
        "def first_{list}({list}):\n    return {list}[:{size}]",
        "The slice ends before index {size}; a shorter list is returned whole.",
    ),
    (
        "Write a Python function that adds {size} to each of the {list}.",
        "def raised_{list}({list}):\n    return [value + {size} for value in {list}]",
        "A new list is built, so the list that was passed in is not changed.",
    ),
    (
        "Write a Python function that says whether a {word} is longer than {size} characters.",
        "def is_long_{word}({word}):\n    return len({word}) > {size}",
        "The length is compared with {size}, and the comparison is already a boolean.",
    ),
    (
        "Write a Python function that repeats a {word} {size} times, separated by spaces.",
        "def repeat_{word}({word}):\n    return \" \".join([{word}] * {size})",
        "The list holds the {word} once per repetition, and join puts spaces between them.",
    ),
    (
        "Write a Python function that returns the {list} at every position divisible by {size}.",
        "def some_{list}({list}):\n    return {list}[::{size}]",
        "The third part of the slice is the step.",
    ),
    (
        "Write a Python function that cuts a {word} after {size} characters.",
        "def short_{word}({word}):\n    return {word}[:{size}]",
        "A slice never fails, even when the {word} is shorter than {size} characters.",
    ),
    (
        "Write a Python function that returns the sum of the {list}, but at most {size}.",
        "def capped_{list}({list}):\n    return min(sum({list}), {size})",
        "The smaller one of the sum and {size} is returned.",
    ),
];

/// The same in English, German, French and Spanish.
pub(super) const TRANSLATIONS: &[[&str; 4]] = &[
    [
        "The train to {city} leaves from platform {size}.",
        "Der Zug nach {city} fährt von Gleis {size} ab.",
        "Le train pour {city} part de la voie {size}.",
        "El tren a {city} sale de la vía {size}.",
    ],
    [
        "{who} lives in {city} and works for {company}.",
        "{who} wohnt in {city} und arbeitet für {company}.",
        "{who} habite à {city} et travaille pour {company}.",
        "{who} vive en {city} y trabaja para {company}.",
    ],
    [
        "The room costs {house} euros a night.",
        "Das Zimmer kostet {house} Euro pro Nacht.",
        "La chambre coûte {house} euros la nuit.",
        "La habitación cuesta {house} euros por noche.",
    ],
    [
        "{who} and {friend} have known each other for years.",
        "{who} und {friend} kennen sich seit Jahren.",
        "{who} et {friend} se connaissent depuis des années.",
        "{who} y {friend} se conocen desde hace años.",
    ],
    [
        "I would like to speak to {who}, please.",
        "Ich möchte bitte mit {who} sprechen.",
        "Je voudrais parler à {who}, s'il vous plaît.",
        "Quisiera hablar con {who}, por favor.",
    ],
    [
        "Your order number is {order}.",
        "Ihre Bestellnummer lautet {order}.",
        "Votre numéro de commande est le {order}.",
        "Su número de pedido es el {order}.",
    ],
    [
        "It has been raining in {city} since this morning.",
        "In {city} regnet es seit heute Morgen.",
        "Il pleut à {city} depuis ce matin.",
        "En {city} llueve desde esta mañana.",
    ],
    [
        "{friend} has written a letter to {company}.",
        "{friend} hat einen Brief an {company} geschrieben.",
        "{friend} a écrit une lettre à {company}.",
        "{friend} ha escrito una carta a {company}.",
    ],
    [
        "Have you ever been to {city}, {who}?",
        "Waren Sie schon einmal in {city}, {who}?",
        "Êtes-vous déjà allé à {city}, {who} ?",
        "¿Ha estado alguna vez en {city}, {who}?",
    ],
    [
        "The museum in {city} has {order} visitors a year.",
        "Das Museum in {city} hat {order} Besucher im Jahr.",
        "Le musée de {city} accueille {order} visiteurs par an.",
        "El museo de {city} recibe {order} visitantes al año.",
    ],
];
