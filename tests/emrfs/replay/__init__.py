"""Tests of the replay of past accesses."""
