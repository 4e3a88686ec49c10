"""What is known of the command line that runs, beyond its command: facts set by the spine.

A module of its own, so that a help text pays for nothing else.
"""

#: What the flags of the root command said (`--color`): they are flags of every command.
root_flags: dict[str, object] = {}
#: Whether errors are JSON, once a command has asked the settings; None before that.
wants_json: bool | None = None
#: The flags that name the cluster (`--context prod`), for commands that are advised.
cluster_flags: str = ""
