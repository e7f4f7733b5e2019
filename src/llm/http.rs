//! One POST of JSON, for every provider that has a network.
