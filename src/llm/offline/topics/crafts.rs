//! Food, agriculture and business.

use super::super::scene::{Fact, Topic};
use super::super::words::Source::{City, Company, Count, Day, OneOf, Person, Time, Year};

pub(super) const FOOD: Topic = Topic {
    name: "food",
    slots: &[
        ("who", Person),
        ("city", City),
        ("day", Day),
        ("count", Count(8, 140)),
        ("hours", Count(2, 9)),
        ("helper", Person),
        (
            "dish",
            OneOf(&[
                "almond tarts",
                "bean stews",
                "cheese pies",
                "cinnamon buns",
                "fish cakes",
                "fruit cakes",
                "lentil soups",
                "mushroom pies",
                "onion tarts",
                "pea soups",
                "potato pancakes",
                "rye loaves",
                "spinach dumplings",
                "vegetable curries",
                "walnut rolls",
            ]),
        ),
        (
            "event",
            OneOf(&[
                "the spring fair",
                "a village wedding",
                "the school party",
                "the night market",
                "a charity dinner",
                "the harvest festival",
                "the opening of the theatre",
                "the railway museum's birthday",
                "a farewell lunch",
                "the film festival",
            ]),
        ),
        (
            "spice",
            OneOf(&[
                "black pepper",
                "cardamom",
                "fennel seed",
                "fresh mint",
                "ginger",
                "lemon peel",
                "nutmeg",
                "orange zest",
                "rosemary",
                "saffron",
                "smoked paprika",
                "thyme",
            ]),
        ),
    ],
    facts: &[
        Fact {
            sayings: &[
                "{who} cooked {count} {dish} for {event} in {city}.",
                "In {city}, {who} prepared {count} {dish} for {event}.",
                "For {event} in {city}, {who} made {count} {dish}.",
            ],
            follows: &[
                "{who} made food for {event}.",
                "There was something to eat at {event} in {city}.",
                "More than one of the {dish} was made for {event}.",
            ],
            clashes: &[
                "{who} refused to cook anything for {event} in {city}.",
                "Nobody made any {dish} for {event} in {city}.",
                "{who} made exactly {~count} {dish} for {event} in {city}.",
            ],
            questions: &[
                ("Who cooked for {event} in {city}?", "who"),
                ("How many {dish} did {who} make?", "count"),
                ("What did {who} cook for {event}?", "dish"),
                ("In which city did {who} cook for {event}?", "city"),
            ],
        },
        Fact {
            sayings: &[
                "The cooking took {hours} hours, and {helper} washed every pot.",
                "It took {hours} hours to cook everything, while {helper} washed every pot.",
                "Every pot was washed by {helper} during the {hours} hours of cooking.",
            ],
            follows: &[
                "{helper} did some washing.",
                "The cooking took more than an hour.",
            ],
            clashes: &[
                "{helper} left all the pots dirty.",
                "The cooking was over within ten minutes.",
            ],
            questions: &[
                ("How many hours did the cooking take?", "hours"),
                ("Who washed the pots?", "helper"),
            ],
        },
        Fact {
            sayings: &[
                "The secret of the {dish} is {spice}, says {who}.",
                "According to {who}, {spice} is what makes the {dish} special.",
                "{who} says that the {dish} owe their taste to {spice}.",
            ],
            follows: &[
                "{who} has an opinion about the {dish}.",
                "{who} thinks that {spice} matters in the {dish}.",
            ],
            clashes: &[
                "{who} has never said a word about the {dish}.",
                "{who} says that {spice} has no place in the {dish}.",
            ],
            questions: &[
                (
                    "What is the secret of the {dish}, according to {who}?",
                    "spice",
                ),
                ("Who explains the taste of the {dish}?", "who"),
            ],
        },
        Fact {
            sayings: &[
                "{who} learned the recipe on {day} from a neighbour in {city}.",
                "A neighbour in {city} taught {who} the recipe on {day}.",
                "On {day}, {who} was taught the recipe by a neighbour in {city}.",
            ],
            follows: &[
                "Somebody in {city} knew the recipe.",
                "{who} knows a recipe from a neighbour.",
            ],
            clashes: &[
                "{who} invented the recipe without any help.",
                "Nobody in {city} has ever taught {who} the recipe.",
            ],
            questions: &[
                ("On which day did {who} learn the recipe?", "day"),
                ("Who learned the recipe from a neighbour?", "who"),
            ],
        },
    ],
    asides: &[
        "{helper} would rather have gone swimming that week.",
        "{who} is saving money for a larger oven.",
        "A newspaper in {city} plans to print an interview with {who}.",
    ],
};

pub(super) const AGRICULTURE: Topic = Topic {
    name: "agriculture",
    slots: &[
        ("who", Person),
        ("city", City),
        ("company", Company),
        ("year", Year(1952, 2021)),
        ("count", Count(14, 980)),
        ("price", Count(40, 900)),
        (
            "crop",
            OneOf(&[
                "apples",
                "barley",
                "beetroot",
                "cabbages",
                "carrots",
                "cherries",
                "chickpeas",
                "hazelnuts",
                "lentils",
                "oats",
                "olives",
                "onions",
                "pears",
                "plums",
                "potatoes",
                "pumpkins",
                "sunflowers",
                "tomatoes",
            ]),
        ),
        (
            "danger",
            OneOf(&[
                "a late frost",
                "a long drought",
                "a swarm of beetles",
                "hail in June",
                "heavy autumn rain",
                "a hungry herd of deer",
                "a week of storms",
                "mildew",
            ]),
        ),
        (
            "machine",
            OneOf(&[
                "an old tractor",
                "a solar pump",
                "a new harvester",
                "a weather station",
                "a second-hand seed drill",
                "a drone with a camera",
                "a wooden cart",
            ]),
        ),
    ],
    facts: &[
        Fact {
            sayings: &[
                "{who} grows {crop} on {count} hectares of land near {city}.",
                "Near {city}, {who} has planted {count} hectares with {crop}.",
                "On {count} hectares near {city}, {who} grows {crop}.",
            ],
            follows: &[
                "{who} farms land near {city}.",
                "There are {crop} growing near {city}.",
            ],
            clashes: &[
                "{who} owns no land and has never planted any {crop}.",
                "Nothing but {~crop} grows on the land of {who}.",
            ],
            questions: &[
                ("What does {who} grow near {city}?", "crop"),
                ("How many hectares does {who} farm?", "count"),
                ("Near which city does {who} grow {crop}?", "city"),
            ],
        },
        Fact {
            sayings: &[
                "The farm was bought in {year} and has belonged to the same family ever since.",
                "Since it was bought in {year}, the farm has stayed in one family.",
                "One family has owned the farm since buying it in {year}.",
            ],
            follows: &[
                "The farm was for sale at some time.",
                "The farm belongs to a family.",
            ],
            clashes: &[
                "The farm was first bought in {~year}.",
                "The farm has changed hands between five families since {year}.",
            ],
            questions: &[("In which year was the farm bought?", "year")],
        },
        Fact {
            sayings: &[
                "Last season {danger} destroyed a third of the {crop}.",
                "A third of the {crop} was lost last season because of {danger}.",
                "Because of {danger}, a third of the {crop} was lost last season.",
            ],
            follows: &[
                "Some of the {crop} did not survive last season.",
                "The harvest was smaller than it could have been.",
            ],
            clashes: &[
                "Not a single plant was lost last season.",
                "Last season all of the {crop} survived.",
            ],
            questions: &[(
                "What destroyed a third of the {crop} last season?",
                "danger",
            )],
        },
        Fact {
            sayings: &[
                "{company} buys the whole harvest for {price} euros a tonne.",
                "The whole harvest is sold to {company} at {price} euros a tonne.",
                "At {price} euros a tonne, the whole harvest goes to {company}.",
            ],
            follows: &[
                "{company} pays for the harvest.",
                "The harvest finds a buyer.",
            ],
            clashes: &[
                "Nobody has ever bought the harvest.",
                "{company} buys only a small part of the harvest.",
                "{company} gets the harvest for free.",
            ],
            questions: &[
                ("Who buys the harvest?", "company"),
                ("How many euros a tonne does {company} pay?", "price"),
            ],
        },
        Fact {
            sayings: &[
                "Much of the work is done with {machine}, which {who} repairs at home.",
                "{who} does much of the work with {machine} and repairs it at home.",
                "With {machine}, which is repaired at home, {who} does much of the work.",
            ],
            follows: &["{who} can repair things.", "Some repairs are made at home."],
            clashes: &[
                "{who} has never repaired anything.",
                "All of the work is done by hand, without any tools or machines.",
            ],
            questions: &[("What does {who} do much of the work with?", "machine")],
        },
    ],
    asides: &[
        "The neighbours of {who} keep bees.",
        "{who} would like to visit {~city} one day.",
        "{company} has a new director.",
    ],
};

pub(super) const BUSINESS: Topic = Topic {
    name: "business",
    slots: &[
        ("company", Company),
        ("who", Person),
        ("city", City),
        ("branch", City),
        ("year", Year(1931, 2019)),
        ("staff", Count(24, 9400)),
        ("hour", Time),
        ("day", Day),
        ("percent", Count(3, 48)),
        (
            "product",
            OneOf(&[
                "bicycle lamps",
                "board games",
                "camping stoves",
                "ceramic tiles",
                "door locks",
                "garden chairs",
                "hearing aids",
                "kitchen scales",
                "office desks",
                "paper bags",
                "rain jackets",
                "reading lamps",
                "solar panels",
                "steel pans",
                "violin strings",
                "walking boots",
                "window frames",
                "wooden toys",
            ]),
        ),
    ],
    facts: &[
        Fact {
            sayings: &[
                "{company}, a maker of {product} in {city}, was founded by {who} in {year}.",
                "{who} founded {company} in {year} to make {product} in {city}.",
                "In {year}, {who} founded {company}, which makes {product} in {city}.",
            ],
            follows: &[
                "{company} makes {product}.",
                "{who} started a company.",
                "There is a maker of {product} in {city}.",
            ],
            clashes: &[
                "{company} was founded in {~year}.",
                "{company} has never made any {product}.",
                "{who} has nothing to do with {company}.",
            ],
            questions: &[
                ("Who founded {company}?", "who"),
                ("In which year was {company} founded?", "year"),
                ("What does {company} make?", "product"),
                ("In which city are the {product} of {company} made?", "city"),
            ],
        },
        Fact {
            sayings: &[
                "Today {company} has {staff} employees.",
                "{company} employs {staff} people today.",
                "There are {staff} people on the payroll of {company} today.",
            ],
            follows: &[
                "People work for {company}.",
                "{company} has more than ten employees.",
            ],
            clashes: &[
                "Nobody works for {company} any more.",
                "{company} has no more than three employees.",
            ],
            questions: &[("How many people work for {company}?", "staff")],
        },
        Fact {
            sayings: &[
                "Last year sales of {product} rose by {percent} percent.",
                "Sales of {product} grew by {percent} percent last year.",
                "The past year brought a rise of {percent} percent in sales of {product}.",
            ],
            follows: &[
                "More {product} were sold than in the year before.",
                "Sales went up.",
            ],
            clashes: &[
                "Last year sales of {product} fell sharply.",
                "Sales of {product} did not change at all last year.",
            ],
            questions: &[(
                "By how many percent did sales of {product} rise last year?",
                "percent",
            )],
        },
        Fact {
            sayings: &[
                "A second factory opened in {branch} on {day}.",
                "On {day}, a second factory was opened in {branch}.",
                "In {branch}, a second factory started work on {day}.",
            ],
            follows: &[
                "There is a factory in {branch}.",
                "There are at least two factories.",
            ],
            clashes: &[
                "There has never been more than one factory.",
                "The plan for a factory in {branch} was given up before it was built.",
            ],
            questions: &[
                ("Where did a second factory open?", "branch"),
                ("When did the second factory open?", "day"),
            ],
        },
        Fact {
            sayings: &[
                "The day at {company} begins at {hour} with a short meeting.",
                "At {company}, a short meeting opens the day at {hour}.",
                "A short meeting at {hour} is how the day at {company} begins.",
            ],
            follows: &[
                "There are meetings at {company}.",
                "The meeting at {company} is short.",
            ],
            clashes: &[
                "Meetings are forbidden at {company}.",
                "The day at {company} begins without any meeting.",
            ],
            questions: &[("At what time does the day at {company} begin?", "hour")],
        },
    ],
    asides: &[
        "{who} plays chess in the evenings.",
        "The mayor of {city} has invited {who} to a concert.",
        "{company} is looking for a new logo.",
    ],
};
