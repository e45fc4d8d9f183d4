"""The phone: a call as a state machine, and the platforms that play it."""
