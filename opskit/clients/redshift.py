"""The driver of Redshift: connections, and its errors in opskit's kinds.

Read in redshift_connector 2.2.0: it has no cancel, resolves hosts to IPv4 only, and a socket
timeout is a bare TimeoutError.
"""

import re
from typing import Any

from opskit.errors import OpskitError, UnknownError


class ServerError(OpskitError):
    """What the server said: `sqlstate` is its five letters, empty where the line broke."""

    def __init__(self, message: str, sqlstate: str = "") -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


def connect(where: str, **options: Any) -> Any:
    """A connection in autocommit; UnknownError with the next step where there is none."""
    import redshift_connector
    from redshift_connector.error import Error

    try:
        connection = redshift_connector.connect(application_name="opskit", **options)
    except (OSError, Error) as error:
        text = said(error)[0]
        raise UnknownError(
            f"cannot connect: {text}", where=where, hint=_hint(text, options)
        ) from None
    connection.autocommit = True
    return connection


def execute(connection: Any, sql: str) -> tuple[list[str], list[Any]]:
    """Names of the columns, and the rows; ServerError where the server refuses or leaves."""
    from redshift_connector.error import Error, InterfaceError

    cursor = connection.cursor()
    try:
        cursor.execute(sql)
        columns = [column[0] for column in cursor.description or ()]
        return columns, list(cursor.fetchall()) if columns else []
    except InterfaceError as error:
        raise ServerError(said(error)[0]) from None
    except Error as error:
        raise ServerError(*said(error)) from None
    except (OSError, EOFError, ValueError, AttributeError) as error:
        # A line that broke leaves the driver as any of these.
        raise ServerError(str(error) or type(error).__name__) from None


def said(error: BaseException) -> tuple[str, str]:
    """Message and SQLSTATE of a driver's error."""
    first = error.args[0] if error.args else ""
    if isinstance(first, dict):
        return str(first.get("M", first)), str(first.get("C", ""))
    return str(first or error or type(error).__name__), ""


def _hint(text: str, options: dict[str, Any]) -> str:
    if "refuses SSL" in text:
        return "the server has no TLS: sslmode=disable connects without, in the clear"
    if "CERTIFICATE" in text.upper():
        return "sslmode=verify-ca leaves the host's name unchecked"
    if re.search(r'database "?.*"? does not exist', text):
        return "check --database"
    if re.search("authentication|password", text, re.IGNORECASE):
        return "check user and password"
    if re.search("credential|AccessDenied|token", text, re.IGNORECASE):
        return "check the AWS profile, and redshift:GetClusterCredentials"
    host = options.get("host")
    return f"check that {host or 'the host'} can be reached from here, and its security group"
