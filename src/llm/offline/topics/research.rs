//! Science, technology and health.

use super::super::scene::{Fact, Topic};
use super::super::words::Source::{City, Company, Count, Day, OneOf, Person, Time, Year};

pub(super) const SCIENCE: Topic = Topic {
    name: "science",
    slots: &[
        ("who", Person),
        ("rival", Person),
        ("city", City),
        ("day", Day),
        ("months", Count(3, 60)),
        ("count", Count(20, 5200)),
        ("percent", Count(4, 93)),
        ("sponsor", Company),
        (
            "object",
            OneOf(&[
                "a comet",
                "a copper alloy",
                "a deep-sea worm",
                "a fossil fish",
                "a layer of ice",
                "a meteorite",
                "a moss",
                "a nerve cell",
                "a pulsar",
                "a soil bacterium",
                "a spider silk",
                "a tree ring",
                "a volcanic rock",
                "a yeast",
                "an ancient seed",
                "an orchid",
            ]),
        ),
        (
            "method",
            OneOf(&[
                "a home-made laser",
                "an electron microscope",
                "a high-speed camera",
                "a radio telescope",
                "a robot arm",
                "a sensitive balance",
                "an infrared sensor",
                "a centrifuge",
                "a DNA sequencer",
                "a supercomputer",
            ]),
        ),
        (
            "finding",
            OneOf(&[
                "absorbs sound",
                "changes colour at night",
                "conducts heat",
                "contains gold",
                "glows in the dark",
                "grows in salt water",
                "is far older than expected",
                "reacts to music",
                "repairs itself",
                "sends out weak signals",
                "stores sunlight",
            ]),
        ),
    ],
    facts: &[
        Fact {
            sayings: &[
                "In {city}, {who} examined {object} with {method}.",
                "{who} used {method} to examine {object} in {city}.",
                "With {method}, {who} examined {object} in {city}.",
            ],
            follows: &[
                "{who} has done research in {city}.",
                "{who} examined something.",
            ],
            clashes: &[
                "{who} has never examined anything.",
                "{who} works as a waiter and has never seen a laboratory.",
            ],
            questions: &[
                ("What did {who} examine in {city}?", "object"),
                ("Who examined {object} in {city}?", "who"),
                (
                    "Which instrument did {who} use to examine {object}?",
                    "method",
                ),
                ("In which city did {who} examine {object}?", "city"),
            ],
        },
        Fact {
            sayings: &[
                "After {months} months and {count} measurements, it was clear that it {finding}.",
                "It took {months} months and {count} measurements to show that it {finding}.",
                "As {count} measurements over {months} months showed, it {finding}.",
            ],
            follows: &["More than one measurement was made.", "It {finding}."],
            clashes: &[
                "Not a single measurement was made.",
                "The measurements showed nothing at all.",
            ],
            questions: &[
                ("How many measurements were made?", "count"),
                ("How many months did the measurements take?", "months"),
            ],
        },
        Fact {
            sayings: &[
                "{rival} doubts the result and found an error of {percent} percent.",
                "Having found an error of {percent} percent, {rival} doubts the result.",
                "The result is doubted by {rival}, who found an error of {percent} percent.",
            ],
            follows: &[
                "{rival} is not sure about the result.",
                "Not everybody trusts the result.",
            ],
            clashes: &[
                "{rival} has confirmed the result without any doubt.",
                "Nobody has ever doubted the result.",
            ],
            questions: &[
                ("Who doubts the result?", "rival"),
                (
                    "How many percent was the error that {rival} found?",
                    "percent",
                ),
            ],
        },
        Fact {
            sayings: &[
                "The work was paid for by {sponsor} and published on {day}.",
                "Paid for by {sponsor}, the work was published on {day}.",
                "On {day}, the work was published; {sponsor} had paid for it.",
            ],
            follows: &[
                "The work can be read.",
                "{sponsor} spent money on the work.",
            ],
            clashes: &[
                "The work was never published.",
                "Nobody ever paid for the work.",
            ],
            questions: &[
                ("Who paid for the work?", "sponsor"),
                ("When was the work published?", "day"),
            ],
        },
    ],
    asides: &[
        "{who} was born in {~city}.",
        "{rival} and {who} went to the same school.",
        "A television programme about the laboratory is planned.",
    ],
};

pub(super) const TECHNOLOGY: Topic = Topic {
    name: "technology",
    slots: &[
        ("company", Company),
        ("who", Person),
        ("tester", Person),
        ("city", City),
        ("day", Day),
        ("year", Year(2009, 2025)),
        ("hours", Count(4, 90)),
        ("bugs", Count(13, 640)),
        ("users", Count(1500, 480_000)),
        (
            "app",
            OneOf(&[
                "a budget planner",
                "a bus timetable",
                "a chess trainer",
                "a language course",
                "a map for hikers",
                "a photo editor",
                "a plant guide",
                "a recipe finder",
                "a sleep tracker",
                "a star chart",
                "a text editor",
                "a tuner for guitars",
                "a vocabulary trainer",
                "a weather app",
            ]),
        ),
        (
            "language",
            OneOf(&[
                "C++",
                "Elixir",
                "Go",
                "Haskell",
                "Java",
                "Kotlin",
                "Python",
                "Ruby",
                "Rust",
                "Swift",
                "TypeScript",
            ]),
        ),
        (
            "fault",
            OneOf(&[
                "a broken disk",
                "a cut cable",
                "a failed update",
                "a full hard drive",
                "a leap second",
                "a power cut",
                "a typing error",
                "an expired certificate",
                "an overheated server",
            ]),
        ),
    ],
    facts: &[
        Fact {
            sayings: &[
                "{company} released {app} written in {language} in {year}.",
                "In {year}, {company} brought out {app} written in {language}.",
                "Written in {language}, {app} by {company} came out in {year}.",
            ],
            follows: &[
                "{company} has released software.",
                "There is software written in {language}.",
            ],
            clashes: &[
                "{company} has never released any software.",
                "{company} stopped making software before {year} and released nothing that year.",
            ],
            questions: &[
                ("What did {company} release in {year}?", "app"),
                (
                    "In which programming language is {app} by {company} written?",
                    "language",
                ),
                ("In which year did {company} release {app}?", "year"),
                ("Which company released {app} in {year}?", "company"),
            ],
        },
        Fact {
            sayings: &[
                "On {day}, {fault} stopped the service for {hours} hours.",
                "The service stood still for {hours} hours on {day} because of {fault}.",
                "Because of {fault}, there was no service for {hours} hours on {day}.",
            ],
            follows: &[
                "The service was not always available.",
                "There was a fault on {day}.",
            ],
            clashes: &[
                "The service has never been interrupted.",
                "On {day} everything worked without a break.",
            ],
            questions: &[
                ("Why did the service stop on {day}?", "fault"),
                ("For how many hours was there no service?", "hours"),
                ("On which day did the service stop?", "day"),
            ],
        },
        Fact {
            sayings: &[
                "{tester} found {bugs} bugs, and {who} fixed all of them.",
                "All {bugs} bugs that {tester} found were fixed by {who}.",
                "{who} fixed every one of the {bugs} bugs found by {tester}.",
            ],
            follows: &["There were bugs.", "{who} has fixed bugs."],
            clashes: &[
                "{tester} found no bugs at all.",
                "None of the bugs has been fixed.",
            ],
            questions: &[
                ("Who found the bugs?", "tester"),
                ("Who fixed the bugs?", "who"),
                ("How many bugs were found?", "bugs"),
            ],
        },
        Fact {
            sayings: &[
                "It has {users} users, most of them in {city}.",
                "Most of the {users} users are in {city}.",
                "In {city} live most of its {users} users.",
            ],
            follows: &[
                "Somebody in {city} uses it.",
                "It has more than a thousand users.",
            ],
            clashes: &["Nobody uses it.", "It has no users in {city}."],
            questions: &[
                ("How many users are there?", "users"),
                ("Where are most of the users?", "city"),
            ],
        },
    ],
    asides: &[
        "{tester} works with two screens.",
        "{company} may move to {~city}.",
        "{who} studied history at first.",
    ],
};

pub(super) const HEALTH: Topic = Topic {
    name: "health",
    slots: &[
        ("who", Person),
        ("patient", Person),
        ("city", City),
        ("company", Company),
        ("day", Day),
        ("hour", Time),
        ("weeks", Count(2, 26)),
        ("count", Count(30, 3900)),
        ("year", Year(1974, 2022)),
        (
            "complaint",
            OneOf(&[
                "a broken wrist",
                "a knee injury",
                "a sore back",
                "a stiff neck",
                "a twisted ankle",
                "bad sleep",
                "hay fever",
                "headaches",
                "high blood pressure",
                "shoulder pain",
                "weak eyesight",
            ]),
        ),
        (
            "cure",
            OneOf(&[
                "a brace",
                "breathing exercises",
                "cold baths",
                "daily walks",
                "eye drops",
                "gentle gymnastics",
                "herbal tea",
                "massages",
                "physiotherapy",
                "swimming",
                "warm packs",
            ]),
        ),
    ],
    facts: &[
        Fact {
            sayings: &[
                "{who} treated {patient} for {complaint} with {cure}.",
                "For {complaint}, {patient} was treated with {cure} by {who}.",
                "{patient} went to {who} with {complaint} and was treated with {cure}.",
            ],
            follows: &[
                "{patient} had a health problem.",
                "{patient} was treated by {who}.",
                "{patient} did not go without treatment.",
            ],
            clashes: &[
                "{patient} has never been treated by anybody.",
                "{who} sent {patient} away without any treatment.",
            ],
            questions: &[
                ("Who treated {patient}?", "who"),
                ("What was {patient} treated for?", "complaint"),
                ("What was {patient} treated with?", "cure"),
                ("Who was treated by {who}?", "patient"),
            ],
        },
        Fact {
            sayings: &[
                "After {weeks} weeks, on {day}, {patient} was well again.",
                "{patient} was well again on {day}, after {weeks} weeks.",
                "It took {weeks} weeks until {patient} was well again on {day}.",
            ],
            follows: &[
                "{patient} got well.",
                "{patient} did not get well within a day.",
            ],
            clashes: &[
                "{patient} never got well again.",
                "{patient} was well again after an hour.",
            ],
            questions: &[
                ("After how many weeks was {patient} well again?", "weeks"),
                ("On which day was {patient} well again?", "day"),
            ],
        },
        Fact {
            sayings: &[
                "The clinic in {city} was opened in {year} and sees {count} people a month.",
                "Opened in {year}, the clinic in {city} sees {count} people a month.",
                "Each month {count} people come to the clinic in {city}, which was opened in {year}.",
            ],
            follows: &[
                "There is a clinic in {city}.",
                "People go to the clinic in {city}.",
            ],
            clashes: &[
                "There has never been a clinic in {city}.",
                "Nobody goes to the clinic in {city}.",
            ],
            questions: &[
                ("Where is the clinic?", "city"),
                ("When was the clinic opened?", "year"),
                ("How many people does the clinic see in a month?", "count"),
            ],
        },
        Fact {
            sayings: &[
                "The doors open at {hour}, and {company} supplies the medicines.",
                "The medicines come from {company}, and the doors open at {hour}.",
                "At {hour} the doors open, and the medicines come from {company}.",
            ],
            follows: &[
                "{company} supplies something.",
                "The doors are not always open.",
            ],
            clashes: &["There are no medicines at all.", "The doors never open."],
            questions: &[
                ("When do the doors open?", "hour"),
                ("Who supplies the medicines?", "company"),
            ],
        },
    ],
    asides: &[
        "{who} used to live in {~city}.",
        "{patient} likes crossword puzzles.",
        "The waiting room will be painted green.",
    ],
};
