//! Names, numbers and dates to fill sentences with.

use std::borrow::Cow;

use fake::Fake;
use fake::faker::company::raw::CompanySuffix;
use fake::faker::name::raw::{FirstName, LastName};
use fake::locales::EN;
use rand::RngExt;
use rand::rngs::StdRng;

use super::scene::pick;

/// Where the value of a slot comes from.
#[derive(Debug)]
pub(super) enum Source {
    /// First and last name.
    Person,
    /// A city of this world.
    City,
    /// A company or a society.
    Company,
    /// Day, month and year.
    Day,
    /// A year, from the first to the second.
    Year(u32, u32),
    /// A time of day.
    Time,
    /// How many, from the first to the second, which is at least two.
    Count(u32, u32),
    /// A number in plain digits, from the first to the second.
    Digits(u32, u32),
    /// Any of a list.
    OneOf(&'static [&'static str]),
}

impl Source {
    /// One value, never blank.
    pub(super) fn draw(&self, rng: &mut StdRng) -> Cow<'static, str> {
        match self {
            Self::Person => person(rng).into(),
            Self::City => pick(CITIES, rng).0.into(),
            Self::Company => company(rng).into(),
            Self::Day => day(rng).into(),
            Self::Year(first, last) | Self::Digits(first, last) => {
                rng.random_range(*first..=*last).to_string().into()
            }
            Self::Time => time(rng).into(),
            Self::Count(least, most) => number(rng.random_range(*least..=*most)),
            Self::OneOf(list) => pick(list, rng).into(),
        }
    }

    /// What kind of thing the values are, as named-entity labels have it.
    pub(super) fn entity_type(&self) -> &'static str {
        match self {
            Self::Person => "PERSON",
            Self::City => "LOCATION",
            Self::Company => "ORGANISATION",
            Self::Day | Self::Year(..) => "DATE",
            Self::Time => "TIME",
            Self::Count(..) | Self::Digits(..) => "NUMBER",
            Self::OneOf(_) => "OTHER",
        }
    }
}

/// First and last name.
pub(super) fn person(rng: &mut StdRng) -> String {
    let first: &str = FirstName(EN).fake_with_rng(rng);
    let last: &str = LastName(EN).fake_with_rng(rng);
    format!("{first} {last}")
}

/// A company or a society.
pub(super) fn company(rng: &mut StdRng) -> String {
    let founder: &str = LastName(EN).fake_with_rng(rng);
    if rng.random_bool(0.2) {
        let suffix: &str = CompanySuffix(EN).fake_with_rng(rng);
        return format!("{founder} {suffix}");
    }
    format!("{founder} {}", pick(COMPANY_KINDS, rng))
}

/// Day, month and year, as in "3 May 2021".
pub(super) fn day(rng: &mut StdRng) -> String {
    let day = rng.random_range(1..=28);
    let year = rng.random_range(2008..=2025);
    format!("{day} {} {year}", pick(MONTHS, rng))
}

/// A time of day when people are up, as in "9:30 am".
fn time(rng: &mut StdRng) -> String {
    let hour: u32 = rng.random_range(7..=21);
    let minute = rng.random_range(0..12) * 5;
    match hour {
        7..=11 => format!("{hour}:{minute:02} am"),
        12 => format!("12:{minute:02} pm"),
        _ => format!("{}:{minute:02} pm", hour - 12),
    }
}

/// `number` as it is written in a text: a word up to twelve, else digits.
fn number(number: u32) -> Cow<'static, str> {
    let word = usize::try_from(number).ok().and_then(|n| NUMBERS.get(n));
    match word {
        Some(word) => (*word).into(),
        None if number < 10_000 => number.to_string().into(),
        None => format!("{},{:03}", number / 1000, number % 1000).into(),
    }
}

const NUMBERS: [&str; 13] = [
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
];

const MONTHS: &[&str] = &[
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const COMPANY_KINDS: &[&str] = &[
    "Analytics",
    "Brothers",
    "Engineering",
    "Foods",
    "Foundation",
    "Industries",
    "Instruments",
    "Laboratories",
    "Logistics",
    "Partners",
    "Press",
    "Robotics",
    "Software",
    "Studios",
    "Systems",
    "Textiles",
    "Trust",
    "Works",
];

/// Cities, each with its country.
pub(super) const CITIES: &[(&str, &str)] = &[
    ("Accra", "Ghana"),
    ("Adelaide", "Australia"),
    ("Antwerp", "Belgium"),
    ("Athens", "Greece"),
    ("Auckland", "New Zealand"),
    ("Austin", "the United States"),
    ("Baku", "Azerbaijan"),
    ("Bangalore", "India"),
    ("Barcelona", "Spain"),
    ("Bergen", "Norway"),
    ("Bogotá", "Colombia"),
    ("Bologna", "Italy"),
    ("Boston", "the United States"),
    ("Bristol", "the United Kingdom"),
    ("Brno", "Czechia"),
    ("Busan", "South Korea"),
    ("Cairo", "Egypt"),
    ("Calgary", "Canada"),
    ("Casablanca", "Morocco"),
    ("Chennai", "India"),
    ("Chicago", "the United States"),
    ("Cork", "Ireland"),
    ("Cusco", "Peru"),
    ("Dakar", "Senegal"),
    ("Denver", "the United States"),
    ("Dhaka", "Bangladesh"),
    ("Dresden", "Germany"),
    ("Dublin", "Ireland"),
    ("Durban", "South Africa"),
    ("Edinburgh", "the United Kingdom"),
    ("Florence", "Italy"),
    ("Geneva", "Switzerland"),
    ("Ghent", "Belgium"),
    ("Gothenburg", "Sweden"),
    ("Graz", "Austria"),
    ("Halifax", "Canada"),
    ("Hamburg", "Germany"),
    ("Hanoi", "Vietnam"),
    ("Helsinki", "Finland"),
    ("Izmir", "Turkey"),
    ("Kampala", "Uganda"),
    ("Kraków", "Poland"),
    ("Kyoto", "Japan"),
    ("Lagos", "Nigeria"),
    ("Leeds", "the United Kingdom"),
    ("Leipzig", "Germany"),
    ("Lima", "Peru"),
    ("Lisbon", "Portugal"),
    ("Ljubljana", "Slovenia"),
    ("Lyon", "France"),
    ("Manila", "the Philippines"),
    ("Marseille", "France"),
    ("Medellín", "Colombia"),
    ("Melbourne", "Australia"),
    ("Montevideo", "Uruguay"),
    ("Montreal", "Canada"),
    ("Nairobi", "Kenya"),
    ("Nantes", "France"),
    ("Naples", "Italy"),
    ("Osaka", "Japan"),
    ("Oslo", "Norway"),
    ("Perth", "Australia"),
    ("Porto", "Portugal"),
    ("Prague", "Czechia"),
    ("Quito", "Ecuador"),
    ("Reykjavik", "Iceland"),
    ("Riga", "Latvia"),
    ("Rotterdam", "the Netherlands"),
    ("Salzburg", "Austria"),
    ("Santiago", "Chile"),
    ("Seattle", "the United States"),
    ("Seville", "Spain"),
    ("Split", "Croatia"),
    ("Tallinn", "Estonia"),
    ("Tbilisi", "Georgia"),
    ("Toronto", "Canada"),
    ("Tunis", "Tunisia"),
    ("Turin", "Italy"),
    ("Utrecht", "the Netherlands"),
    ("Valencia", "Spain"),
    ("Vancouver", "Canada"),
    ("Vilnius", "Lithuania"),
    ("Wellington", "New Zealand"),
    ("Wrocław", "Poland"),
    ("Zagreb", "Croatia"),
    ("Zurich", "Switzerland"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_words_up_to_twelve_and_grouped_from_ten_thousand() {
        let written = [2, 12, 13, 9_999, 10_000, 240_050].map(number);
        assert_eq!(
            written,
            ["two", "twelve", "13", "9999", "10,000", "240,050"]
        );
    }
}
