"""Minimal broker XML that every version of the rig starts.

Nothing in it is for production: no JMX, no scheduler, no web console, plain ports on loopback.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import quoteattr

ENVIRONMENT = (
    '<bean class="org.springframework.beans.factory.config.PropertyPlaceholderConfigurer"/>'
)
"""For ``beans=``: resolves ``${NAME}`` from system properties and environment variables."""

_TEMPLATE = """<?xml version="1.0" encoding="UTF-8"?>
<beans xmlns="http://www.springframework.org/schema/beans"
       xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
       xsi:schemaLocation="
         http://www.springframework.org/schema/beans
         http://www.springframework.org/schema/beans/spring-beans.xsd
         http://activemq.apache.org/schema/core
         http://activemq.apache.org/schema/core/activemq-core.xsd">
  {beans}
  <broker xmlns="http://activemq.apache.org/schema/core" {attributes}>
    {body}
  </broker>
</beans>
"""


def broker_xml(
    name: str,
    openwire_port: int,
    *,
    stomp_port: int | None = None,
    network_connectors: str = "",
    plugins: str = "",
    ssl_context: str = "",
    persistent: bool = False,
    extra_transport: str = "",
    beans: str = "",
    **attributes: str,
) -> str:
    """A whole ``activemq.xml`` for one broker.

    The other strings are XML: ``network_connectors`` holds ``<networkConnector>`` elements,
    ``plugins`` plug-in elements, ``ssl_context`` one ``<sslContext>``, ``extra_transport``
    ``<transportConnector>`` elements, ``beans`` Spring beans before the broker. ``attributes``
    go to ``<broker>``. Data lands in ``data`` below the JVM's working folder.
    """
    transports = [transport("openwire", f"tcp://127.0.0.1:{openwire_port}")]
    if stomp_port is not None:
        transports.append(transport("stomp", f"stomp://127.0.0.1:{stomp_port}"))
    # In alphabetical order: what versions before 5.6 need, and the schema's own order.
    sections = [
        _wrapped("networkConnectors", network_connectors),
        _wrapped("plugins", plugins),
        _wrapped("sslContext", ssl_context),  # a property, which holds the bean of the same name
        _wrapped("transportConnectors", "".join(transports) + extra_transport),
    ]
    options = {
        "brokerName": name,
        "dataDirectory": f"data/{name}",
        "persistent": "true" if persistent else "false",
        "schedulerSupport": "false",
        "useJmx": "false",
        "useShutdownHook": "false",
        **attributes,
    }
    return _TEMPLATE.format(
        beans=beans, attributes=_attributes(options), body="\n    ".join(filter(None, sections))
    )


def transport(name: str, uri: str) -> str:
    """One ``<transportConnector>``."""
    return f"<transportConnector {_attributes({'name': name, 'uri': uri})}/>"


def static_bridge(
    name: str,
    uri: str,
    queues: Sequence[str] = (),
    topics: Sequence[str] = (),
    **attributes: str,
) -> str:
    """A ``<networkConnector staticBridge="true">`` that forwards these destinations only."""
    options = {"name": name, "uri": uri, "staticBridge": "true", **attributes}
    included = [f"<queue {_attributes({'physicalName': queue})}/>" for queue in queues]
    included += [f"<topic {_attributes({'physicalName': topic})}/>" for topic in topics]
    return (
        f"<networkConnector {_attributes(options)}>"
        f"{_wrapped('staticallyIncludedDestinations', ''.join(included))}"
        "</networkConnector>"
    )


def simple_authentication(users: Mapping[str, str], groups: str = "users") -> str:
    """A ``<simpleAuthenticationPlugin>`` for ``{user: password}``; nobody else may connect."""
    accounts = (
        {"username": user, "password": secret, "groups": groups} for user, secret in users.items()
    )
    entries = "".join(f"<authenticationUser {_attributes(account)}/>" for account in accounts)
    return f"<simpleAuthenticationPlugin>{_wrapped('users', entries)}</simpleAuthenticationPlugin>"


def _wrapped(element: str, content: str) -> str:
    return f"<{element}>{content}</{element}>" if content else ""


def _attributes(values: Mapping[str, str]) -> str:
    return " ".join(f"{name}={quoteattr(value)}" for name, value in values.items())
