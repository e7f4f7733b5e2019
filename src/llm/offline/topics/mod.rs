//! What the offline provider can tell about: tables only, no logic.

mod crafts;
mod culture;
mod places;
mod research;

use super::scene::Topic;

/// All topics.
pub(super) const TOPICS: &[&Topic] = &[
    &crafts::FOOD,
    &crafts::AGRICULTURE,
    &crafts::BUSINESS,
    &culture::SPORT,
    &culture::MUSIC,
    &culture::LITERATURE,
    &places::TRAVEL,
    &places::HISTORY,
    &places::NATURE,
    &research::SCIENCE,
    &research::TECHNOLOGY,
    &research::HEALTH,
];
