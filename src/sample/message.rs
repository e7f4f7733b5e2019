//! One message of a conversation.

use serde::{Deserialize, Serialize};

/// What somebody says to somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said, without lone surrogates.
    pub content: String,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Whoever set the assistant up.
    System,
    /// Whoever asks.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::System, Self::User, Self::Assistant];

    /// Its name, as it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// Whether `messages` are a conversation: one exchange or more, in each of which
/// the assistant answers the user, perhaps after one message of the system.
#[must_use]
pub fn are_conversation(messages: &[Message]) -> bool {
    let exchanges = match messages {
        [first, rest @ ..] if first.role == Role::System => rest,
        all => all,
    };
    let roles = |pair: &[Message]| pair.iter().map(|it| it.role).collect::<Vec<_>>();
    !exchanges.is_empty()
        && exchanges
            .chunks(2)
            .all(|pair| roles(pair) == [Role::User, Role::Assistant])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_assistant_take_turns_after_the_system() {
        let is_conversation = |roles: &str| {
            let messages = roles.chars().map(|role| Message {
                role: match role {
                    's' => Role::System,
                    'u' => Role::User,
                    _ => Role::Assistant,
                },
                content: "text".to_owned(),
            });
            are_conversation(&messages.collect::<Vec<_>>())
        };
        for good in ["ua", "sua", "uaua", "suauaua"] {
            assert!(is_conversation(good), "{good}");
        }
        for bad in [
            "", "s", "u", "a", "au", "uau", "ssua", "usa", "uasua", "uuaa",
        ] {
            assert!(!is_conversation(bad), "{bad}");
        }
    }
}
