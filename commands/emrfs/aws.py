"""The options that say which account of AWS is asked."""

from typing import Annotated

import typer

Profile = Annotated[str, typer.Option(metavar="NAME", help="The AWS profile.")]
Region = Annotated[str, typer.Option(metavar="NAME", help="The AWS region.")]
