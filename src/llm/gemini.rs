//! Google's Gemini over generateContent.
