"""What AWS takes, written from a design: a module for each target, each with `render`."""
