"""When desks and advisers receive: read from files, published as slots."""
