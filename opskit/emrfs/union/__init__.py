"""Policies of several roles merged into managed policies for one."""
