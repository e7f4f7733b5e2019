//! Travel, history and nature.

use super::super::scene::{Fact, Topic};
use super::super::words::Source::{City, Company, Count, Day, OneOf, Person, Time, Year};

pub(super) const TRAVEL: Topic = Topic {
    name: "travel",
    slots: &[
        ("who", Person),
        ("friend", Person),
        ("from", City),
        ("to", City),
        ("day", Day),
        ("hour", Time),
        ("nights", Count(2, 12)),
        ("price", Count(28, 460)),
        (
            "vehicle",
            OneOf(&[
                "by bus",
                "by night train",
                "by ferry",
                "by car",
                "by bicycle",
                "by motorbike",
                "by plane",
                "on foot",
                "in a camper van",
                "in an old taxi",
            ]),
        ),
        (
            "inn",
            OneOf(&[
                "the Anchor Inn",
                "the Blue Door",
                "the Cedar Lodge",
                "the Crown Hotel",
                "the Garden Hostel",
                "the Harbour Hotel",
                "the Lighthouse Inn",
                "the Mill House",
                "the Old Post Office",
                "the Station Hotel",
                "the White Swan",
            ]),
        ),
        (
            "loss",
            OneOf(&[
                "a blue suitcase",
                "a camera",
                "a guidebook",
                "a pair of glasses",
                "a red umbrella",
                "a sleeping bag",
                "a straw hat",
                "a phone charger",
                "the house keys",
                "a wool scarf",
            ]),
        ),
        (
            "sight",
            OneOf(&[
                "the botanical garden",
                "the castle",
                "the cathedral",
                "the covered market",
                "the fortress",
                "the maritime museum",
                "the observatory",
                "the old harbour",
                "the puppet theatre",
                "the royal palace",
                "the tram museum",
                "the zoo",
            ]),
        ),
    ],
    facts: &[
        Fact {
            sayings: &[
                "{who} travelled from {from} to {to} {vehicle} on {day}.",
                "On {day}, {who} went from {from} to {to} {vehicle}.",
                "It was on {day} that {who} made the journey from {from} to {to} {vehicle}.",
            ],
            follows: &["{who} has been to {to}.", "{who} left {from} on {day}."],
            clashes: &[
                "{who} has never left {from}.",
                "{who} spent the whole of {day} at home.",
            ],
            questions: &[
                ("Who travelled from {from} to {to}?", "who"),
                ("How did {who} travel to {to}?", "vehicle"),
                ("On which day did {who} travel to {to}?", "day"),
                ("Where did {who} travel to from {from}?", "to"),
            ],
        },
        Fact {
            sayings: &[
                "A room at {inn} cost {price} euros for {nights} nights.",
                "At {inn}, {nights} nights cost {price} euros.",
                "The price of a room at {inn} for {nights} nights was {price} euros.",
            ],
            follows: &[
                "{inn} has rooms for guests.",
                "A stay at {inn} was not free.",
            ],
            clashes: &[
                "{inn} has been closed for years.",
                "A room at {inn} cost nothing.",
            ],
            questions: &[
                ("How many euros did the room at {inn} cost?", "price"),
                ("For how many nights was the room at {inn} taken?", "nights"),
            ],
        },
        Fact {
            sayings: &[
                "{who} met {friend} at {sight} at {hour}.",
                "At {hour}, {who} and {friend} met at {sight}.",
                "{friend} was waiting for {who} at {sight} at {hour}.",
            ],
            follows: &[
                "{friend} went to {sight}.",
                "{friend} and {who} saw each other.",
            ],
            clashes: &[
                "{friend} and {who} have never seen each other.",
                "{friend} forgot about the meeting and stayed in bed.",
            ],
            questions: &[
                ("Who met {who} at {sight}?", "friend"),
                ("Where did {who} and {friend} meet?", "sight"),
                ("At what time did {who} and {friend} meet?", "hour"),
            ],
        },
        Fact {
            sayings: &[
                "On the way back, {who} lost {loss}.",
                "{who} lost {loss} on the way back.",
                "While travelling back, {who} lost {loss}.",
            ],
            follows: &["{who} did not stay there for ever.", "Something got lost."],
            clashes: &[
                "{who} came home with everything.",
                "Nothing was lost on the way back.",
            ],
            questions: &[("What did {who} lose on the way back?", "loss")],
        },
    ],
    asides: &[
        "{friend} is learning Portuguese.",
        "{who} would like to see {~to} next.",
        "The weather forecast for next week is good.",
    ],
};

pub(super) const HISTORY: Topic = Topic {
    name: "history",
    slots: &[
        ("who", Person),
        ("owner", Person),
        ("city", City),
        ("start", Year(1702, 1840)),
        ("fire", Year(1851, 1929)),
        ("repair", Year(1948, 2018)),
        ("count", Count(40, 4200)),
        ("steps", Count(60, 420)),
        (
            "building",
            OneOf(&[
                "clock tower",
                "concert hall",
                "covered bridge",
                "customs house",
                "grain store",
                "guildhall",
                "hospital",
                "library",
                "lighthouse",
                "mint",
                "observatory",
                "orphanage",
                "post office",
                "salt warehouse",
                "town hall",
                "university",
                "water tower",
                "windmill",
            ]),
        ),
        (
            "stone",
            OneOf(&[
                "black basalt",
                "grey granite",
                "green slate",
                "pink marble",
                "red brick",
                "white limestone",
                "yellow sandstone",
                "oak and clay",
            ]),
        ),
        (
            "use",
            OneOf(&[
                "a bakery",
                "a cinema",
                "a kindergarten",
                "a museum",
                "a police station",
                "a restaurant",
                "a school of design",
                "a youth hostel",
                "an art gallery",
            ]),
        ),
    ],
    facts: &[
        Fact {
            sayings: &[
                "The {building} of {city} was built in {start} after plans by {who}.",
                "{who} drew the plans for the {building} of {city}, which was built in {start}.",
                "Built in {start}, the {building} of {city} was designed by {who}.",
            ],
            follows: &[
                "{city} has had a {building}.",
                "{who} drew plans for a building in {city}.",
            ],
            clashes: &[
                "{city} has never had a {building}.",
                "The {building} of {city} was built in {~start}.",
                "Nobody knows who designed the {building} of {city}.",
            ],
            questions: &[
                ("When was the {building} of {city} built?", "start"),
                ("Who designed the {building} of {city}?", "who"),
                (
                    "In which city is the {building} that {who} designed?",
                    "city",
                ),
            ],
        },
        Fact {
            sayings: &[
                "Its walls are of {stone}, and {steps} steps lead to the roof.",
                "The walls are of {stone}, and the roof is reached by {steps} steps.",
                "It has walls of {stone} and {steps} steps up to the roof.",
            ],
            follows: &["It has walls.", "It has a staircase."],
            clashes: &[
                "It has no roof and no walls.",
                "There is no way to reach the roof.",
            ],
            questions: &[
                ("What are the walls made of?", "stone"),
                ("How many steps lead to the roof?", "steps"),
            ],
        },
        Fact {
            sayings: &[
                "A fire in {fire} destroyed {count} documents that {owner} had collected.",
                "In {fire}, {count} documents from the collection of {owner} burned.",
                "The fire of {fire} burned {count} documents collected by {owner}.",
            ],
            follows: &[
                "{owner} collected documents.",
                "Some documents were lost in a fire.",
            ],
            clashes: &[
                "No document has ever been lost.",
                "{owner} never owned a single document.",
            ],
            questions: &[
                ("In which year was there a fire?", "fire"),
                ("How many documents were lost in the fire?", "count"),
                ("Who had collected the documents?", "owner"),
            ],
        },
        Fact {
            sayings: &[
                "Since {repair}, the {building} has been used as {use}.",
                "The {building} has served as {use} since {repair}.",
                "The {building} was turned into {use} in {repair} and is still used as one.",
            ],
            follows: &[
                "The {building} is used for something.",
                "The {building} still stands.",
            ],
            clashes: &[
                "The {building} has stood empty for a century.",
                "The {building} was torn down long ago.",
            ],
            questions: &[
                (
                    "What has the {building} been used as since {repair}?",
                    "use",
                ),
                (
                    "Since when has the {building} been used as {use}?",
                    "repair",
                ),
            ],
        },
    ],
    asides: &[
        "A street in {~city} is named after {owner}.",
        "School classes often come on Fridays.",
        "The family of {who} had moved from {~city}.",
    ],
};

pub(super) const NATURE: Topic = Topic {
    name: "nature",
    slots: &[
        ("who", Person),
        ("city", City),
        ("company", Company),
        ("day", Day),
        ("count", Count(13, 860)),
        ("metres", Count(120, 2900)),
        ("year", Year(1961, 2020)),
        (
            "animal",
            OneOf(&[
                "badgers",
                "bats",
                "beavers",
                "black storks",
                "cranes",
                "fire salamanders",
                "hares",
                "hedgehogs",
                "herons",
                "kingfishers",
                "lynxes",
                "marmots",
                "ospreys",
                "otters",
                "pond turtles",
                "red squirrels",
                "seals",
                "swifts",
                "tree frogs",
                "wild goats",
            ]),
        ),
        (
            "area",
            OneOf(&[
                "the Alder Marsh",
                "the Black Lake",
                "the Copper Valley",
                "the Crane Meadows",
                "the Eagle Cliffs",
                "the Fern Forest",
                "the Grey Dunes",
                "the Larch Woods",
                "the Long Lagoon",
                "the Mill Ponds",
                "the North Moor",
                "the Salt Flats",
            ]),
        ),
        (
            "threat",
            OneOf(&[
                "fishing nets",
                "forest fires",
                "light at night",
                "litter",
                "loose dogs",
                "motor boats",
                "new roads",
                "rising water",
                "traffic noise",
                "warm winters",
            ]),
        ),
    ],
    facts: &[
        Fact {
            sayings: &[
                "{who} counted {count} {animal} in {area} on {day}.",
                "On {day}, {who} saw {count} {animal} in {area}.",
                "In {area}, {count} {animal} were counted by {who} on {day}.",
            ],
            follows: &[
                "There are {animal} in {area}.",
                "{who} was in {area} on {day}.",
                "{who} saw some animals.",
            ],
            clashes: &[
                "{who} did not see a single animal in {area}.",
                "No {animal} have ever lived in {area}.",
                "Nobody entered {area} on {day}.",
            ],
            questions: &[
                ("Who counted the {animal} in {area}?", "who"),
                ("How many {animal} were counted in {area}?", "count"),
                ("Which animals did {who} count in {area}?", "animal"),
                ("When did {who} count the {animal}?", "day"),
                ("Where did {who} count the {animal}?", "area"),
            ],
        },
        Fact {
            sayings: &[
                "The area lies {metres} metres above the sea and has been protected since {year}.",
                "Protected since {year}, the area lies {metres} metres above the sea.",
                "At {metres} metres above the sea, the area has been protected since {year}.",
            ],
            follows: &["The area is protected.", "The area lies above sea level."],
            clashes: &[
                "The area lies below sea level.",
                "The area has never been protected.",
            ],
            questions: &[
                ("How many metres above the sea does the area lie?", "metres"),
                ("Since when has the area been protected?", "year"),
            ],
        },
        Fact {
            sayings: &[
                "The greatest danger to the {animal} there is {threat}, a study from {city} found.",
                "A study from {city} found that {threat} put the {animal} there in danger.",
                "According to a study from {city}, nothing harms the {animal} there more than {threat}.",
            ],
            follows: &[
                "The {animal} there have been studied.",
                "The {animal} there are not free of danger.",
            ],
            clashes: &[
                "The {animal} there are in no danger of any kind.",
                "Nobody has ever studied the {animal} there.",
            ],
            questions: &[
                (
                    "What is the greatest danger to the {animal}, according to the study?",
                    "threat",
                ),
                ("Which city does the study come from?", "city"),
            ],
        },
        Fact {
            sayings: &[
                "{company} pays for the wardens who look after the paths.",
                "The wardens who look after the paths are paid by {company}.",
                "The paths are looked after by wardens whom {company} pays.",
            ],
            follows: &["There are paths.", "{company} spends money on wardens."],
            clashes: &[
                "There are no paths at all.",
                "Nobody looks after the paths.",
            ],
            questions: &[("Who pays for the wardens?", "company")],
        },
    ],
    asides: &[
        "{who} has bought new binoculars.",
        "A bus from {city} stops nearby.",
        "The photographs will be shown in {~city}.",
    ],
};
