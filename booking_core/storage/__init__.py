"""Where the core keeps things: the only place with SQL."""
