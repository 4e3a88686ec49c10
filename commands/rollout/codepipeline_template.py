"""`opskit rollout codepipeline template`: the files that bring the function into an account."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from opskit.commands.options import YesReplace


def template(
    part: Annotated[
        Literal["template", "requirements", "rbac", "buildspec", "stage"],
        typer.Argument(
            metavar="[PART]",
            help="template, requirements, rbac, buildspec or stage: what is printed.",
        ),
    ] = "template",
    name: Annotated[
        str, typer.Option(help="The function, and its group on the cluster.")
    ] = "opskit-rollout",
    cluster: Annotated[str, typer.Option(help="The EKS cluster: its name or its ARN.")] = "prod",
    namespace: Annotated[
        str, typer.Option("-n", "--namespace", help="The namespace of the workloads.")
    ] = "default",
    target: Annotated[
        list[str] | None,
        typer.Option(metavar="TARGET", help="A workload, as deploy/web (repeat)."),
    ] = None,
    repository: Annotated[str, typer.Option(help="The ECR repository of the image.")] = "web",
    artifact: Annotated[
        str, typer.Option(help="The artifact that the build hands over.")
    ] = "BuildOutput",
    out_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write all parts there, as files.")
    ] = None,
    output: Annotated[
        Literal["yaml", "json"],
        typer.Option("-o", "--output", help="yaml is the part; json all parts in one object."),
    ] = "yaml",
    yes: YesReplace = False,
) -> int:
    """Write the SAM template of the function, and what goes with it.

    template.yaml has the function, its role and its entry on the cluster; function/ what is
    installed; rbac.yaml its rights on the cluster; buildspec.yml the step of CodeBuild that builds
    the image and says which it is; stage.yaml the stage of the pipeline. Without --out-dir one of
    them is printed.

    \b
    Example:
      opskit rollout codepipeline template --cluster prod --out-dir rollout
      opskit rollout codepipeline template stage -n shop --target deploy/web
    """
    from opskit import output as out
    from opskit.errors import ExitCode
    from opskit.rollout.codepipeline import templates

    names = templates.Names(
        name, cluster, namespace, tuple(target or ("deploy/web",)), repository, artifact
    )
    files = templates.files(names)
    if out_dir is not None:
        from opskit.commands.files import write_files

        return ExitCode.OK if write_files(out_dir, files, yes=yes) else ExitCode.NO
    if output == "json":
        record = out.Record("opskit.rollout.codepipeline.template/1", {"files": files}, "")
        out.emit_record(record, out.Format.JSON)
    else:
        out.write(files[templates.PARTS[part]])
    return ExitCode.OK
