"""`opskit broker init`: a first topology document."""

from typing import Annotated

import typer


def init(
    source: Annotated[
        str, typer.Option("--from", metavar="NAME=URI[,URI]", help="Where messages come from.")
    ],
    target: Annotated[
        str, typer.Option("--to", metavar="NAME=URI[,URI]", help="Where messages go to.")
    ],
    queues: Annotated[
        list[str] | None, typer.Option("--queue", metavar="NAME", help="A queue (repeat).")
    ] = None,
    topics: Annotated[
        list[str] | None, typer.Option("--topic", metavar="NAME", help="A topic (repeat).")
    ] = None,
    from_version: Annotated[
        str | None, typer.Option(metavar="VERSION", help="The release of the first, as in 5.17.2.")
    ] = None,
    to_version: Annotated[
        str | None, typer.Option(metavar="VERSION", help="The release of the second, as in 5.18.")
    ] = None,
    user: Annotated[
        str | None, typer.Option(metavar="NAME", help="The user that the bridge logs in with.")
    ] = None,
) -> int:
    """Write a topology document: two brokers, what goes between.

    Two URIs of one broker are an active/standby pair. Hosts of AWS make it an Amazon MQ broker.

    \b
    Example:
      opskit broker init --from onprem=tcp://mq.corp.example:61616 \\
        --to cloud=ssl://b-1234-1.mq.eu-west-1.amazonaws.com:61617 \\
        --queue TestingQ --queue 'orders.>' > topology.yaml
    """
    from opskit import output
    from opskit.broker.design import starter
    from opskit.errors import ExitCode

    ends = (
        starter.parse_end(source, "--from", from_version),
        starter.parse_end(target, "--to", to_version),
    )
    output.write(starter.write(*ends, queues or (), topics or (), user))
    for hint in filter(None, (*(end.hint() for end in ends), starter.login_hint(*ends, user))):
        output.message(f"hint: {hint}")
    return ExitCode.OK
