//! Sport, music and literature.

use super::super::scene::{Fact, Topic};
use super::super::words::Source::{City, Company, Count, Day, OneOf, Person, Time, Year};

pub(super) const SPORT: Topic = Topic {
    name: "sport",
    slots: &[
        ("who", Person),
        ("coach", Person),
        ("city", City),
        ("home", City),
        ("day", Day),
        ("count", Count(120, 18_000)),
        ("age", Count(17, 39)),
        (
            "race",
            OneOf(&[
                "the 800 metres",
                "the bicycle race",
                "the canoe race",
                "the chess open",
                "the half marathon",
                "the hill run",
                "the high jump",
                "the judo final",
                "the long jump",
                "the marathon",
                "the rowing regatta",
                "the sailing cup",
                "the ski race",
                "the swimming final",
                "the table tennis final",
                "the triathlon",
            ]),
        ),
        (
            "prize",
            OneOf(&[
                "a box of oranges",
                "a bronze medal",
                "a silver cup",
                "a gold medal",
                "a new bicycle",
                "a voucher for shoes",
                "a wreath of flowers",
                "a year of free training",
            ]),
        ),
        (
            "habit",
            OneOf(&[
                "cycling to work",
                "dancing",
                "lifting stones",
                "running up stairs",
                "skipping rope",
                "swimming in cold lakes",
                "walking in the hills",
                "yoga at dawn",
            ]),
        ),
    ],
    facts: &[
        Fact {
            sayings: &[
                "{who} won {race} in {city} on {day}.",
                "On {day}, {who} came first in {race} in {city}.",
                "First place in {race} in {city} went to {who} on {day}.",
            ],
            follows: &[
                "{who} took part in {race} in {city}.",
                "There was a winner of {race} in {city}.",
                "{who} competed in {city}.",
            ],
            clashes: &[
                "{who} came last in {race} in {city} on {day}.",
                "{race} in {city} on {day} was cancelled before it began.",
                "{who} stayed at home on {day} and missed {race}.",
            ],
            questions: &[
                ("Who won {race} in {city}?", "who"),
                ("Which competition did {who} win?", "race"),
                ("When did {who} win {race}?", "day"),
                ("Where did {who} win {race}?", "city"),
            ],
        },
        Fact {
            sayings: &[
                "A crowd of {count} people watched {race}.",
                "{race} was watched by {count} people.",
                "There were {count} people who came to watch {race}.",
            ],
            follows: &["{race} had an audience.", "People watched {race}."],
            clashes: &[
                "{race} took place without any spectators.",
                "Nobody came to watch {race}.",
            ],
            questions: &[("How many people watched {race}?", "count")],
        },
        Fact {
            sayings: &[
                "The winner, who is {age} years old, was given {prize}.",
                "As a prize, the winner got {prize} at the age of {age}.",
                "At the age of {age}, the winner received {prize}.",
            ],
            follows: &["The winner got something.", "The winner is older than ten."],
            clashes: &[
                "The winner got nothing at all.",
                "The winner is still a baby.",
            ],
            questions: &[
                ("What was the winner given?", "prize"),
                ("How old is the winner?", "age"),
            ],
        },
        Fact {
            sayings: &[
                "{who} trains with {coach} in {home} and swears by {habit}.",
                "In {home}, {who} trains under {coach} and relies on {habit}.",
                "{coach} trains {who} in {home}, and the training includes {habit}.",
            ],
            follows: &["{who} has a coach.", "{coach} works with {who}."],
            clashes: &[
                "{who} has never had a coach.",
                "{coach} and {who} have never met.",
            ],
            questions: &[
                ("Who is the coach of {who}?", "coach"),
                ("Where does {who} train?", "home"),
                ("Which exercise is part of the training of {who}?", "habit"),
            ],
        },
    ],
    asides: &[
        "{coach} used to work as a plumber.",
        "{who} has two cats.",
        "Next time, {who} wants to wear green shoes.",
    ],
};

pub(super) const MUSIC: Topic = Topic {
    name: "music",
    slots: &[
        ("who", Person),
        ("teacher", Person),
        ("city", City),
        ("venue_city", City),
        ("day", Day),
        ("hour", Time),
        ("count", Count(3, 48)),
        ("seats", Count(90, 2600)),
        (
            "tool",
            OneOf(&[
                "accordion",
                "banjo",
                "bassoon",
                "cello",
                "clarinet",
                "double bass",
                "flute",
                "guitar",
                "harp",
                "horn",
                "mandolin",
                "oboe",
                "organ",
                "piano",
                "saxophone",
                "trombone",
                "trumpet",
                "viola",
                "violin",
                "xylophone",
            ]),
        ),
        (
            "hall",
            OneOf(&[
                "the Amber Hall",
                "the Boathouse",
                "the City Theatre",
                "the Glass Pavilion",
                "the Lantern Club",
                "the New Opera",
                "the Old Brewery",
                "the Orangery",
                "the Riverside Stage",
                "St Mark's Church",
                "the Tram Depot",
                "the Winter Garden",
            ]),
        ),
        (
            "theme",
            OneOf(&[
                "a long winter",
                "a lost dog",
                "a night train",
                "autumn leaves",
                "first love",
                "fishing boats",
                "growing old",
                "life on a farm",
                "rain in the city",
                "the desert",
                "the moon",
                "three sisters",
            ]),
        ),
    ],
    facts: &[
        Fact {
            sayings: &[
                "{who} played the {tool} at {hall} in {city} on {day}.",
                "On {day}, {hall} in {city} heard {who} play the {tool}.",
                "With the {tool}, {who} appeared at {hall} in {city} on {day}.",
            ],
            follows: &[
                "{who} has performed in {city}.",
                "{who} can play the {tool}.",
                "There was music at {hall} on {day}.",
            ],
            clashes: &[
                "{hall} in {city} was closed and silent on {day}.",
                "{who} has never touched a musical instrument.",
                "{who} has never performed in {city}.",
            ],
            questions: &[
                ("Who played at {hall} on {day}?", "who"),
                ("Which instrument did {who} play at {hall}?", "tool"),
                ("On which day did {who} play at {hall}?", "day"),
                ("In which city is {hall}, where {who} played?", "city"),
            ],
        },
        Fact {
            sayings: &[
                "The concert began at {hour}, and all {seats} seats were taken.",
                "All {seats} seats were taken when the concert began at {hour}.",
                "By {hour}, when the concert began, all {seats} seats were taken.",
            ],
            follows: &["The concert was sold out.", "The concert had an audience."],
            clashes: &[
                "Half of the seats stayed empty.",
                "The concert never began.",
            ],
            questions: &[
                ("When did the concert begin?", "hour"),
                ("How many seats were there?", "seats"),
            ],
        },
        Fact {
            sayings: &[
                "{who} has written {count} songs, most of them about {theme}.",
                "Most of the {count} songs that {who} has written are about {theme}.",
                "Of the {count} songs written by {who}, most are about {theme}.",
            ],
            follows: &["{who} writes songs.", "{who} has written about {theme}."],
            clashes: &[
                "{who} has never written a song.",
                "Not one of the songs by {who} is about {theme}.",
            ],
            questions: &[
                ("How many songs has {who} written?", "count"),
                ("What are most of the songs by {who} about?", "theme"),
            ],
        },
        Fact {
            sayings: &[
                "As a child in {venue_city}, {who} took lessons from {teacher}.",
                "{teacher} gave {who} lessons in {venue_city} years ago, when {who} was a child.",
                "{who} was a child in {venue_city} when {teacher} gave the first lessons.",
            ],
            follows: &[
                "{teacher} has given lessons.",
                "{who} has spent time in {venue_city}.",
            ],
            clashes: &[
                "{who} never had a teacher.",
                "{teacher} refused to give lessons to {who} or anybody else.",
            ],
            questions: &[
                ("Who gave {who} lessons?", "teacher"),
                ("Where did {who} take lessons as a child?", "venue_city"),
            ],
        },
    ],
    asides: &[
        "{teacher} now lives by the sea.",
        "{who} prefers tea to coffee.",
        "Tickets for the next season will be cheaper.",
    ],
};

pub(super) const LITERATURE: Topic = Topic {
    name: "literature",
    slots: &[
        ("who", Person),
        ("hero", Person),
        ("city", City),
        ("home", City),
        ("company", Company),
        ("year", Year(1924, 2023)),
        ("pages", Count(96, 880)),
        ("count", Count(3, 41)),
        (
            "adjective",
            OneOf(&[
                "Blue",
                "Broken",
                "Distant",
                "Empty",
                "Forgotten",
                "Golden",
                "Hidden",
                "Last",
                "Little",
                "Paper",
                "Quiet",
                "Restless",
                "Second",
                "Silver",
                "Stolen",
                "Wooden",
            ]),
        ),
        (
            "noun",
            OneOf(&[
                "Bridge",
                "Clock",
                "Compass",
                "Garden",
                "Harbour",
                "Heron",
                "House",
                "Island",
                "Ladder",
                "Letter",
                "Map",
                "Orchard",
                "River",
                "Summer",
                "Telescope",
                "Winter",
            ]),
        ),
        (
            "trade",
            OneOf(&[
                "a bookbinder",
                "a botanist",
                "a clockmaker",
                "a cook",
                "a ferry captain",
                "a judge",
                "a lighthouse keeper",
                "a mountain guide",
                "a nurse",
                "a pilot",
                "a postman",
                "a retired spy",
                "a tailor",
                "a translator",
                "a village teacher",
            ]),
        ),
        (
            "quest",
            OneOf(&[
                "a lost brother",
                "a missing painting",
                "a rare orchid",
                "an old friend",
                "a sunken ship",
                "a forgotten language",
                "a stolen manuscript",
                "the perfect loaf",
            ]),
        ),
    ],
    facts: &[
        Fact {
            sayings: &[
                "\"The {adjective} {noun}\" is a novel by {who} that appeared in {year}.",
                "{who} published the novel \"The {adjective} {noun}\" in {year}.",
                "In {year}, the novel \"The {adjective} {noun}\" by {who} was published.",
            ],
            follows: &[
                "{who} has written a novel.",
                "\"The {adjective} {noun}\" is a book.",
            ],
            clashes: &[
                "{who} has never published a book.",
                "\"The {adjective} {noun}\" is a cookbook by {~who}.",
                "\"The {adjective} {noun}\" first appeared in {~year}.",
            ],
            questions: &[
                ("Who wrote \"The {adjective} {noun}\"?", "who"),
                ("When did \"The {adjective} {noun}\" appear?", "year"),
            ],
        },
        Fact {
            sayings: &[
                "The story follows {hero}, {trade} in {city} who searches for {quest}.",
                "It tells of {hero}, {trade} in {city}, and the search for {quest}.",
                "Its hero is {hero}, {trade} in {city} in search of {quest}.",
            ],
            follows: &[
                "{hero} is looking for something.",
                "The story is set at least partly in {city}.",
            ],
            clashes: &[
                "{hero} has no work and is not looking for anything.",
                "Nobody in the story is called {hero}.",
            ],
            questions: &[
                ("Who is the hero of the story?", "hero"),
                ("What does {hero} search for?", "quest"),
                ("In which city is {hero} at home?", "city"),
                ("What is the occupation of {hero}?", "trade"),
            ],
        },
        Fact {
            sayings: &[
                "The book has {pages} pages and was translated into {count} languages.",
                "Translated into {count} languages, the book has {pages} pages.",
                "There are translations of the book, which has {pages} pages, into {count} languages.",
            ],
            follows: &[
                "The book can be read in more than one language.",
                "The book has been translated.",
            ],
            clashes: &[
                "The book was never translated.",
                "The book is a leaflet of two pages.",
            ],
            questions: &[
                ("How many pages does the book have?", "pages"),
                ("Into how many languages was the book translated?", "count"),
            ],
        },
        Fact {
            sayings: &[
                "{company} printed the first edition in {home}.",
                "The first edition was printed in {home} by {company}.",
                "In {home}, {company} printed the first edition.",
            ],
            follows: &[
                "{company} has printed a book.",
                "Books have been printed in {home}.",
            ],
            clashes: &[
                "The book was never printed.",
                "{company} refused to print the first edition.",
            ],
            questions: &[
                ("Which publisher printed the first edition?", "company"),
                ("Where was the first edition printed?", "home"),
            ],
        },
    ],
    asides: &[
        "{who} writes with a fountain pen.",
        "A film of the story may be made one day.",
        "{company} has moved to a larger office.",
    ],
};
