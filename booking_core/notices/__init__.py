"""Telling people: an outbox written with the change, sent afterwards."""
