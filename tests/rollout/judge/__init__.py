"""Tests of the rules of rollouts."""
