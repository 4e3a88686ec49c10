"""`opskit schema`: JSON Schemas of the documents that opskit reads."""

from typing import Annotated

import typer

from opskit.commands.options import RowsOutput

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def schema(
    name: Annotated[
        str | None, typer.Argument(help="The document, as in topology; all are listed without.")
    ] = None,
    output: RowsOutput = None,
) -> int:
    """Print the JSON Schema of a document, for editors and checkers.

    \b
    Example:
      opskit schema topology > topology.schema.json
      # then, in the first line of the document:
      # yaml-language-server: $schema=topology.schema.json
    """
    import json

    from opskit import manifest, schemas
    from opskit.commands.results import finish_rows
    from opskit.output import Table, write

    if name is None:
        rows = [{"name": known} for known in manifest.SCHEMAS]
        return finish_rows(Table("opskit.schema/1", ["name"], rows, key="schemas"), output)
    write(json.dumps(schemas.schema(name), indent=2) + "\n")
    return 0
