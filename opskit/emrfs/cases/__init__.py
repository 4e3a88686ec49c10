"""Policy tests: who, where and what, and the role, the decision and the reason expected."""
