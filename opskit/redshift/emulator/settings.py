"""Settings of a session: SET, RESET, SHOW."""

import re

from opskit.redshift.emulator.refusals import SqlError

DEFAULTS = {
    "analyze_threshold_percent": "10",
    "application_name": "",
    "client_encoding": "UNICODE",
    "client_min_messages": "notice",
    "datestyle": "ISO, MDY",
    "default_transaction_read_only": "off",
    "enable_case_sensitive_identifier": "off",
    "enable_result_cache_for_session": "on",
    "extra_float_digits": "0",
    "idle_in_transaction_session_timeout": "0",
    "intervalstyle": "postgres",
    "json_parse_truncate_strings": "off",
    "json_serialization_enable": "off",
    "max_concurrency_scaling_clusters": "1",
    "query_group": "unset",
    "search_path": '"$user", public',
    "server_encoding": "UNICODE",
    "server_version": "8.0.2",
    "standard_conforming_strings": "off",
    "statement_timeout": "0",
    "timezone": "UTC",
    "transaction_isolation": "SERIALIZABLE",
    "wlm_query_slot_count": "1",
}
_SET = re.compile(
    r"\ASET\s+(?:SESSION\s+|LOCAL\s+)?(?P<name>[A-Za-z_][\w.]*)\s*(?:=|\s+TO\s+)\s*(?P<value>.+)\Z",
    re.IGNORECASE | re.DOTALL,
)
_ZONE = re.compile(r"\ASET\s+TIME\s+ZONE\s+(?P<value>.+)\Z", re.IGNORECASE | re.DOTALL)
_NUMBERS = ("statement_timeout", "idle_in_transaction_session_timeout")


class Settings:
    """The values in force."""

    def __init__(self) -> None:
        self._values = dict(DEFAULTS)

    @property
    def timeout(self) -> float | None:
        """The limit of a statement in seconds; None without one."""
        return int(self._values["statement_timeout"]) / 1000 or None

    def set(self, sql: str) -> None:
        """Do what a SET says; SqlError where it says nothing that is known."""
        if zone := _ZONE.match(sql):
            self._values["timezone"] = _plain(zone["value"])
            return
        found = _SET.match(sql)
        if found is None:
            if re.match(r"\ASET\s+(SESSION\s+)?(SESSION\s+AUTHORIZATION|TRANSACTION)", sql, re.I):
                raise SqlError("0A000", f"the emulator does not know: {sql[:60]}")
            raise SqlError("42601", "syntax error in SET")
        name, value = found["name"].lower(), _plain(found["value"])
        self._known(name)
        if value.lower() == "default":
            value = DEFAULTS[name]
        if name in _NUMBERS and not value.isdigit():
            raise SqlError("22023", f'invalid value for parameter "{name}": "{value}"')
        self._values[name] = value

    def reset(self, sql: str) -> None:
        name = sql.split(None, 1)[-1].strip().lower()
        if name == "all":
            self._values = dict(DEFAULTS)
            return
        self._known(name)
        self._values[name] = DEFAULTS[name]

    def show(self, sql: str) -> tuple[list[str], list[list[str]]]:
        """Names of the columns and rows that a SHOW answers."""
        name = " ".join(sql.split()[1:]).lower()
        if name == "all":
            return ["name", "setting"], [[n, v] for n, v in sorted(self._values.items())]
        name = {"time zone": "timezone"}.get(name, name)
        self._known(name)
        return [name], [[self._values[name]]]

    @staticmethod
    def _known(name: str) -> None:
        if name not in DEFAULTS:
            raise SqlError("42704", f'unrecognized configuration parameter "{name}"')


def _plain(text: str) -> str:
    """A value without its quotes."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1].replace(text[0] * 2, text[0])
    return text
