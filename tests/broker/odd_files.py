"""Broker files as hypothesis writes them: any indentation, quotes, encodings, comments between."""

from dataclasses import dataclass

from hypothesis import strategies as st

HOLDER = "networkConnectors"
CORE = "http://activemq.apache.org/schema/core"
_FOREIGN = ("mine", "Q:else->where", "T:cloud->else")
_CHILDREN = (
    '<{p}destinationPolicy a="x &gt; y>z"/>',
    "<{p}managementContext><{p}managementContext a='b'\n/></{p}managementContext>",
    '<{p}persistenceAdapter>\n<{p}kahaDB directory="${{data}}/k"   /></{p}persistenceAdapter>',
    "<{p}plugins><![CDATA[ <networkConnectors> ]]></{p}plugins>",
    "<bean xmlns='' class='x'/>",
)
_BETWEEN = ("", "<!-- <networkConnectors/> -->", "<?pi <a> ?>", "<!-- é -->", "<!-- a\n b -->")


@dataclass(frozen=True)
class OddFile:
    """`foreign` are connectors that are not opskit's; `pieces` are texts (UTF-8) that must stay."""

    raw: bytes
    foreign: frozenset[str]
    pieces: tuple[bytes, ...]


@st.composite
def odd_files(draw: st.DrawFn, holder: bool = True, one_line: bool = True) -> OddFile:
    """A file with one broker; with `holder` it may have connectors, ours (stale) among them."""
    prefix = draw(st.sampled_from(["", "amq:"]))
    newline = draw(st.sampled_from(["\n", "\r\n", "\n\n", "\r"] + [""] * one_line))
    step = draw(st.sampled_from(["  ", "    ", "\t", " "])) if newline else ""
    pieces: list[str] = []
    children = draw(st.permutations(_CHILDREN))[: draw(st.integers(0, len(_CHILDREN)))]
    inside = [child.format(p=prefix).replace("\n", newline) for child in children]
    foreign: list[str] = []
    if holder and draw(st.booleans()):
        foreign = draw(st.lists(st.sampled_from(_FOREIGN), unique=True))
        inside.insert(
            draw(st.integers(0, len(inside))), _holder(draw, prefix, newline, step, foreign)
        )
    lines = []
    for child in inside:
        if comment := draw(st.sampled_from(_BETWEEN)).replace("\n", newline):
            lines.append(step * 2 + comment)
            pieces.append(comment)
        lines.append(step * 2 + child)
    body = newline.join(lines)
    quote = draw(st.sampled_from("'\""))
    xmlns = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    text = newline.join(
        [
            "<!-- head é -->",
            "<beans>",
            f"{step}<{prefix}broker {xmlns}={quote}{CORE}{quote}  brokerName = 'onprem'>",
            *([body] if body else []),
            f"{step}</{prefix}broker >",
            "</beans>",
            "<!-- tail -->" + newline,
        ]
    )
    return OddFile(_encoded(draw, text, newline), frozenset(foreign), _bytes(pieces))


def _holder(draw: st.DrawFn, prefix: str, newline: str, step: str, names: list[str]) -> str:
    ours = draw(st.lists(st.sampled_from(["Q:onprem->cloud", "T:onprem->gone"]), unique=True))
    found = draw(st.permutations([*names, *ours]))
    if not found:
        return draw(
            st.sampled_from([f"<{prefix}{HOLDER}/>", f"<{prefix}{HOLDER} ></{prefix}{HOLDER}>"])
        )
    elements = [
        draw(
            st.sampled_from(
                [
                    f'<{prefix}networkConnector name="{name}" uri="static:(tcp://a:1)"/>',
                    f"<{prefix}networkConnector  name='{name}' duplex = 'TRUE' ><!-- c -->"
                    f"</{prefix}networkConnector>",
                    f'<{prefix}networkConnector uri="x" name="{name.replace(">", "&gt;")}">'
                    f"{newline}<{prefix}excludedDestinations><{prefix}queue physicalName='>'/>"
                    f"</{prefix}excludedDestinations></{prefix}networkConnector>",
                ]
            )
        )
        for name in found
    ]
    gap = draw(st.sampled_from([newline + step * 3, newline * 2 + step * 3, ""]))
    return f"<{prefix}{HOLDER}>{gap}{gap.join(elements)}{newline}{step * 2}</{prefix}{HOLDER}>"


def _encoded(draw: st.DrawFn, text: str, newline: str) -> bytes:
    encoding, bom = draw(
        st.sampled_from(
            [
                ("utf-8", b""),
                ("utf-8", b"\xef\xbb\xbf"),
                ("utf-16-le", b"\xff\xfe"),
                ("utf-16-be", b"\xfe\xff"),
                ("iso-8859-1", b""),
            ]
        )
    )
    declared = "utf-16" if "16" in encoding else encoding
    return bom + f'<?xml version="1.0" encoding="{declared}"?>{newline}{text}'.encode(encoding)


def _bytes(pieces: list[str]) -> tuple[bytes, ...]:
    return tuple(piece.encode() for piece in pieces)
