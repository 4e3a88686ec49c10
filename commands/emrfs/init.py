"""`opskit emrfs init`: a first document, from flags or from what there is."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.options import AwsProfile, AwsRegion

if TYPE_CHECKING:
    from opskit.emrfs.model import Design
    from opskit.errors import UnknownError


def init(
    file: Annotated[
        Path | None,
        typer.Option("-f", "--file", metavar="FILE", help="Where to write it; stdout if not set."),
    ] = None,
    base_role: Annotated[
        str, typer.Option(metavar="ROLE", help="The role of the cluster's instances.")
    ] = "",
    user: Annotated[
        list[str] | None, typer.Option(metavar="NAME=ROLE", help="A user and the role (repeat).")
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option(metavar="NAME=ROLE", help="A group and the role (repeat).")
    ] = None,
    prefix: Annotated[
        list[str] | None, typer.Option(metavar="PLACE=ROLE", help="A place and the role (repeat).")
    ] = None,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="The name of the security configuration.")
    ] = "",
    account: Annotated[str, typer.Option(metavar="ID", help="The AWS account of the roles.")] = "",
    release: Annotated[
        str, typer.Option(metavar="EMR-X.Y.Z", help="The release of EMR, as in emr-6.15.0.")
    ] = "",
    cluster: Annotated[
        str, typer.Option(metavar="ID", help="Take it from this cluster, with the roles in IAM.")
    ] = "",
    security_configuration: Annotated[
        str, typer.Option(metavar="NAME", help="Take it from this security configuration of EMR.")
    ] = "",
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Take it from any file that is read."),
    ] = None,
    example: Annotated[
        bool, typer.Option("--example", help="The published scenario; with -f all of its files.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file; the old one is kept beside it.")
    ] = False,
    profile: AwsProfile = "",
    region: AwsRegion = "",
) -> int:
    """Write a first file, from flags or an existing cluster.

    What could not be carried over stands at the top of the file. Exit status 4 where AWS did not
    let everything be read: that is left out, and named.

    \b
    Example:
      opskit emrfs init --base-role EMR_Base --account 111122223333 \\
        --group analysts=emrfs-analysts > emrfs.yaml
      opskit emrfs init --cluster j-2AXXXXXXGAPLF -f emrfs.yaml
      opskit emrfs init --from securityconfig.json --base-role EMR_Base
    """
    from opskit.emrfs import starter
    from opskit.emrfs.live import Account, using
    from opskit.errors import ExitCode
    from opskit.output import error, message, write

    flags = {"--user": user, "--group": group, "--prefix": prefix}
    _one_source(flags, cluster, security_configuration, source, example)
    if example and file is not None:
        for each in starter.write_example(file, force=force):
            message(f"{each}: written")
        return ExitCode.OK
    with using(Account(profile, region)):
        if cluster or security_configuration:
            design, unread = _live(cluster, security_configuration)
        else:
            design, unread = _design(flags, base_role, source, example), []
    for refused in unread:
        error(refused)
    design = _with(design, base_role, name, account, release, beside=file is not None)
    text = _text(design, None if file is None else file.parent)
    if file is None:
        write(text)
    else:
        starter.write_files(file, [(file.name, text.encode())], force=force)
        message(f"{file}: written")
    for note in design.notes:
        message(f"note: {note}")
    return ExitCode.PARTIAL if unread else ExitCode.OK


def _one_source(
    flags: "dict[str, list[str] | None]",
    cluster: str,
    configuration: str,
    source: Path | None,
    example: bool,
) -> None:
    """UsageError where there are two sources."""
    from opskit.errors import UsageError

    named = {
        "--cluster": cluster,
        "--security-configuration": configuration,
        "--from": source,
        "--example": example,
    }
    given = [option for option, value in named.items() if value]
    given += [option for option, value in flags.items() if value][: 1 if given else 0]
    if len(given) > 1:
        raise UsageError(f"{given[0]} and {given[1]} are two sources", hint="give one of them")


def _live(cluster: str, configuration: str) -> "tuple[Design, list[UnknownError]]":
    from opskit.emrfs.live import design as live

    found = live.of_cluster(cluster) if cluster else live.of_configuration(configuration)
    return found.design, found.unread


def _design(
    flags: "dict[str, list[str] | None]", base_role: str, source: Path | None, example: bool
) -> "Design":
    from opskit.emrfs import starter
    from opskit.emrfs.load import load
    from opskit.errors import UsageError

    if source is not None:
        return load(source)
    if example:
        return starter.example()
    if not base_role:
        raise UsageError(
            "which role do the cluster's instances have?",
            hint="give --base-role; or --cluster, --from, --example",
        )
    users, groups, prefixes = (values or () for values in flags.values())
    return starter.from_flags(base_role, users, groups, prefixes)


def _with(
    design: "Design", base_role: str, name: str, account: str, release: str, *, beside: bool
) -> "Design":
    """The design with what the flags say."""
    from opskit.emrfs import starter

    design.name = name or design.name
    design.release = release or design.release
    if account:
        design = starter.with_account(design, account)
    if base_role and design.base_role is None:
        design = starter.with_base_role(design, base_role)
    return starter.without_secrets(design, beside=beside)


def _text(design: "Design", folder: Path | None) -> str:
    """The document; InputError, with nothing written, where it would not be read again."""
    from opskit.decode import decode
    from opskit.documents import parse_document
    from opskit.emrfs.document import EmrfsDocument
    from opskit.emrfs.write import to_yaml

    text = to_yaml(design, folder=folder)
    decode(parse_document(text.encode(), "emrfs.yaml"), EmrfsDocument)
    return text
